import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct CellUseTests {
    private let founded = mesh(regions: 3, cells: 4, size: 3)

    private func table(_ eligibility: Eligibility, cohorts: Range<Int>? = nil) throws -> PlacementTable {
        var table = PlacementTable(cohortCount: 4)
        for cohort in cohorts ?? 0..<4 {
            try table.change(cohort: cohort) { entry in
                try entry.begin(eligibility)
                try entry.switchOver()
                try entry.release()
            }
        }
        return table
    }

    private func positions(_ cells: CellSet) -> [Int] { cells.map(\.position) }

    @Test func allTakeTrafficWhereNothingWasChanged() {
        let use = CellUse(PlacementTable(), founded)
        #expect(positions(use.taking) == Array(0..<12) && positions(use.settled) == Array(0..<12))
        #expect(use.unused.isEmpty && use.evacuated.isEmpty)
    }

    @Test func drainedCellsNewOnesAndThoseOfALeftRegionTakeNone() throws {
        let topology = try founded.grown([founded.furtherCell(in: 2)])
        let use = CellUse(try table(Eligibility(evacuated: [1], drained: [CellIndex(0)])), topology)
        #expect(positions(use.unused) == [0, 12] && use.evacuated == [1])
        #expect(positions(use.vacant) == [0, 4, 5, 6, 7, 12], "nobody would miss a cell of a region that was left")
        #expect(positions(use.taking) == [1, 2, 3, 8, 9, 10, 11] && use.settled == use.taking)
        // The newcomer takes some as soon as it has come into use.
        let grown = CellUse(try table(Eligibility(added: [CellIndex(12)])), topology)
        #expect(grown.unused.isEmpty && positions(grown.taking) == Array(0..<13))
    }

    /// While it is under way both sides have customers, and only what all cohorts are on is settled.
    @Test func whatOneCohortIsStillOnIsInUse() throws {
        let drained = Eligibility(drained: [CellIndex(0)])
        var table = try table(drained, cohorts: 0..<3)
        #expect(positions(CellUse(table, founded).unused) == [])
        #expect(positions(CellUse(table, founded).settled) == Array(1..<12))
        try table.change(cohort: 3) { entry in
            try entry.begin(drained)
            try entry.switchOver()
        }
        // It still keeps their records.
        #expect(positions(CellUse(table, founded).unused) == [])
        try table.change(cohort: 3) { try $0.release() }
        #expect(positions(CellUse(table, founded).unused) == [0])
    }

    /// A region is missed until the last cohort has left it, records and all.
    @Test func aRegionThatIsBeingLeftIsMissed() throws {
        let away = Eligibility(evacuated: [1])
        var table = PlacementTable(cohortCount: 4)
        for cohort in 0..<4 { try table.change(cohort: cohort) { try $0.begin(away) } }
        let use = CellUse(table, founded)
        #expect(use.evacuated == [1] && use.vacant.isEmpty)
        for cohort in 0..<4 {
            try table.change(cohort: cohort) { entry in
                try entry.switchOver()
                if cohort > 0 { try entry.release() }
            }
        }
        #expect(CellUse(table, founded).vacant.isEmpty)
        try table.change(cohort: 0) { try $0.release() }
        #expect(positions(CellUse(table, founded).vacant) == [4, 5, 6, 7])
    }

    /// A customer who was moved by hand is on cells that no cohort has.
    @Test func aPinKeepsACellInUse() throws {
        let topology = try founded.grown([founded.furtherCell(in: 0)])
        var table = try table(Eligibility())
        let customer = CustomerHash("c1")
        let (old, new) = (try #require(Shard([CellIndex(0)])), try #require(Shard([CellIndex(12)])))
        try table.change(cohort: table.cohort(of: customer)) { entry in
            try entry.pin(customer, from: old, to: new)
        }
        #expect(positions(CellUse(table, topology).unused) == [] && CellUse(table, topology).taking.count == 13)
    }

    @Test func aDeadCellWithoutCustomersIsLostToNobody() throws {
        let table = try table(Eligibility(evacuated: [1], drained: [CellIndex(0)]))
        let blast = BlastRadius(founded, placement: try Placement(founded, table: table))
        let idle = blast.report(dead: [CellIndex(0), CellIndex(4)])
        #expect(idle.cells.isEmpty && idle.idle == ["r1-1", "r2-1"] && idle.of == 7)
        #expect(idle.untouched == 10_000 && idle.traditional == .init(untouched: 10_000))
        let all = blast.report(dead: CellUse(table, founded).taking)
        #expect(all.cells.count == 7 && all.lost == 10_000 && all.traditional == .init(lost: 10_000))
    }
}
