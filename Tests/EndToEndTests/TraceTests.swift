import Foundation
import Testing

extension EndToEnd {
    /// A request that fails in a call of a call, explained by the processes that it went through.
    @Suite struct TraceTests {
        private func mesh() throws -> TestMesh {
            try TestMesh(
                writing: """
                    mesh: traced
                    blueprint: shop.yaml
                    regions: [{name: a, cells: 1}]
                    customers: {count: 10}
                    sharding: {size: 1}

                    """, "traced.yaml",
                beside: [
                    "shop.yaml": """
                    cell: shop
                    services:
                      - name: checkout
                        calls: [{to: payment}]
                      - {name: payment, work: {errors: 1.0}}

                    """
                ])
        }

        @Test func aFailingRequestNamesGatePolicyAndNumbers() throws {
            let mesh = try mesh()
            let path = "/v1/customers/c1/services/checkout"
            // Until the breaker of the cell's own call is open.
            for _ in 0..<200 {
                if try HTTPProbe.request("GET", mesh.router, path).body.contains("\"policy\":\"breaker\"") { break }
            }
            let parent = "4bf92f3577b34da6a3ce929d0e0e4736"
            let answer = try HTTPProbe.request(
                "GET", mesh.router, path,
                // Routers that have heard of the breaker let everything critical through.
                headers: ["X-Explain: 1", "X-Priority: critical", "traceparent: 00-\(parent)-00f067aa0ba902b7-01"])
            #expect(answer.status == 502, "\(answer)")
            #expect(answer.headers["x-trace-id"] == parent)
            let problem = try #require(
                try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
            #expect(problem["trace"] as? String == parent)

            let shown = try mesh.json(["trace", "show", String(parent.prefix(6))])
            #expect(shown["customer"] as? String == "c1" && shown["service"] as? String == "checkout")
            #expect(shown["status"] as? Int == 502 && (shown["missing"] as? [String])?.isEmpty == true)
            let decisions = try #require(shown["decisions"] as? [[String: Any]])
            #expect(Set(decisions.compactMap { $0["node"] as? String }).count == 2, "router and cell: \(decisions)")
            let refusal = try #require(
                decisions.first {
                    $0["decision"] as? String == "refused" && $0["gate"] as? String == "a-1/checkout/payment"
                },
                "\(decisions)")
            #expect(refusal["policy"] as? String == "breaker")
            #expect((refusal["numbers"] as? [String: Double])?["failure_rate"] == 1, "\(refusal)")

            let failed = try mesh.json(["trace", "ls", "--failed", "--service", "checkout", "--customer", "c1"])
            let traces = try #require(failed["traces"] as? [[String: Any]])
            #expect(traces.contains { $0["trace"] as? String == parent && $0["explained"] as? Bool == true })
            #expect(traces.count > 1, "failures that nobody asked about are kept")
            // A header that cannot be read is as none; the request goes on.
            let other = try HTTPProbe.request(
                "GET", mesh.router, path, headers: ["X-Explain: 1", "traceparent: 00-zz"])
            #expect(other.headers["x-trace-id"]?.count == 32)
            try mesh.down()
        }

        /// Parts that the control plane keeps of a trace.
        private func kept(_ mesh: TestMesh, _ trace: String) throws -> Int {
            let folder = URL(fileURLWithPath: mesh.dataDirectory)
            let token = try String(contentsOf: folder.appendingPathComponent("token"), encoding: .utf8)
            let control =
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: folder.appendingPathComponent("control.json"))) as? [String: Any]
            let api = try #require(control?["api"] as? String).replacingOccurrences(of: "http://", with: "")
            let answer = try HTTPProbe.request(
                "GET", api, "/v1/traces/\(trace)",
                headers: ["Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))"],
                hostField: api)
            guard answer.status == 200 else { return 0 }
            let page = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            return (page?["parts"] as? [Any])?.count ?? 0
        }

        /// What a cell knew of a request is gathered before the cell is killed, whether somebody asked to follow it or it failed.
        @Test func whatAKilledCellKnewIsThereStill() throws {
            let mesh = try mesh()
            let path = "/v1/customers/c1/services/checkout"
            let answer = try HTTPProbe.request("GET", mesh.router, path, headers: ["X-Explain: 1"])
            let explained = try #require(answer.headers["x-trace-id"])
            // Nobody follows this one; it fails.
            let failed = try #require(try HTTPProbe.request("GET", mesh.router, path).headers["x-trace-id"])
            for trace in [explained, failed] {
                #expect(try TestMesh.eventually { try kept(mesh, trace) == 2 }, "router and cell tell of \(trace)")
            }
            try mesh.run(["kill", "a-1", "--yes"])
            for trace in [explained, failed] {
                let shown = try mesh.json(["trace", "show", trace])
                let spans = try #require(shown["spans"] as? [[String: Any]])
                #expect(Set(spans.compactMap { $0["node"] as? String }).contains("a-1"), "\(shown)")
                #expect((shown["gone"] as? [String])?.isEmpty == true)
            }
            let listed = try mesh.json(["trace", "ls", "--cell", "a-1"])
            let ids = (listed["traces"] as? [[String: Any]])?.compactMap { $0["trace"] as? String } ?? []
            #expect(Set(ids).isSuperset(of: [explained, failed]), "\(ids)")
            #expect(((listed["store"] as? [String: Any])?["traces"] as? Int ?? 0) >= 2)
            try mesh.down()
        }
    }
}
