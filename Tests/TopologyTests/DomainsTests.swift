import MeshBase
import Testing

@testable import Topology

@Suite struct DomainsTests {
    @Test func domainsFollowTheLevel() {
        let topology = threeRegions()
        #expect(topology.domains(for: .region).map(\.count) == [4, 4, 4])
        #expect(topology.domains(for: .zone).map(\.count) == [2, 2, 2, 2, 2, 2])
        #expect(topology.domains(for: .zone)[1] == [CellIndex(1), CellIndex(3)])
        #expect(topology.domains(for: .cell).count == 12)
        #expect(topology.domains(for: .region, among: [CellIndex(0), CellIndex(11)]).count == 2)
        #expect(topology.domains(for: .region, among: []).isEmpty)
    }

    @Test func domainNumbersMatchTheGroups() {
        let topology = threeRegions()
        #expect(topology.domainNumbers(for: .region) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
        #expect(topology.domainNumbers(for: .zone) == [0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5])
        #expect(topology.domainNumbers(for: .cell) == Array(0..<12))
    }

    @Test func cellsOfRegionAndGeography() {
        let topology = threeRegions()
        #expect(topology.cells(inRegion: 1).map(\.position) == [4, 5, 6, 7])
        #expect(topology.cells(inGeography: "us").map(\.position) == Array(0..<8))
        #expect(topology.cells(inGeography: "mars").isEmpty)
        #expect(topology.cells(inGeography: nil).count == 12)
        #expect(topology.geographies == ["us", "eu"])
    }

    @Test func aPinnedCustomerSpreadsAtTheFirstLevelWithEnoughDomains() {
        #expect(threeRegions().spread(inGeography: nil) == .region)
        #expect(threeRegions().spread(inGeography: "eu") == .cell)
        #expect(threeRegions(size: 2).spread(inGeography: "eu") == .zone)
        #expect(threeRegions(size: 5).spread(inGeography: "eu") == nil)
        #expect(threeRegions(size: 1).spread(inGeography: "eu") == .region)
    }

    @Test func linkQualityIsSymmetric() {
        let slow = Links.Quality(latency: .milliseconds(30))
        let links = Links(pairs: [.init(first: "a", second: "b", quality: slow)])
        #expect(links.quality(between: "b", and: "a") == slow)
        #expect(links.quality(between: "a", and: "c") == Links.Quality())
        #expect(!links.isPlain)
        #expect(Links().isPlain)
    }

    @Test(arguments: [
        ("a", true), ("us-east-1", true), ("", false), ("1a", false), ("-a", false), ("A", false),
        ("a_b", false), ("é", false), ("a b", false),
    ])
    func nameRule(name: String, valid: Bool) {
        #expect(TopologyName.isValid(name) == valid)
    }

    @Test func nameLength() {
        #expect(TopologyName.isValid(String(repeating: "a", count: 63)))
        #expect(!TopologyName.isValid(String(repeating: "a", count: 64)))
    }
}
