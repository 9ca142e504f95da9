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
    /// What has come of the head of the answer; nil once it is over.
    private var head: [UInt8]? = []
    private var reader = EventStreamReader()
    private var messages: [FeedMessage] = []

    /// - Parameter since: from when on the past is told first, in milliseconds since 1970; nil for the present alone.
    /// - Throws: where the control plane does not answer.
    init(_ mesh: DataDirectory, since: Int64? = nil) throws {
        let api = try APIClient(mesh)
        guard let endpoint = Endpoint(String(api.address.dropFirst("http://".count))) else {
            throw CommandFailure("the address of the control plane is none: \(api.address)")
        }
        descriptor = AddressChoice.connected([endpoint])?.descriptor ?? -1
        let request =
            "GET /v1/live\(since.map { "?since=\(max($0, 0))" } ?? "") HTTP/1.1\r\nHost: \(endpoint)\r\nAuthorization: Bearer \(try mesh.token())\r\n\r\n"
        guard descriptor >= 0, Self.send(descriptor, Array(request.utf8)) else {
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
        while messages.isEmpty {
            guard let bytes = try read(until: isOver) else { return nil }
            try take(bytes)
        }
        return messages.removeFirst()
    }

    private func take(_ bytes: ArraySlice<UInt8>) throws {
        guard var head else {
            do { messages = try reader.take(bytes) } catch {
                throw CommandFailure("what the control plane tells is not understood: \(error.detail)")
            }
            return
        }
        head += bytes
        guard let end = head.firstRange(of: Array("\r\n\r\n".utf8)) else {
            self.head = head
            return
        }
        let line = String(decoding: head.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        guard line.contains(" 200 ") else {
            throw CommandFailure(
                .unhealthy, "the control plane answered '\(line.dropFirst(9))'",
                hint: "eight streams can be read at a time: close a page, or try again later")
        }
        self.head = nil
        try take(head[end.upperBound...])
    }

    private func read(until isOver: () -> Bool) throws -> ArraySlice<UInt8>? {
        var waited: Int32 = 0
        while waited < Self.patience {
            if isOver() { return nil }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, 200)
            if ready > 0 { break }
            waited += 200
        }
        guard waited < Self.patience else { return nil }
        let most = 64 << 10
        var bytes = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &bytes, most, 0)
        return count > 0 ? bytes[..<count] : nil
    }
}
