import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct GeographyTests {
    private func threeRegions() -> MeshTopology {
        var topology = mesh(regions: 3, cells: 4, size: 3, zones: 2)
        topology.regions[0].geography = "us"
        topology.regions[1].geography = "us"
        topology.regions[2].geography = "eu"
        topology.customers.geographies = [.init(geography: "eu", share: 0.1), .init(geography: "us", share: 0.25)]
        return topology
    }

    @Test func boundCustomersNeverLeave() {
        let topology = threeRegions()
        let placement = Placement(topology)
        var counts: [String: Int] = [:]
        for number in 1...20_000 {
            let customer = CustomerHash(number: number)
            let geography = placement.geography(of: customer)
            counts[geography ?? "-", default: 0] += 1
            let shard = placement.shard(of: customer)
            verify(shard.count == 3)
            guard let geography else {
                verify(Set(shard.map { topology.cells[$0.position].region }).count == 3)
                continue
            }
            for cell in shard {
                verify(topology.regions[topology.cells[cell.position].region].geography == geography)
            }
            // Also when most of the geography is dead.
            let survivors = placement.shard(of: customer, excluding: CellSet(shard.dropLast()))
            for cell in survivors {
                verify(topology.regions[topology.cells[cell.position].region].geography == geography)
            }
        }
        verify(abs(counts["eu", default: 0] - 2000) < 4 * 43)
        verify(abs(counts["us", default: 0] - 5000) < 4 * 62)
    }

    @Test func spreadOfAGeographyIsTheCoarsestWithEnoughDomains() {
        let topology = threeRegions()
        let placement = Placement(topology)
        for number in 1...5000 {
            let customer = CustomerHash(number: number)
            let places = placement.shard(of: customer).map { topology.cells[$0.position] }
            switch placement.geography(of: customer) {
            case "us":
                // Two regions of two zones: four zones for three cells.
                verify(placement.spread(of: customer) == .zone)
                verify(Set(places.map { [$0.region, $0.zone] }).count == 3)
            case "eu": verify(placement.spread(of: customer) == .cell)
            default: verify(placement.spread(of: customer) == .region)
            }
        }
    }

    @Test func evacuationOfTheWholeGeographyLeavesNoCell() throws {
        let topology = threeRegions()
        var table = PlacementTable(cohortCount: 1)
        #expect(Placement(topology).geographyWithoutCells(evacuated: [2]) == "eu")
        #expect(Placement(topology).geographyWithoutCells(evacuated: [0]) == nil)
        #expect(Placement(topology).geographyWithoutCells(evacuated: [0, 1, 2]) == "")
        try table.change(cohort: 0) { entry throws(PlacementChangeError) in
            try entry.begin(evacuated: [2])
            try entry.switchOver()
        }
        let placement = try Placement(topology, table: table)
        for number in 1...2000 {
            let customer = CustomerHash(number: number)
            verify(placement.shard(of: customer).isEmpty == (placement.geography(of: customer) == "eu"))
        }
    }

    @Test(arguments: 0..<60)
    func neverLeftOnAnyMesh(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "geography")
        let topology = randomMesh(&rng)
        let placement = Placement(topology)
        for number in 1...300 {
            let customer = CustomerHash(number: number)
            guard let geography = placement.geography(of: customer) else { continue }
            for cell in placement.shard(of: customer) {
                verify(
                    topology.regions[topology.cells[cell.position].region].geography == geography, "seed \(seed)")
            }
        }
    }

    @Test func aWholeShareBindsEveryone() {
        var topology = threeRegions()
        topology.customers.geographies = [.init(geography: "eu", share: 0.4), .init(geography: "us", share: 0.6)]
        let placement = Placement(topology)
        for number in 1...5000 { verify(placement.geography(of: CustomerHash(number: number)) != nil) }
        verify(placement.geography(of: CustomerHash(rawValue: .max)) != nil)
    }

    @Test func aPinMayNotLeaveTheGeography() throws {
        let topology = threeRegions()
        let plain = Placement(topology)
        let bound = try #require(
            (1...1000).map { CustomerHash(number: $0) }.first { plain.geography(of: $0) == "eu" })
        var table = PlacementTable()
        func pin(_ cell: Int) throws {
            table = PlacementTable()
            try table.change(cohort: table.cohort(of: bound)) { entry throws(PlacementChangeError) in
                try entry.pin(bound, from: plain.shard(of: bound), to: [CellIndex(cell)])
            }
        }
        try pin(0)
        #expect(throws: PlacementError.leavesGeography(CellIndex(0), geography: "eu")) {
            try Placement(topology, table: table)
        }
        try pin(8)
        #expect(try Placement(topology, table: table).shard(of: bound) == [CellIndex(8)])
    }
}
