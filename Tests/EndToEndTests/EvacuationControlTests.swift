import Foundation
import Store
import Testing

extension EndToEndMoves {
    /// An evacuation that is interrupted: its command, its course, and whoever carries it out.
    @Suite struct EvacuationControlTests {
        private func shards(_ mesh: TestMesh) throws -> [[String]] {
            try (1...10).map { try mesh.shard(of: "c\($0)") }
        }

        private func status(_ mesh: TestMesh) throws -> [String: Any] { try mesh.json(["evacuation", "status"]) }

        private func comes(_ mesh: TestMesh, to outcome: String) throws -> Bool {
            for _ in 0..<6 {
                if try TestMesh.eventually({ try status(mesh)["outcome"] as? String == outcome }) { return true }
            }
            return false
        }

        private func kept(_ mesh: TestMesh) -> [String: Any]? {
            let file = URL(fileURLWithPath: mesh.dataDirectory + "/evacuation.json")
            guard let content = try? Data(contentsOf: file) else { return nil }
            return (try? JSONSerialization.jsonObject(with: content)) as? [String: Any]
        }

        /// Killed once more, as if that had been between the end of the plan and its report: the next one makes it.
        private func endUnseen(_ mesh: TestMesh) throws {
            let before = try #require(kept(mesh))
            kill(try mesh.controlPID(), SIGKILL)
            let journal = try Journal(path: mesh.dataDirectory + "/control.sqlite")
            let text = try #require(try journal.meta("evacuation/course"))
            var document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            var course = try #require(document["course"] as? [String: Any])
            try #require(course.removeValue(forKey: "ended") != nil)
            document["course"] = course
            let changed = try JSONSerialization.data(withJSONObject: document)
            try journal.setMeta("evacuation/course", String(decoding: changed, as: UTF8.self))
            journal.close()
            try FileManager.default.removeItem(atPath: mesh.dataDirectory + "/evacuation.json")
            #expect(try mesh.run(["up", "--mesh", "nine-cells", "--detach"]).code == 0)
            let isMade = TestMesh.eventually { kept(mesh) != nil }
            let report = try #require(kept(mesh), "\(isMade)")
            #expect(
                report["outcome"] as? String == "completed"
                    && report["control_planes"] as? Int == (before["control_planes"] as? Int ?? 0) + 1, "\(report)")
            #expect(report["records_copied"] as? Int == before["records_copied"] as? Int)
            #expect((report["stages"] as? [[String: Any]])?.count == 2)
        }

        /// Of all that have carried it out, as if one had: the last one may have been killed after its end.
        private func checkReport(_ mesh: TestMesh) throws {
            let report = try #require(kept(mesh))
            #expect(
                report["outcome"] as? String == "completed" && report["control_planes"] as? Int ?? 0 >= 3, "\(report)")
            #expect((report["stages"] as? [[String: Any]])?.map { $0["percent"] as? Int } == [25, 100], "\(report)")
            let timeline = try #require(report["timeline"] as? [[String: Any]])
            let parts = timeline.map { "\($0["name"] as? String ?? "") \($0["stage"] as? Int ?? 0)" }
            for part in [
                "plan 0", "begin 25", "fill 25", "switch 25", "watch 25", "begin 100", "watch 100", "release 0",
            ] {
                #expect(parts.contains(part), "\(part): \(timeline)")
            }
            // Away for two seconds each time, which no life has seen from its beginning to its end.
            #expect(report["duration_ms"] as? Double ?? 0 > 4_000, "\(report)")
            #expect(
                report["records_copied"] as? Int ?? 0 > 20 && report["records_verified"] as? Int ?? 0 > 20, "\(report)")
            #expect(report["customers_moved"] as? Int ?? 0 > 0 && report["rerouted_ms"] is Double, "\(report)")
            let phases = try #require(report["phases"] as? [[String: Any]])
            #expect(
                phases.allSatisfy { $0["start_ms"] is Double && $0["duration_ms"] as? Double ?? 0 > 0 }, "\(phases)")
        }

        @Test func itIsHeldTakenBackAndCarriedOnByWhoeverComesNext() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let before = try shards(mesh)
            let load = try mesh.start([
                "load", "run", "--rate", "100", "--duration", "2m", "--customers", "40", "--verify", "-o", "json",
            ])

            // Ctrl-C ends the command and nothing else.
            let command = try mesh.start([
                "evacuate", "us-east", "--confirm", "us-east", "--stages", "25,50,100", "--watch", "3s",
            ])
            #expect(try TestMesh.eventually { try (status(mesh)["stage"] as? Int ?? 0) >= 1 })
            kill(command.process.processIdentifier, SIGINT)
            let ended = command.wait(limit: 20)
            #expect(ended.code == 130 && ended.err.contains("goes on without this command"), "\(ended.err)")
            #expect(ended.err.contains("cellmesh evacuation status --watch"), "\(ended.err)")
            #expect(try status(mesh)["outcome"] as? String == "running")

            // Held, it begins no further cohort; taken back, everybody is where he was.
            #expect(try mesh.run(["evacuation", "pause"]).code == 0)
            #expect(try comes(mesh, to: "paused"))
            #expect(try mesh.run(["evacuation", "resume"]).code == 0)
            #expect(try comes(mesh, to: "running"))
            #expect(try mesh.run(["evacuation", "abort"]).code == 0)
            #expect(try comes(mesh, to: "aborted"))
            // Nobody waited for it, and it has left its report.
            let isKept = try TestMesh.eventually { try mesh.run(["report", "show", "evacuation"]).code == 0 }
            let report = try mesh.json(["report", "show", "evacuation"])
            #expect(isKept && report["kind"] as? String == "evacuation" && report["outcome"] as? String == "deviated")
            #expect(try shards(mesh) == before)

            // Killed at three steps, and away for two seconds each time: the next one goes on, and nobody noticed.
            let begun = try mesh.run([
                "evacuate", "us-east", "--confirm", "us-east", "--stages", "25,100", "--watch", "1s", "--detach",
            ])
            #expect(begun.code == 0, "\(begun.err)")
            for stage in [0, 1, 2] {
                _ = try TestMesh.eventually {
                    let now = try status(mesh)
                    return (now["stage"] as? Int ?? 0) >= stage || now["outcome"] as? String != "running"
                }
                kill(try mesh.controlPID(), SIGKILL)
                // What is there to be told without it.
                let told = try mesh.run(["evacuation", "status"])
                #expect(
                    told.code == 3 && told.err.contains("up --mesh nine-cells --detach"), "\(told.code) \(told.err)")
                usleep(2_000_000)
                let up = try mesh.run(["up", "--mesh", "nine-cells", "--detach"])
                #expect(up.code == 0, "\(up.err)")
            }
            #expect(try comes(mesh, to: "completed"))
            #expect(try mesh.json(["status"])["evacuated"] as? [String] == ["us-east"])
            #expect(try shards(mesh).allSatisfy { $0.allSatisfy { !$0.hasPrefix("us-east") } })

            try checkReport(mesh)
            try endUnseen(mesh)

            let outcome = load.end()
            let writes = try #require(outcome.json["writes"] as? [String: Any])
            #expect(writes["lost"] as? Int == 0 && (writes["acknowledged"] as? Int ?? 0) > 100, "\(writes)")
            #expect(outcome.json["failed"] as? Int == 0, "\(outcome.out.prefix(600))")
            try mesh.down()
        }
    }
}
