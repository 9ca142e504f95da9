import Foundation
import Testing

extension EndToEndFaults {
    /// The monkey, the game day and what ends them, on real processes.
    @Suite struct MonkeyTests {
        private static let quick = [
            "--every", "2s", "--probability", "1", "--window", "2s", "--settle", "2s", "--least", "1",
        ]

        private func rows(_ mesh: TestMesh) throws -> [[String: Any]] {
            try #require(try mesh.json(["monkey", "ls"])["rows"] as? [[String: Any]])
        }

        @Test func itKillsSparesAndIsTakenIn() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            #expect(try mesh.json(["monkey", "status"])["state"] as? String == "off")
            #expect(try mesh.run(["monkey", "stop"]).code == 1)
            let unknown = try mesh.run(["monkey", "start", "--except", "cell/us-esat-1"])
            #expect(unknown.code == 64 && unknown.err.contains("us-east-1"), "\(unknown.err)")

            // While a fault is on all is spared.
            let fault = try mesh.json([
                "fault", "add", "latency", "us-west-1", "us-west-2", "--delay", "1ms", "--for", "1m",
            ])
            let id = try #require(fault["id"] as? String)
            try mesh.json(["monkey", "start", "--except", "region/us-east"] + Self.quick)
            let isSpared = try TestMesh.eventually(seconds: 40) {
                try rows(mesh).contains { ($0["reason"] as? String)?.contains("the fault \(id)") ?? false }
            }
            #expect(isSpared, "\((try? rows(mesh)) ?? [])")
            #expect(try rows(mesh).allSatisfy { $0["outcome"] as? String == "spared" })
            try mesh.json(["heal"])

            // Its kill is a fault like any other, with a lease.
            let kills = try TestMesh.eventually(seconds: 40) {
                try !(mesh.json(["fault", "ls"])["faults"] as? [Any] ?? []).isEmpty
            }
            #expect(kills)
            let status = try mesh.json(["status"])
            #expect((status["monkey"] as? [String: Any])?["text"] is String, "\(status)")
            #expect(
                try TestMesh.eventually(seconds: 40) { try rows(mesh).contains { $0["fault"] is String } },
                "\((try? rows(mesh)) ?? [])")
            let kill = try #require(try rows(mesh).first { $0["fault"] is String })
            #expect((kill["cell"] as? String)?.hasPrefix("us-east") == false, "\(kill)")
            #expect(["passed", "deviated"].contains(kill["outcome"] as? String), "\(kill)")
            #expect((kill["claims"] as? [Any])?.count == 5)

            // A control plane that died is followed by one that goes on.
            let pid = try #require((try mesh.json(["status"])["control"] as? [String: Any])?["pid"] as? Int)
            Foundation.kill(pid_t(pid), SIGKILL)
            #expect(TestMesh.eventually { !TestMesh.isRunning(Int32(pid)) })
            try mesh.json(["up", "--detach"])
            let after = try mesh.json(["monkey", "status"])
            #expect(after["rules"] is [String: Any] && after["state"] as? String != "off", "\(after)")

            // The halt takes it in, and lets none loose.
            let halt = try mesh.json(["halt"])
            #expect(halt["stopped"] as? [String] == ["monkey"], "\(halt)")
            #expect(try mesh.json(["monkey", "status"])["state"] as? String == "off")
            #expect(try (mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == true)
            #expect(try mesh.run(["monkey", "start"]).code != 0)
            let refused = try mesh.run(["drill", "run", "kill-cell"])
            #expect(refused.code == 2 && refused.err.contains("halted"), "\(refused.err)")
            try mesh.json(["halt", "--release"])
            let report = try mesh.run(["report", "show", "monkey", "-o", "json"])
            #expect(report.json["kind"] as? String == "monkey", "\(report.out) \(report.err)")
        }

        private func scenario(_ mesh: TestMesh, _ name: String, length: String = "2s", objectives: String) throws {
            try """
            title: \(name)
            load: {rate: 100, customers: 40}
            baseline: {for: 1s}
            settle: 20s
            method:
              - {type: action, name: kill, provider: {type: cellmesh, do: "kill cell/{busiest}", for: \(length)}}
            objectives: [\(objectives)]

            """.write(toFile: mesh.dataDirectory + "/../\(name).yaml", atomically: true, encoding: .utf8)
        }

        @Test func aGameDayHasOneReportAndOneThatFails() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            try scenario(mesh, "good", objectives: "\"customers_lost==0\"")
            try scenario(mesh, "bad", objectives: "\"cells_down==0\"")
            try scenario(mesh, "long", length: "120s", objectives: "")
            let path = mesh.dataDirectory + "/../day.yaml"
            func day(_ drills: String, announce: String = "500ms") throws {
                try "title: A day\ndrills: [\(drills)]\nannounce: \(announce)\ncool-down: 1s\n"
                    .write(toFile: path, atomically: true, encoding: .utf8)
            }
            try day("good.yaml, bad.yaml")
            let outcome = try mesh.run(["gameday", "run", path, "-o", "json"])
            let report = outcome.json
            #expect(outcome.code == 5 && report["failed"] as? Int == 1, "\(outcome.out)\n\(outcome.err)")
            #expect(report["whole"] as? Bool == true && report["outcome"] as? String == "failed")
            let drills = try #require(report["drills"] as? [[String: Any]])
            #expect(drills.map { $0["name"] as? String } == ["good", "bad"])
            #expect(
                try drills.at(1)["verdict"] as? String == "failed" && drills.at(1)["outcome"] as? String == "deviated")
            #expect(try (mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == true)
            let id = try #require(report["id"] as? String)
            for file in ["report.json", "report.html", "gameday.json", "gameday.yaml", "kept"] {
                #expect(
                    FileManager.default.fileExists(atPath: "\(mesh.dataDirectory)/reports/\(id)/\(file)"), "\(file)")
            }
            // Each drill has its own report beside.
            for drill in drills { #expect(drill["report"] is String, "\(drill)") }
            let history = try mesh.json(["gameday", "history"])
            #expect((history["days"] as? [Any])?.count == 1 && history["scheduled"] is NSNull)
            #expect(try mesh.json(["report", "show", "gameday"])["kind"] as? String == "gameday")

            // It is seen while it runs, and ended by 'drill stop'.
            try day("long.yaml, good.yaml", announce: "0s")
            let running = try mesh.start(["gameday", "run", path, "-o", "json"])
            let isHeld = TestMesh.eventually(seconds: 40) {
                (try? mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == false
            }
            #expect(isHeld, "\(running.messages)")
            let drill = try #require(try mesh.json(["status"])["drill"] as? [String: Any])
            #expect(drill["name"] as? String == "day 1/2: long" && drill["step"] as? String == "method", "\(drill)")
            let beside = try mesh.run(["gameday", "run", path])
            #expect(beside.code == 2 && beside.err.contains("drill stop"), "\(beside.err)")
            let stopped = try mesh.json(["drill", "stop"])
            #expect(stopped["drill"] as? String == "day 1/2: long", "\(stopped)")
            let ended = running.wait(limit: 60)
            #expect(ended.code == 130 && ended.json["outcome"] as? String == "interrupted", "\(ended.err)")
            #expect(ended.json["skipped"] as? Int == 1)
            #expect(try (mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == true)
            #expect(try mesh.json(["status"])["drill"] == nil)
            #expect(try mesh.run(["drill", "stop"]).code == 1)

            // One whose command is killed has its report all the same.
            let killed = try mesh.start(["gameday", "run", path, "-o", "json"])
            let isInForce = TestMesh.eventually(seconds: 40) {
                (try? mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == false
            }
            #expect(isInForce, "\(killed.messages)")
            kill(killed.process.processIdentifier, SIGKILL)
            _ = killed.wait(limit: 20)
            var left: [String: Any] = [:]
            let isKept = TestMesh.eventually(seconds: 60) {
                left = (try? mesh.json(["gameday", "history"])["days"] as? [[String: Any]])?.first ?? [:]
                return left["reason"] as? String == "its command was killed"
            }
            #expect(isKept, "\(left)")
            let parts = try #require(left["drills"] as? [[String: Any]])
            #expect(
                parts.map { $0["verdict"] as? String } == ["failed", "skipped"] && parts[0]["report"] is String,
                "\(parts)")
            #expect((parts[0]["reason"] as? String)?.contains("its command was killed; ") == true, "\(parts)")
            #expect(try (mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == true)

            // The halt ends one too.
            let halted = try mesh.start(["drill", "run", mesh.dataDirectory + "/../long.yaml", "-o", "json"])
            let holds = TestMesh.eventually(seconds: 40) {
                (try? mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == false
            }
            #expect(holds)
            let halt = try mesh.json(["halt"])
            #expect((halt["stopped"] as? [String])?.first?.hasPrefix("drill long") == true, "\(halt)")
            #expect(halted.wait(limit: 60).code == 130)
            try mesh.json(["halt", "--release"])

            // What is scheduled is kept with the mesh.
            let scheduled = try mesh.json(["gameday", "schedule", path, "--every", "wednesday", "--one"])
            let order = try #require(scheduled["scheduled"] as? [String: Any])
            #expect(order["every"] as? String == "wednesday" && (order["file"] as? String)?.hasPrefix("/") == true)
            #expect(try mesh.json(["gameday", "history"])["scheduled"] is [String: Any])
            #expect(try mesh.json(["gameday", "schedule", "--off"])["scheduled"] is NSNull)
        }
    }
}
