import Foundation
import Testing

extension EndToEnd {
    /// Drills on real processes, as they are asked for.
    @Suite struct DrillTests {
        private static let quick = [
            "--rate", "80", "--customers", "40", "--baseline", "1s", "--success", "98%", "-o", "json",
        ]
        private static let stages = ["--stages", "100", "--watch", "200ms"]

        private func claim(_ name: String, in report: [String: Any]) throws -> [String: Any] {
            let claims = try #require(report["claims"] as? [[String: Any]])
            return try #require(
                claims.first { ($0["name"] as? String)?.hasPrefix(name) ?? false }, "\(name): \(claims)")
        }

        /// What no noise excuses is kept, whatever the machine did to the rest, and the exit code is the outcome's.
        private func checkCounts(_ outcome: Program.Outcome) throws {
            let report = outcome.json
            let claims = try #require(report["claims"] as? [[String: Any]], "\(outcome.out)\n\(outcome.err)")
            for claim in claims where claim["class"] as? String == "count" {
                #expect(claim["verdict"] as? String == "met", "\(claim)\n\(outcome.err)")
            }
            let isConclusive = report["conclusive"] as? Bool == true
            let isPassed = report["outcome"] as? String == "passed"
            #expect(outcome.code == (isPassed ? isConclusive ? 0 : 3 : 5), "\(outcome.out)\n\(outcome.err)")
            #expect(report["exposed"] as? Bool == true)
        }

        @Test func aRegionIsLeftAndTakenBackAndCtrlCTakesItBackToo() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let before = try (1...20).map { try mesh.shard(of: "c\($0)") }
            let run = ["drill", "run", "evacuation", "us-east"] + Self.quick + Self.stages

            // Nothing begins beside something else.
            try mesh.json(["fault", "add", "latency", "us-west-1", "us-west-2", "--delay", "1ms", "--for", "1m"])
            let beside = try mesh.run(run)
            #expect(beside.code == 2 && beside.err.contains("cellmesh heal"), "\(beside.err)")
            try mesh.json(["heal"])
            let unknown = try mesh.run(["drill", "run", "evacuation", "us-eats"])
            #expect(unknown.code == 64 && unknown.err.contains("us-east"), "\(unknown.err)")
            #expect(try mesh.run(["drill", "show", "evacuation"]).code == 64)

            let outcome = try mesh.run(run + ["--hold", "500ms"])
            try checkCounts(outcome)
            #expect(outcome.json["target"] as? String == "region/us-east")
            #expect(try claim("evacuation and restore", in: outcome.json)["observed"] as? Int == 2)
            #expect(try (1...20).map { try mesh.shard(of: "c\($0)") } == before)

            // Kept, listed and shown.
            let path = try #require(outcome.json["report"] as? String)
            #expect(path.hasPrefix(mesh.dataDirectory + "/reports/") && FileManager.default.fileExists(atPath: path))
            let listed = try #require(try mesh.json(["drill", "ls"])["drills"] as? [[String: Any]])
            let last = try #require(listed.first { $0["name"] as? String == "evacuation" }?["last"] as? [String: Any])
            #expect(last["id"] as? String == outcome.json["id"] as? String)
            #expect(
                try mesh.json(["drill", "show", "last"])["outcome"] as? String == outcome.json["outcome"] as? String)

            // Interrupted while the region is empty.
            let held = try mesh.start(run + ["--hold", "60s"])
            let isEmpty = try TestMesh.eventually {
                try mesh.json(["status"])["evacuated"] as? [String] == ["us-east"]
            }
            try #require(isEmpty, "\(held.messages)")
            let second = try mesh.run(run)
            #expect(second.code == 2 && second.err.contains("another drill runs"), "\(second.err)")
            kill(held.process.processIdentifier, SIGINT)
            let ended = held.wait(limit: 60)
            #expect(ended.code == 130 && ended.json["outcome"] as? String == "interrupted", "\(ended.err)")
            #expect((try mesh.json(["status"])["evacuated"] as? [String] ?? []).isEmpty)
            #expect(try (1...20).map { try mesh.shard(of: "c\($0)") } == before)
            try mesh.down()
        }

        @Test func aBuildThatDropsAcknowledgedWritesDeviates() throws {
            let mesh = try TestMesh()
            try mesh.up(
                Program.root.appendingPathComponent("topology/nine-cells.yaml").path, ["--defect", "drop-writes"])
            let outcome = try mesh.run(
                ["drill", "run", "evacuation", "us-east", "--hold", "200ms"] + Self.quick + Self.stages)
            #expect(outcome.code == 5 && outcome.json["outcome"] as? String == "deviated", "\(outcome.err)")
            let lost = try claim("acknowledged writes lost", in: outcome.json)
            #expect(lost["verdict"] as? String == "deviated" && (lost["observed"] as? Int ?? 0) > 0, "\(lost)")
            #expect(outcome.json["conclusive"] as? Bool == true)
            try mesh.down()
        }

        @Test func aRegionIsCutOffAndEachTierKeepsItsPromise() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/tiers.yaml").path)
            let outcome = try mesh.run(["drill", "run", "partition", "--for", "6s"] + Self.quick)
            try checkCounts(outcome)
            let report = outcome.json
            #expect(report["target"] as? String == "region/east")
            #expect(try claim("evacuations begun", in: report)["observed"] as? Int == 0)
            let tiers = try #require(report["tiers"] as? [[String: Any]])
            func row(_ tier: String, _ side: String) throws -> [String: Int] {
                let row = tiers.first { $0["tier"] as? String == tier && $0["side"] as? String == side }
                return try #require(row, "\(tiers)").compactMapValues { $0 as? Int }
            }
            // One cell of three: critical refuses there and goes on elsewhere, important goes on at both.
            let inside = try row("critical", "east")
            #expect(inside["ok"] == 0 && inside["requests"]! > 0 && inside["refused"]! > 0, "\(inside)")
            #expect(try row("critical", "elsewhere")["ok"]! > 0)
            #expect(try row("important", "east")["ok"]! > 0)
            #expect(try row("important", "elsewhere")["ok"]! > 0)
            #expect((try mesh.json(["fault", "ls"])["faults"] as? [[String: Any]])?.isEmpty == true)

            // A mesh whose routers are on one side alone shows nothing, and says so.
            let one = try mesh.run(["drill", "run", "partition", "nowhere"])
            #expect(one.code == 64 && one.err.contains("east"), "\(one.err)")
            try mesh.down()
        }
    }
}
