import MeshBase
import Testing
import Wire

@testable import UVDriver

@Suite("Following an answer", .timeLimit(.minutes(2))) struct HTTPFollowerTests {
    private final class Rig {
        let server: TestServer
        private(set) var begun: [SlabKey] = []
        private(set) var text = ""
        private(set) var ends: [HTTPFollower.End] = []
        private(set) var follower: HTTPFollower!

        init() throws {
            server = try TestServer()
            server.http.onRequest = { [unowned self] stream in
                if stream.pointee.request.path.text(in: stream.pointee.input.bytes) == "/v1/live" {
                    if let id = server.http.streams.begin(stream) { begun.append(id) }
                } else {
                    server.http.respond(stream, status: 503, contentType: "text/plain", body: Array("later".utf8))
                }
            }
            follower = HTTPFollower(
                loop: server.loop,
                onBytes: { [unowned self] in text += String(decoding: $0, as: UTF8.self) },
                onEnd: { [unowned self] in ends.append($0) })
        }

        func begin(_ path: String = "/v1/live") {
            #expect(follower.begin(HTTPOutgoing(.get, server.http.local, path)) == nil)
        }

        func send(_ text: String) { server.http.streams.send(begun.last!, Array(text.utf8)) }
    }

    @Test("The body comes as it is sent, without the head, until the server ends it") func follows() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        rig.begin()
        try rig.server.turn { rig.begun.count == 1 }
        rig.send("one\n")
        try rig.server.turn { rig.text == "one\n" }
        rig.send("two\n")
        try rig.server.turn { rig.text == "one\ntwo\n" }
        #expect(rig.follower.isOpen && rig.ends.isEmpty)
        rig.server.http.streams.end(rig.begun[0])
        try rig.server.turn { !rig.ends.isEmpty }
        #expect(rig.ends == [.ended(rig.server.http.local)] && !rig.follower.isOpen)

        // It may be begun again; what was followed before says nothing more.
        rig.begin()
        try rig.server.turn { rig.begun.count == 2 }
        rig.begin()
        try rig.server.turn { rig.begun.count == 3 }
        rig.send("three\n")
        try rig.server.turn { rig.text.hasSuffix("three\n") }
        rig.follower.close()
        #expect(rig.ends.count == 1)
    }

    @Test("Another status is told with its body, and so is a server that is not there") func refusals() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        rig.begin("/other")
        try rig.server.turn { !rig.ends.isEmpty }
        #expect(rig.ends == [.refused(status: 503, body: Array("later".utf8))] && rig.text.isEmpty)
        let nobody = Endpoint.loopback(1)
        if rig.follower.begin(HTTPOutgoing(.get, nobody, "/v1/live")) == nil {
            try rig.server.turn { rig.ends.count == 2 }
            guard case .unreachable(nobody, _) = rig.ends[1] else {
                Issue.record("\(rig.ends)")
                return
            }
        }
        #expect(rig.follower.begin(HTTPOutgoing(.get, nobody, "/a b")) == .malformed(nobody))
    }
}
