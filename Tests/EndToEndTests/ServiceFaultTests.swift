import Foundation
import Testing

extension EndToEndFaults {
    /// Faults on services of real cells: they strike, are listed, and end by hand, by their lease, and without the control plane.
    @Suite struct ServiceFaultTests {
        private func checkout(_ mesh: TestMesh, _ service: String = "checkout") throws -> HTTPProbe.Answer {
            try HTTPProbe.request("POST", mesh.router, "/v1/customers/c1/services/\(service)")
        }

        @Test func aServiceFailsAndIsHealed() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            #expect(try checkout(mesh).status == 200)
            let added = try mesh.json(["fault", "add", "errors", "service/user", "--status", "503"])
            #expect(added["targets"] as? [String] == ["service/user"] && added["status"] as? Int == 503)
            #expect(added["applied"] as? Int == added["of"] as? Int)
            #expect(try checkout(mesh).status != 200)
            #expect(try mesh.run(["fault", "ls"]).out.contains("errors with 503"))
            #expect((try mesh.json(["status"])["faults"] as? [Any])?.count == 1)
            #expect(try mesh.run(["heal"]).code == 0)
            // What has counted the failures may stay open for a moment.
            #expect(try TestMesh.eventually { try checkout(mesh).status == 200 })
            try mesh.down()
        }

        @Test func aServiceThatHangsGoesOnWithItsLeaseThoughNobodyIsLeftToEndIt() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            try mesh.json(["fault", "add", "hang", "cell/\(try mesh.cells()[0].name)/service/payment", "--for", "4s"])
            try mesh.run(["kill", "control"])
            #expect(try checkout(mesh).status != 200)
            #expect(try checkout(mesh, "user").status == 200, "no other service is struck")
            #expect(try TestMesh.eventually { try checkout(mesh).status == 200 })
            // The next control plane takes over what is left.
            try mesh.up(Program.root.appendingPathComponent("topology/monolith.yaml").path)
            try mesh.down()
        }

        @Test func keysAreChargedOnceAndABuildThatDoesNotIsFound() throws {
            for (defect, code) in [([], 0), (["--defect", "claim-ignored"], 5)] as [([String], Int32)] {
                let mesh = try TestMesh()
                try mesh.up(
                    Program.root.appendingPathComponent("topology/eight-cells.yaml").path, defect)
                let outcome = try mesh.run([
                    "load", "run", "--service", "checkout", "--post", "keyed", "--values", "1..9", "--rate", "100",
                    "--duration", "2s", "-o", "json",
                ])
                #expect(outcome.code == code, "\(outcome.err)")
                let report = try JSONSerialization.jsonObject(with: Data(outcome.out.utf8)) as? [String: Any]
                let charged = try #require(report?["charged_once"] as? [String: Any])
                #expect(charged["ok"] as? Bool == (code == 0) && charged["missing"] as? [String] == [])
                #expect(charged["repeated"] as? Int ?? 0 > 0)
                try mesh.down()
            }
        }
    }
}
