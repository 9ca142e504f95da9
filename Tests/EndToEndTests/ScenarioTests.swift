import Foundation
import Testing

extension EndToEndFaults {
    /// Scenarios on real processes: from their files to what is left of them, whoever is killed on the way.
    @Suite struct ScenarioTests {
        private func scenario(_ mesh: TestMesh, _ method: String, objectives: String = "[]", extra: String = "") throws
            -> String
        {
            let path = mesh.dataDirectory + "/../scenario-\(UUID().uuidString.prefix(8)).yaml"
            let text = """
                title: A test
                load: {rate: 100, customers: 40}
                baseline: {for: 1s}
                settle: 15s
                steady-state-hypothesis:
                  title: requests are answered
                  strategy: default
                  probes:
                    - {type: probe, name: answered, tolerance: 90%, provider: {type: cellmesh, measure: success, window: 1s}}
                method:
                \(method)
                objectives: \(objectives)
                \(extra)

                """
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        private static let killing =
            "  - {type: action, name: kill, provider: {type: cellmesh, do: \"kill cell/{busiest}\", for: 3s}}"

        private func checkNothingIsLeft(_ mesh: TestMesh) throws {
            let isClear = TestMesh.eventually(seconds: 40) {
                guard let faults = try? mesh.json(["fault", "ls"])["faults"] as? [Any] else { return false }
                let status = try? mesh.json(["status"])
                return faults.isEmpty && status?["state"] as? String == "serving"
                    && !FileManager.default.fileExists(atPath: mesh.dataDirectory + "/drill.json")
            }
            let faults = try? mesh.run(["fault", "ls"]).out
            #expect(isClear, "\(faults ?? "")")
        }

        @Test func aCellDiesAndTheVerdictSaysWhatWasSeen() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let path = try scenario(
                mesh, Self.killing,
                objectives: "[\"customers_lost==0\", \"false_deaths==0\", \"detection<=20s\", \"success>=1%\"]")
            let outcome = try mesh.run(["drill", "run", path, "-o", "json"])
            let report = outcome.json
            let claims = try #require(report["claims"] as? [[String: Any]], "\(outcome.out)\n\(outcome.err)")
            for claim in claims where claim["class"] as? String == "count" {
                #expect(claim["verdict"] as? String == "met", "\(claim)\n\(outcome.err)")
            }
            #expect(report["exposed"] as? Bool == true && [0, 3].contains(outcome.code), "\(outcome.err)")
            #expect(claims.contains { $0["name"] as? String == "detection<=20s" && $0["observed"] is Double })
            let steps = try #require(report["steps"] as? [[String: Any]]).compactMap { $0["name"] as? String }
            #expect(steps.contains("kill") && steps.contains("kill ended") && steps.last == "tidy")
            try checkNothingIsLeft(mesh)
            // One report, as all others have, with the file that was run.
            let id = try #require(report["id"] as? String)
            let directory = mesh.dataDirectory + "/reports/" + id
            for file in ["report.json", "report.html", "drill.json", "scenario.yaml", "series.json", "events.ndjson"] {
                #expect(FileManager.default.fileExists(atPath: "\(directory)/\(file)"), "\(file)")
            }
            #expect(try mesh.json(["drill", "show", "last"])["id"] as? String == id)
            #expect(try mesh.json(["report", "show", "last"])["kind"] as? String == "drill")

            // A claim that cannot hold deviates, and an abort ends it at once.
            let bad = try mesh.run([
                "drill", "run", try scenario(mesh, Self.killing, objectives: "[\"cells_down==0\"]"), "-o", "json",
            ])
            #expect(bad.code == 5 && bad.json["outcome"] as? String == "deviated", "\(bad.err)")
            let aborted = try mesh.run([
                "drill", "run",
                try scenario(
                    mesh, Self.killing.replacing("for: 3s", with: "for: 60s"), extra: "abort: [\"cells_down>0\"]"),
                "-o",
                "json",
            ])
            #expect(aborted.code == 5 && aborted.json["outcome"] as? String == "aborted", "\(aborted.err)")
            try checkNothingIsLeft(mesh)
        }

        @Test func whatCannotBeRunIsRefusedWithItsPlace() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            func refused(_ method: String, objectives: String = "[]", extra: String = "") throws -> Program.Outcome {
                try mesh.run(["drill", "run", try scenario(mesh, method, objectives: objectives, extra: extra)])
            }
            let unknown = try refused(Self.killing, extra: "setle: 3s")
            #expect(
                unknown.code == 64 && unknown.err.contains(":13:") && unknown.err.contains("settle"), "\(unknown.err)")
            let nobody = try refused(Self.killing.replacing("cell/{busiest}", with: "cell/us-esat-1"))
            #expect(nobody.code == 64 && nobody.err.contains("us-east-1"), "\(nobody.err)")
            let simulated = try refused(
                Self.killing.replacing("kill cell/{busiest}", with: "drift cell/{busiest} 200ppm"))
            #expect(simulated.code == 64 && simulated.err.contains("simulated alone"), "\(simulated.err)")
            let atOnce = try refused(Self.killing, extra: "abort: [\"customers_degraded>0\"]")
            #expect(atOnce.code == 2 && atOnce.err.contains("predicted"), "\(atOnce.err)")
            let nothing = try mesh.run(["drill", "run", "kill-cel"])
            #expect(nothing.code == 64 && nothing.err.contains("kill-cell"), "\(nothing.err)")
            try checkNothingIsLeft(mesh)
        }

        /// SIGKILL of the command and of the control plane, at several moments: nothing stays in force, and a report tells.
        @Test func whoeverIsKilledItIsTakenBack() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let long = try scenario(mesh, Self.killing.replacing("for: 3s", with: "for: 120s"))
            func holds() -> Bool {
                TestMesh.eventually { (try? mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == false }
            }
            // The command: its guard takes back.
            let killed = try mesh.start(["drill", "run", long, "-o", "json"])
            #expect(holds(), "\(killed.messages)")
            kill(killed.process.processIdentifier, SIGKILL)
            _ = killed.wait(limit: 20)
            try checkNothingIsLeft(mesh)
            let last = try mesh.json(["drill", "show", "last"])
            #expect(last["outcome"] as? String == "error", "\(last)")
            #expect((last["reason"] as? String)?.contains("killed") == true)

            // The control plane: the drill waits for the next one, and takes back.
            let orphaned = try mesh.start(["drill", "run", try scenario(mesh, Self.killing), "-o", "json"])
            #expect(holds(), "\(orphaned.messages)")
            let control = try #require(
                (try mesh.json(["status"])["control"] as? [String: Any])?["pid"] as? Int)
            kill(pid_t(control), SIGKILL)
            #expect(TestMesh.eventually { !TestMesh.isRunning(Int32(control)) })
            try mesh.json(["up", "--detach"])
            let ended = orphaned.wait(limit: 90)
            #expect([0, 1, 3, 5].contains(ended.code), "\(ended.out)\n\(ended.err)")
            #expect(ended.json["report"] is String)
            try checkNothingIsLeft(mesh)

            // SIGTERM, as Ctrl-C.
            let stopped = try mesh.start(["drill", "run", long, "-o", "json"])
            #expect(holds(), "\(stopped.messages)")
            kill(stopped.process.processIdentifier, SIGTERM)
            let interrupted = stopped.wait(limit: 60)
            #expect(
                interrupted.code == 130 && interrupted.json["outcome"] as? String == "interrupted", "\(interrupted.err)"
            )
            try checkNothingIsLeft(mesh)
        }
    }
}
