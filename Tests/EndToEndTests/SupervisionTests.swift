import Foundation
import Testing

extension EndToEnd {
    @Suite struct SupervisionTests {
        private func state(of cell: String, in mesh: TestMesh) throws -> String? {
            try mesh.cells().first { $0.name == cell }?.state
        }

        @Test func aKillWithALeaseHealsItself() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cell = try #require(try mesh.cells().first?.name)
            try mesh.run(["kill", "cell/\(cell)", "--for", "1s", "--yes"])
            #expect(try state(of: cell, in: mesh) == "down")
            #expect(try TestMesh.eventually { try state(of: cell, in: mesh) == "serving" })
            try mesh.down()
        }

        @Test func aPauseWhoseTimePassedWhileNobodyWatchedIsHealedByTheNextControlPlane() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cell = try #require(try mesh.cells().last?.name)
            try mesh.run(["pause", "cell/\(cell)", "--for", "1s"])
            #expect(try state(of: cell, in: mesh) == "paused")
            let status = try mesh.json(["status"])
            let control = try #require((status["control"] as? [String: Any])?["pid"] as? Int)
            kill(Int32(control), SIGKILL)
            usleep(1_200_000)
            try mesh.up("topology/eight-cells.yaml")
            #expect(try TestMesh.eventually { try state(of: cell, in: mesh) == "serving" })
            try mesh.down()
        }

        @Test func aPauseEndsWithoutItsControlPlane() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cell = try #require(try mesh.cells().last)
            try mesh.run(["pause", "cell/\(cell.name)", "--for", "1s"])
            try mesh.killControl()
            #expect(TestMesh.isStopped(cell.pid))
            #expect(TestMesh.eventually { !TestMesh.isStopped(cell.pid) })
            #expect(TestMesh.isRunning(cell.pid))
            try mesh.up("topology/eight-cells.yaml")
            try mesh.down()
        }

        @Test func aPausedOrphanEndsAfterItsGraceToo() throws {
            let mesh = try TestMesh("topology/monolith.yaml", arguments: ["--grace", "1s"])
            let cells = try mesh.cells()
            let cell = try #require(cells.first)
            try mesh.run(["pause", "cell/\(cell.name)", "--for", "1h"])
            try mesh.killControl()
            #expect(TestMesh.eventually { !cells.contains { TestMesh.isRunning($0.pid) } })
        }

        @Test func aCellThatSomebodyElseContinuedServes() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let cell = try #require(try mesh.cells().first)
            try mesh.run(["pause", "cell/\(cell.name)"])
            #expect(try state(of: cell.name, in: mesh) == "paused")
            kill(cell.pid, SIGCONT)
            #expect(try TestMesh.eventually { try state(of: cell.name, in: mesh) == "serving" })
            try mesh.down()
        }

        /// With all its descriptors taken a process accepts nobody who asks whether it lives, and serves those it has.
        @Test func aBusyProcessIsTakenOverAndNotKilled() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cell = try #require(try mesh.cells().last)
            try mesh.killControl()
            let limited = try Program.Running(
                "/usr/bin/prlimit", ["--pid", "\(cell.pid)", "--nofile=8:8"], environment: [:], directory: Program.root
            ).wait()
            try #require(limited.code == 0, "\(limited.err)")
            try mesh.up("topology/eight-cells.yaml")
            #expect(mesh.launch["unreachable"] as? [String] == ["cell/\(cell.name)"])
            #expect(TestMesh.isRunning(cell.pid))
            #expect(try mesh.cells().last?.pid == cell.pid)
            try mesh.down()
        }

        @Test func doctorFindsAndEndsWhatADeadControlPlaneLeft() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cells = try mesh.cells()
            kill(try mesh.controlPID(), SIGKILL)
            let found = try mesh.run(["doctor"])
            #expect(found.code == 3)
            #expect(cells.allSatisfy { found.out.contains("\($0.pid)") })
            #expect(cells.allSatisfy { TestMesh.isRunning($0.pid) })
            #expect(try mesh.run(["doctor", "--reap"]).code == 0)
            #expect(cells.allSatisfy { !TestMesh.isRunning($0.pid) })
            #expect(try mesh.run(["doctor"]).code == 0)
        }

        @Test func orphansStopByThemselvesAfterTheirGrace() throws {
            let mesh = try TestMesh("topology/monolith.yaml", arguments: ["--grace", "1s"])
            let cells = try mesh.cells()
            let status = try mesh.json(["status"])
            let control = try #require((status["control"] as? [String: Any])?["pid"] as? Int)
            kill(Int32(control), SIGKILL)
            TestMesh.eventually { !cells.contains { TestMesh.isRunning($0.pid) } }
            #expect(cells.allSatisfy { !TestMesh.isRunning($0.pid) })
        }

        @Test(.enabled(if: geteuid() == 0, "a file system of its own takes root"))
        func aFullDiskRefusesWritesAndLosesNone()
            throws
        {
            let mesh = try TestMesh()
            let mounted = try Program.Running(
                "/bin/mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", mesh.home.path], environment: [:],
                directory: Program.root
            ).wait()
            try #require(mounted.code == 0, "\(mounted.err)")
            defer {
                _ = try? mesh.run(["down"])
                _ = try? Program.Running(
                    "/bin/umount", ["-l", mesh.home.path], environment: [:], directory: Program.root
                ).wait()
            }
            try mesh.up("topology/monolith.yaml")
            let body = String(repeating: "x", count: 100_000)
            var kept: [String] = []
            var refused = 0
            for number in 1...60 {
                let path = "/v1/customers/c1/records/k\(number)"
                let answer = try HTTPProbe.request("PUT", mesh.router, path, body: body)
                if answer.status == 201 {
                    kept.append(path)
                } else {
                    #expect(answer.status == 507, "\(answer.status): \(answer.body)")
                    refused += 1
                }
                if refused > 3 { break }
            }
            #expect(refused > 3)
            #expect(!kept.isEmpty)
            for path in kept { #expect(try HTTPProbe.request("GET", mesh.router, path).status == 200) }
            #expect(
                try TestMesh.eventually { try mesh.cells().allSatisfy { $0.state == "degraded" } },
                "a cell that refuses every write does not serve")
            let grown = try Program.Running(
                "/bin/mount", ["-o", "remount,size=32m", mesh.home.path], environment: [:], directory: Program.root
            ).wait()
            try #require(grown.code == 0)
            #expect(
                try HTTPProbe.request("PUT", mesh.router, "/v1/customers/c1/records/later", body: body).status == 201)
            #expect(try TestMesh.eventually { try mesh.cells().allSatisfy { $0.state == "serving" } })
            try mesh.down()
        }

        /// A cell whose directory is gone gets one again; one that cannot start is no success.
        @Test func aRestartMakesWhatIsMissingAndTellsWhenItFailed() throws {
            let mesh = try TestMesh("topology/nine-cells.yaml")
            try mesh.run(["kill", "us-east-1", "--yes"])
            let folder = URL(fileURLWithPath: mesh.dataDirectory).appendingPathComponent("cells/us-east-1")
            try FileManager.default.removeItem(at: folder)
            #expect(try mesh.run(["restart", "us-east-1"]).code == 0)
            try mesh.run(["kill", "us-west-1", "--yes"])
            let store = URL(fileURLWithPath: mesh.dataDirectory).appendingPathComponent("cells/us-west-1/store.sqlite")
            for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: store.path + ending) }
            try Data(repeating: 0x55, count: 8_192).write(to: store)
            let outcome = try mesh.run(["restart", "us-west-1"])
            #expect(outcome.code == 1 && outcome.err.contains("us-west-1 was not restarted"), "\(outcome.err)")
            #expect(outcome.err.contains("not a sound SQLite database"), "\(outcome.err)")
            try mesh.down()
        }
    }
}
