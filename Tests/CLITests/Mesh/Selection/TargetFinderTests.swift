import MeshBase
import Testing
import Topology

@testable import cellmesh

@Suite struct TargetFinderTests {
    private let finder: TargetFinder

    init() throws { finder = TargetFinder(topology: try #require(TopologyFile.embedded().topology)) }

    private func names(_ targets: String...) throws -> [String] {
        try finder.targets(targets).map { finder.name(of: $0) }
    }

    @Test func namesAndTypesAreFound() throws {
        #expect(
            try names("us-east-1", "cell/us-east-2", "r1", "control") == [
                "cell/us-east-1", "cell/us-east-2", "router/r1", "control",
            ])
        #expect(try names("us-east-1,us-east-2", "us-east-1") == ["cell/us-east-1", "cell/us-east-2"])
    }

    @Test func regionsAndZonesStandForTheirCells() throws {
        #expect(try names("region/eu-west") == (1...4).map { "cell/eu-west-\($0)" })
        #expect(try names("zone/eu-west/a") == ["cell/eu-west-1", "cell/eu-west-3"])
        #expect(try names("eu-west/b") == ["cell/eu-west-2", "cell/eu-west-4"])
    }

    @Test(arguments: [
        ("us-esat-1", "did you mean 'us-east-1'?"), ("eu-west", "all of its cells: region/eu-west"),
        ("regoin/eu-west", "did you mean 'region'?"), ("region/eu-wst", "did you mean 'eu-west'?"),
        ("zone/eu-west/q", "did you mean 'eu-west/a'?"), ("router/r2", "routers are: r1"),
    ])
    func unknownOnesAreUsageErrorsWithAHint(target: String, hint: String) {
        let failure = #expect(throws: CommandFailure.self) { try finder.targets([target]) }
        #expect(failure?.status == .usage)
        #expect(failure?.hint == hint)
    }

    @Test func onlyCellsDieInACalculation() throws {
        #expect(try finder.cells(["region/us-east"]).count == 4)
        #expect(throws: CommandFailure.self) { try finder.cells(["r1"]) }
    }
}
