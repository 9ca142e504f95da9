import Foundation
import Testing

extension EndToEnd {
    @Suite struct SettingsTests {
        private func version(_ mesh: TestMesh, _ directory: String) -> Int? {
            let text = try? String(contentsOfFile: "\(mesh.dataDirectory)/\(directory)/settings.json", encoding: .utf8)
            guard let text, let value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            else {
                return nil
            }
            return value["version"] as? Int
        }

        /// Makes a change that all 13 processes take over: those that a busy machine keeps from it for a second are named, and
        /// follow.
        private func change(_ mesh: TestMesh, _ arguments: [String], to wanted: Int) throws {
            let outcome = try mesh.run(arguments + ["-o", "json"])
            let late = outcome.json["late"] as? [String] ?? []
            let applied = outcome.json["applied"] as? Int ?? 0
            #expect(outcome.code == (late.isEmpty ? 0 : 3), "\(outcome.out)\(outcome.err)")
            #expect(outcome.json["version"] as? Int == wanted && outcome.json["of"] as? Int == 13, "\(outcome.out)")
            #expect(applied + late.count == 13, "\(outcome.out)")
            for cell in try mesh.cells() {
                #expect(TestMesh.eventually { version(mesh, "cells/\(cell.name)") == wanted }, "\(cell.name)")
            }
        }

        @Test func settingsReachEveryProcessAndOutliveTheControlPlane() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            try change(mesh, ["flags", "set", "shipping=off"], to: 1)

            // One that is stopped is late, and catches up when it goes on.
            let stopped = try #require(try mesh.cells().first { $0.name == "us-east-1" }).pid
            kill(stopped, SIGSTOP)
            let late = try mesh.run(["degrade", "moderate", "--in", "region/us-east", "-o", "json"])
            #expect(late.code == 3)
            #expect((late.json["late"] as? [String])?.contains("cell/us-east-1") == true)
            kill(stopped, SIGCONT)
            #expect(TestMesh.eventually { version(mesh, "cells/us-east-1") == 2 }, "it catches up")

            // What is unknown changes nothing.
            for (arguments, nearest) in [
                (["flags", "set", "shiping=off"], "shipping"),
                (["degrade", "minor", "--in", "cell/us-east-0"], "us-east-1"),
                (["breaker", "force-open", "us-east-1/checkout/paymnt"], "us-east-1/checkout/payment"),
            ] {
                let refused = try mesh.run(arguments)
                #expect(refused.code == 64 && refused.err.contains(nearest), "\(arguments): \(refused.err)")
            }
            let again = try mesh.json(["flags", "set", "shipping", "off"])
            #expect(again["version"] as? Int == 2 && (again["changed"] as? [Any])?.isEmpty == true)

            // Without the control plane nothing can be changed, and everything stays.
            try mesh.run(["kill", "control", "--yes"])
            #expect(try mesh.run(["flags", "set", "shipping=on"]).code == 3)
            let flags = try mesh.json(["flags", "ls"])["flags"] as? [[String: Any]]
            #expect(
                flags?.contains { $0["name"] as? String == "shipping" && $0["value"] as? String == "off" }
                    == true)

            // The next control plane goes on from there, and so does a cell that starts again.
            try mesh.up("topology/three-regions.yaml")
            try mesh.run(["restart", "us-east-2"])
            try change(mesh, ["breaker", "force-open", "us-east-2/checkout/payment", "--for", "1m"], to: 3)
            try mesh.down()
        }
    }
}
