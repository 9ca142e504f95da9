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
        let counters = cell.services()[0].counters
        #expect(counters.rejected == 1 && counters.refusals[.full] == 1)
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
        let refusals = cell.services()[0].counters.refusals
        #expect(refusals.total == 1 && refusals[overflow == .rejectNew ? .full : .displaced] == 1)
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

    @Test func theAgeLimitIsThePoolsOwn() {
        let pool = Pool(workers: 1, queue: 4, overflow: .ageLimit, age: .milliseconds(5))
        let cell = cell(pool)
        cell.call("front")
        let old = cell.call("front")
        let young = cell.call("front", now: .at(6))
        cell.run(until: .at(20))
        let replies = cell.takeReplies()
        #expect(replies.first { $0.head.request == old }?.head.kind == .refusal)
        #expect(replies.first { $0.head.request == young }?.head.status == 200)
    }

    @Test func aQueuedCallIsAnsweredWhenItsTimeIsUpAndNeverRuns() {
        let cell = CellHarness(topology(services: [waiting("front", 100, pool: Pool(workers: 1, queue: 4))]))
        let first = cell.call("front", deadline: 500)
        let second = cell.call("front", deadline: 50)
        let third = cell.call("front", deadline: 250)
        cell.run(until: .at(50))
        #expect(cell.takeReplies().map(\.head.request) == [second])
        #expect(cell.services()[0].waiting == 1)
        cell.run(until: .at(200))
        #expect(cell.takeReplies().map(\.head.request) == [first, third])
        let counters = cell.services()[0].counters
        #expect((counters.ok, counters.timedOut, counters.expired) == (2, 1, 1))
        #expect(cell.isIdle)
        #expect(cell.node.graph.timers.count == 0, "nothing is left armed")
    }

    @Test func aCallThatArrivesTooLateIsNotBegun() {
        let cell = CellHarness(
            topology(services: [waiting("front", 30, calls: [Edge(to: 1)]), waiting("back", 10)]))
        // Behind its own work nothing is left, or less than its own answer needs.
        for deadline in [30, 36] as [UInt32] {
            cell.call("front", deadline: deadline)
            cell.run(until: .at(100))
            #expect(cell.takeReplies().map(\.head.status) == [504])
        }
        #expect(cell.services()[1].counters.calls == 0)
        #expect(cell.services()[0].counters.timedOut == 2)
    }

    @Test func workThatOutlivesItsDeadlineIsAnsweredThenAndHoldsItsWorker() {
        let cell = CellHarness(topology(services: [waiting("front", 100, pool: Pool(workers: 1))]))
        let call = cell.call("front", deadline: 40)
        cell.run(until: .at(40))
        let reply = cell.takeReplies()
        #expect(reply.map(\.head.request) == [call] && reply.map(\.head.status) == [504])
        #expect(cell.services()[0].busy == 1)
        cell.run(until: .at(100))
        #expect(cell.takeReplies().isEmpty && cell.isIdle)
        let counters = cell.services()[0].counters
        #expect((counters.timedOut, counters.cancelled) == (1, 0))
        #expect(counters.extraWork(.timeout) == .milliseconds(100))
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
        let counters = cell.services()[1].counters
        #expect(
            (counters.calls, counters.ok, counters.cancelled) == (2, 0, 2), "one was withdrawn, one worked for nothing")
    }

    /// All that waits fails in one call: the stack must not grow with the queue.
    @Test func aLongQueueThatFailsAtOnceNeedsNoDeepStack() {
        let queued = 20_000
        // Without policies, as retries would take their time.
        let cell = CellHarness(
            topology(
                services: [
                    waiting(
                        "front", 0, pool: Pool(workers: 1, queue: queued),
                        calls: [Edge(to: 1, timeout: .seconds(1)), Edge(to: 2, timeout: .seconds(1))]),
                    waiting("first", 60, pool: Pool(workers: 1, queue: 0)),
                    waiting("second", 50),
                ], profile: .off))
        for _ in 0...queued { cell.call("front") }
        cell.run(until: .at(90))
        cell.call("first", now: .at(90))
        cell.run(until: .at(200))
        let replies = cell.takeReplies()
        #expect(replies.filter { $0.head.status == 502 }.count == queued)
        #expect(replies.filter { $0.head.status == 200 }.count == 2)
        #expect(cell.isIdle)
    }

    @Test func aWideTreeOfCallsThatEndAtOnceNeedsNoDeepStack() {
        func calls(_ service: Int) -> [Edge] {
            (0..<32).map { _ in Edge(to: service, timeout: .seconds(1)) }
        }
        let cell = CellHarness(
            topology(services: [
                waiting("top", 0, calls: calls(1)), waiting("middle", 0, calls: calls(2)),
                waiting("low", 0, calls: calls(3)), waiting("leaf", 0),
            ]))
        cell.call("top")
        #expect(cell.takeReplies().map(\.head.status) == [200])
        #expect(cell.services()[3].counters.ok == 32 * 32 * 32)
        #expect(cell.isIdle)
    }
}
