import MeshBase
import Testing
import Topology

@testable import Blueprints

/// Seeded damage to good files: reading never crashes, and what is accepted can be rendered and read back.
@Suite struct FuzzTests {
    static let inputs = ["topology/three-regions.yaml", "topology/eight-cells.yaml", "cells/storefront.yaml"].map {
        ShippedFiles.text($0)
    }
    static let words = [
        "&a ", "*a ", "- ", "? ", ": ", "{", "}", "[", "]", "\"", "'", "|", ">", "\n", "\t", "  ", "#", "!x ", "%", "~",
        "-1",
        "1e999", "99999999999999999999", "0", "null", "\u{0}", "\u{FEFF}", "\u{85}", "é", "\r\n", "---\n", "...\n",
        "<<: ",
        "5%", "zipf(", "name: a", "cells: 3", "\u{E000}", "\\", "1s", "@", "`",
    ]

    @Test(arguments: 0..<16) func damagedFilesNeverCrash(round: UInt64) {
        var generator = Generator(seed: 0xF0_22, concern: "fuzz", node: round)
        for _ in 0..<10 {
            let source = Self.inputs[Int(generator.below(UInt64(Self.inputs.count)))]
            let text = Self.damaged(source, &generator)
            let blueprint = MeshFiles.load(blueprint: text, named: "cells/fuzz.yaml")
            Self.inspect(blueprint, text, round)
            let mesh = load(
                Self.damaged(Self.inputs[0], &generator),
                ["storefront.yaml": generator.chance(0.5) ? text : Self.inputs[2]])
            Self.inspect(mesh, text, round)
            if let topology = mesh.topology {
                #expect(load(ConfigurationRenderer.yaml(topology)).topology == topology, "round \(round)")
            }
            _ = MeshFiles.load(scenario: text, named: "scenarios/fuzz.yaml")
        }
    }

    static func inspect(_ result: MeshFilesResult, _ text: String, _ round: UInt64) {
        #expect(result.problems.count <= ProblemCollector.most + 1)
        #expect(result.problems.allSatisfy { $0.line >= 1 && $0.column >= 1 }, "round \(round): \(text)")
        #expect(result.rendered().unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 }, "round \(round)")
    }

    /// One to six edits: a piece removed, doubled, moved, or a word put in.
    static func damaged(_ source: String, _ generator: inout Generator) -> String {
        var scalars = Array(source.unicodeScalars)
        for _ in 0...generator.below(6) {
            let start = Int(generator.below(UInt64(scalars.count) + 1))
            let end = min(scalars.count, start + Int(generator.below(generator.chance(0.2) ? 200 : 8)))
            switch generator.below(5) {
            case 0: scalars.removeSubrange(start..<end)
            case 1: scalars.insert(contentsOf: scalars[start..<end], at: start)
            case 2:
                let piece = Array(scalars[start..<end])
                scalars.removeSubrange(start..<end)
                scalars.insert(contentsOf: piece, at: Int(generator.below(UInt64(scalars.count) + 1)))
            case 3:
                let word = words[Int(generator.below(UInt64(words.count)))]
                scalars.replaceSubrange(start..<end, with: word.unicodeScalars)
            default:
                let word = words[Int(generator.below(UInt64(words.count)))]
                scalars.insert(contentsOf: word.unicodeScalars, at: start)
            }
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
