import Foundation

/// Ports for the few tests that have to know one before anything listens there.
enum FreePorts {
    /// A port that is free for UDP and TCP, and the one after it likewise, at every address of both families. They lie below
    /// the range from which the system gives ports to whoever asks for any: nobody gets one between this look and its use.
    static func pair() -> Int? {
        let first = UInt16.random(in: 20_000..<30_000)
        return (0..<200).lazy.map { Int(first) + 2 * $0 }.first { isFree(UInt16($0)) && isFree(UInt16($0 + 1)) }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        [SOCK_STREAM, SOCK_DGRAM].allSatisfy { kind in
            let socket = socket(AF_INET6, Int32(kind.rawValue), 0)
            guard socket >= 0 else { return false }
            defer { close(socket) }
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
                }
            }
        }
    }
}
