import Foundation
import Testing

extension EndToEndMoves {
    /// Cells are added to a mesh under load, and drained from it, on real processes, through the commands.
    @Suite struct CellChangeTests {
        private static let topology = Program.root.appendingPathComponent("topology/nine-cells.yaml").path
        private static let stages = ["--stages", "50,100", "--watch", "200ms"]

        private func rows(_ cell: String, in mesh: TestMesh) throws -> Int {
            let page = try mesh.json(["store", cell])
            return ["records", "tombstones", "hints"].reduce(0) { $0 + (page[$1] as? Int ?? 0) }
        }

        private func state(_ cell: String, in mesh: TestMesh) throws -> String? {
            let cells = try #require(try mesh.json(["status"])["cells"] as? [[String: Any]])
            return cells.first { $0["name"] as? String == cell }?["state"] as? String
        }

        @Test func aCellIsAddedUnderLoadAndAnotherDrained() throws {
            let mesh = try TestMesh()
            try mesh.up(Self.topology)
            let before = try (1...40).map { Set(try mesh.shard(of: "c\($0)")) }
            let load = try mesh.start([
                "load", "run", "--rate", "100", "--duration", "90s", "--customers", "40", "--verify", "-o", "json",
            ])
            #expect(try TestMesh.eventually { try rows("us-east-1", in: mesh) > 10 })

            let forecast = try mesh.run(["cell", "add", "us-east", "--dry-run", "-o", "json"])
            #expect(forecast.code == 0 && forecast.json["cells"] as? [String] == ["us-east-4"], "\(forecast.err)")
            #expect(try state("us-east-4", in: mesh) == nil, "a dry run adds nothing")

            let added = try mesh.run(["cell", "add", "us-east", "-o", "json"] + Self.stages)
            #expect(added.code == 0 && added.json["outcome"] as? String == "completed", "\(added.out)\n\(added.err)")
            #expect(added.json["customers_moved"] as? Int == forecast.json["customers_moved"] as? Int)
            let after = try (1...40).map { Set(try mesh.shard(of: "c\($0)")) }
            for (old, new) in zip(before, after) where old != new {
                #expect(new.subtracting(old) == ["us-east-4"] && old.subtracting(new).count == 1, "\(old) \(new)")
            }
            #expect(after != before)
            #expect(try rows("us-east-4", in: mesh) > 0)

            let drained = try mesh.run(["cell", "drain", "us-east-1", "-o", "json"] + Self.stages)
            #expect(drained.code == 0 && drained.json["outcome"] as? String == "completed", "\(drained.err)")
            #expect(try TestMesh.eventually { try state("us-east-1", in: mesh) == "drained" })
            let last = try (1...40).map { Set(try mesh.shard(of: "c\($0)")) }
            #expect(last.allSatisfy { !$0.contains("us-east-1") && $0.count == 3 })
            let writes = try #require(load.end().json["writes"] as? [String: Any])
            #expect(writes["lost"] as? Int == 0 && (writes["acknowledged"] as? Int ?? 0) > 50, "\(writes)")
            #expect(try mesh.json(["status"])["state"] as? String == "serving")
            #expect(try mesh.run(["cell", "drain", "us-east-1"]).code == 2, "it holds nothing")
            // Whoever counts cells counts those that take customers.
            #expect(try mesh.run(["status"]).out.contains("9 of 9 cells serving, 1 drained"))
            let radius = try mesh.json(["blast-radius"])
            #expect(radius["of"] as? Int == 9 && (radius["cells"] as? [Any])?.isEmpty == true, "\(radius)")
            #expect(
                (radius["idle"] as? [Any])?.isEmpty == true
                    && radius["untouched"] as? Int == radius["customers"] as? Int)
            let named = try mesh.json(["blast-radius", "--if", "us-east-1"])
            #expect(named["idle"] as? [String] == ["us-east-1"] && named["lost"] as? Int == 0, "\(named)")

            // Down and up: the mesh keeps its cells, and starts none that holds nothing.
            try mesh.down()
            try mesh.up(Self.topology)
            let up = mesh.launch
            #expect(up["cells"] as? Int == 9 && up["drained_cells"] as? Int == 1, "\(up)")
            #expect(try (1...40).map { Set(try mesh.shard(of: "c\($0)")) } == last)
            #expect(try state("us-east-1", in: mesh) == "drained" && state("us-east-4", in: mesh) == "serving")
            // The drained one comes back before a new one is made.
            let back = try mesh.run(["cell", "add", "us-east", "-o", "json"] + Self.stages)
            #expect(back.code == 0 && back.json["cells"] as? [String] == ["us-east-1"], "\(back.out)\n\(back.err)")
            #expect(try (1...40).map { Set(try mesh.shard(of: "c\($0)")) } == after)
            try mesh.down()
            // An old copy of the file of further cells: it is that one that is blamed.
            let file = URL(fileURLWithPath: mesh.dataDirectory + "/cells.json")
            let content = try Data(contentsOf: file)
            var stale = try #require(try JSONSerialization.jsonObject(with: content) as? [String: Any])
            stale["cells"] = [Any]()
            for old in [try JSONSerialization.data(withJSONObject: stale), nil] {
                if let old { try old.write(to: file) } else { try FileManager.default.removeItem(at: file) }
                let blamed = try mesh.run(["up", "--detach"])
                #expect(blamed.code == 1 && blamed.err.contains("cells.json cannot be used"), "\(blamed.err)")
                #expect(!blamed.err.contains("placement.json") && blamed.err.contains("us-east-4"), "\(blamed.err)")
                #expect(blamed.err.contains("restore the newest copy"), "\(blamed.err)")
            }
            try content.write(to: file)
            #expect(try mesh.run(["up", "--detach"]).code == 0)
            try mesh.down()
        }

        @Test func everyRefusalSaysWhatToDo() throws {
            let mesh = try TestMesh()
            try mesh.up(Self.topology)
            #expect(try mesh.run(["cell", "drain", "us-east-3"] + Self.stages).code == 0)
            #expect(try mesh.run(["evacuate", "us-west", "--confirm", "us-west"] + Self.stages).code == 0)
            let refused = [
                ["move", "c1"], ["move", "c1", "--to", ","], ["move", "c1", "--to", "nowhere-1"],
                ["move", "c1", "--to", "us-east-1,us-east-1"], ["move", "c1", "--to", "us-east-3"],
                ["move", "c1", "--to", "us-west-1"], ["move", "c1", "--accept-loss"],
                ["move", "c1", "--to", "us-east-1", "--confirm", "c1"], ["move", "", "--to", "us-east-1"],
                ["move", "a/b", "--to", "us-east-1"], ["move", "c1", "--to", "router/r1"],
                ["pins", "rm", "c1"], ["pins", "rm", "a/b"], ["pins", "rm"],
                ["cell", "add", "nowhere"], ["cell", "add", "us-east", "--zone", "q"], ["cell", "add", "us-west"],
                ["cell", "add", "us-east", "--count", "0"], ["cell", "add", "us-east", "--count", "-1"],
                ["cell", "add", "us-east", "--count", "101"], ["cell", "drain", "us-east-3"], ["cell", "drain", "r1"],
                ["cell", "drain", "nowhere-1"], ["cell", "drain", "us-east-1", "us-west-1"],
                ["cell", "drain", "us-east-1", "--stages", "5,3"], ["cell", "drain"],
            ]
            for arguments in refused {
                let outcome = try mesh.run(arguments)
                #expect(outcome.code != 0, "\(arguments)")
                #expect(
                    outcome.err.contains("\nhint: ") || outcome.err.contains("\nnext: "), "\(arguments): \(outcome.err)"
                )
            }
            // The mesh that was left is told, and how to bring it back.
            #expect(try mesh.run(["status"]).err.contains("next: cellmesh restore us-west"))
            let drill = try mesh.run(["drill", "run", "evacuation", "us-east"])
            #expect(drill.code == 2 && drill.err.contains("next: cellmesh restore us-west"), "\(drill.err)")
            try mesh.down()
        }

        @Test func whatIsWrongAddsNothing() throws {
            let mesh = try TestMesh()
            try mesh.up(Self.topology)
            #expect(try mesh.run(["cell", "add", "us-eats"]).code == 64)
            #expect(try mesh.run(["cell", "add", "us-east", "--count", "0"]).code == 64)
            let zone = try mesh.run(["cell", "add", "us-east", "--zone", "q"])
            #expect(zone.code == 64 && zone.err.contains("zones are a, b"), "\(zone.err)")
            let unknown = try mesh.run(["cell", "drain", "us-east-11"])
            #expect(unknown.code == 64 && unknown.err.contains("us-east-1"), "\(unknown.err)")
            let mixed = try mesh.run(["cell", "drain", "us-east-1", "us-west-1"])
            #expect(mixed.code == 64 && mixed.err.contains("one region"), "\(mixed.err)")
            #expect(try mesh.run(["cell", "drain", "r1"]).code == 64)
            // Two at once: one adds its cell, the other adds nothing.
            let both = try ["us-west", "eu-west"].map { try mesh.start(["cell", "add", $0] + Self.stages) }
                .map { $0.wait(limit: 60) }
            #expect(both.count { $0.code == 0 } >= 1, "\(both.map(\.err))")
            let cells = try #require(try mesh.json(["status"])["cells"] as? [[String: Any]])
            #expect(
                cells.count == 9 + both.count { $0.code == 0 }
                    && cells.allSatisfy { $0["state"] as? String == "serving" })
            // Its file is damaged: it is not written over.
            let file = mesh.dataDirectory + "/cells.json"
            let content = try Data(contentsOf: URL(fileURLWithPath: file))
            try content.prefix(40).write(to: URL(fileURLWithPath: file))
            let damaged = try mesh.run(["cell", "add", "us-east"])
            #expect(damaged.code == 1 && damaged.err.contains("cells.json"), "\(damaged.err)")
            try content.write(to: URL(fileURLWithPath: file))
            #expect(try mesh.run(["evacuate", "us-east", "--confirm", "us-east"] + Self.stages).code == 0)
            let evacuated = try mesh.run(["cell", "add", "us-east"])
            #expect(evacuated.code == 2 && evacuated.err.contains("cellmesh restore us-east"), "\(evacuated.err)")
            #expect((try mesh.json(["status"])["cells"] as? [Any])?.count == cells.count)
            try mesh.down()
        }
    }
}
