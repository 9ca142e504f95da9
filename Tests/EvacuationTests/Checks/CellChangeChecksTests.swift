import MeshBase
import Sharding
import Testing
import Topology

@testable import Evacuation

/// Cells that are added or drained are judged as a region is that is taken back, or left.
@Suite struct CellChangeChecksTests {
    private func asked(_ kind: EvacuationPlan.Kind, _ cells: [Int], unused: [Int] = [], use: Double = 0.3) throws
        -> EvacuationFacts
    {
        let topology = mesh()
        let cells = cells.map { CellIndex($0) }
        var asked = facts(topology, use: use, kind: kind)
        asked.confirmation = .notNeeded
        asked.changing = cells
        asked.unused = unused.map { CellIndex($0) }
        let now = Placement(topology)
        var after = now
        for entry in now.table.entries {
            var entry = entry
            try entry.begin(
                kind == .drain
                    ? entry.state.target.eligibility.draining(cells, founded: 24)
                    : entry.state.target.eligibility.adding(cells, founded: 24))
            try entry.switchOver()
            try after.install(entry)
        }
        asked.load = LoadPrediction(topology) {
            now.shard(of: CustomerHash(number: $0))
        } after: {
            after.shard(of: CustomerHash(number: $0))
        }
        return asked
    }

    @Test func aCellOfAHealthyMeshMayGo() throws {
        let verdict = EvacuationChecks.judge(try asked(.drain, [0]))
        #expect(verdict.mayBegin && verdict.noteCodes.isEmpty, "\(verdict.reason ?? "")")
        // Its share goes to the seven others of its region, and to nobody else.
        let load = try #require(try asked(.drain, [0]).load)
        #expect(load.cells[0].after == 0)
        for cell in load.cells.dropFirst(8) { #expect(abs((cell.factor ?? 0) - 1) < 0.2) }
    }

    @Test func whatHoldsNothingIsNotDrained() throws {
        let verdict = EvacuationChecks.judge(try asked(.drain, [0, 1], unused: [1]))
        #expect(verdict.codes == [.alreadyDrained])
        #expect(verdict.refusals[0].reason == "r1-2 holds no customers")
    }

    @Test func theLastCellsStay() throws {
        var last = try asked(.drain, [0], unused: Array(1..<24))
        #expect(EvacuationChecks.judge(last).codes.contains(.lastRegion))
        // Seven of eight go: what is left of the mesh must still carry its customers.
        last = try asked(.drain, Array(0..<8))
        #expect(EvacuationChecks.judge(last).noteCodes.contains(.sharedDomain))
    }

    @Test func noCellComesToAnEvacuatedRegion() throws {
        var add = try asked(.add, [0], unused: [0])
        #expect(EvacuationChecks.judge(add).mayBegin)
        add.evacuated = [0]
        #expect(EvacuationChecks.judge(add).codes == [.alreadyEvacuated])
        add.evacuated = []
        add.cells[0].isAlive = false
        #expect(EvacuationChecks.judge(add).codes == [.cellsDead])
        #expect(EvacuationChecks.judge(add).refusals[0].next == "start it with 'cellmesh restart r1-1'")
        // Of one dead cell that is drained no region is said to be dead.
        var drain = try asked(.drain, [0])
        drain.cells[0].isAlive = false
        let verdict = EvacuationChecks.judge(drain)
        #expect(verdict.noteCodes.contains(.cellsDead) && !verdict.noteCodes.contains(.regionDead), "\(verdict)")
        #expect(verdict.notes.contains { $0.text.hasPrefix("r1-1 is dead") }, "\(verdict.notes)")
    }

    @Test func whoCannotBeMovedIsSaidBefore() throws {
        var drain = try asked(.drain, [0])
        drain.heldBack = 1
        let verdict = EvacuationChecks.judge(drain)
        #expect(verdict.mayBegin && verdict.noteCodes == [.heldBack])
        #expect(verdict.notes[0].text.hasPrefix("1 customer stays where it is: no majority of the shard lives"))
    }

    @Test func aMeshThatIsFullLetsNoCellGo() throws {
        #expect(EvacuationChecks.judge(try asked(.drain, [0, 1, 2], use: 0.84)).codes == [.headroom])
    }
}
