import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// The page of a running mesh, in Chromium.
    @Suite struct LivePageTests {
        private static var hasChromium: Bool {
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
                .contains { FileManager.default.isExecutableFile(atPath: "\($0)/chromium") }
        }

        /// A cell is killed by keyboard alone, under load; what the page says of it is what `top` and the report say. Then the
        /// control plane is killed under the page, which comes back with the next and may do what it might.
        @Test(.enabled(if: hasChromium, "chromium is not installed"))
        func aCellIsKilledByKeyboardAlone() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            let load = try mesh.start(["load", "run", "--rate", "60", "--duration", "10m", "--customers", "10"])
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Browser/live.py").path
            let outcome = try Program.Running(
                "/usr/bin/env", ["python3", script, Program.path],
                environment: [
                    "CELLMESH_HOME": mesh.home.path, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "",
                ], directory: Program.root
            ).wait(limit: 300)
            _ = Glibc.kill(load.process.processIdentifier, SIGINT)
            _ = load.wait()
            try #require(outcome.code == 0, "\(outcome.err)\n\(outcome.out)")
            let seen = outcome.json
            for step in [
                "live", "drawer", "asked", "killed", "told", "observed", "same", "bar", "back", "restarted",
            ] {
                #expect(seen[step] as? Bool == true, "\(step): \(outcome.out)\n\(outcome.err)")
            }
            #expect((seen["complaints"] as? [String])?.isEmpty == true, "\(outcome.out)")
            // And so does the report of the load.
            let report = try mesh.json(["report", "show", "last"])
            let windows = (report["impact"] as? [String: Any])?["windows"] as? [[String: Any]]
            let observed = windows?.first?["observed"] as? [String: Any]
            #expect(observed?["degraded"] as? Int == 10, "\(report["impact"] ?? "no impact")")
            try mesh.down()
        }
    }
}
