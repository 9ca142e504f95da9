import Foundation
import Testing

extension EndToEnd {
    /// The feed of a running mesh, and who may follow it.
    @Suite struct LiveFeedTests {
        /// A stream that is read as it comes.
        private final class Stream {
            let probe: HTTPProbe
            private(set) var text = ""

            init(_ mesh: TestMesh, _ fields: [String], query: String = "") throws {
                probe = try HTTPProbe(mesh.api)
                let host = mesh.api.replacingOccurrences(of: "http://", with: "")
                probe.send(
                    "GET /v1/live\(query) HTTP/1.1\r\nHost: \(host)\r\n"
                        + fields.map { $0 + "\r\n" }.joined() + "\r\n")
            }

            /// Reads until a message holds, nothing comes any more, or 300 messages did not hold.
            func read(until holds: (String, [String: Any]) -> Bool) -> Bool {
                var left = 300
                while left > 0 {
                    while let end = text.range(of: "\n\n") {
                        let lines = text[..<end.lowerBound].components(separatedBy: "\n")
                        text = String(text[end.upperBound...])
                        let name = lines.first { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) }
                        let data = lines.first { $0.hasPrefix("data: ") }.map { Data($0.dropFirst(6).utf8) }
                        guard let name, let data,
                            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
                        else { continue }
                        if holds(name, object) { return true }
                        left -= 1
                    }
                    let bytes = probe.receive(enough: 1)
                    if bytes.isEmpty { return false }
                    // The head's lines end with CR LF, which is one character and no line feed.
                    text += String(decoding: bytes.filter { $0 != 0x0D }, as: UTF8.self)
                }
                return false
            }
        }

        private func bearer(_ mesh: TestMesh) throws -> String {
            let token = try String(contentsOfFile: "\(mesh.dataDirectory)/token", encoding: .utf8)
            return "Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))"
        }

        private func host(_ mesh: TestMesh) -> String { mesh.api.replacingOccurrences(of: "http://", with: "") }

        /// What the column `state` says of a cell in a state or a delta; nil where it says nothing.
        private func state(_ cell: Int, _ message: [String: Any]) -> Int? {
            guard let cells = message["cells"] as? [String: Any], let column = cells["state"] as? [Any] else {
                return nil
            }
            let place = (cells["i"] as? [Int]).map { $0.firstIndex(of: cell) } ?? cell
            return place.flatMap { $0 < column.count ? column[$0] as? Int : nil }
        }

        @Test func aKilledCellIsToldAsDown() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            let stream = try Stream(mesh, [try bearer(mesh)], query: "?period=0.2")
            var states: [String] = []
            var cells: [String] = []
            #expect(
                stream.read { name, message in
                    if name == "hello" { states = message["states"] as? [String] ?? [] }
                    if name == "shape" {
                        cells = (message["cells"] as? [String: Any])?["name"] as? [String] ?? []
                    }
                    return name == "state"
                })
            let victim = try #require(cells.firstIndex(of: "b-1"))
            let down = try #require(states.firstIndex(of: "down"))
            try mesh.run(["kill", "b-1", "--yes"])
            #expect(stream.read { _, message in state(victim, message) == down })
            try mesh.run(["restart", "b-1"])
            let serving = try #require(states.firstIndex(of: "serving"))
            #expect(stream.read { _, message in state(victim, message) == serving })

            // As many as may be; who comes then is told so, and the others read on.
            let others = try (0..<7).map { _ in try Stream(mesh, [try bearer(mesh)]) }
            for other in others { #expect(other.read { name, _ in name == "state" }) }
            let ninth = try HTTPProbe.request(
                "GET", mesh.api, "/v1/live", headers: [try bearer(mesh)], hostField: host(mesh))
            #expect(ninth.status == 429, "\(ninth)")
            #expect(stream.read { name, _ in name == "delta" })

            // They are told that it ends.
            try mesh.down()
            #expect(stream.read { name, _ in name == "bye" })
        }

        @Test func aTicketLetsOneBrowserIn() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            let host = host(mesh)
            let printed = try mesh.json(["dashboard"])
            let address = try #require(printed["address"] as? String)
            #expect(address.hasPrefix("\(mesh.api)/ui#t="))
            let ticket = try address.components(separatedBy: "#t=").at(1)
            func post(_ path: String, _ body: String, _ fields: [String]) throws -> HTTPProbe.Answer {
                try HTTPProbe.request(
                    "POST", mesh.api, path, headers: ["Content-Type: application/json"] + fields, body: body,
                    hostField: host)
            }
            let page = try HTTPProbe.request("GET", mesh.api, "/ui", hostField: host)
            #expect(page.status == 200)
            #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)

            let origin = "Origin: \(mesh.api)"
            #expect(try post("/v1/pass", "{\"ticket\":\"\(ticket)\"}", ["Origin: http://127.0.0.1:1"]).status == 403)
            let pass = try post("/v1/pass", "{\"ticket\":\"\(ticket)\"}", [origin])
            #expect(pass.status == 200)
            let cookie = try "Cookie: " + (pass.headers["set-cookie"]?.components(separatedBy: ";").at(0) ?? "")
            let object = try JSONSerialization.jsonObject(with: Data(pass.body.utf8)) as? [String: Any]
            let key = "X-Cellmesh-Key: \(try #require(object?["key"] as? String))"
            #expect(try post("/v1/pass", "{\"ticket\":\"\(ticket)\"}", [origin]).status == 403, "it is used")

            // The cookie reads; a change needs the key and the origin too.
            let stream = try Stream(mesh, [cookie])
            #expect(stream.read { name, _ in name == "state" })
            let wanted = "{\"action\":\"kill\",\"targets\":[\"cell/b-1\"]}"
            #expect(try post("/v1/predict", wanted, [cookie, origin]).status == 403)
            #expect(try post("/v1/predict", wanted, [cookie, key]).status == 403)
            let predicted = try post("/v1/predict", wanted, [cookie, key, origin])
            #expect(predicted.status == 200, "\(predicted.body)")
            #expect(try post("/v1/down", "{}", [cookie, key, origin]).status == 403)

            // What was predicted of another mesh is done no more.
            let report = try JSONSerialization.jsonObject(with: Data(predicted.body.utf8)) as? [String: Any]
            let id = try #require(report?["prediction"] as? String)
            try mesh.run(["kill", "c-1", "--yes"])
            let kill = "{\"targets\":[\"cell/b-1\"],\"prediction\":\"\(id)\"}"
            let stale = try post("/v1/kill", kill, [cookie, key, origin])
            #expect(stale.status == 409 && stale.body.contains("stale-prediction"), "\(stale.body)")
            #expect(try mesh.cells().contains { $0.name == "b-1" })
            try mesh.down()
        }
    }
}
