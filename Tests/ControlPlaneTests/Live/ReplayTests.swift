import Feed
import Foundation
import Glibc
import Reports
import Testing
import UVDriver
import Wire

@testable import ControlPlane

@Suite("Recordings that are shown", .timeLimit(.minutes(1)))
struct ReplayTests {
    private static let messages: [FeedMessage] =
        [.hello(FeedHello(mesh: "shop", source: .live, boot: "b", now: 1, period: 1_000, history: 0))]
        + (1...3).map { .state(FeedState(seq: $0, t: Int64($0), cells: 0)) } + [.bye(FeedBye(reason: "stopping"))]

    private func write(_ scratch: Scratch, _ bytes: [UInt8]) throws -> String {
        let path = scratch.path + "/recording.ndjson"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static let damaged =
        messages[..<3].flatMap(\.line) + Array("rubbish\n".utf8) + messages[3...].flatMap(\.line)

    @Test func whatIsWrongIsSaidAtTheStart() throws {
        let scratch = try Scratch()
        let all = Self.messages.flatMap(\.line)
        #expect(try ReplayServer.check(write(scratch, all)) == nil)
        #expect(try ReplayServer.check(write(scratch, Self.damaged))?.contains("damaged from line 4 on") == true)
        #expect(try ReplayServer.check(write(scratch, all.dropLast(30)))?.contains("cut off after 4 lines") == true)
        #expect(throws: ReplayServer.Refusal.self) { try ReplayServer.check(write(scratch, Array("rubbish\n".utf8))) }
        #expect(throws: ReplayServer.Refusal.self) { try ReplayServer.check(write(scratch, [])) }
    }

    /// Opening a pipe would wait for whoever writes it.
    @Test func aPipeIsRefusedAtOnce() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        #expect(throws: ReplayServer.Refusal.self) { try ReplayServer.check(path) }
        #expect(throws: ReplayServer.Refusal.self) { try ReplayServer.check("/dev/null") }
        #expect(throws: ReplayServer.Refusal.self) { try ReplayServer.check(scratch.path) }
    }

    @Test func whatComesBeforeTheDamageIsShown() throws {
        let scratch = try Scratch()
        let path = try write(scratch, Self.damaged)
        let loop = try EventLoop()
        let server = APIServer(loop: loop, token: "s3cret")
        let client = HTTPClient(loop: loop)
        try server.listen(on: .loopback(0))
        loop.beforeWaiting { [weak server] in server?.endTurn() }
        let desk = ReplayDesk(loop: loop, streams: server.http.streams, path: path)
        server.http.onRequest = { stream in
            if let id = server.http.streams.begin(stream) { desk.follow(id) }
        }
        var answer: Result<HTTPAnswer, HTTPClientError>?
        client.send(HTTPOutgoing(.get, server.local, "/v1/live"), timeout: .seconds(30)) { answer = $0 }
        while answer == nil { loop.runOnce() }
        let names = try answer?.get().text.split(separator: "\n").filter { $0.hasPrefix("event: ") }
        #expect(names == ["event: hello", "event: state", "event: state", "event: bye"])
        #expect(try answer?.get().text.contains("damaged from line 4 on") == true)
        desk.close()
        server.close()
        client.close()
        #expect(loop.close() == [])
    }
}
