import ArgumentParser
import Blueprints
import Testing

@testable import cellmesh

@Suite struct DefaultFilesTests {
    private static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

    @Test func theyAreTheShippedOnes() throws {
        #expect(try TextFile.read(Self.root + "/topology/three-regions.yaml").get() == DefaultFiles.threeRegions)
        #expect(try TextFile.read(Self.root + "/cells/storefront.yaml").get() == DefaultFiles.storefront)
    }

    @Test func theyMakeAMesh() throws {
        let result = TopologyFile.embedded()
        #expect(result.problems.map(\.code) == [.pinnedToOneRegion], "\(result.rendered())")
        let topology = try #require(result.topology)
        #expect(topology.cells.count == 12)
        #expect(topology.entryServices == ["checkout"])
        #expect(
            UpView.example(topology, router: "http://127.0.0.1:1")
                == "curl -i http://127.0.0.1:1/v1/customers/c1/services/checkout")
    }

    @Test func theReferenceNamesEveryCommand() throws {
        let text = try TextFile.read(Self.root + "/docs/cli.md").get()
        func visit(_ command: any ParsableCommand.Type, _ path: String) {
            for next in command.configuration.subcommands {
                let name = "\(path) \(next._commandName)"
                if next.configuration.subcommands.isEmpty { #expect(text.contains("`\(name)"), "\(name)") }
                visit(next, name)
            }
        }
        visit(CellMesh.self, "cellmesh")
    }
}
