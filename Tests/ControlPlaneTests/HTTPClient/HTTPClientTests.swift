import MeshBase
import Testing
import Wire

@testable import UVDriver

@Suite("HTTP client", .timeLimit(.minutes(2)))
struct HTTPClientTests {
    /// A server that answers by path.
    private final class Rig {
        let loop: EventLoop
        let server: CallbackHTTPServer
        let client: HTTPClient

        /// Connections that the server has seen a request on.
        var seen: Set<SlabKey> = []

        init(connections: Int = 512, kept: Int = 0) throws {
            loop = try EventLoop()
            server = CallbackHTTPServer(loop: loop)
            client = HTTPClient(loop: loop, connections: connections, kept: kept)
            try server.listen(on: .loopback(0))
            server.onRequest = { [unowned self] in answer($0) }
            loop.beforeWaiting { [weak server] in server?.pool.flush() }
        }

        private func answer(_ stream: StreamPointer) {
            let path = stream.pointee.request.path.text(in: stream.pointee.input.bytes)
            seen.insert(stream.pointee.id)
            switch path {
            case "/never": break
            case "/big":
                let body = [UInt8](repeating: 120, count: HTTPClient.largestAnswer)
                server.respond(stream, status: 200, contentType: "text/plain", body: body)
            case "/bigger":
                let body = [UInt8](repeating: 120, count: HTTPClient.largestAnswer + 1)
                server.respond(stream, status: 200, contentType: "text/plain", body: body)
            case "/close": server.pool.close(stream)
            case "/nonsense":
                stream.pointee.output.append("SSH-2.0-what\r\n\r\n")
                server.finish(stream)
            case "/until-close":
                stream.pointee.output.append("HTTP/1.0 200 OK\r\n\r\nto the end")
                server.finish(stream)
            default: server.respond(stream, status: 404, contentType: "text/plain", body: Array(path.utf8))
            }
        }

        func get(
            _ target: String, method: HTTPMethod = .get, timeout: TimeAmount = .seconds(60)
        ) -> Result<HTTPAnswer, HTTPClientError> {
            var result: Result<HTTPAnswer, HTTPClientError>?
            client.send(HTTPOutgoing(method, server.local, target), timeout: timeout) { result = $0 }
            #expect(result == nil)
            while result == nil { loop.runOnce() }
            return result!
        }

        func finish() {
            client.close()
            server.stopListening()
            server.pool.closeAll()
            #expect(client.underWay == 0)
            #expect(loop.close() == [])
        }
    }

    @Test("Answers arrive whole, whatever their status and framing")
    func answers() throws {
        let rig = try Rig()
        #expect(try rig.get("/x").get() == HTTPAnswer(status: 404, contentType: "text/plain", body: Array("/x".utf8)))
        #expect(try rig.get("/until-close").get().text == "to the end")
        #expect(try rig.get("/big").get().body.count == HTTPClient.largestAnswer)
        rig.finish()
    }

    @Test("What goes wrong says what")
    func failures() throws {
        let rig = try Rig()
        let endpoint = rig.server.local
        #expect(rig.get("/bigger") == .failure(.malformed(endpoint, .bodyTooLarge)))
        #expect(rig.get("/nonsense") == .failure(.malformed(endpoint, .badStatusLine)))
        #expect(rig.get("/close") == .failure(.broken(endpoint)))
        #expect(
            rig.get("/never", timeout: .milliseconds(30)) == .failure(.timeout(endpoint, after: .milliseconds(30))))
        for target in ["", "x", "/a b", "/\r\nX: y", "/é"] { #expect(rig.get(target) == .failure(.badTarget)) }
        rig.finish()
    }

    @Test("A connection is kept for whoever asks again, and for nothing that must not be sent twice")
    func kept() throws {
        let rig = try Rig(kept: 4)
        for number in 0..<5 { #expect(try rig.get("/\(number)").get().text == "/\(number)") }
        #expect(rig.seen.count == 1)
        // A body of a megabyte leaves nothing behind that the next answer would be read from.
        #expect(try rig.get("/big").get().body.count == HTTPClient.largestAnswer)
        #expect(try rig.get("/x").get().text == "/x")
        #expect(rig.seen.count == 1)
        _ = rig.get("/post", method: .post)
        #expect(rig.seen.count == 2)
        // The server has closed it meanwhile: asked over another one, and told.
        rig.server.pool.closeAll()
        #expect(try rig.get("/again").get().text == "/again")
        // One that is closed instead of an answer is closed twice, and then said to be.
        #expect(rig.get("/close") == .failure(.broken(rig.server.local)))
        #expect(
            rig.get("/never", timeout: .milliseconds(30))
                == .failure(.timeout(rig.server.local, after: .milliseconds(30))))
        #expect(try rig.get("/x").get().text == "/x")
        rig.finish()
    }

    @Test("Nobody there: unreachable, with the reason")
    func unreachable() throws {
        let rig = try Rig()
        let loop = try EventLoop()
        let server = CallbackHTTPServer(loop: loop)
        try server.listen(on: .loopback(0))
        let gone = server.local
        server.stopListening()
        loop.close()
        let result = BlockingHTTPClient.send(HTTPOutgoing(.get, gone, "/"), timeout: .seconds(60))
        guard case .failure(.unreachable(gone, let error)) = result else {
            Issue.record("\(result)")
            return rig.finish()
        }
        #expect(error?.name == "ECONNREFUSED")
        rig.finish()
    }

    @Test("More at once than connections are refused; closing cancels the rest")
    func bounds() throws {
        let rig = try Rig(connections: 2)
        var results: [Result<HTTPAnswer, HTTPClientError>] = []
        for _ in 0..<3 {
            rig.client.send(HTTPOutgoing(.get, rig.server.local, "/never"), timeout: .seconds(60)) {
                results.append($0)
            }
        }
        while results.isEmpty { rig.loop.runOnce() }
        #expect(results == [.failure(.busy)])
        rig.client.close()
        #expect(results == [.failure(.busy), .failure(.cancelled), .failure(.cancelled)])
        rig.finish()
    }

    @Test("One that is dropped when it is closed lives until its connections have ended")
    func dropped() throws {
        let rig = try Rig()
        var client: HTTPClient? = HTTPClient(loop: rig.loop)
        weak let dropped = client
        var result: Result<HTTPAnswer, HTTPClientError>?
        client?.send(HTTPOutgoing(.get, rig.server.local, "/never"), timeout: .seconds(60)) { result = $0 }
        rig.loop.runPending()
        client?.close()
        client = nil
        #expect(throws: HTTPClientError.cancelled) { try result?.get() }
        #expect(dropped != nil)
        rig.loop.runPending()
        #expect(dropped == nil)
        rig.finish()
    }

    @Test("Many at once keep their order, and share one limit of time")
    func blocking() throws {
        let loop = try EventLoop()
        let server = CallbackHTTPServer(loop: loop)
        try server.listen(on: .loopback(0))
        // Nobody turns that loop: connections open in the kernel, answers never come.
        let requests = (0..<600).map { HTTPOutgoing(.get, server.local, "/\($0)") }
        let results = BlockingHTTPClient.send(requests, timeout: .milliseconds(100))
        #expect(results.count == 600)
        #expect(results.allSatisfy { if case .failure(.timeout) = $0 { true } else { false } })
        #expect(BlockingHTTPClient.send([], timeout: .seconds(1)).isEmpty)
        server.stopListening()
        loop.close()
    }
}
