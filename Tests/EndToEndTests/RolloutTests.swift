import Foundation
import Testing

extension EndToEnd {
    /// Another blueprint for cells that serve, on real processes.
    @Suite struct RolloutTests {
        private static func blueprint(workers: Int = 32, wait: String = "{p50: 1ms, p99: 3ms}", services: String = "")
            -> String
        {
            """
            cell: shop
            services:
              - name: front
                pool: {workers: \(workers), queue: 32}
                work: {wait: \(wait)}
            \(services)store: {tier: critical}

            """
        }

        private func mesh() throws -> TestMesh {
            try TestMesh(
                writing: """
                    mesh: rolled
                    blueprint: shop.yaml
                    regions: [{name: a, cells: 2}, {name: b, cells: 2}]
                    customers: {count: 40, popularity: uniform}
                    sharding: {size: 2, spread: region}

                    """, "rolled.yaml",
                beside: [
                    "shop.yaml": Self.blueprint(), "sound.yaml": Self.blueprint(workers: 40),
                    "slow.yaml": Self.blueprint(wait: "{p50: 60ms, p99: 150ms}"),
                    "other.yaml": Self.blueprint(services: "  - name: back\n"),
                ])
        }

        private func path(_ mesh: TestMesh, _ file: String) -> String {
            mesh.home.appendingPathComponent("files/\(file)").path
        }

        /// A load of services that outlasts any rollout: it is ended by SIGINT.
        private func load(_ mesh: TestMesh) throws -> Program.Running {
            try mesh.start([
                "load", "run", "--rate", "300", "--duration", "10m", "--mix", "services=100%", "--no-report", "-o",
                "json",
            ])
        }

        private func versions(_ mesh: TestMesh) throws -> [Int?] {
            let cells = try #require(try mesh.json(["status"])["cells"] as? [[String: Any]])
            return cells.map { $0["version"] as? Int }
        }

        @Test func aSoundOneStaysAndASlowOneIsTakenBack() throws {
            let mesh = try mesh()
            // What cannot change is told with its place; nothing is judged without traffic.
            let other = try mesh.run(["rollout", path(mesh, "other.yaml")])
            #expect(
                other.code == 1 && other.err.contains("other.yaml:6") && other.err.contains("not-live"), "\(other.err)")
            #expect(try versions(mesh) == [nil, nil, nil, nil])
            #expect(try mesh.json(["rollout", "status"])["state"] as? String == "none")
            #expect(try mesh.run(["rollout", "abort"]).code == 1)

            let load = try load(mesh)
            let sound = try mesh.run(
                [
                    "rollout", path(mesh, "sound.yaml"), "--watch", "1s", "--wait", "0s", "--stages", "50,100",
                    "--undecided",
                    "go-on", "-o", "json",
                ], limit: 90)
            #expect(sound.code == 0 && sound.json["state"] as? String == "done", "\(sound.out) \(sound.err)")
            #expect(try versions(mesh) == [2, 2, 2, 2])
            #expect(try mesh.run(["rollout", path(mesh, "sound.yaml")]).code == 2)
            #expect(try mesh.run(["config", "show", "--mesh", "rolled"]).out.contains("workers: 40"))
            let report = path(mesh, "report.json")
            let slow = try mesh.run(
                ["rollout", path(mesh, "slow.yaml"), "--watch", "3s", "--report", report, "-o", "json"], limit: 90)
            #expect(slow.code == 5 && slow.json["state"] as? String == "rolled-back", "\(slow.out) \(slow.err)")
            let stages = try #require(slow.json["stages"] as? [[String: Any]])
            #expect(stages.map { $0["state"] as? String } == ["failed"], "\(stages)")
            let gates = try #require(stages.first?["gates"] as? [[String: Any]])
            let worst = try #require(gates.first { $0["verdict"] as? String == "failed" })
            #expect(
                worst["name"] as? String == "p99 of services" && (worst["low"] as? Double ?? 0) > 1.1, "\(worst)")
            #expect(FileManager.default.contents(atPath: report).map { !$0.isEmpty } ?? false)
            #expect(try versions(mesh) == [2, 2, 2, 2], "all are as they were before")

            kill(load.process.processIdentifier, SIGINT)
            let outcome = load.wait(limit: 30)
            let (all, failed) = (outcome.json["requests"] as? Int ?? 0, outcome.json["failed"] as? Int ?? .max)
            // A machine that is busy enough has time limits pass by themselves.
            #expect(all > 10_000 && failed <= all / 1_000, "\(outcome.out) \(outcome.err)")

            // What was reached is kept.
            try mesh.down()
            try mesh.json(["up", "--detach", "--mesh", "rolled"])
            #expect(try versions(mesh) == [2, 2, 2, 2])
            try mesh.down()
        }

        @Test func anotherControlPlaneGoesOnAndAnAbortTakesBack() throws {
            let mesh = try mesh()
            let begun = try mesh.json([
                "rollout", path(mesh, "sound.yaml"), "--watch", "20s", "--stages", "25,100", "--undecided", "go-on",
                "--detach",
            ])
            #expect(begun["state"] as? String == "before")
            // Nothing else may begin beside it.
            #expect(try mesh.run(["rollout", path(mesh, "slow.yaml")]).code == 2)
            let drill = try mesh.run(["drill", "run", "kill-cell"])
            #expect(drill.code == 2 && drill.err.contains("rollout"), "\(drill.err)")
            #expect(try mesh.run(["evacuate", "a", "--confirm", "a", "--force"]).code == 2)
            #expect(try mesh.run(["monkey", "start"]).code != 0)
            try mesh.killControl()
            try mesh.json(["up", "--detach"])
            let resumed = try mesh.json(["rollout", "status"])
            #expect(resumed["state"] as? String == "before", "\(resumed)")
            #expect(try mesh.run(["events", "--type", "rollout", "-o", "json"]).out.contains("resumed"))
            try mesh.json(["rollout", "abort"])
            #expect(try mesh.json(["rollout", "status"])["state"] as? String == "rolled-back")
            try mesh.down()
        }
    }
}
