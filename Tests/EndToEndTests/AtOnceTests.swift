import Foundation
import Testing

extension EndToEnd {
    /// The same command twice at the same time, and commands against each other: nobody ends what another one made, and
    /// nothing is left half done.
    @Suite struct AtOnceTests {
        private func both(_ mesh: TestMesh, _ one: [String], _ other: [String]) throws -> [Program.Outcome] {
            let running = [try mesh.start(one), try mesh.start(other)]
            return running.map { $0.wait(limit: 60) }
        }
        private let up = ["up", "topology/eight-cells.yaml", "--detach"]

        @Test func twoUpsMakeOneMeshAndTwoDownsEndIt() throws {
            let mesh = try TestMesh()
            let ups = try both(mesh, up, up)
            #expect(ups.map(\.code).sorted() == [0, 1], "\(ups.map(\.err))")
            #expect(ups.contains { $0.err.contains("runs already") }, "\(ups.map(\.err))")
            #expect(try mesh.cells().allSatisfy { $0.state == "serving" })
            mesh.notePids()
            let downs = try both(mesh, ["down"], ["down"])
            // The later one finds that it ends, or that it has ended.
            #expect(
                downs.allSatisfy { $0.code == 0 || $0.code == 4 } && downs.contains { $0.code == 0 },
                "\(downs.map(\.err))")
            #expect(mesh.living.isEmpty)
        }

        @Test func twoReapersEndOrphansOnce() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            mesh.notePids()
            kill(try mesh.controlPID(), SIGKILL)
            let reapers = try both(mesh, ["doctor", "--reap"], ["doctor", "--reap"])
            #expect(reapers.contains { $0.code == 0 }, "\(reapers.map(\.err))")
            #expect(mesh.living.isEmpty)
            #expect(try mesh.run(["doctor"]).code == 0)
        }

        @Test func anUpAndAReaperLeaveAMeshOrNone() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            mesh.notePids()
            kill(try mesh.controlPID(), SIGKILL)
            let outcomes = try both(mesh, up, ["doctor", "--reap"])
            if try outcomes.at(0).code == 0 {
                mesh.notePids()
                #expect(try TestMesh.eventually { try mesh.cells().allSatisfy { $0.state == "serving" } })
            } else {
                #expect(TestMesh.eventually { mesh.living.isEmpty }, "\(outcomes.map(\.err))")
            }
            _ = try mesh.run(["down"])
            #expect(mesh.living.isEmpty)
        }

        @Test func anUpAndADownLeaveAMeshOrNone() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            mesh.notePids()
            let outcomes = try both(mesh, ["down"], up)
            #expect(outcomes.first?.code == 0, "\(outcomes)")
            if try outcomes.at(1).code == 0 {
                mesh.notePids()
                #expect(try TestMesh.eventually { try mesh.cells().allSatisfy { $0.state == "serving" } })
            } else {
                #expect(mesh.living.isEmpty, "\(outcomes.map(\.err))")
            }
            _ = try mesh.run(["down"])
            #expect(mesh.living.isEmpty)
        }
    }
}
