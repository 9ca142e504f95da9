import CLibUV
import Glibc
import MeshBase
import Synchronization
import Testing

@testable import UVDriver

@Suite("Handover of sockets")
struct HandoverTests {
    /// A directory and a holder with a TCP and a UDP socket, which counts what becomes of it.
    private final class Holder {
        let loop: EventLoop
        let directory: String
        let server: CallbackHTTPServer
        let udp: UDPSocket
        var offer: HandoverOffer!
        var asked = 0
        var ends: [Bool] = []
        var refuses = false
        /// Whether there is a port that it shares.
        var shares = false

        /// - Parameter depth: of the directory; deep ones have paths that are too long for a socket.
        init(depth: Int = 1) throws {
            var template = Array("/tmp/handover-XXXXXX".utf8CString)
            var path = String(cString: try #require(mkdtemp(&template)))
            root = path
            for _ in 1..<depth {
                path += "/" + String(repeating: "d", count: 60)
                try #require(mkdir(path, 0o700) == 0)
            }
            directory = path
            loop = try EventLoop()
            server = CallbackHTTPServer(loop: loop)
            try server.listen(on: .loopback(0))
            udp = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
            offer = try HandoverOffer(loop: loop, directory: directory)
            offer.onAsked = { [unowned self] in
                asked += 1
                guard !refuses, let data = try? server.listener?.duplicateDescriptor(),
                    let gossip = try? udp.duplicateDescriptor(), let admin = try? udp.duplicateDescriptor()
                else { return nil }
                return HandedSockets(
                    data: data, admin: admin, gossip: gossip,
                    shared: shares ? try? server.listener?.duplicateDescriptor() : nil, serving: 12)
            }
            offer.onEnd = { [unowned self] in ends.append($0) }
        }

        private let root: String

        func close() {
            offer.close()
            server.stopListening()
            server.pool.closeAll()
            udp.close()
            #expect(loop.close() == [])
            #expect(access(directory + "/" + Handover.fileName, F_OK) != 0)
            HandoverTests.remove(root)
        }
    }

    private static func remove(_ path: String) {
        while let entry = opendir(path).flatMap({ handle -> String? in
            defer { closedir(handle) }
            while let entry = readdir(handle) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { return name }
            }
            return nil
        }) {
            if unlink(path + "/" + entry) != 0 { remove(path + "/" + entry) }
        }
        rmdir(path)
    }

    /// Asks on a thread of its own, and does something with the answer there.
    private func ask(
        _ holder: Holder, then body: @escaping @Sendable (HandoverRequest?) -> Void
    ) throws {
        let directory = holder.directory
        let box = Shared()
        let thread = TestThread {
            body(HandoverRequest.ask(in: directory))
            box.done.store(true, ordering: .sequentiallyConsistent)
        }
        // What turns the loop is its timer where nothing else does.
        let clock = try LoopTimer(loop: holder.loop) {}
        clock.start(after: .milliseconds(1), every: .milliseconds(1))
        defer { clock.close() }
        try holder.loop.turn { box.done.load(ordering: .sequentiallyConsistent) }
        thread.join()
    }

    private final class Shared: Sendable {
        let done = Atomic(false)
        let number = Atomic(0)
    }

    @Test("The successor gets the sockets, and the holder hears that it serves", arguments: [1, 4])
    func handover(depth: Int) throws {
        let holder = try Holder(depth: depth)
        defer { holder.close() }
        holder.shares = depth > 1
        let seen = Shared()
        try ask(holder) { request in
            guard let request, (request.sockets.shared != nil) == (depth > 1) else { return }
            seen.number.store(request.sockets.serving, ordering: .sequentiallyConsistent)
            request.sockets.close()
            request.serve()
        }
        try holder.loop.turn { holder.ends == [true] }
        #expect(holder.asked == 1 && seen.number.load(ordering: .sequentiallyConsistent) == 12)
        // A second one finds nobody: this holder is on its way out.
        try ask(holder) { seen.number.store($0 == nil ? 1 : 2, ordering: .sequentiallyConsistent) }
        #expect(seen.number.load(ordering: .sequentiallyConsistent) == 1)
    }

    @Test("A connection that waits in the backlog is answered by whoever has the socket")
    func backlog() throws {
        let holder = try Holder()
        defer { holder.close() }
        let endpoint = holder.server.local
        let descriptor = Shared()
        try ask(holder) { request in
            guard let request else { return }
            descriptor.number.store(Int(request.sockets.data), ordering: .sequentiallyConsistent)
            _ = cuv_close(request.sockets.admin)
            _ = cuv_close(request.sockets.gossip)
            request.serve()
        }
        holder.server.stopListening()
        holder.loop.runOnce()
        let client = try TestClient(endpoint)
        client.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
        let successor = CallbackHTTPServer(loop: holder.loop)
        successor.onRequest = { [unowned successor] stream in
            successor.respond(stream, status: 200, contentType: "text/plain", body: [])
        }
        try successor.listen(
            on: .loopback(1), inherited: Int32(descriptor.number.load(ordering: .sequentiallyConsistent)))
        #expect(successor.local == endpoint)
        try holder.loop.turn {
            successor.endTurn()
            client.receive()
            return !client.received.isEmpty
        }
        successor.stopListening()
        successor.pool.closeAll()
    }

    @Test("A successor that goes without a word is told from one that serves")
    func lost() throws {
        let holder = try Holder()
        defer { holder.close() }
        try ask(holder) { request in
            request?.sockets.close()
            request?.abandon()
        }
        try holder.loop.turn { holder.ends == [false] }
    }

    @Test("A holder that refuses, and somebody who says something else, change nothing")
    func refused() throws {
        let holder = try Holder()
        defer { holder.close() }
        holder.refuses = true
        let answers = Shared()
        try ask(holder) { if $0 == nil { answers.number.add(1, ordering: .sequentiallyConsistent) } }
        #expect(answers.number.load(ordering: .sequentiallyConsistent) == 1)
        let stranger = Handover.withPath(in: holder.directory) { cuv_packets_connect_errno($0, 100) } ?? -1
        try #require(stranger >= 0)
        let text = Array("give me all".utf8)
        #expect(cuv_packet_send_errno(stranger, text, text.count, nil, 0) == 0)
        for _ in 0..<3 { holder.loop.runOnce() }
        _ = cuv_close(stranger)
        #expect(holder.asked == 1 && holder.ends.isEmpty)
        holder.refuses = false
        try ask(holder) { request in
            request?.sockets.close()
            request?.serve()
        }
        try holder.loop.turn { holder.ends == [true] }
    }

    @Test("Where nobody offers anything, the answer is nobody")
    func nobody() {
        #expect(HandoverRequest.ask(in: "/nonexistent") == nil)
        #expect(HandoverRequest.ask(in: "/") == nil)
    }
}
