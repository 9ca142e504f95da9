import Foundation
import Testing

extension EndToEndFaults {
    /// A share of `make matrix`: files are damaged, what the commands say is followed, and the mesh serves its records.
    @Suite struct DamageMatrixTests {
        @Test(arguments: [
            "version,token,control.lock", "mesh.json,placement.json,control.sqlite",
            "cells/a-1/store.sqlite,cells/a-1/process.json",
        ])
        func whatIsSaidOfDamagedFilesHelps(_ files: String) throws {
            let outcome = try Program.Running(
                "scripts/matrix",
                [Program.path, "--files", files, "--damages", "zeroed,directory", "--states", "stopped,running"],
                environment: [:], directory: Program.root
            ).wait()
            #expect(outcome.code == 0, "\(outcome.out)\n\(outcome.err)")
        }

        /// One cell that cannot start does not keep the others from their customers.
        @Test func oneDamagedStoreDoesNotKeepTheMeshDown() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cell = try #require(try mesh.cells().first)
            try mesh.down()
            let store = mesh.dataDirectory + "/cells/\(cell.name)/store.sqlite"
            try Data(repeating: 0, count: 8_192).write(to: URL(fileURLWithPath: store))
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: store + suffix) }
            let doctor = try mesh.run(["doctor"])
            #expect(doctor.code == 3 && doctor.out.contains(store), "\(doctor.out)")
            let outcome = try mesh.run(["up", "topology/eight-cells.yaml", "--detach", "-o", "json"])
            #expect(outcome.code == 3 && outcome.err.contains(store), "\(outcome.err)")
            let failed = try #require(outcome.json["failed"] as? [[String: Any]])
            #expect(failed.map { $0["name"] as? String } == ["cell/\(cell.name)"])
            #expect(try mesh.cells().filter { $0.state == "serving" }.count == 7)
            let status = try mesh.run(["status"])
            #expect(status.out.contains("cell/\(cell.name) did not start") && status.out.contains(store))
            // The way out that was told.
            try FileManager.default.removeItem(atPath: store)
            #expect(try mesh.run(["restart", "cell/\(cell.name)"]).code == 0)
            #expect(try mesh.run(["status", "--wait", "15s"]).code == 0)
            try mesh.down()
        }
    }
}
