import CLibUV
import Glibc
import MeshBase

/// Which of several addresses of one name is meant. They are tried in the order that they have.
package enum AddressChoice {
    /// The first that this host has, to bind to; the first of all where it has none of them.
    package static func own(_ endpoints: [Endpoint]) -> Endpoint? {
        endpoints.first { canBind($0.address) } ?? endpoints.first
    }

    private static func canBind(_ address: IPAddress) -> Bool {
        let family = address.isIPv4 ? AF_INET : AF_INET6
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return Endpoint(address: address, port: 0).withSocketAddress {
            bind(descriptor, $0, address.isIPv4 ? sizeOfIPv4 : sizeOfIPv6) == 0
        }
    }

    /// How long one may take to connect.
    private static let patience = TimeAmount.seconds(2)

    /// The first that takes a connection, and that connection's descriptor, which is the caller's to close;
    /// nil where none does. Blocks.
    package static func connected(_ endpoints: [Endpoint]) -> (endpoint: Endpoint, descriptor: Int32)? {
        for endpoint in endpoints {
            if let descriptor = connection(to: endpoint) { return (endpoint, descriptor) }
        }
        return nil
    }

    /// The first that takes a connection, or the first of all, of which the caller will hear why it does not.
    package static func reached(_ endpoints: [Endpoint]) -> Endpoint? {
        guard endpoints.count > 1, let found = connected(endpoints) else { return endpoints.first }
        close(found.descriptor)
        return found.endpoint
    }

    /// A connected socket, in blocking mode.
    private static func connection(to endpoint: Endpoint) -> Int32? {
        let isIPv4 = endpoint.address.isIPv4
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(isIPv4 ? AF_INET : AF_INET6, kind, 0)
        guard descriptor >= 0 else { return nil }
        let status = endpoint.withSocketAddress { connect(descriptor, $0, isIPv4 ? sizeOfIPv4 : sizeOfIPv6) }
        guard status == 0 || errno == EINPROGRESS, isWritable(descriptor), failure(of: descriptor) == 0,
            fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) == 0
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func isWritable(_ descriptor: Int32) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&wanted, 1, Int32(clamping: patience.millisecondsRoundedUp)) == 1
    }

    private static func failure(of descriptor: Int32) -> Int32 {
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 ? failure : errno
    }

    private static let sizeOfIPv4 = socklen_t(MemoryLayout<sockaddr_in>.size)
    private static let sizeOfIPv6 = socklen_t(MemoryLayout<sockaddr_in6>.size)
}
