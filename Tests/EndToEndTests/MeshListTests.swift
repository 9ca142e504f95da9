import Foundation
import Testing

extension EndToEnd {
    /// Several meshes in one home, on real processes.
    @Suite struct MeshListTests {
        private func states(_ mesh: TestMesh) throws -> [String: String] {
            let rows = try #require(try mesh.json(["ls"])["meshes"] as? [[String: Any]])
            return Dictionary(
                uniqueKeysWithValues: rows.map { ($0["mesh"] as? String ?? "", $0["state"] as? String ?? "") })
        }

        @Test func meshesAreListedNamedAndRemoved() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let name = try #require(mesh.launch["mesh"] as? String)
            #expect(try states(mesh) == [name: "running"])
            let second = try mesh.run(["up", "topology/monolith.yaml", "--mesh", "other", "--detach"])
            #expect(second.code == 0, "\(second.err)")
            #expect(second.err.contains("--mesh other"), "the next command names the mesh: \(second.err)")
            // And so do those of other commands; each does what it says.
            for words in [["status"], ["pause", "cell/solo-1"], ["kill", "cell/solo-1", "--yes"]] {
                let outcome = try mesh.run(words + ["--mesh", "other"])
                let next = try #require(
                    outcome.err.components(separatedBy: "\n").first { $0.hasPrefix("next: cellmesh ") },
                    "\(outcome.err)")
                #expect(next.contains("--mesh other"), "\(next)")
                let command = next.components(separatedBy: "   (")[0].split(separator: " ").dropFirst(2)
                let followed = try mesh.run(command.map(String.init), limit: 30)
                #expect(![64, 4].contains(followed.code), "\(next): \(followed.err)")
            }
            let unnamed = try mesh.run(["status"])
            #expect(unnamed.code == 64 && unnamed.err.contains("several meshes run"), "\(unnamed.err)")
            let chosen = try Program.Running(
                Program.path, ["status", "-o", "json"],
                environment: ["CELLMESH_HOME": mesh.home.path, "CELLMESH_MESH": "other"], directory: Program.root
            ).wait(limit: 20)
            #expect(chosen.json["mesh"] as? String == "other")

            #expect(try mesh.run(["rm", "other", "--confirm", "other"]).code == 1, "it runs")
            #expect(try mesh.run(["down", "--mesh", "other"]).code == 0)
            #expect(try states(mesh) == [name: "running", "other": "stopped"])
            #expect(try mesh.run(["rm", "other"]).code == 2, "not confirmed")
            #expect(try mesh.run(["rm", "other", "--confirm", name]).code == 2)
            #expect(try mesh.run(["rm", "other", "--confirm", "other"]).code == 0)
            #expect(try states(mesh) == [name: "running"])
            #expect(try mesh.run(["rm", "other", "--confirm", "other"]).code == 4)
            try mesh.down()
        }

        @Test func withoutAHomeNothingIsGuessed() throws {
            let outcome = try Program.Running(
                "/usr/bin/env", ["-u", "HOME", "-u", "CELLMESH_HOME", Program.path, "status"], environment: [:],
                directory: Program.root
            ).wait(limit: 20)
            #expect(outcome.code == 1 && outcome.err.contains("CELLMESH_HOME"), "\(outcome.err)")
        }
    }
}
