import Testing
import Wire

@testable import UVDriver

@Suite("Route tables", .timeLimit(.minutes(2))) struct HTTPRouteTableTests {
    private static var table: HTTPRouteTable {
        var table = HTTPRouteTable()
        table.read("/livez", "It lives") { _ in .ok("alive") }
        table.read("/v1/things", keys: ["since"], "All") { .plain("since \($0.query["since"] ?? "-")") }
        table.post("/v1/things", "One more") { .plain("took \($0.body.count)") }
        table.read("/v1/things/{thing}/parts/{part}", "A part") { .plain($0.parts.joined(separator: "|")) }
        table.delete("/v1/things/{thing}", "Away with it") { _ in nil }
        table.read("/v1/files/{path...}", "A file") { .plain($0.parts[0]) }
        return table
    }

    private func answer(_ request: String) throws -> String {
        let server = try TestServer()
        let table = Self.table
        server.http.onRequest = { [http = server.http] in http.answer($0, from: table) }
        let client = try server.connect()
        client.send(request)
        client.endSending()
        try server.turn(client) { client.hasEnded }
        server.close()
        return client.text
    }

    private func body(_ request: String) throws -> String {
        let text = try answer(request)
        return String(text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? "")
    }

    @Test("A route is found by method and path, and has its parts and parameters") func routes() throws {
        #expect(try body(get("/livez")) == "{\"state\":\"alive\"}\n")
        #expect(try body(get("/v1/things")) == "since -")
        #expect(try body(get("/v1/things?")) == "since -")
        #expect(try body(get("/v1/things?since=a%20b")) == "since a b")
        #expect(try body(get("/v1/things/a%2Fb/parts/c+d")) == "a/b|c+d")
        #expect(try body(get("/v1/files/a/b//c")) == "a/b//c")
        #expect(try body("POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") == "took 3")
        let head = try answer("HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.hasSuffix("\r\n\r\n"))
    }

    @Test("What is not there is 404 with all that is") func missing() throws {
        for path in [
            "/", "/livez/", "/livezz", "/v1", "/v1/thing", "/v1/things/", "/v1/things//parts/x", "/v1/things/a/parts",
            "/v1/files/", "/v1/files", "//livez",
        ] {
            let text = try answer(get(path))
            #expect(text.hasPrefix("HTTP/1.1 404 Not Found\r\n"), "\(path)")
            #expect(
                text.contains(
                    "There is no \(path) here. There are /livez, /v1/things, /v1/things/{thing}/parts/{part}, "
                        + "/v1/things/{thing}, /v1/files/{path...}."), "\(path)")
        }
        let gone = try answer("DELETE /v1/things/a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(gone.hasPrefix("HTTP/1.1 404 ") && gone.contains("There is nothing at /v1/things/a now."))
        #expect(try answer(get("/" + String(repeating: "a", count: 4_000))).utf8.count < 1_000)
    }

    @Test("Another method is 405 with those that there are") func methods() throws {
        for (request, allow) in [
            ("PUT /v1/things", "GET, HEAD, POST"), ("POST /livez", "GET, HEAD"), ("GET /v1/things/a", "DELETE"),
        ] {
            let text = try answer("\(request) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"), "\(request)")
            #expect(text.contains("\r\nAllow: \(allow)\r\n"), "\(request)")
        }
    }

    @Test("A parameter that nobody reads is refused") func parameters() throws {
        let text = try answer(get("/v1/things?sicne=1"))
        #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(text.contains("'sicne' is no parameter of this page: there is since."))
        #expect(try answer(get("/livez?x=1")).hasPrefix("HTTP/1.1 400 "))
    }
}
