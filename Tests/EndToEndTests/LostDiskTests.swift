import Foundation
import Testing

extension EndToEndMoves {
    /// Stores that are removed under load, on real processes.
    @Suite struct LostDiskTests {
        /// Nine cells whose requests live for two seconds, so that a refill need not wait for long.
        private func mesh() throws -> TestMesh {
            let mesh = try TestMesh()
            let folder = mesh.home.appendingPathComponent("files")
            for name in ["topology", "cells"] {
                try FileManager.default.createDirectory(
                    at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
            }
            let text = try String(
                contentsOf: Program.root.appendingPathComponent("topology/nine-cells.yaml"), encoding: .utf8)
            let topology = folder.appendingPathComponent("topology/nine-cells.yaml")
            try (text + "routing: {attempt-timeout: 500ms, request-timeout: 2s}\n").write(
                to: topology, atomically: true, encoding: .utf8)
            try FileManager.default.copyItem(
                at: Program.root.appendingPathComponent("cells/storefront.yaml"),
                to: folder.appendingPathComponent("cells/storefront.yaml"))
            try mesh.up(topology.path)
            return mesh
        }

        private func loseDisk(of cell: String, in mesh: TestMesh) throws {
            try mesh.run(["kill", "cell/\(cell)", "--yes"])
            let folder = URL(fileURLWithPath: mesh.dataDirectory).appendingPathComponent("cells/\(cell)")
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
            where name.hasPrefix("store.sqlite") {
                try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
            }
            #expect(try mesh.run(["restart", "cell/\(cell)"]).code == 0)
        }

        @Test func disksLostOneAfterTheOtherLoseNothing() throws {
            let mesh = try mesh()
            let shard = try mesh.shard(of: "c1")
            var kept: [String: String] = [:]
            for number in 1...30 {
                let path = "/v1/customers/c1/records/disk-\(number)"
                let answer = try HTTPProbe.request("PUT", mesh.router, path, body: "v\(number)")
                #expect(answer.status == 201)
                kept[path] = answer.headers["etag"]
            }
            let gone = "/v1/customers/c1/records/gone"
            _ = try HTTPProbe.request("PUT", mesh.router, gone, body: "x")
            #expect(try HTTPProbe.request("DELETE", mesh.router, gone).status == 204)
            let load = try mesh.start([
                "load", "run", "--rate", "100", "--duration", "90s", "--customers", "40", "--verify", "-o", "json",
            ])
            for cell in shard {
                try loseDisk(of: cell, in: mesh)
                // The wait is what an operator does, and what must not be satisfied before the refill.
                #expect(try mesh.run(["status", "--wait", "20s"]).code == 0)
                let page = try mesh.json(["store", cell])
                #expect(page["life"] as? String == "votes")
            }
            for (path, version) in kept {
                let answer = try HTTPProbe.request("GET", mesh.router, path)
                #expect(answer.status == 200 && answer.headers["etag"] == version, "\(path): \(answer)")
            }
            #expect(try HTTPProbe.request("GET", mesh.router, gone).body.contains("deleted"))
            let outcome = load.end()
            let writes = try #require(outcome.json["writes"] as? [String: Any], "\(outcome.err)")
            #expect(writes["lost"] as? Int == 0, "\(writes)")
            #expect((writes["acknowledged"] as? Int ?? 0) > 100)
            let events = try mesh.run(["events"]).out
            #expect(events.contains("refilled") && events.contains("lost"))
            try mesh.down()
        }

        @Test func twoLostDisksAreSaidAloudAndTakeAnOperatorsWord() throws {
            let mesh = try mesh()
            let shard = try mesh.shard(of: "c1")
            let path = "/v1/customers/c1/records/k"
            #expect(try HTTPProbe.request("PUT", mesh.router, path, body: "v").status == 201)
            for cell in shard.prefix(2) { try loseDisk(of: cell, in: mesh) }
            #expect(try mesh.run(["status", "--wait", "4s"]).code == 3)
            for method in ["GET", "PUT"] {
                let answer = try HTTPProbe.request(method, mesh.router, path, body: method == "PUT" ? "w" : "")
                #expect(answer.status == 503 && answer.body.contains("\"refilling\""), "\(answer)")
            }
            // Services need no store.
            #expect(try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/user").status == 200)
            var lost: Program.Outcome?
            #expect(
                try TestMesh.eventually {
                    lost = try mesh.run(["store", "--lost", "-o", "json"])
                    return lost?.code == 3
                })
            let cells = try #require(lost?.json["cells"] as? [[String: Any]])
            #expect(Set(cells.compactMap { $0["cell"] as? String }) == Set(shard.prefix(2)))
            #expect(lost?.json["refused"] as? Int ?? 0 > 0)
            #expect(try mesh.run(["doctor"]).out.contains("no-vote"))
            #expect(try mesh.run(["store", shard.at(0), "--accept-loss"]).code == 2)
            #expect(try mesh.run(["store", shard.at(0), "--accept-loss", "--confirm", shard.at(0)]).code == 0)
            #expect(try mesh.run(["status", "--wait", "20s"]).code == 0)
            // The third had it.
            #expect(try HTTPProbe.request("GET", mesh.router, path).body == "v")
            #expect(try mesh.run(["store", "--lost"]).code == 0)
            try mesh.down()
        }
    }
}
