import MeshBase
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct CellQueueTests {
    private func cell(_ pool: Pool) -> CellHarness {
        CellHarness(topology(services: [waiting("front", 10, pool: pool)]))
    }

    @Test func whatFindsNeitherWorkerNorPlaceIsRefused() {
        let cell = cell(Pool(workers: 1, queue: 1))
        let numbers = (0..<3).map { _ in cell.call("front") }
        let refused = cell.takeReplies()
        #expect(refused.map(\.head.kind) == [.refusal])
        #expect(refused.map(\.head.status) == [Refusal.overloaded.rawValue])
        #expect(refused.map(\.head.request) == [numbers[2]])
        cell.run(until: .at(20))
        #expect(cell.takeReplies().map(\.head.request) == [numbers[0], numbers[1]])
        #expect(cell.services()[0].counters.rejected == 1)
    }

    @Test(arguments: [(Pool.Overflow.dropOldest, 1), (.dropNewest, 2), (.rejectNew, 3)])
    func theOverflowPolicyChoosesWhoGoes(_ overflow: Pool.Overflow, _ dropped: Int) {
        let cell = cell(Pool(workers: 1, queue: 2, overflow: overflow))
        let numbers = (0..<4).map { _ in cell.call("front") }
        #expect(cell.takeReplies().map(\.head.request) == [numbers[dropped]])
        cell.run(until: .at(100))
        #expect(
            cell.takeReplies().map(\.head.request)
                == numbers.enumerated().filter { $0.offset != dropped }.map(\.element))
    }

    @Test func aHigherPriorityTakesThePlaceOfALowerOne() {
        let cell = cell(Pool(workers: 1, queue: 1, overflow: .priority))
        cell.call("front")
        let low = cell.call("front", priority: .low)
        let high = cell.call("front", priority: .critical)
        #expect(cell.takeReplies().map(\.head.request) == [low])
        let late = cell.call("front", priority: .normal)
        #expect(cell.takeReplies().map(\.head.request) == [late])
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.head.request).last == high)
    }

    @Test func whatHasWaitedTooLongIsTurnedAwayWhenItsTurnComes() {
        let cell = CellHarness(
            topology(services: [waiting("front", 1500, pool: Pool(workers: 1, queue: 4, overflow: .ageLimit))]))
        cell.call("front")
        let old = cell.call("front")
        let young = cell.call("front", now: .at(1000))
        cell.run(until: .at(1500))
        #expect(Set(cell.takeReplies().map(\.head.request)).contains(old))
        cell.run(until: .at(3000))
        #expect(cell.takeReplies().map(\.head.request) == [young])
    }

    @Test func aQueuedCallWhoseCallerGaveUpIsWithdrawn() {
        let cell = CellHarness(
            topology(services: [
                waiting("front", 0, calls: [Edge(to: 1, timeout: .milliseconds(20))]),
                waiting("slow", 100, pool: Pool(workers: 1, queue: 4)),
            ]))
        cell.call("front")
        cell.call("front")
        cell.run(until: .at(20))
        #expect(cell.takeReplies().map(\.head.status) == [504, 504])
        #expect(cell.services()[1].waiting == 0)
        cell.run(until: .at(100))
        #expect(cell.isIdle)
        #expect(cell.services()[1].counters.ok == 1)
    }
}
