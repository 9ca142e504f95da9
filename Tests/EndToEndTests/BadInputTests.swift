import Foundation
import Testing

extension EndToEnd {
    @Suite struct BadInputTests {
        /// The cells, routers and the API live through anything that is said to them.
        @Test func garbageOnEveryListenerChangesNothing() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let status = try mesh.json(["status"])
            let cells = try #require(status["cells"] as? [[String: Any]])
            let cell = try #require(cells.at(0)["address"] as? String)
            let before = try mesh.cells().map(\.pid)
            var seed: UInt64 = 20_261
            func random() -> UInt64 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return seed >> 33
            }
            let openings: [[UInt8]] = [
                [0xCE, 0x4D, 0x46, 0x31, 1, 5], [0xCE], Array("GET / HTTP/1.1\r\n".utf8),
                Array("PRI * HTTP/2.0\r\n\r\n".utf8), [],
            ]
            for target in [cell, mesh.router, mesh.api] {
                for round in 0..<40 {
                    let probe = try HTTPProbe(target)
                    var bytes = openings[round % openings.count]
                    for _ in 0..<(random() % 2000) { bytes.append(UInt8(truncatingIfNeeded: random())) }
                    probe.send(bytes)
                }
            }
            try sendDatagrams(to: gossipAddresses(mesh), count: 50, random)
            let answer = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/user")
            #expect(answer.status == 200)
            #expect(try mesh.cells().map(\.pid) == before)
            #expect(try mesh.cells().allSatisfy { $0.state == "serving" })
            try mesh.down()
        }

        @Test func malformedRequestsAreRefusedAndTheConnectionCloses() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let refused: [(String, Int)] = [
                ("GET /v1/customers/c1/services/user HTTP/1.1\nHost: a\r\n\r\n", 400),
                ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
                (
                    "PUT /v1/customers/c1/records/k HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                    400
                ),
                (
                    "PUT /v1/customers/c1/records/k HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                    400
                ),
                ("PUT /v1/customers/c1/records/k HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
                ("PUT /v1/customers/c1/records/k HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n", 413),
                ("PUT /v1/customers/c1/records/k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
                ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "y", count: 20_000) + "\r\n\r\n", 431),
            ]
            let page = try mesh.json(["status"])
            let cell = try #require((page["cells"] as? [[String: Any]])?.first?["address"] as? String)
            for listener in [mesh.router, mesh.api, cell] {
                for path in ["/livez", "/nothing", "/v1/customers/c1/services/user", "/v1/customers//services/user"] {
                    let date = try HTTPProbe.request("GET", listener, path).headers["date"]
                    #expect(date?.hasSuffix(" GMT") == true, "\(listener)\(path): \(date ?? "no date")")
                }
            }
            // The router and the cell itself tell the same of what neither of them takes.
            let alike: [(String, String, Int)] = [
                ("GET", "/nothing", 404), ("POST", "/nothing", 404), ("DELETE", "/v1/customers/c1/services/user", 405),
                ("PATCH", "/v1/customers/c1/records/k", 405), ("GET", "/v1/customers/c1/services/nothing", 404),
                ("GET", "/v1/customers//services/user", 400), ("GET", "/v1/customers/c1/services/%zz", 400),
            ]
            for (method, path, status) in alike {
                for listener in [mesh.router, cell] {
                    let answer = try HTTPProbe.request(method, listener, path)
                    #expect(answer.status == status, "\(listener): \(method) \(path)")
                    #expect((answer.headers["allow"] != nil) == (status == 405), "\(listener): \(method) \(path)")
                }
            }
            #expect(try HTTPProbe.request("GET", cell, "/v1/customers/c1/records/k").status == 421)
            // All that is turned away can be looked up, of every listener.
            let metrics: [(String, [String])] = [
                (
                    mesh.api,
                    [
                        "cellmesh_http_connections_evicted_total{listener=\"api\"}", "cellmesh_swim_members",
                        "cellmesh_journal_changes_unrecorded_total", "cellmesh_process_restarts",
                    ]
                ),
                (
                    cell,
                    [
                        "cellmesh_http_answers_refused_total{listener=\"data\"}", "cellmesh_link_records_refused_total",
                        "cellmesh_cell_unexpected_frames_total", "cellmesh_udp_datagrams_total{outcome=\"dropped\"}",
                        "cellmesh_store_batches_failed_total", "cellmesh_link_opened_total",
                    ]
                ),
            ]
            for (listener, names) in metrics {
                // The API wants its own address as the host.
                let probe = try HTTPProbe(listener)
                let host = listener.replacingOccurrences(of: "http://", with: "")
                probe.send("GET /metrics HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                let text = try #require(HTTPProbe.parse(probe.receive())).body
                for name in names { #expect(text.contains("\n\(name)"), "\(listener): \(name)") }
            }
            let page405 = try HTTPProbe.request("POST", cell, "/metrics")
            #expect((page405.status, page405.headers["allow"]) == (405, "GET, HEAD"))
            for (text, status) in refused {
                let probe = try HTTPProbe(mesh.router)
                probe.send(text)
                let answer = try #require(HTTPProbe.parse(probe.receive()), "no answer to \(text.prefix(60))")
                #expect(answer.status == status, "\(text.prefix(60)): \(answer.status)")
                #expect(answer.headers["date"]?.hasSuffix(" GMT") == true, "\(text.prefix(60)): \(answer.headers)")
                #expect(answer.headers["content-type"] == "application/problem+json")
            }
            try mesh.down()
        }

        @Test func pipelinedRequestsAreAnsweredInOrderAndSlowOnesAtAll() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let probe = try HTTPProbe(mesh.router)
            let names = ["user", "nothing", "user"]
            let requests = names.map { "GET /v1/customers/c1/services/\($0) HTTP/1.1\r\nHost: a\r\n" }
            probe.send(requests[0] + "\r\n" + requests[1] + "\r\n" + requests[2] + "Connection: close\r\n\r\n")
            let text = String(decoding: probe.receive(), as: UTF8.self)
            let statuses = text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
            #expect(statuses == ["200", "404", "200"])

            let slow = try HTTPProbe(mesh.router)
            for byte in Array(
                "GET /v1/customers/c1/services/user HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
            {
                slow.send([byte])
                usleep(2_000)
            }
            #expect(HTTPProbe.parse(slow.receive())?.status == 200)
            try mesh.down()
        }

        @Test func thousandsOfIdleConnectionsAreNoTrouble() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = min(limit.rlim_max, 12_000)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let count = Int(min(limit.rlim_cur, 10_500)) - 500
            do {
                var idle: [HTTPProbe] = []
                for _ in 0..<count { idle.append(try HTTPProbe(mesh.router)) }
                let answer = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/user")
                #expect(answer.status == 200)
            }
            #expect(try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/user").status == 200)
            try mesh.down()
        }

        @Test func theInterfaceOfTheControlPlaneIsGuarded() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let token = try String(contentsOfFile: mesh.dataDirectory + "/token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let host = mesh.api.replacingOccurrences(of: "http://", with: "")
            func ask(_ method: String, _ path: String, _ headers: [String]) throws -> Int {
                let probe = try HTTPProbe(mesh.api)
                let body = method == "POST" ? "{}" : ""
                let lines =
                    ["\(method) \(path) HTTP/1.1", "Connection: close", "Content-Length: \(body.count)"] + headers
                probe.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
                return try #require(HTTPProbe.parse(probe.receive())).status
            }
            let bearer = "Authorization: Bearer \(token)"
            #expect(try ask("GET", "/v1/status", ["Host: \(host)"]) == 401)
            #expect(try ask("GET", "/v1/status", ["Host: \(host)", bearer]) == 200)
            #expect(try ask("GET", "/v1/status", ["Host: evil.example", bearer]) == 403)
            #expect(try ask("GET", "/v1/status", ["Host: \(host)", "Origin: http://evil.example", bearer]) == 403)
            #expect(try ask("GET", "/v1/down", ["Host: \(host)", bearer]) == 405)
            #expect(try mesh.cells().allSatisfy { $0.state == "serving" })
            try mesh.down()
        }

        private func gossipAddresses(_ mesh: TestMesh) throws -> [String] {
            let members = try #require(try mesh.json(["members"])["members"] as? [[String: Any]])
            return members.compactMap { $0["address"] as? String }
        }

        private func sendDatagrams(to targets: [String], count: Int, _ random: () -> UInt64) throws {
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            defer { close(descriptor) }
            for target in targets {
                let parts = target.split(separator: ":")
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = try #require(UInt16(parts.at(1))).bigEndian
                address.sin_addr.s_addr = try inet_addr(String(parts.at(0)))
                for _ in 0..<count {
                    let bytes = (0..<Int(random() % 1400)).map { _ in UInt8(truncatingIfNeeded: random()) }
                    _ = withUnsafePointer(to: &address) {
                        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                        }
                    }
                }
            }
        }
    }
}
