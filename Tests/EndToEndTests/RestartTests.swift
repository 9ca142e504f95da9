import Foundation
import Testing

extension EndToEnd {
    /// A restart of what serves: nothing that customers notice, and nothing at all where the new one could not start.
    @Suite struct RestartTests {
        @Test func aRouterIsRestartedUnderLoadWithoutAFailedRequest() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let load = try mesh.start([
                "load", "run", "--rate", "300", "--duration", "5s", "--connections", "16", "--verify", "-o", "json",
            ])
            var (short, answered) = (0, 0)
            func ask() {
                short += 1
                // Nothing was written: the right answer is that there is nothing.
                let answer = try? HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/records/none")
                if answer?.status == 404 { answered += 1 }
            }
            for _ in 0..<3 {
                for _ in 0..<20 { ask() }
                let running = try mesh.start(["restart", "router/r1"])
                // Some of these fall into the handover.
                for _ in 0..<60 { ask() }
                let outcome = running.wait()
                #expect(outcome.code == 0, "\(outcome.err)")
            }
            let outcome = load.wait()
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.out.utf8)) as? [String: Any])
            #expect(report["failed"] as? Int == 0 && report["dropped"] as? Int == 0, "\(outcome.out.prefix(600))")
            #expect(report["requests"] as? Int ?? 0 > 1_000)
            #expect(answered == short)
            let status = try mesh.json(["ps"])
            let processes = try #require(status["processes"] as? [[String: Any]])
            #expect(processes.first { $0["name"] as? String == "r1" }?["restarts"] as? Int == 3)
            try mesh.down()
        }

        /// Nobody has to wait for it by other means: what is asked next is of the router that serves.
        @Test func aRouterIsWaitedForAfterADeathAndWhileItServes() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            for wasKilled in [true, false] {
                if wasKilled { try mesh.json(["kill", "router/r1"]) }
                try mesh.json(["restart", "router/r1"])
                let status = try mesh.json(["status"])
                #expect(status["state"] as? String == "serving", "killed before: \(wasKilled)")
                let routers = try #require(status["routers"] as? [[String: Any]])
                #expect(routers.map { $0["state"] as? String } == ["serving"])
            }
            try mesh.down()
        }

        @Test(arguments: ["cell", "router"])
        func aSecondProcessOnOneDirectoryIsRefused(role: String) throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let rows = try #require(try mesh.json(["status"])[role + "s"] as? [[String: Any]])
            let name = try #require(rows.first?["name"] as? String)
            let pid = try #require(rows.first?["pid"] as? Int)
            let data = mesh.dataDirectory
            let outcome = try mesh.run(
                [
                    role, "--name", name, "--model", data + "/mesh.json", "--data", "\(data)/\(role)s/\(name)",
                    "--secret-file", data + "/secret",
                ], limit: 20)
            #expect(outcome.code == 1, "\(outcome.out)\(outcome.err)")
            #expect(outcome.err.contains("process \(pid) uses the directory"), "\(outcome.err)")
            // The holder goes on, and a restart is no second process.
            #expect(TestMesh.isRunning(Int32(pid)))
            #expect(try mesh.run(["restart", "\(role)/\(name)"]).code == 0)
            try mesh.down()
        }

        @Test func aRestartThatCannotSucceedLeavesWhatServes() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cell = try #require(try mesh.cells().first)
            let secret = mesh.dataDirectory + "/secret"
            let sound = try Data(contentsOf: URL(fileURLWithPath: secret))
            try Data("garbled".utf8).write(to: URL(fileURLWithPath: secret))
            for target in ["cell/\(cell.name)", "router/r1"] {
                let outcome = try mesh.run(["restart", target, "-o", "json"])
                #expect(outcome.code == 1 && outcome.out.contains("goes on"), "\(outcome.out)\(outcome.err)")
            }
            #expect(TestMesh.isRunning(cell.pid))
            let now = try mesh.cells()
            #expect(now.first?.pid == cell.pid && now.allSatisfy { $0.state == "serving" })
            try sound.write(to: URL(fileURLWithPath: secret))
            #expect(try mesh.run(["restart", "cell/\(cell.name)"]).code == 0)
            #expect(try mesh.cells().first?.pid != cell.pid)
            try mesh.down()
        }
    }
}
