import Foundation
import Testing

extension EndToEnd {
    /// Calls under idempotency keys on real processes: carried out once, whatever becomes of the cell that did it.
    @Suite struct IdempotencyTests {
        private static let stages = ["--stages", "50,100", "--watch", "200ms"]
        private static let path = "/v1/customers/c1/services"

        /// Nine cells and two routers, with services that say what they want of keys.
        private func mesh() throws -> TestMesh {
            try TestMesh(
                writing: """
                    mesh: nine
                    seed: 42
                    blueprint: shop.yaml
                    regions:
                      - {name: us-east, zones: [a, b], cells: 3}
                      - {name: us-west, zones: [a, b], cells: 3}
                      - {name: eu-west, zones: [a, b], cells: 3}
                    customers: {count: 1000}
                    sharding: {size: 3, spread: region}
                    routing: {attempt-timeout: 8s, request-timeout: 9s}
                    routers: 2
                    restart: never
                    membership: {profile: local}
                    """, "nine.yaml",
                beside: [
                    "shop.yaml": """
                    cell: shop
                    services:
                      - name: pay
                        work: {wait: {p50: 1ms, p99: 2ms}}
                      - name: slow
                        work: {wait: {p50: 6s, p99: 6s}}
                      - {name: strict, idempotency: required}
                      - {name: same, idempotency: {mode: body, ttl: 1h}}
                      - {name: free, idempotency: off}
                    store: {tier: critical, durability: process}
                    """
                ])
        }

        private func routers(_ mesh: TestMesh) throws -> [String] {
            let rows = try #require(try mesh.json(["status"])["routers"] as? [[String: Any]])
            let urls = rows.compactMap { $0["address"] as? String }.map { "http://" + $0 }
            try #require(urls.count == 2, "\(rows)")
            return urls
        }

        private func pay(
            _ router: String, _ key: String?, _ service: String = "pay", body: String = "{\"sum\":3}"
        ) throws -> HTTPProbe.Answer {
            try HTTPProbe.request(
                "POST", router, "\(Self.path)/\(service)", headers: key.map { ["Idempotency-Key: \($0)"] } ?? [],
                body: body)
        }

        private func kill(_ cell: String, in mesh: TestMesh) throws {
            let pid = try #require(try mesh.cells().first { $0.name == cell }?.pid)
            Glibc.kill(pid, SIGKILL)
        }

        private func server(_ answer: HTTPProbe.Answer) throws -> String {
            let json = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            return try #require(json?["cell"] as? String, "\(answer)")
        }

        @Test func aKeyIsAnsweredAsItWasAfterAKillAMoveAndAnEvacuation() throws {
            let mesh = try mesh()
            let routers = try routers(mesh)
            let first = try pay(routers.at(0), "k1")
            #expect(first.status == 200 && first.headers["idempotent-replayed"] == nil, "\(first)")
            let cell = try server(first)
            func isReplayed(_ when: String) throws {
                for router in routers {
                    let again = try pay(router, "k1")
                    #expect(again.status == 200 && again.body == first.body, "\(when): \(again)")
                    #expect(again.headers["idempotent-replayed"] == "true", "\(when): \(again)")
                }
            }
            try isReplayed("at once")
            let other = try pay(routers.at(1), "k1", body: "{\"sum\":4}")
            #expect(other.status == 422 && other.body.contains("\"idempotency\""), "\(other)")
            #expect(try pay(routers.at(1), "k2").headers["idempotent-replayed"] == nil)

            try kill(cell, in: mesh)
            try isReplayed("after a kill")
            #expect(try mesh.run(["restart", "cell/\(cell)"]).code == 0)
            #expect(try mesh.run(["status", "--wait", "20s"]).code == 0)

            // To cells that share none with the former ones.
            let shard = Set(try mesh.shard(of: "c1"))
            let target = try mesh.cells().map(\.name).filter { !shard.contains($0) }
            let apart = ["us-east", "us-west", "eu-west"].compactMap { region in
                target.first { $0.hasPrefix(region) }
            }
            let moved = try mesh.run(["move", "c1", "--to", apart.joined(separator: ","), "-o", "json"])
            #expect(moved.code == 0, "\(moved.out)\n\(moved.err)")
            #expect(Set(try mesh.shard(of: "c1")) == Set(apart))
            try isReplayed("after a move")
            #expect(try pay(routers.at(0), "k1", body: "x").status == 422)

            let region = try String(apart.at(0).dropLast(2))
            let evacuated = try mesh.run(["evacuate", region, "--confirm", region, "-o", "json"] + Self.stages)
            #expect(evacuated.code == 0, "\(evacuated.out)\n\(evacuated.err)")
            try isReplayed("after an evacuation")
            try mesh.down()
        }

        /// One cell of three is left: whoever has a key hears so at once, and not that nobody answered.
        @Test func withoutAMajorityAKeyIsRefusedAtOnce() throws {
            let mesh = try mesh()
            let routers = try routers(mesh)
            for cell in try mesh.shard(of: "c1").dropFirst() { try kill(cell, in: mesh) }
            #expect(
                try TestMesh.eventually {
                    try HTTPProbe.request("GET", routers.at(0), "\(Self.path)/pay").headers["x-shard"] == "1/3"
                })
            for _ in 0..<2 {
                let begun = ContinuousClock.now
                let answer = try pay(routers.at(0), "lone")
                #expect(answer.status == 503 && answer.headers["retry-after"] == "1", "\(answer)")
                #expect(answer.body.contains("\"idempotency\""), "\(answer)")
                // The time for an attempt is 8 s.
                #expect(ContinuousClock.now - begun < .seconds(4))
            }
            #expect(try pay(routers.at(0), nil).status == 200)
            try mesh.down()
        }

        /// Nobody knows how far the work had come, so nobody does it again.
        @Test func aCallWhoseCellDiedIsNeverGivenToAnother() throws {
            let mesh = try mesh()
            let routers = try routers(mesh)
            let probe = try HTTPProbe(routers.at(0))
            probe.send(
                "POST \(Self.path)/slow HTTP/1.1\r\nHost: mesh\r\nIdempotency-Key: s1\r\nContent-Length: 1\r\n\r\nx")
            var serving = ""
            let shard = try mesh.shard(of: "c1")
            #expect(
                try TestMesh.eventually {
                    serving = try shard.first { try claimed(by: $0, in: mesh) == 1 } ?? ""
                    return serving != ""
                })
            try kill(serving, in: mesh)
            let lost = try pay(routers.at(1), "s1", "slow", body: "x")
            #expect(lost.status == 409 && lost.headers["retry-after"] != nil, "\(lost)")
            #expect(lost.body.contains("\"idempotency\""), "\(lost)")
            // Once it does not answer, a client is told to wait longer, and not for ever: it may stand still.
            #expect(
                try TestMesh.eventually {
                    let answer = try pay(routers.at(1), "s1", "slow", body: "x")
                    return answer.status == 409 && answer.headers["retry-after"] == "60"
                })
            #expect(try pay(routers.at(0), "s1", "slow", body: "x").status == 409)
            #expect(try mesh.run(["restart", "cell/\(serving)"]).code == 0)
            #expect(try mesh.run(["status", "--wait", "20s"]).code == 0)
            // Its next life is another process.
            let again = try pay(routers.at(0), "s1", "slow", body: "x")
            #expect(again.status == 409 && Int(again.headers["retry-after"] ?? "") ?? 0 > 80_000, "\(again)")
            try mesh.down()
        }

        private func claimed(by cell: String, in mesh: TestMesh) throws -> Int {
            let rows = try #require(try mesh.json(["status"])["cells"] as? [[String: Any]])
            let address = try #require(rows.first { $0["name"] as? String == cell }?["address"] as? String, "\(rows)")
            let page = try HTTPProbe.request("GET", "http://" + address, "/metrics").body
            let line = page.split(separator: "\n").first {
                $0.hasPrefix("cellmesh_idempotency_total") && $0.contains("\"claimed\"")
            }
            return Int(line?.split(separator: " ").last ?? "") ?? -1
        }

        @Test func aServiceSaysWhatItWantsOfKeys() throws {
            let mesh = try mesh()
            let routers = try routers(mesh)
            #expect(try pay(routers.at(0), nil, "strict").status == 400)
            #expect(try pay(routers.at(0), "a", "strict").status == 200)
            #expect(try pay(routers.at(1), "a", "strict").headers["idempotent-replayed"] == "true")
            #expect(try HTTPProbe.request("GET", routers.at(0), "\(Self.path)/strict").status == 200)
            #expect(try pay(routers.at(0), nil, "same").headers["idempotent-replayed"] == nil)
            #expect(try pay(routers.at(1), nil, "same").headers["idempotent-replayed"] == "true")
            #expect(try pay(routers.at(1), nil, "same", body: "other").headers["idempotent-replayed"] == nil)
            #expect(try pay(routers.at(0), "a", "free").status == 501)
            #expect(try pay(routers.at(0), nil, "free").status == 200)
            func withID(_ service: String, _ id: String = "r1") throws -> HTTPProbe.Answer {
                try HTTPProbe.request(
                    "POST", routers.at(0), "\(Self.path)/\(service)", headers: ["X-Request-ID: \(id)"], body: "x")
            }
            let long = String(repeating: "r", count: 300)
            #expect(try withID("pay", long).headers["idempotent-replayed"] == nil)
            #expect(try withID("pay", long).headers["idempotent-replayed"] == "true")
            #expect(try withID("pay", long + "2").headers["idempotent-replayed"] == nil)
            #expect(try withID("pay").headers["idempotent-replayed"] == nil)
            #expect(try withID("pay").headers["idempotent-replayed"] == "true")
            #expect(try withID("free").status == 200)
            #expect(try withID("free").headers["idempotent-replayed"] == nil)
            let empty = try HTTPProbe.request(
                "POST", routers.at(0), "\(Self.path)/pay", headers: ["Idempotency-Key: "], body: "x")
            #expect(empty.status == 400, "\(empty)")
            #expect(try pay(routers.at(0), String(repeating: "k", count: 255)).status == 200)
            #expect(try pay(routers.at(0), String(repeating: "k", count: 256)).status == 400)
            let record = try HTTPProbe.request(
                "PUT", routers.at(0), "/v1/customers/c1/records/k", headers: ["Idempotency-Key: a"], body: "x")
            #expect(record.status == 501, "\(record)")
            let show = try mesh.run(["config", "show", "--mesh", "nine"]).out
            #expect(show.contains("idempotency: {mode: body, ttl: 1h}"), "\(show)")
            try mesh.down()
        }
    }
}
