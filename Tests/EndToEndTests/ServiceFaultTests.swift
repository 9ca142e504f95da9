import Foundation
import Testing

extension EndToEndFaults {
    /// Faults on services of real cells: they strike, are listed, and end by hand, by their lease, and without the control plane.
    @Suite struct ServiceFaultTests {
        private func checkout(_ mesh: TestMesh, _ service: String = "checkout") throws -> HTTPProbe.Answer {
            try HTTPProbe.request("POST", mesh.router, "/v1/customers/c1/services/\(service)")
        }

        @Test func aServiceFailsAndIsHealed() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            #expect(try checkout(mesh).status == 200)
            let added = try mesh.json(["fault", "add", "errors", "service/user", "--status", "503"])
            #expect(added["targets"] as? [String] == ["service/user"] && added["status"] as? Int == 503)
            #expect((added["of"] as? Int).map { $0 > 0 && added["applied"] as? Int == $0 } == true)
            #expect(try checkout(mesh).status != 200)
            #expect(try mesh.run(["fault", "ls"]).out.contains("errors with 503"))
            #expect((try mesh.json(["status"])["faults"] as? [Any])?.count == 1)
            #expect(try mesh.run(["heal"]).code == 0)
            // What has counted the failures may stay open for a moment.
            #expect(try TestMesh.eventually { try checkout(mesh).status == 200 })
            try mesh.down()
        }

        /// Predicted and observed are of the same customers, and everybody tells of it: also once it is over.
        @Test func whatItDoesToCustomersIsSeenByTheRouters() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            try mesh.json(["fault", "add", "errors", "service/payment", "--for", "5m"])
            try mesh.json(["load", "run", "--rate", "100", "--duration", "4s"])
            func harmed(_ document: [String: Any]) throws -> Int {
                let observed = try #require(document["observed"] as? [String: Any])
                return (observed["degraded"] as? Int ?? 0) + (observed["lost"] as? Int ?? 0)
            }
            let actual = try mesh.json(["blast-radius", "--actual"])
            let count = try harmed(actual)
            #expect((actual["observed"] as? [String: Any])?["different"] as? Int == 0)
            #expect(count > 0 && (actual["impaired"] as? [Any])?.count == 12 && actual["degraded"] as? Int == 1_000)
            let listed = try mesh.json(["customers", "--limit", "1000"])
            let rows = listed["customers"] as? [[String: Any]] ?? []
            #expect(rows.count { ["degraded", "lost"].contains($0["observed"] as? String) } == count)
            #expect(listed["ended_ms"] == nil)
            #expect(
                try TestMesh.eventually {
                    let top = try mesh.json(["top", "--once"])["impact"] as? [String: Any] ?? [:]
                    return try top["open"] as? Bool == true && harmed(top) == count && top["different"] as? Int == 0
                })
            let answer = try HTTPProbe.request("GET", mesh.router, "/status")
            let status = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            let customers = status?["customers"] as? [String: Double] ?? [:]
            #expect((customers["degraded"] ?? 0) + (customers["lost"] ?? 0) > 0, "\(answer.body)")
            try mesh.run(["heal"])
            #expect(
                try TestMesh.eventually { try mesh.json(["customers", "--limit", "1"])["ended_ms"] is Int })
            let over = try mesh.json(["blast-radius", "--actual"])
            #expect(try harmed(over) == count && (over["impaired"] as? [Any])?.count == 12)
            try mesh.down()
        }

        /// A8 in real processes: the cell that hangs has all the connections of the others, until it is killed and its lease is over.
        @Test func aCellThatHangsHoldsAllThatIsSharedAndLeavesItWithItsLife() throws {
            let mesh = try TestMesh("topology/leaky.yaml")
            let shards = try (1...40).map { try mesh.shard(of: "c\($0)") }
            let other = 1 + (try #require(shards.firstIndex(of: ["large"])))
            func order() throws -> Int {
                try HTTPProbe.request("GET", mesh.router, "/v1/customers/c\(other)/services/orders").status
            }
            #expect(try order() == 200)
            try mesh.json(["fault", "add", "hang", "cell/small/service/orders", "--for", "5m"])
            try mesh.run([
                "load", "run", "--rate", "400", "--duration", "3s", "--mix", "services=100%", "--connections", "512",
            ])
            #expect(try order() != 200, "the large cell has none of the hundred")
            let shared = try FileManager.default.contentsOfDirectory(atPath: mesh.dataDirectory)
            #expect(shared.contains("shared-database-100"))
            try mesh.run(["kill", "cell/small", "--yes"])
            #expect(try TestMesh.eventually { try order() == 200 }, "what the dead one held has returned")
            try mesh.down()
        }

        @Test func aServiceThatHangsGoesOnWithItsLeaseThoughNobodyIsLeftToEndIt() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            try mesh.json([
                "fault", "add", "hang", "cell/\(try mesh.cells().at(0).name)/service/payment", "--for", "4s",
            ])
            try mesh.run(["kill", "control"])
            #expect(try checkout(mesh).status != 200)
            #expect(try checkout(mesh, "user").status == 200, "no other service is struck")
            #expect(try TestMesh.eventually { try checkout(mesh).status == 200 })
            // The next control plane takes over what is left.
            try mesh.up(Program.root.appendingPathComponent("topology/monolith.yaml").path)
            try mesh.down()
        }

        @Test func keysAreChargedOnceAndABuildThatDoesNotIsFound() throws {
            for (defect, code) in [([], 0), (["--defect", "claim-ignored"], 5)] as [([String], Int32)] {
                let mesh = try TestMesh()
                try mesh.up(
                    Program.root.appendingPathComponent("topology/eight-cells.yaml").path, defect)
                let outcome = try mesh.run([
                    "load", "run", "--service", "checkout", "--post", "keyed", "--values", "1..9", "--rate", "100",
                    "--duration", "2s", "-o", "json",
                ])
                #expect(outcome.code == code, "\(outcome.err)")
                let report = try JSONSerialization.jsonObject(with: Data(outcome.out.utf8)) as? [String: Any]
                let charged = try #require(report?["charged_once"] as? [String: Any])
                #expect(charged["ok"] as? Bool == (code == 0) && charged["missing"] as? [String] == [])
                #expect(charged["repeated"] as? Int ?? 0 > 0)
                try mesh.down()
            }
        }
    }
}
