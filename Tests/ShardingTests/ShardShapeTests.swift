import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct ShardShapeTests {
    @Test func everyShardFitsTheShapesOfEachOfItsCells() {
        for seed in 1...60 as ClosedRange<UInt64> {
            var rng = Generator(seed: seed)
            let topology = randomMesh(&rng)
            let placement = Placement(topology)
            let shapes = topology.cells.indices.map { placement.shapes(around: CellIndex($0)) }
            for number in 1...200 {
                let shard = placement.shard(of: CustomerHash(number: number))
                for cell in shard {
                    // Some shape has them all: that of the view which the customer is in.
                    let fits = shapes[cell.position].contains { shape in
                        shape.size == shard.count
                            && shape.most { shard.contains($0) && $0 != cell } == shard.count - 1
                    }
                    #expect(fits, "seed \(seed), customer \(number), cell \(cell)")
                }
            }
        }
    }

    @Test func aRegionGivesAShardOneCell() {
        let placement = Placement(mesh(regions: 3, cells: 3, size: 3))
        let shapes = placement.shapes(around: CellIndex(0))
        #expect(shapes.count == 1)
        #expect(shapes[0].size == 3)
        // Its own region gives no other; each of the two others one of three.
        #expect(shapes[0].domains.map { $0.cells.map(\.position) } == [[3, 4, 5], [6, 7, 8]])
        #expect(shapes[0].most { $0.position < 3 } == 0)
        #expect(shapes[0].most { $0.position >= 3 && $0.position < 6 } == 1)
        #expect(shapes[0].most { _ in true } == 2)
    }

    @Test func whereDomainsAreFewerThanTheShardTheyGiveSeveral() {
        let shapes = Placement(mesh(regions: 2, cells: 4, size: 3)).shapes(around: CellIndex(0))
        #expect(shapes[0].most { $0.position < 4 } == 1)
        #expect(shapes[0].most { $0.position >= 4 } == 2)
    }

    @Test func aPinAddsItsOwnShape() {
        var table = PlacementTable()
        let topology = mesh(regions: 3, cells: 2, size: 3)
        let pinned = Shard([0, 1, 2].map { CellIndex($0) })!
        let customer = CustomerHash("c1")
        try! table.change(cohort: table.cohort(of: customer)) { entry throws(PlacementChangeError) in
            try entry.pin(customer, from: pinned, to: pinned)
        }
        let placement = try! Placement(topology, table: table)
        #expect(placement.shapes(around: CellIndex(0)).contains { $0.most { $0.position == 1 } == 1 })
        #expect(!placement.shapes(around: CellIndex(5)).contains { $0.most { $0.position == 4 } == 1 })
    }

    /// Of a cohort's shards, no set of missing cells takes more than the shapes say.
    @Test(arguments: 1...40)
    func theShapesOfACohortBoundWhatMayBeMissing(seed: UInt64) throws {
        var rng = Generator(seed: seed)
        let topology = randomMesh(&rng)
        var table = PlacementTable(cohortCount: 1)
        try table.change(cohort: 0) { entry throws(PlacementChangeError) in try entry.begin(evacuated: [0]) }
        let placement = try Placement(topology, table: table)
        let missing = CellSet(topology.cells.indices.filter { _ in rng.chance(0.2) }.map { CellIndex($0) })
        let shapes = [false, true].map { placement.shapes(ofCohort: 0, other: $0) }
        for number in 1...200 {
            let assignment = placement.assignment(of: CustomerHash(number: number))
            for (shapes, shard) in zip(shapes, [assignment.inForce, assignment.other]) where !shard.isEmpty {
                let most = shapes.filter { $0.size == shard.count }.map { $0.mostOfAll { missing.contains($0) } }.max()
                verify(shard.count(in: missing) <= most ?? -1, "seed \(seed), customer \(number)")
            }
        }
    }
    /// Who may hold a cohort is who stands in its shapes, before the mesh has grown and afterwards.
    @Test(arguments: 1...20)
    func whoMayHoldACohortStandsInItsShapes(seed: UInt64) throws {
        var rng = Generator(seed: seed)
        let topology = randomMesh(&rng)
        var table = PlacementTable(cohortCount: 2)
        try table.change(cohort: 1) { entry throws(PlacementChangeError) in try entry.begin(evacuated: [0]) }
        let placement = try Placement(topology, table: table)
        for (cohort, other) in [(0, false), (0, true), (1, false), (1, true)] {
            let cells = CellSet(
                placement.shapes(ofCohort: cohort, other: other).flatMap { $0.domains.flatMap(\.cells) })
            for cell in topology.cells.indices.map({ CellIndex($0) }) {
                #expect(placement.mayHold(cohort, cell, other: other) == cells.contains(cell))
            }
        }
        #expect(!placement.mayHold(0, CellIndex(0), other: true))
    }

    /// An entry that is only looked at gives what it gives installed, and changes nothing.
    @Test(arguments: 1...20)
    func anEntryIsLookedAtWithoutBeingInstalled(seed: UInt64) throws {
        var rng = Generator(seed: seed)
        let topology = randomMesh(&rng)
        var placement = try Placement(topology, table: PlacementTable(cohortCount: 1))
        let founding = placement
        var entry = PlacementEntry(cohort: 0)
        try entry.begin(evacuated: [0])
        var installed = placement
        try installed.install(entry)
        for number in 1...100 {
            let customer = CustomerHash(number: number)
            let looked = placement.assignment(of: customer, by: entry)
            #expect(looked == installed.assignment(of: customer))
            #expect(placement.assignment(of: customer) == founding.assignment(of: customer))
            let before = installed.assignment(of: customer, by: PlacementEntry(cohort: 0))
            #expect(before == founding.assignment(of: customer))
        }
    }
}
