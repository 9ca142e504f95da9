import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Nodes

/// The cohorts that wait to be read, and when the next one is begun.
@Suite struct RefillQueueTests {
    private let placement = Placement(topology())

    private func refill() -> Refill {
        Refill(
            StoreIdentity(id: 1, life: .votes), rule: RefillRule(nil, requestTimeout: .seconds(1)), cell: CellIndex(0),
            peers: [], names: topology().cells, cohorts: placement.table.entries.count)
    }

    private func begin(_ purpose: RefillTask.Purpose, _ cohort: Int, of refill: inout Refill) {
        refill.begin(RefillTask(purpose, placement.table.entries[cohort], placement, now: .at(5)))
    }

    /// A coordinator asks fifty times a second for all that is to be verified: what waits or is read is not added again.
    @Test func aCohortWaitsOnceToBeVerified() {
        var refill = refill()
        var added = [refill.enqueue(verification: 1), refill.enqueue(verification: 1)]
        #expect(added == [true, false])
        let first = refill.nextWaiting()
        #expect(first?.cohort == 1)
        begin(.verify, 1, of: &refill)
        added = [refill.enqueue(verification: 1)]
        let second = refill.nextWaiting()
        #expect(added == [false] && second == nil && !refill.isIdle)
        refill.end()
        added = [refill.enqueue(verification: 1)]
        #expect(added == [true])
    }

    /// Nobody else calls the cell when it is done with one of several.
    @Test func theNextOneIsBegunAtOnce() {
        var refill = refill()
        _ = refill.enqueue(verification: 1)
        _ = refill.enqueue(verification: 2)
        refill.plan(now: .at(5))
        #expect(refill.nextDeadline <= .at(5))
        let first = refill.nextWaiting()
        #expect(first?.cohort == 1)
        begin(.verify, 1, of: &refill)
        refill.plan(now: .at(5))
        #expect(refill.nextDeadline > .at(5))
        refill.end()
        refill.plan(now: .at(6))
        #expect(refill.nextDeadline <= .at(6))
        let second = refill.nextWaiting()
        #expect(second?.cohort == 2)
        begin(.verify, 2, of: &refill)
        refill.end()
        refill.plan(now: .at(7))
        #expect(refill.nextDeadline == .distantFuture)
    }
}
