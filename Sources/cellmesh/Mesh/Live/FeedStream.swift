import ControlPlane
import Feed
import Glibc
import MeshBase
import Reports
import UVDriver

/// The feed of a running mesh, message by message, for commands that follow it.
final class FeedStream {
    /// Comments come every ten seconds: who says nothing for so long has gone.
    private static let patience: Int32 = 30_000

    private let descriptor: Int32
    private var rest: [UInt8] = []
    private var hasHead = false
    private var event = ""

    /// - Throws: where the control plane does not answer.
    init(_ mesh: DataDirectory) throws {
        let api = try APIClient(mesh)
        guard let endpoint = Endpoint(String(api.address.dropFirst("http://".count))) else {
            throw CommandFailure("the address of the control plane is none: \(api.address)")
        }
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = endpoint.address.bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(opened, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        descriptor = opened
        let request =
            "GET /v1/live HTTP/1.1\r\nHost: \(endpoint)\r\nAuthorization: Bearer \(try mesh.token())\r\n\r\n"
        guard opened >= 0, connected == 0, Self.send(opened, Array(request.utf8)) else {
            throw CommandFailure(
                .unhealthy, "the control plane of mesh '\(mesh.name)' does not answer",
                next: "cellmesh doctor --mesh \(mesh.name)")
        }
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// The next message; nil where the stream has ended, or `isOver` says so.
    ///
    /// - Throws: where the answer is no feed.
    func next(until isOver: () -> Bool) throws -> FeedMessage? {
        while true {
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                var line = rest[..<end]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                let text = String(decoding: line, as: UTF8.self)
                rest.removeFirst(end + 1)
                if let message = try take(text) { return message }
            }
            guard try read(until: isOver) else { return nil }
        }
    }

    private func take(_ line: String) throws -> FeedMessage? {
        guard hasHead else {
            if line.hasPrefix("HTTP/1."), !line.contains(" 200 ") {
                throw CommandFailure(
                    .unhealthy, "the control plane answered '\(line.dropFirst(9))'",
                    hint: "eight streams can be read at a time: close a page, or try again later")
            }
            if line.isEmpty { hasHead = true }
            return nil
        }
        if line.hasPrefix("event: ") { event = String(line.dropFirst(7)) }
        guard line.hasPrefix("data: ") else { return nil }
        // A newer control plane may say more than this command knows.
        return ReportJSON.decode(FeedMessage.self, Array("{\"\(event)\":\(line.dropFirst(6))}".utf8))
    }

    private func read(until isOver: () -> Bool) throws -> Bool {
        var waited: Int32 = 0
        while waited < Self.patience {
            if isOver() { return false }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, 200)
            if ready > 0 { break }
            waited += 200
        }
        guard waited < Self.patience else { return false }
        let most = 64 << 10
        var bytes = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &bytes, most, 0)
        guard count > 0 else { return false }
        rest += bytes[..<count]
        return true
    }
}
