import Foundation
import MeshBase
import Testing
import Wire

@testable import UVDriver

@Suite("Streamed answers", .timeLimit(.minutes(2))) struct HTTPStreamsTests {
    /// A server whose every request begins a stream.
    private final class Rig {
        let server: TestServer
        private(set) var begun: [SlabKey] = []
        private(set) var ends: [HTTPStreams.End] = []
        var streams: HTTPStreams { server.http.streams }

        init() throws {
            server = try TestServer()
            server.http.streams.onEnd = { [unowned self] in ends.append($1) }
            server.http.onRequest = { [unowned self] stream in
                if let id = streams.begin(stream) { begun.append(id) }
            }
        }

        /// A reader whose stream has begun.
        func reader(receiveBuffer: Int32? = nil) throws -> TestClient {
            let client = try server.connect(receiveBuffer: receiveBuffer)
            let count = begun.count
            client.send(get("/v1/live"))
            try server.turn(client) { begun.count > count && client.text.hasSuffix("\r\n\r\n") }
            return client
        }

        @discardableResult
        func send(_ id: SlabKey, _ text: String) -> Bool {
            streams.send(id, Array(text.utf8))
        }
    }

    /// What came, without the line that tells the time.
    private func transcript(_ client: TestClient) -> String {
        client.text.components(separatedBy: "\r\n").filter { !$0.hasPrefix("Date: ") }.joined(separator: "\r\n")
    }

    private static let head = """
        HTTP/1.1 200 OK\r
        Content-Type: text/event-stream\r
        Cache-Control: no-store\r
        Connection: close\r
        \r

        """

    @Test("Events follow a head without a length, and the end of the connection ends them") func transcript() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        let client = try rig.reader()
        #expect(transcript(client) == Self.head)
        rig.send(rig.begun[0], "id: 1\nevent: hello\ndata: {}\n\n")
        try rig.server.turn(client) { client.text.hasSuffix("{}\n\n") }
        rig.streams.keep()
        rig.send(rig.begun[0], "event: bye\ndata: {\"reason\":\"stopping\"}\n\n")
        rig.streams.end(rig.begun[0])
        #expect(!rig.send(rig.begun[0], "more") && rig.streams.open.isEmpty)
        try rig.server.turn(client) { client.hasEnded }
        #expect(
            transcript(client) == Self.head + "id: 1\nevent: hello\ndata: {}\n\n: keep\n\n"
                + "event: bye\ndata: {\"reason\":\"stopping\"}\n\n")
        #expect(!client.wasReset && rig.ends == [.ended] && rig.streams.closed(.ended) == 1)
    }

    @Test("HEAD has the head alone") func head() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        let client = try rig.server.connect()
        client.send("HEAD /v1/live HTTP/1.1\r\nHost: x\r\n\r\n")
        try rig.server.turn(client) { client.hasEnded }
        #expect(transcript(client) == Self.head && rig.begun.isEmpty)
    }

    @Test("The ninth reader is answered 429, until another goes") func most() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        var readers = try (0..<HTTPStreams.most).map { _ in try rig.reader() }
        let ninth = try rig.server.connect()
        ninth.send(get("/v1/live"))
        try rig.server.turn(ninth) { ninth.statuses == [429] }
        #expect(ninth.text.contains("\r\nRetry-After: 5\r\n") && ninth.text.contains("8 streams are open"))
        readers.removeFirst().close()
        try rig.server.turn(ninth) { rig.ends == [.gone] }
        #expect(rig.streams.open.count == 7 && !rig.send(rig.begun[0], "x"))
        ninth.send(get("/v1/live"))
        try rig.server.turn(ninth) { ninth.statuses == [429, 200] }
        #expect(rig.streams.open.count == 8 && rig.streams.refused == 1)
    }

    @Test("A reader that goes in the middle of an event is counted, and the others go on") func gone() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        let (leaver, resetter, stayer) = (try rig.reader(), try rig.reader(), try rig.reader())
        for id in rig.begun { rig.send(id, "data: " + String(repeating: "x", count: 100_000)) }
        try rig.server.turn(stayer) { stayer.text.hasSuffix("xxx") }
        // Everything read before: an orderly end. Bytes left unread: a reset.
        try rig.server.turn(leaver) { leaver.text.hasSuffix("xxx") }
        leaver.endSending()
        resetter.close()
        try rig.server.turn(stayer) { rig.ends == [.gone, .gone] }
        #expect(rig.streams.open == [rig.begun[2]] && rig.streams.closed(.gone) == 2)
        #expect(!rig.send(rig.begun[0], "x") && !rig.send(rig.begun[1], "x"))
        rig.send(rig.begun[2], "\n\n")
        try rig.server.turn(stayer) { stayer.text.hasSuffix("x\n\n") }
    }

    @Test("What a reader sends behind its request is not answered, and bounded") func pipelined() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        let reader = try rig.reader()
        for _ in 0..<100 { reader.send(get("/v1/live")) }
        rig.send(rig.begun[0], "data: 1\n\n")
        try rig.server.turn(reader) { reader.text.hasSuffix("data: 1\n\n") }
        #expect(rig.begun.count == 1 && rig.server.http.pool.buffered <= rig.server.http.pool.inputLimit + 2_048)
        rig.streams.endAll(Array("event: bye\n\n".utf8))
        try rig.server.turn(reader) { reader.hasEnded }
        #expect(reader.text.hasSuffix("data: 1\n\nevent: bye\n\n") && reader.statuses == [200])
    }

    @Test("The timer is there while somebody reads") func keeping() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        #expect(!rig.streams.isKeeping)
        let readers = [try rig.reader(), try rig.reader()]
        #expect(rig.streams.isKeeping)
        rig.streams.keep()
        for reader in readers { try rig.server.turn(reader) { reader.text.hasSuffix("\r\n\r\n: keep\n\n") } }
        rig.streams.end(rig.begun[0])
        #expect(rig.streams.isKeeping)
        rig.streams.end(rig.begun[1])
        #expect(!rig.streams.isKeeping)
    }

    @Test("A reader that stands still is closed at 1 MiB, and no other one") func behind() throws {
        let rig = try Rig()
        defer { rig.server.close() }
        let (still, quick) = (try rig.reader(receiveBuffer: 4_096), try rig.reader())
        let tick = "data: " + String(repeating: "x", count: 65_536) + "\n\n"
        var sent = 0
        while rig.ends.isEmpty, sent < 100 {
            let before = quick.received.count
            rig.send(rig.begun[0], tick)
            #expect(rig.send(rig.begun[1], tick))
            sent += 1
            try rig.server.turn(quick) { quick.received.count == before + tick.utf8.count }
        }
        // What the kernels hold for it counts: 16 of them are 1 MiB, and the reader's own takes one at most.
        #expect((16...18).contains(sent), "\(sent)")
        #expect(rig.ends == [.behind] && rig.streams.closed(.behind) == 1)
        #expect(rig.streams.open == [rig.begun[1]])
        try rig.server.turn(still) { still.hasEnded }
        #expect(still.wasReset && !rig.send(rig.begun[0], "x"))
        #expect(rig.send(rig.begun[1], "data: last\n\n"))
        try rig.server.turn(quick) { quick.text.hasSuffix("data: last\n\n") }
    }

    @Test("Cookies and the last event are read from a call") func fields() throws {
        let server = try TestServer()
        defer { server.close() }
        var table = HTTPRouteTable()
        table.read("/", "What was read") { call in
            .plain("\(call.cookie("cellmesh-1") ?? "-") \(call.lastEventID.map(String.init) ?? "-")")
        }
        server.http.onRequest = { [http = server.http, table] in http.answer($0, from: table) }
        for (fields, expected) in [
            ("", "- -"), ("Cookie: cellmesh-1=a\r\nLast-Event-ID: 17\r\n", "a 17"),
            ("Cookie: cellmesh-12=no; x; cellmesh-1=\"a=b\" ; cellmesh-1=c\r\n", "a=b -"),
            ("cookie: cellmesh-1=\r\nlast-event-id: -1\r\n", " -"), ("Last-Event-ID: \(UInt64.max)\r\n", "- -"),
            ("Cookie: cellmesh-1=a; b=" + String(repeating: "c", count: 8_192) + "\r\n", "- -"),
        ] {
            let client = try server.connect()
            client.send(get("/", fields + "Connection: close\r\n"))
            try server.turn(client) { client.hasEnded }
            #expect(client.text.hasSuffix("\r\n\r\n" + expected), "\(fields.prefix(60))")
        }
    }
}
