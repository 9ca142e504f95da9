import Glibc
import MeshBase
import Testing

@testable import UVDriver
@testable import Wire

@Suite("HTTP server")
struct HTTPServerTests {
    @Test func pipelinedRequestsAreAnsweredInTheirOrder() throws {
        let server = try TestServer()
        defer { server.close() }
        // Every second one is answered later.
        var late: [SlabKey] = []
        var count = 0
        server.http.onRequest = { stream in
            count += 1
            if count % 2 == 0 { late.append(stream.pointee.id) } else { server.answer(stream) }
        }
        let client = try server.connect()
        client.send((1...6).map { get("/\($0)") }.joined())
        try server.turn(client) {
            for id in late { if let stream = server.http.pool.stream(id) { server.answer(stream) } }
            late = []
            return client.statuses.count == 6
        }
        let bodies = client.text.split(separator: "\r\n").filter { $0.hasPrefix("/") }.map { $0.prefix(2) }
        #expect(bodies == ["/1", "/2", "/3", "/4", "/5", "/6"])
    }

    /// What is in work and what waits behind it is answered; the last answer of each connection says that it is over.
    @Test func aServerThatDrainsEndsEachConnectionWithItsLastAnswer() throws {
        let server = try TestServer()
        defer { server.close() }
        var late: [SlabKey] = []
        server.http.onRequest = { late.append($0.pointee.id) }
        let (busy, piped, idle) = (try server.connect(), try server.connect(), try server.connect())
        busy.send(get("/a"))
        try server.turn(busy) { late.count == 1 }
        piped.send(get("/b") + get("/c"))
        try server.turn(piped) { late.count == 2 }
        server.http.drain()
        func answer() {
            for id in late { if let stream = server.http.pool.stream(id) { server.answer(stream) } }
            late = []
        }
        try server.turn(busy) {
            answer()
            return busy.hasEnded
        }
        #expect(busy.text.contains("Connection: close") && !busy.wasReset)
        try server.turn(piped) {
            answer()
            return piped.hasEnded
        }
        #expect(piped.statuses == [200, 200] && piped.text.components("Connection: close") == 1)
        idle.send(get("/d"))
        try server.turn(idle) {
            answer()
            return idle.hasEnded
        }
        #expect(idle.statuses == [200] && idle.text.contains("Connection: close"))
    }

    @Test func aRequestMayComeByteByByte() throws {
        let server = try TestServer()
        defer { server.close() }
        server.echo()
        let client = try server.connect()
        for byte in Array(get("/slow").utf8) {
            client.send([byte])
            server.loop.runOnce()
        }
        try server.turn(client) { client.text.hasSuffix("/slow") }
    }

    @Test func headCloseAndContinue() throws {
        let server = try TestServer()
        defer { server.close() }
        server.echo()
        let client = try server.connect()
        client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n")
        try server.turn(client) { client.statuses == [200] }
        #expect(client.text.contains("Content-Length: 4\r\n") && client.text.hasSuffix("\r\n\r\n"))
        client.send("PUT /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        try server.turn(client) { client.statuses == [200, 100] }
        client.send("abc")
        try server.turn(client) { client.statuses == [200, 100, 200] }
        client.send(get("/last", "Connection: close\r\n") + get("/never"))
        try server.turn(client) { client.statuses.count == 4 }
        #expect(client.text.hasSuffix("Connection: close\r\n\r\n/last"))
        client.endSending()
        try server.turn(client) { client.hasEnded }
        #expect(!client.wasReset && client.statuses.count == 4)
    }

    /// Whatever is answered, and whoever answers; an interim response needs none (RFC 9110, 6.6.1).
    @Test func everyAnswerHasItsDate() throws {
        let server = try TestServer()
        defer { server.close() }
        server.http.onRequest = { [unowned server] stream in
            if stream.pointee.request.method == .delete {
                server.http.respond(stream, HTTPProblem(status: 404, detail: .fixed("no"), policy: "routing"))
            } else {
                server.answer(stream)
            }
        }
        let client = try server.connect()
        client.send(get("/a") + "HEAD /b HTTP/1.1\r\nHost: x\r\n\r\nDELETE /c HTTP/1.1\r\nHost: x\r\n\r\n")
        client.send("PUT /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        let begun = server.loop.wallClock()
        try server.turn(client) { client.statuses == [200, 200, 404, 100] }
        client.send("abcGARBAGE\n\n")
        try server.turn(client) { client.statuses == [200, 200, 404, 100, 200, 400] }
        // One second before and after: the clock is read once per turn.
        let near = (-1...(server.loop.wallClock() - begun) / 1_000_000_000 + 1).map {
            String(decoding: HTTPDate(wall: begun + $0 * 1_000_000_000).line, as: UTF8.self)
        }
        for answer in client.text.components(separatedBy: "HTTP/1.1 ").dropFirst() {
            let dates = answer.split(separator: "\r\n").filter { $0.hasPrefix("Date: ") }.map { $0 + "\r\n" }
            #expect(dates.count == (answer.hasPrefix("100 ") ? 0 : 1), "\(answer)")
            #expect(dates.allSatisfy { near.contains(String($0)) }, "\(answer)")
        }
    }

    // MARK: Clients that end their side

    @Test func aClientThatEndsItsSideStillGetsItsAnswers() throws {
        let server = try TestServer()
        defer { server.close() }
        var waiting: [SlabKey] = []
        server.http.onRequest = { waiting.append($0.pointee.id) }
        let client = try server.connect()
        client.send(get("/1") + get("/2"))
        client.endSending()
        try server.turn(client) { !waiting.isEmpty }
        for _ in 0..<20 { server.loop.runOnce() }
        try server.turn(client) {
            for id in waiting { if let stream = server.http.pool.stream(id) { server.answer(stream) } }
            waiting = []
            return client.hasEnded
        }
        #expect(client.statuses == [200, 200] && !client.wasReset)
    }

    @Test func aClientThatEndsAfterItsAnswerOrWithinARequestIsClosed() throws {
        let server = try TestServer()
        defer { server.close() }
        server.echo()
        let idle = try server.connect()
        let half = try server.connect()
        let both = try server.connect()
        idle.send(get("/1"))
        half.send("GET /half HTT")
        both.send(get("/1") + "GET /half HTT")
        try server.turn(idle, half, both) { idle.statuses == [200] && both.statuses == [200] }
        for client in [idle, half, both] { client.endSending() }
        try server.turn(idle, half, both) { idle.hasEnded && half.hasEnded && both.hasEnded }
        #expect(half.received.isEmpty)
        try server.turn { server.http.pool.open == 0 }
    }

    // MARK: Slow clients

    @Test func aSlowSenderIsToldSo() throws {
        let server = try TestServer { $0.requestTimeout = .milliseconds(200) }
        defer { server.close() }
        server.echo()
        let client = try server.connect()
        client.send("GET /never HTTP/1.1\r\nHo")
        // By the server's own timer.
        try server.turn(client) { client.statuses == [408] }
        #expect(server.http.refusedByReason.contains { $0.1 == 1 })
        client.endSending()
        try server.turn(client) { client.hasEnded }
    }

    @Test func limitsAreKeptToTheSecond() throws {
        let server = try TestServer()
        defer { server.close() }
        server.echo()
        let idle = try server.connect()
        let slow = try server.connect()
        idle.send(get("/"))
        slow.send("GET ")
        try server.turn(idle, slow) { idle.statuses == [200] && server.http.pool.open == 2 }
        server.sweep(after: .seconds(9))
        try server.turn(idle, slow) { server.http.pool.open == 2 && slow.received.isEmpty }
        server.sweep(after: .seconds(11))
        try server.turn(idle, slow) { slow.statuses == [408] }
        #expect(!idle.hasEnded)
        server.sweep(after: .seconds(121))
        try server.turn(idle, slow) { idle.hasEnded }
    }

    @Test func aClientThatStillSendsReadsWhyItWasRefused() throws {
        let server = try TestServer { $0.message = HTTPLimits(body: 1000) }
        defer { server.close() }
        let client = try server.connect()
        client.send("PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
        var sent = 0
        try server.turn {
            let count = client.send([UInt8](repeating: 0x61, count: 16_384))
            if count > 0 { sent += count }
            return count < 0 && errno != EAGAIN || sent >= 4_000_000
        }
        // All of it was taken, none of it kept.
        #expect(sent >= 4_000_000)
        client.endSending()
        try server.turn(client) { client.hasEnded }
        #expect(client.statuses == [413] && !client.wasReset)
    }

    @Test func aClientThatNeverStopsIsClosed() throws {
        let server = try TestServer { $0.message = HTTPLimits(body: 1000) }
        defer { server.close() }
        let client = try server.connect()
        client.send("PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
        try server.turn(client) { client.statuses == [413] }
        for _ in 0..<5 { server.loop.runOnce() }
        server.sweep(after: .seconds(11))
        try server.turn { server.http.pool.open == 0 }
    }

    @Test func aLargeAnswerIsReadAsSlowlyAsTheClientLikes() throws {
        let server = try TestServer()
        defer { server.close() }
        let body = (0..<6_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        server.http.onRequest = { stream in
            server.http.respond(stream, status: 200, contentType: "application/octet-stream", body: body)
        }
        let client = try server.connect(receiveBuffer: 65_536)
        client.send(get("/", "Connection: close\r\n"))
        // The server's clock runs eight seconds between any two looks of the sweep, each time with some progress.
        var ahead = TimeAmount.zero
        var turns = 0
        try server.turn {
            turns += 1
            guard turns % 8 == 0 else { return false }
            if client.receive(most: 300_000) > 0 {
                ahead = ahead + .seconds(8)
                server.sweep(after: ahead)
            }
            return client.hasEnded
        }
        let isWhole = client.received.suffix(body.count).elementsEqual(body)
        #expect(!client.wasReset && isWhole)
        #expect(ahead > .seconds(80))
    }

    @Test func aClientThatDoesNotReadIsClosedInTheEnd() throws {
        let server = try TestServer()
        defer { server.close() }
        let body = [UInt8](repeating: 7, count: 8_000_000)
        server.http.onRequest = { stream in
            server.http.respond(stream, status: 200, contentType: "application/octet-stream", body: body)
        }
        let client = try server.connect(receiveBuffer: 65_536)
        client.send(get("/", "Connection: close\r\n"))
        try server.turn { server.http.pool.hasBacklog && server.http.served == 1 }
        for _ in 0..<20 { server.loop.runOnce() }
        server.sweep(after: .zero)
        server.sweep(after: .seconds(9))
        #expect(server.http.pool.open == 1)
        server.sweep(after: .seconds(11))
        try server.turn { server.http.pool.open == 0 }
    }

    /// Requests in plenty and nobody who reads: the server stops to read, and goes on where it stopped.
    @Test func answersThatNobodyReadsAreBounded() throws {
        let server = try TestServer { $0.backlog = 100_000 }
        defer { server.close() }
        let body = [UInt8](repeating: 0x7A, count: 20_000)
        server.http.onRequest = { stream in
            server.http.respond(stream, status: 200, contentType: "text/plain", body: body)
        }
        let client = try server.connect(receiveBuffer: 65_536)
        let requests = 1_000
        client.send((0..<requests).map { _ in get("/") }.joined())
        var served: UInt64 = 0
        var quiet = 0
        try server.turn {
            quiet = server.http.served == served ? quiet + 1 : 0
            served = server.http.served
            return served > 0 && quiet > 20
        }
        #expect(served < requests)
        server.http.pool.forEach { #expect(server.http.pool.backlog($0) <= 100_000 + 21_000) }
        try server.turn(client) { client.received.count >= requests * body.count && client.statuses.count == requests }
    }

    // MARK: Many clients

    @Test func connectionsAreBounded() throws {
        let server = try TestServer { $0.connections = 2 }
        defer { server.close() }
        server.echo()
        let first = try server.connect()
        let second = try server.connect()
        let third = try server.connect()
        try server.turn(first, second, third) { third.hasEnded }
        #expect(server.http.pool.open == 2 && server.http.pool.counters.refused == 1)
        first.close()
        try server.turn { server.http.pool.open == 1 }
        let fourth = try server.connect()
        fourth.send(get("/4"))
        try server.turn(second, fourth) { fourth.statuses == [200] }
        #expect(!second.hasEnded)
    }

    /// Idle clients fill every slot: a newcomer is served, and who has shown that it belongs here stays.
    @Test func aFloodOfIdleClientsLocksNobodyOut() throws {
        let server = try TestServer {
            $0.connections = 32
            $0.reserve = 8
        }
        defer { server.close() }
        server.http.onRequest = { stream in
            if stream.pointee.request.authorization.isPresent { server.http.pool.trust(stream) }
            server.answer(stream)
        }
        let trusted = try server.connect()
        trusted.send(get("/first", "Authorization: x\r\n"))
        try server.turn(trusted) { trusted.statuses == [200] }
        var idle: [TestClient] = []
        for _ in 0..<100 {
            idle.append(try server.connect())
            server.loop.runOnce()
        }
        let newcomer = try server.connect()
        newcomer.send(get("/new"))
        trusted.send(get("/second"))
        try server.turn(newcomer, trusted) { newcomer.statuses == [200] && trusted.statuses == [200, 200] }
        #expect(server.http.pool.counters.evicted > 60)
        #expect(server.http.pool.open <= 32)
        #expect(!trusted.hasEnded)
    }

    /// Many bodies that never end are bounded in their sum; small requests are served all the same.
    @Test func unfinishedBodiesAreBoundedInSum() throws {
        let server = try TestServer { $0.buffered = 400_000 }
        defer { server.close() }
        server.echo()
        let part = [UInt8](repeating: 0x61, count: 100_000)
        var uploads: [TestClient] = []
        for _ in 0..<8 {
            let client = try server.connect()
            client.send("PUT /p HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n")
            client.send(part)
            uploads.append(client)
        }
        try server.turn {
            for client in uploads { client.receive() }
            return uploads.filter { $0.statuses == [503] }.count >= 4
        }
        #expect(uploads.contains { $0.text.contains("Retry-After: 1") })
        #expect(server.http.refused[Int(HTTPFailure.overloaded.rawValue)] >= 4)
        let small = try server.connect()
        small.send(get("/small"))
        try server.turn(small) { small.statuses == [200] }
        for client in uploads { client.close() }
        try server.turn { server.http.pool.open == 1 }
        #expect(server.http.pool.buffered == 0)
    }

    /// What clients do not take is bounded in its sum, and counted down again when they go.
    @Test func answersThatWaitAreBoundedInSum() throws {
        let server = try TestServer { $0.unsent = 16 << 20 }
        defer { server.close() }
        let body = [UInt8](repeating: 0x7A, count: 8 << 20)
        var refused = 0
        server.http.onRequest = { stream in
            guard server.http.admits(answer: body.count) else {
                refused += 1
                return server.http.respond(stream, HTTPProblem(status: 503, detail: .fixed("later"), retryAfter: 1))
            }
            server.http.respond(stream, status: 200, contentType: "text/plain", body: body)
        }
        var clients: [TestClient] = []
        for _ in 0..<12 {
            let client = try server.connect(receiveBuffer: 4096)
            client.send(get("/"))
            clients.append(client)
            for _ in 0..<4 { server.loop.runOnce() }
        }
        try server.turn { refused >= 4 }
        #expect(server.http.pool.unsent <= 16 << 20)
        #expect(server.http.unsentRefused == UInt64(refused))
        for client in clients { client.close() }
        try server.turn { server.http.pool.open == 0 }
        #expect(server.http.pool.unsent == 0)
    }

    @Test func aThousandConnectionsLeaveNothingBehind() throws {
        let server = try TestServer()
        defer { server.close() }
        server.echo()
        for round in 0..<20 {
            let clients = try (0..<50).map { _ in try server.connect() }
            for client in clients { client.send(get("/\(round)")) }
            try server.turn {
                for client in clients { client.receive() }
                return clients.allSatisfy { $0.statuses == [200] }
            }
            #expect(server.http.pool.open == 50)
            // Some end in order, some in the middle of a request, some by a reset.
            for (index, client) in clients.enumerated() {
                if index % 3 == 1 { client.send("GET /half") }
                client.close()
            }
            try server.turn { server.http.pool.open == 0 }
        }
        #expect(server.http.pool.counters.accepted == 1_000)
        #expect(server.loop.leftovers().filter { $0.type == "tcp" }.map(\.count) == [1])
    }
}

extension String {
    fileprivate func components(_ part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.range(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
