import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct EligibilityTests {
    /// Every cohort has gone where these cells take the customers.
    private func placement(
        _ topology: MeshTopology, _ eligibility: Eligibility
    ) throws -> Placement {
        var placement = Placement(topology)
        for entry in placement.table.entries {
            var entry = entry
            try entry.begin(eligibility)
            try entry.switchOver()
            try entry.release()
            try placement.install(entry)
        }
        return placement
    }

    /// Catalogue A9, prediction 2: each of the region's customers is the newcomer's with probability 1 in 9.
    @Test func aNinthCellTakesOneCustomerInNineAndNobodyElseMoves() throws {
        let founded = mesh(regions: 3, cells: 8, size: 3)
        let topology = try founded.grown([founded.furtherCell(in: 0)])
        let newcomer = CellIndex(24)
        #expect(topology.cells[24].name == "r1-9")
        let (before, after) = (Placement(topology), try placement(topology, Eligibility(added: [newcomer])))
        var moved = 0
        for number in 1...10_000 {
            let (old, new) = (
                before.shard(of: CustomerHash(number: number)), after.shard(of: CustomerHash(number: number))
            )
            #expect(old == Placement(founded).shard(of: CustomerHash(number: number)) || number % 100 != 0)
            guard old != new else { continue }
            moved += 1
            let (was, now) = (Set(old), Set(new))
            #expect(now.subtracting(was) == [newcomer] && was.subtracting(now).count == 1, "customer \(number)")
        }
        #expect(abs(moved - 1_111) <= 94, "\(moved) customers have moved")
    }

    @Test func aDrainedCellLosesItsCustomersToItsRegionAndNobodyElseMoves() throws {
        let topology = mesh(regions: 3, cells: 8, size: 3)
        let gone = CellIndex(3)
        let (before, after) = (Placement(topology), try placement(topology, Eligibility(drained: [gone])))
        for number in 1...3_000 {
            let customer = CustomerHash(number: number)
            let (old, new) = (Set(before.shard(of: customer)), Set(after.shard(of: customer)))
            #expect(old.contains(gone) ? old.subtracting(new) == [gone] && new.count == 3 : old == new)
            #expect(new.subtracting(old).allSatisfy { topology.cells[$0.position].region == 0 })
        }
        // And all of them come back to it.
        let back = try placement(topology, Eligibility(drained: [gone]).adding([gone], founded: 24))
        for number in 1...1_000 {
            #expect(back.shard(of: CustomerHash(number: number)) == before.shard(of: CustomerHash(number: number)))
        }
    }

    /// A mesh that has grown finds every customer where one finds it that has had these cells from the start.
    @Test func howAMeshCameToItsCellsDoesNotMatter() throws {
        for seed in UInt64(1)...60 {
            var rng = Generator(seed: seed)
            var founded = randomMesh(&rng)
            founded.customers.geographies = []
            var grown = founded
            for _ in 0...rng.below(4) {
                let region = Int(rng.below(UInt64(founded.regions.count)))
                grown = try grown.grown(grown.addedSince + [grown.furtherCell(in: region)])
            }
            let all = (founded.cells.count..<grown.cells.count).map { CellIndex($0) }
            var whole = founded
            whole.cells = grown.cells
            let (one, other) = (try placement(grown, Eligibility(added: all)), Placement(whole))
            for number in 1...200 {
                let customer = CustomerHash(number: number)
                #expect(one.shard(of: customer) == other.shard(of: customer), "seed \(seed), customer \(number)")
            }
        }
    }

    @Test func entriesOfFurtherCellsAreRefusedUntilTheyAreKnown() throws {
        let founded = mesh(regions: 3, cells: 3, size: 3)
        var entry = PlacementEntry(cohort: 0)
        try entry.begin(Eligibility(added: [CellIndex(9)]))
        var placement = Placement(founded)
        #expect(throws: PlacementError.noSuchCell(CellIndex(9))) { try placement.install(entry) }
        placement.grow(try founded.grown([founded.furtherCell(in: 1)]))
        #expect(try placement.install(entry))
        #expect(placement.table.entries[0] == entry)
    }

    @Test func entriesHaveOneFormAndThoseOfTheFoundingTheFormer() throws {
        var entry = PlacementEntry(cohort: 5)
        try entry.begin(evacuated: [1])
        #expect(entry.bytes[0] == 1)
        try entry.switchOver()
        try entry.release()
        let plain = entry.bytes
        try entry.begin(
            entry.state.target.eligibility.adding([CellIndex(30)], founded: 24).draining([CellIndex(2)], founded: 24))
        let bytes = entry.bytes
        #expect(bytes[0] == 2 && PlacementEntry(bytes: bytes, cohorts: 64) == entry)
        #expect(
            entry.state.target.eligibility
                == Eligibility(evacuated: [1], added: [CellIndex(30)], drained: [CellIndex(2)]))
        // The former form with the new number is none.
        var other = plain
        other[0] = 2
        #expect(PlacementEntry(bytes: other, cohorts: 64) == nil)
        for count in 0..<bytes.count { #expect(PlacementEntry(bytes: bytes.prefix(count), cohorts: 64) == nil) }
        var rng = Generator(seed: 11)
        for _ in 0..<5_000 {
            var damaged = bytes
            damaged[Int(rng.below(UInt64(bytes.count)))] = UInt8(rng.below(256))
            if let read = PlacementEntry(bytes: damaged, cohorts: 64) { #expect(read.bytes == damaged) }
        }
    }
}
