import Foundation
import Testing

extension EndToEnd {
    /// `top` on terminals of its own, and without one.
    @Suite struct TopTests {
        /// Runs a scenario of `Terminal/terminal.py` and gives what it has seen.
        private func scenario(_ name: String, _ mesh: TestMesh) throws -> [String: Any] {
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Terminal/terminal.py").path
            let outcome = try Program.Running(
                "/usr/bin/env", ["python3", script, name, Program.path],
                environment: ["CELLMESH_HOME": mesh.home.path, "LANG": "C.UTF-8", "TERM": "xterm-256color"],
                directory: Program.root
            ).wait()
            try #require(outcome.code == 0, "\(outcome.err)\n\(outcome.out)")
            return outcome.json
        }

        @Test func aKilledCellIsShownWithoutATerminal() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            try mesh.run(["kill", "b-1", "--yes"])
            var report: [String: Any] = [:]
            #expect(
                try TestMesh.eventually {
                    report = try mesh.json(["top", "--once"])
                    let first = (report["cells"] as? [[String: Any]])?.first
                    return first?["state"] as? String == "down" && report["serving"] as? Int == 2
                })
            #expect(report["serving"] as? Int == 2 && report["of"] as? Int == 3)
            let cells = try #require(report["cells"] as? [[String: Any]])
            // What is the matter stands first.
            #expect(cells.first?["name"] as? String == "b-1" && cells.first?["state"] as? String == "down")
            #expect(cells.first?["process"] as? String == "gone")
            let impact = report["impact"] as? [String: Any]
            #expect((impact?["predicted"] as? [String: Any])?["degraded"] as? Int == 10)

            // The same as a table, which is one and no more, whoever reads it.
            let table = try mesh.run(["top"], limit: 30)
            #expect(table.code == 0 && !table.out.contains("\u{1B}"))
            #expect(table.out.contains("DEGRADED 2/3") && table.out.contains("\nb-1 "))
            #expect(try mesh.run(["top", "members", "-o", "name"]).out.hasPrefix("cell/b-1\n"))
            #expect(try mesh.run(["top", "--every", "1ms"]).code == 64)
            #expect(try mesh.run(["top", "nonsense"]).code == 64)
            try mesh.down()
            #expect(try mesh.run(["top", "--once"]).code == 4)
        }

        /// Killed by keys: predicted, asked, done; then resized, and the control plane killed and brought back.
        @Test func itIsUsedWithKeysAlone() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            let seen = try scenario("use", mesh)
            for step in [
                "serving", "predicted", "killed", "small", "tiny", "lost", "refused", "back", "command", "ended",
            ] {
                #expect(seen[step] as? Bool == true, "\(step): \(seen)")
            }
            try mesh.down()
        }

        /// However it ends, the terminal is as it was.
        @Test func theTerminalIsGivenBack() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            let seen = try scenario("ends", mesh)
            for end in [
                "q", "^C", "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT", "stopped", "continued", "guest", "gone",
            ] {
                #expect(seen[end] as? Bool == true, "\(end): \(seen)")
            }
            try mesh.down()
        }
    }
}
