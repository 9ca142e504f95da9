import Foundation
import Testing

extension EndToEndFaults {
    /// Drills on real processes, as they are asked for.
    @Suite struct DrillTests {
        private static let quick = [
            "--rate", "80", "--customers", "40", "--baseline", "2s", "--success", "98%", "-o", "json",
        ]
        private static let stages = ["--stages", "100", "--watch", "200ms"]

        private func claim(_ name: String, in report: [String: Any]) throws -> [String: Any] {
            let claims = try #require(report["claims"] as? [[String: Any]])
            return try #require(
                claims.first { ($0["name"] as? String)?.hasPrefix(name) ?? false }, "\(name): \(claims)")
        }

        /// Whether the region is empty that the drill under way has left.
        private func isHolding(_ mesh: TestMesh) -> Bool {
            let status = try? mesh.json(["status"])
            let moving = (try? mesh.json(["evacuation", "status"]))?["outcome"] as? String
            return status?["evacuated"] as? [String] == ["us-east"] && moving == "completed"
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
            #expect(try claim("moves_completed==2", in: outcome.json)["observed"] as? Int == 2)
            #expect(try (1...20).map { try mesh.shard(of: "c\($0)") } == before)

            // Its plans have reports as everybody's, and are part of it.
            let kept = try #require(try mesh.json(["report", "ls"])["reports"] as? [[String: Any]])
            #expect(Set(kept.compactMap { $0["kind"] as? String }) == ["drill", "evacuation", "restore"], "\(kept)")
            #expect(try mesh.json(["report", "show", "last"])["id"] as? String == outcome.json["id"] as? String)

            // Kept, listed and shown.
            let path = try #require(outcome.json["report"] as? String)
            #expect(path.hasPrefix(mesh.dataDirectory + "/reports/") && FileManager.default.fileExists(atPath: path))
            let listed = try #require(try mesh.json(["drill", "ls"])["drills"] as? [[String: Any]])
            let last = try #require(
                listed.first { $0["name"] as? String == "region-evacuation" }?["last"] as? [String: Any])
            #expect(last["id"] as? String == outcome.json["id"] as? String)
            #expect(
                try mesh.json(["drill", "show", "evacuation"])["outcome"] as? String
                    == outcome.json["outcome"] as? String)
            // What happened meanwhile stands in its page.
            let timeline = try #require(
                try mesh.json(["report", "show", "last"])["timeline"] as? [[String: Any]])
            #expect(!timeline.isEmpty)

            // Interrupted while the region is empty.
            let held = try mesh.start(run + ["--hold", "60s"])
            let isEmpty = TestMesh.eventually { isHolding(mesh) }
            try #require(isEmpty, "\(held.messages)")
            let second = try mesh.run(run)
            #expect(second.code == 2 && second.err.contains("another drill runs"), "\(second.err)")
            kill(held.process.processIdentifier, SIGINT)
            let ended = held.wait(limit: 60)
            #expect(ended.code == 130 && ended.json["outcome"] as? String == "interrupted", "\(ended.err)")
            // What was not looked at any more is not judged.
            for name in ["moves_completed", "lost_writes", "rows_left", "customers_moved", "cells_poorer"] {
                #expect(try claim(name, in: ended.json)["verdict"] as? String == "undecided", "\(name)")
            }
            #expect((try mesh.json(["status"])["evacuated"] as? [String] ?? []).isEmpty)
            #expect(try (1...20).map { try mesh.shard(of: "c\($0)") } == before)
            try mesh.down()
        }

        /// What the guard has done once the command of a drill was killed: nothing is in force, and the report of it says so.
        private func takenBack(_ mesh: TestMesh) throws -> String {
            let isOver = (0..<9).contains { _ in
                TestMesh.eventually { !FileManager.default.fileExists(atPath: mesh.dataDirectory + "/drill.json") }
            }
            #expect(isOver, "its guard has not taken it back")
            let report = try mesh.json(["drill", "show", "last"])
            #expect(report["outcome"] as? String == "error" && report["conclusive"] as? Bool == false, "\(report)")
            return report["reason"] as? String ?? ""
        }

        /// SIGKILL while a region is empty: its customers are brought back, and the report says so.
        @Test func whatAKilledDrillHasLeftIsTakenBack() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let before = try (1...20).map { try mesh.shard(of: "c\($0)") }
            let run = ["drill", "run", "evacuation", "us-east"] + Self.quick + Self.stages
            let held = try mesh.start(run + ["--hold", "60s"])
            let isEmpty = TestMesh.eventually { isHolding(mesh) }
            try #require(isEmpty, "\(held.messages)")
            #expect(try !mesh.run(["drill", "ls"]).err.contains("was killed"), "it is under way")
            kill(held.process.processIdentifier, SIGKILL)
            _ = held.wait(limit: 10)
            let reason = try takenBack(mesh)
            #expect(reason.contains("its command was killed"), "\(reason)")
            #expect(reason.contains("us-east: its customers were brought back"), "\(reason)")
            let next = try mesh.run(run + ["--hold", "200ms"])
            try checkCounts(next)
            #expect(try (1...20).map { try mesh.shard(of: "c\($0)") } == before)
            // Both have a report, and nothing is left to be said.
            let reports = try #require(try mesh.json(["drill", "ls"])["reports"] as? [String])
            try #require(reports.count == 2)
            #expect(try !mesh.run(["drill", "ls"]).err.contains("was killed"))
            // A file of it that is damaged is told and gets out of the way.
            let file = mesh.dataDirectory + "/drill.json"
            try "{".write(toFile: file, atomically: true, encoding: .utf8)
            let damaged = try mesh.run(
                ["drill", "run", "evacuation", "us-east", "--rate", "20", "--baseline", "1s", "--hold", "0s"]
                    + Self.stages)
            #expect(damaged.err.contains("drill.json") && damaged.err.contains("cannot be read"), "\(damaged.err)")
            #expect(!FileManager.default.fileExists(atPath: file))
            try mesh.down()
        }

        /// SIGKILL in the midst of a cut, on a mesh whose conflicts wait for somebody: the cut is ended, and no key of the
        /// drills' own is left on the queue; one of somebody else's is.
        @Test func aKilledCutIsEndedAndNoKeyOfADrillWaitsForAnybody() throws {
            let tiers = try String(
                contentsOf: Program.root.appendingPathComponent("topology/tiers.yaml"), encoding: .utf8)
            let mesh = try TestMesh(
                writing: tiers.replacingOccurrences(
                    of: "store: {tier: critical,", with: "store: {conflicts: manual, tier: critical,"), "tiers.yaml")
            let run = ["drill", "run", "partition"] + Self.quick
            let held = try mesh.start(run + ["--for", "60s"])
            func faults() throws -> Int { (try mesh.json(["fault", "ls"])["faults"] as? [Any])?.count ?? -1 }
            try #require(try TestMesh.eventually { try faults() == 1 }, "\(held.messages)")
            // Both sides write the same keys: what one alone has waits for the other.
            func hints(isIn side: Bool) throws -> Int {
                try ["east", "west", "north"].flatMap { ["\($0)-1", "\($0)-2"] }
                    .filter { $0.hasPrefix("east") == side }
                    .reduce(0) { $0 + (try mesh.json(["store", $1])["hints"] as? Int ?? 0) }
            }
            let areApart = try TestMesh.eventually { try hints(isIn: true) >= 10 && hints(isIn: false) >= 10 }
            #expect(areApart)
            kill(held.process.processIdentifier, SIGKILL)
            _ = held.wait(limit: 10)
            let reason = try takenBack(mesh)
            #expect(reason.contains("its cut f1 was ended") && reason.contains("of drills' own resolved"), "\(reason)")
            #expect(try faults() == 0)
            let next = try mesh.run(run + ["--for", "4s"])
            #expect(next.json["outcome"] as? String == "passed" || next.code == 5, "\(next.out)\n\(next.err)")
            #expect(try faults() == 0)
            let steps = try #require(next.json["steps"] as? [[String: Any]])
            let tidy = try #require(steps.first { $0["name"] as? String == "tidy" })
            #expect(tidy["outcome"] as? String == "done", "\(tidy)")
            let queue = try mesh.json(["conflicts", "ls"])
            #expect(queue["count"] as? Int == 0, "\(queue)")
            try mesh.down()
        }

        /// SIGKILL before anything is in force: the drill's load has written all the same, and nothing of it waits for somebody.
        @Test func whatADrillThatWasKilledInItsBaselineHasWrittenIsTidied() throws {
            let tiers = try String(
                contentsOf: Program.root.appendingPathComponent("topology/tiers.yaml"), encoding: .utf8)
            let mesh = try TestMesh(
                writing: tiers.replacingOccurrences(
                    of: "store: {tier: critical,", with: "store: {conflicts: manual, tier: critical,"), "tiers.yaml")
            let load = ["--rate", "200", "--customers", "5"]
            let held = try mesh.start(["drill", "run", "partition", "--for", "2s", "--baseline", "60s"] + load)
            func waiting() throws -> Int { try mesh.json(["conflicts", "ls"])["count"] as? Int ?? 0 }
            try #require(try TestMesh.eventually { try waiting() > 0 }, "\(held.messages)")
            kill(held.process.processIdentifier, SIGKILL)
            _ = held.wait(limit: 10)
            let reason = try takenBack(mesh)
            #expect(
                reason.contains("baseline") && reason.contains("it had nothing in force yet")
                    && reason.contains("of drills' own resolved"), "\(reason)")
            #expect(try waiting() == 0)
            #expect(try !mesh.run(["drill", "ls"]).err.contains("was killed"))
            try mesh.down()
        }

        @Test func aBuildThatDropsAcknowledgedWritesDeviates() throws {
            let mesh = try TestMesh()
            try mesh.up(
                Program.root.appendingPathComponent("topology/nine-cells.yaml").path, ["--defect", "drop-writes"])
            let outcome = try mesh.run(
                ["drill", "run", "evacuation", "us-east", "--hold", "200ms"] + Self.quick + Self.stages)
            #expect(outcome.code == 5 && outcome.json["outcome"] as? String == "deviated", "\(outcome.err)")
            let lost = try claim("lost_writes==0", in: outcome.json)
            // A machine that is too busy for times to be judged excuses none.
            #expect(lost["verdict"] as? String == "deviated" && (lost["observed"] as? Int ?? 0) > 0, "\(lost)")
            try mesh.down()
        }

        @Test func aRegionIsCutOffAndEachTierKeepsItsPromise() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/tiers.yaml").path)
            let outcome = try mesh.run(["drill", "run", "partition", "--for", "6s"] + Self.quick)
            try checkCounts(outcome)
            let report = outcome.json
            #expect(report["target"] as? String == "region/east")
            #expect(try claim("moves_begun", in: report)["observed"] as? Int == 0)
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
