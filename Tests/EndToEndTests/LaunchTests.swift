import Foundation
import Testing

extension EndToEnd {
    @Suite struct LaunchTests {
        @Test func twelveCellsServeEachWithItsOwnProcessAndFile() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let cells = try mesh.cells()
            #expect(cells.count == 12)
            #expect(Set(cells.map(\.pid)).count == 12)
            #expect(cells.allSatisfy { $0.state == "serving" && TestMesh.isRunning($0.pid) })
            for cell in cells {
                let file = "\(mesh.dataDirectory)/cells/\(cell.name)/store.sqlite"
                #expect(FileManager.default.fileExists(atPath: file), "\(file) is missing")
            }
            let answer = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/checkout")
            #expect(answer.status == 200)
            #expect(answer.headers["x-shard"] == "3/3")
            try mesh.down()
        }

        @Test func whatAMeshWritesIsItsOwnersAlone() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let written = try HTTPProbe.request("PUT", mesh.router, "/v1/customers/c1/records/a", body: "1")
            #expect(written.status / 100 == 2, "\(written.status)")
            let manager = FileManager.default
            let names = try #require(manager.enumerator(atPath: mesh.dataDirectory)?.allObjects as? [String])
            #expect(names.contains { $0.hasSuffix("store.sqlite") } && names.contains { $0.hasSuffix(".log") })
            for name in names {
                let facts = try manager.attributesOfItem(atPath: "\(mesh.dataDirectory)/\(name)")
                let mode = try #require(facts[.posixPermissions] as? Int)
                #expect(mode & 0o077 == 0, "\(name): \(String(mode, radix: 8))")
            }
            try mesh.down()
        }

        @Test func thePredictionIsTheCountOverEveryCustomersShard() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let prediction = try mesh.json(["blast-radius", "--if", "us-east-1"])
            var degraded = 0
            // One process per customer would take minutes: explain takes as many as are named.
            for block in stride(from: 1, through: 1000, by: 250) {
                let names = (block..<(block + 250)).map { "c\($0)" }
                let outcome = try mesh.run(["route", "explain"] + names + ["-o", "json"])
                let rows = try #require(outcome.json["customers"] as? [[String: Any]], "\(outcome.err)")
                for row in rows where (row["shard"] as? [String])?.contains("us-east-1") == true { degraded += 1 }
            }
            #expect(prediction["degraded"] as? Int == degraded)
            #expect(prediction["lost"] as? Int == 0)
            #expect(prediction["untouched"] as? Int == 1000 - degraded)
        }

        @Test func aSecondUpOfARunningMeshIsRefused() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let second = try mesh.run(["up", "topology/monolith.yaml", "--detach"])
            #expect(second.code == 1)
            #expect(second.err.contains("runs already"))
            #expect(try mesh.cells().allSatisfy { $0.state == "serving" })
            try mesh.down()
        }

        @Test func aPortInUseLeavesNothingBehind() throws {
            let first = try TestMesh("topology/monolith.yaml")
            let port = try #require(first.router.split(separator: ":").last.map(String.init))
            let second = try TestMesh()
            let outcome = try second.run(["up", "topology/monolith.yaml", "--detach", "--port", port])
            #expect(outcome.code == 1)
            #expect(outcome.err.contains(port), "\(outcome.err)")
            #expect(try second.run(["doctor"]).code == 0)
            #expect(!FileManager.default.fileExists(atPath: second.home.path + "/monolith/control.json"))
            try first.down()
        }

        @Test func aDataDirectoryOfAnotherVersionIsRefused() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            try mesh.down()
            try "cellmesh-data 99\n".write(
                toFile: mesh.dataDirectory + "/version", atomically: true, encoding: .utf8)
            let outcome = try mesh.run(["up", "topology/monolith.yaml", "--detach"])
            #expect(outcome.code == 1)
            #expect(outcome.err.contains("cellmesh-data 99"), "\(outcome.err)")
        }

        @Test func anUnknownCellIsRefusedWithTheNearestName() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let outcome = try mesh.run(["kill", "cell/us-eats-1", "--yes"])
            #expect(outcome.code != 0)
            #expect(outcome.err.contains("us-east-1"), "\(outcome.err)")
            #expect(try mesh.cells().allSatisfy { $0.state == "serving" })
            try mesh.down()
        }

        @Test func foregroundUpEndsWithEverythingOnInterrupt() throws {
            let mesh = try TestMesh()
            let running = try mesh.start(["up", "topology/monolith.yaml"])
            var cells: [TestMesh.Cell] = []
            try TestMesh.eventually {
                // While it starts there is no mesh to ask.
                guard try mesh.run(["status"]).code == 0 else { return false }
                cells = try mesh.cells()
                return try cells.count == 1 && cells.at(0).state == "serving"
            }
            #expect(cells.count == 1)
            kill(running.process.processIdentifier, SIGINT)
            let outcome = running.wait(limit: 30)
            #expect(outcome.code == 0 || outcome.code == 130, "\(outcome.code): \(outcome.err)")
            #expect(outcome.out.hasPrefix("curl "), "the first line is a command that works: \(outcome.out)")
            #expect(cells.allSatisfy { !TestMesh.isRunning($0.pid) })
        }
    }
}
