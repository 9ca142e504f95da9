import Foundation
import Testing

extension EndToEnd {
    /// The keys that commands without a mesh write with `-o json`, in their order; a file in `Documents` for each.
    @Suite struct DocumentShapeTests {
        private static let commands: [(name: String, words: String)] = [
            ("version", "version"), ("init", "init shop"), ("validate-bad", "validate bad.yaml"),
            ("config", "config show ROOT/topology/eight-cells.yaml"),
            ("lab-shards", "lab shards --cells 8 --size 2 --customers 1000"), ("lab-breaker", "lab breaker"),
            ("lab-retry-storm", "lab retry-storm"), ("lab-bulkhead", "lab bulkhead"), ("lab-hedge", "lab hedge"),
            ("lab-order", "lab order"), ("lab-wave", "lab wave"), ("lab-availability", "lab availability"),
            ("lab-downtime", "lab downtime"), ("lab-retry-cost", "lab retry-cost"), ("lab-tune", "lab tune"),
            ("lab-timeouts", "lab timeouts ROOT/topology/three-regions.yaml"),
            ("lab-maturity", "lab maturity ROOT/topology/three-regions.yaml"),
            ("lab-isolation", "lab isolation ROOT/topology/walled.yaml --units 2 --seeds 1..1"),
            ("sim-run", "sim run ROOT/topology/eight-cells.yaml --for 5s --seed 3"),
            ("sim-swim", "sim swim --members 8 --loss 1% --starved 0% --seeds 1 --for 10s"),
            ("sim-swarm", "sim swarm --seeds 1..2 --for 3s"),
        ]

        private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Documents")

        @Test(arguments: commands.map(\.name))
        func keysStandInTheirOrder(name: String) throws {
            let words = try #require(Self.commands.first { $0.name == name }?.words)
            let home = FileManager.default.temporaryDirectory.appendingPathComponent(
                "cellmesh-shape-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: home) }
            try "mesh: x\nfoo: 1\n".write(
                to: home.appendingPathComponent("bad.yaml"), atomically: true, encoding: .utf8)
            let arguments = words.replacingOccurrences(of: "ROOT", with: Program.root.path).split(separator: " ")
            let outcome = try Program.Running(
                Program.path, arguments.map(String.init) + ["-o", "json"],
                environment: ["CELLMESH_HOME": home.path, "NO_COLOR": "1"], directory: home
            ).wait()
            #expect(outcome.json["schema"] as? String == "cellmesh/1", "\(outcome.err)")
            let shape = Self.shape(outcome.out)
            let file = Self.folder.appendingPathComponent(name + ".txt")
            let known = try? String(contentsOf: file, encoding: .utf8)
            if ProcessInfo.processInfo.environment["CELLMESH_REWRITE_GOLDENS"] != nil {
                try shape.write(to: file, atomically: true, encoding: .utf8)
            }
            #expect(shape == known)
        }

        /// Paths of keys, each once, as they come: documents have two spaces per level and a key per line.
        private static func shape(_ document: String) -> String {
            var open: [(depth: Int, key: Substring)] = []
            var paths: [String] = []
            for line in document.split(separator: "\n") {
                let rest = line.drop { $0 == " " }
                guard rest.first == "\"", let end = rest.range(of: "\": ") else { continue }
                let depth = line.count - rest.count
                open.removeAll { $0.depth >= depth }
                open.append((depth, rest[rest.index(after: rest.startIndex)..<end.lowerBound]))
                let path = open.map(\.key).joined(separator: ".")
                if !paths.contains(path) { paths.append(path) }
            }
            return paths.joined(separator: "\n") + "\n"
        }
    }
}
