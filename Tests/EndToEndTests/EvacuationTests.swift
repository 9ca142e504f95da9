import Foundation
import Testing

extension EndToEndMoves {
    /// A region is left under load and taken back, on real processes, through the commands.
    @Suite struct EvacuationTests {
        private static let stages = ["--stages", "25,100", "--watch", "500ms"]

        private func mesh() throws -> TestMesh {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            return mesh
        }

        /// What the cells of a region hold.
        private func rows(_ region: String, in mesh: TestMesh) throws -> Int {
            let cells = try #require(try mesh.json(["status"])["cells"] as? [[String: Any]])
            var count = 0
            for cell in cells where cell["region"] as? String == region {
                let page = try mesh.json(["store", try #require(cell["name"] as? String)])
                count += (page["records"] as? Int ?? 0) + (page["tombstones"] as? Int ?? 0)
                count += (page["hints"] as? Int ?? 0) + (page["queue"] as? Int ?? 0)
            }
            return count
        }

        @Test func aRegionIsLeftUnderLoadAndTakenBack() throws {
            let mesh = try mesh()
            let before = try (1...20).map { try mesh.shard(of: "c\($0)") }
            let load = try mesh.start([
                "load", "run", "--rate", "100", "--duration", "90s", "--customers", "40", "--verify", "-o", "json",
            ])
            #expect(try TestMesh.eventually { try rows("us-east", in: mesh) > 20 })

            let forecast = try mesh.run(["evacuate", "us-east", "--dry-run", "-o", "json"])
            #expect(forecast.code == 0 && forecast.json["outcome"] as? String == "proceeds", "\(forecast.err)")
            #expect((forecast.json["customers_moved"] as? Int ?? 0) > 0)
            #expect(try rows("us-east", in: mesh) > 0)

            let outcome = try mesh.run(["evacuate", "us-east", "--confirm", "us-east", "-o", "json"] + Self.stages)
            #expect(outcome.code == 0, "\(outcome.out)\n\(outcome.err)")
            #expect(outcome.json["outcome"] as? String == "completed")
            #expect((outcome.json["stages"] as? [[String: Any]])?.map { $0["percent"] as? Int } == [25, 100])
            #expect((outcome.json["records_copied"] as? Int ?? 0) > 0)
            #expect(try rows("us-east", in: mesh) == 0)
            let status = try mesh.json(["status"])
            #expect(status["evacuated"] as? [String] == ["us-east"])
            for number in 1...20 {
                #expect(try mesh.shard(of: "c\(number)").allSatisfy { !$0.hasPrefix("us-east") })
            }
            #expect(try mesh.json(["evacuation", "status"])["outcome"] as? String == "completed")
            #expect(try mesh.run(["evacuate", "us-east", "--confirm", "us-east"]).code == 2)

            let back = try mesh.run(["restore", "us-east", "-o", "json"] + Self.stages)
            #expect(back.code == 0 && back.json["kind"] as? String == "restore", "\(back.out)\n\(back.err)")
            #expect(try (1...20).map { try mesh.shard(of: "c\($0)") } == before)
            #expect(try rows("us-east", in: mesh) > 0)
            let writes = try #require(load.end().json["writes"] as? [String: Any])
            #expect(writes["lost"] as? Int == 0 && (writes["acknowledged"] as? Int ?? 0) > 100, "\(writes)")
            let events = try mesh.run(["events", "--type", "evacuation"]).out
            #expect(events.contains("began") && events.contains("completed"))
            #expect(try mesh.run(["why", "us-east-1"]).out.contains("evacuation of us-east"))
            try mesh.down()
        }

        @Test func whatIsWrongChangesNothing() throws {
            let mesh = try mesh()
            let missing = try mesh.run(["evacuate", "us-east"])
            #expect(missing.code == 2 && missing.err.contains("cellmesh evacuate us-east --confirm us-east"))
            #expect(try mesh.run(["evacuate", "us-east", "--confirm", "us-west"]).code == 2)
            let unknown = try mesh.run(["evacuate", "us-eats", "--confirm", "us-eats"])
            #expect(unknown.code == 64 && unknown.err.contains("us-east"))
            #expect(try mesh.run(["restore", "us-east"]).code == 2)
            #expect(try mesh.run(["evacuation", "pause"]).code == 1)
            #expect(try mesh.run(["pins", "rm", "c7"]).code == 64)
            let refused = try mesh.run(["restore", "us-east", "-o", "json"])
            #expect(refused.json["outcome"] as? String == "refused")
            #expect(refused.err.contains("\"code\":\"declined\""))
            #expect(try mesh.json(["evacuation", "status"])["outcome"] as? String == "none")
            #expect(try mesh.json(["status"])["epoch"] as? Int == 1)
            try mesh.down()
        }

        @Test func aCustomerIsPinnedAndGivenBack() throws {
            let mesh = try mesh()
            let shard = try mesh.shard(of: "c7")
            let path = "/v1/customers/c7/records/k"
            #expect(try HTTPProbe.request("PUT", mesh.router, path, body: "v").status == 201)
            let names = try mesh.cells().map(\.name)
            let wanted = try #require(
                [Array(names.filter { !shard.contains($0) }.prefix(2)) + [shard.at(0)]].first { $0.count == 3 })
            let list = wanted.joined(separator: ",")
            let moved = try mesh.run(["move", "c7", "--to", list, "-o", "json"])
            // A customer that is bound to a geography stays in it, and says so.
            if moved.code == 2, moved.err.contains("geography") { return try mesh.down() }
            #expect(moved.code == 0, "\(moved.err)")
            #expect(try mesh.shard(of: "c7") == wanted)
            #expect(try HTTPProbe.request("GET", mesh.router, path).body == "v")
            let pins = try #require(try mesh.json(["pins", "ls"])["pins"] as? [[String: Any]])
            #expect(pins.map { $0["customer"] as? String } == ["c7"])
            for cell in shard where !wanted.contains(cell) {
                // They learn of the release a moment after the customer's own cells.
                let isGone = try TestMesh.eventually {
                    try mesh.json(["store", cell, "--customer", "c7"])["records"] as? Int == 0
                }
                #expect(isGone, "\(cell) still has records of c7")
            }
            let back = try mesh.run(["pins", "rm", "c7"])
            #expect(back.code == 0, "\(back.err)")
            #expect(try mesh.shard(of: "c7") == shard)
            #expect(try HTTPProbe.request("GET", mesh.router, path).body == "v")
            try mesh.down()
        }
    }
}
