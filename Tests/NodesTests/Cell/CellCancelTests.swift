import MeshBase
import Testing
import Topology

@testable import Nodes

/// Calls that their router gave up.
@Suite struct CellCancelTests {
    @Test func queuedWorkIsWithdrawn() {
        let cell = CellHarness(topology(services: [waiting("front", 100, pool: Pool(workers: 1, queue: 4))]))
        let first = cell.call("front")
        let second = cell.call("front")
        cell.cancel(second, now: .at(10))
        #expect(cell.services()[0].waiting == 0)
        cell.run(until: .at(300))
        #expect(cell.takeReplies().map(\.head.request) == [first])
        #expect(cell.services()[0].counters.cancelled == 1)
        #expect(cell.isIdle && cell.node.graph.asked.isEmpty)
    }

    @Test func runningWorkHoldsItsWorkerBeginsNothingAndAnswersNobody() {
        let cell = CellHarness(
            topology(services: [
                waiting("front", 100, pool: Pool(workers: 1, queue: 4), calls: [Edge(to: 1)]), waiting("back", 10),
            ]))
        let given = cell.call("front")
        let next = cell.call("front")
        cell.cancel(given, now: .at(20))
        cell.run(until: .at(90))
        #expect(cell.services()[0].busy == 1 && cell.services()[0].waiting == 1)
        cell.run(until: .at(150))
        #expect(cell.services()[1].counters.calls == 0)
        cell.run(until: .at(400))
        #expect(cell.takeReplies().map(\.head.request) == [next])
        #expect(cell.isIdle)
    }

    @Test func whatHadSucceededIsUndoneAndTheCallThatIsOutIsGivenUp() {
        let cell = CellHarness(
            topology(services: [
                Service(name: "order", calls: [Edge(to: 1, compensation: 3), Edge(to: 2)]),
                waiting("payment", 10), waiting("shipping", 500), waiting("refund", 10),
            ]))
        let order = cell.call("order")
        cell.run(until: .at(50))
        cell.cancel(order, now: .at(50))
        #expect(cell.services()[0].counters.compensations == 1)
        cell.run(until: .at(100))
        #expect(cell.services()[3].counters.ok == 1)
        #expect(cell.services()[0].busy == 0, "nobody waits for the end of what was given up")
        #expect(cell.services()[2].busy == 1)
        cell.run(until: .at(600))
        #expect(cell.takeReplies().isEmpty && cell.isIdle)
        #expect(cell.services()[2].counters.cancelled == 1)
    }

    @Test func whatHasEndedIsGivenUpTooLate() {
        let cell = CellHarness(topology(services: [waiting("front", 10)]))
        let call = cell.call("front")
        cell.run(until: .at(20))
        cell.cancel(call, now: .at(20))
        cell.cancel(4_711, now: .at(21))
        #expect(cell.node.counters.cancelsLate == 2 && cell.node.counters.cancels == 0)
        #expect(cell.takeReplies().count == 1)
    }
}
