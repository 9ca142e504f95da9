import MeshBase
import Testing

@testable import Resilience

/// What gates say: blocked, waiting, and orders in which they are asked once a call.
@Suite struct CallGateTests {
    private let onAll: FailureKinds = [.transient, FailureKinds(.failed), FailureKinds(.blocked)]

    @Test func ofARoutersCallTheNextCellIsAskedAtOnceAndFree() {
        let plan = CallBench.plan(spread: true, attempts: 2, budget: .none)
        let bench = CallBench(
            plan, targets: 4, .blocked(until: .seconds(3)), .blocked(until: nil), .blocked(until: .seconds(1)), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "0 first 1>1", "0 first 2>2", "0 first 3>3", "5 answer 3"])
        #expect(bench.scope.counters.blocked == 3 && bench.scope.budget.window.extras == 0)
    }

    @Test func allBlockedFailsWithTheEarliestUntil() {
        let bench = CallBench(
            CallBench.plan(spread: true, attempts: 3), targets: 3, .blocked(until: .seconds(3)),
            .blocked(until: .seconds(1)), .blocked(until: .seconds(2)))
        #expect(bench.run().last == "0 fail breaker blocked none")
        #expect(bench.failure?.retryAfter == .seconds(1))
    }

    @Test func blockedOnesDoNotUseUpAttemptsOfARouter() {
        // One blocked, one failed, and still the retry that there is.
        let bench = CallBench(
            CallBench.plan(spread: true, attempts: 2), targets: 3, .blocked(until: nil), .fails(.reset, 1), .ok(1))
        #expect(bench.run() == ["0 first 0>0", "0 first 1>1", "1 retry 2>2", "2 answer 2"])
    }

    @Test func aCellThatFailedIsAskedAgainWhereTheOthersAreBlocked() {
        let bench = CallBench(
            CallBench.plan(spread: true, attempts: 2, budget: .init(ratio: 0, floor: 0.1)), targets: 2,
            .fails(.reset, 1), .blocked(until: nil), .ok(1))
        #expect(bench.run() == ["0 first 0>0", "1 retry 1>1", "101 retry 2>0", "102 answer 2"])
        #expect(bench.scope.budget.window.extras == 1 && bench.scope.budget.outstanding == 0)
    }

    @Test func nobodyLeftIsAsIfAllWereBlocked() {
        let bench = CallBench(CallBench.plan(spread: true, attempts: 3), targets: 3, .nobody)
        #expect(bench.run() == ["0 first 0>0", "0 fail health blocked none"])
        #expect(CallBench(CallBench.plan(spread: true), targets: 0, .ok(1)).log == ["0 fail failover none none"])
    }

    @Test func anEdgeFallsBackAtOnce() {
        let bench = CallBench(CallBench.plan(attempts: 3, fallback: true), .blocked(until: .seconds(2)))
        #expect(bench.run() == ["0 first 0>0", "0 fallback breaker blocked none"])
        #expect(bench.failure?.retryAfter == .seconds(2))
    }

    @Test func conformance12RetryAroundABreakerThatOpensAtTheFirstFailure() {
        let bench = CallBench(
            CallBench.plan(attempts: 3, on: onAll, budget: .init(ratio: 0, floor: 0.1)), .fails(.failed, 1),
            .blocked(until: .seconds(60)))
        #expect(
            bench.run() == ["0 first 0>0", "101 retry 1>0", "201 retry 2>0", "201 fail breaker blocked exhausted"])
        // Three attempts, one execution; blocked ones have taken nothing of a budget of one.
        #expect(bench.call.attemptCount == 3 && bench.marks == [.failure] && bench.scope.counters.blocked == 2)
        #expect(bench.scope.budget.window.extras == 0)
    }

    @Test func conformance12ABreakerAroundRetryRecordsOneFailure() {
        let bench = CallBench(CallBench.plan(order: .seeds, attempts: 3, on: onAll), .fails(.failed, 1))
        bench.run()
        #expect(bench.call.attemptCount == 3 && bench.marks == [.nothing, .nothing, .nothing])
        #expect(bench.callMark == .failure && bench.ungated == 2)
        let mended = CallBench(CallBench.plan(order: .seeds, attempts: 3, on: onAll), .fails(.failed, 1), .ok(1))
        mended.run()
        #expect(mended.callMark == .success)
        let hung = CallBench(CallBench.plan(order: .seeds), timing: .init(slowAfter: .milliseconds(50)), .hangs)
        #expect(hung.run() == ["0 first 0>0", "1000 cancel 0 limit nothing", "1000 fail attempt-timeout timeout none"])
        #expect(hung.callMark == .failure && hung.arms <= 2)
        let slow = CallBench(CallBench.plan(order: .seeds), timing: .init(slowAfter: .milliseconds(50)), .ok(500))
        slow.run()
        #expect(slow.callMark == .slow)
    }

    @Test func inTheOrderOfTheOrchestraEveryAttemptIsCounted() {
        let bench = CallBench(CallBench.plan(order: .orchestra, attempts: 3, on: onAll), .fails(.failed, 1))
        bench.run()
        #expect(bench.marks == [.failure, .failure, .failure] && bench.callMark == .nothing && bench.ungated == 2)
    }

    @Test func askedOnceACallABlockIsTheEnd() {
        let bench = CallBench(CallBench.plan(order: .seeds, attempts: 3, on: onAll), .blocked(until: .seconds(1)))
        #expect(bench.run() == ["0 first 0>0", "0 fail breaker blocked none"] && bench.callMark == .nothing)
    }

    @Test func aRouterHasOneOrder() {
        #expect(CallBench.plan(spread: true, order: .seeds).order == .cellmesh)
        #expect(Chain(.router, order: .seeds).gates == .attempt)
    }

    @Test func chainsReadAsTheirOrdersGo() {
        func index(_ chain: Chain, _ name: String) -> Int { chain.layers.firstIndex { "\($0.name)" == name } ?? -1 }
        for order in PolicyOrder.allCases {
            let chain = Chain(.edge, order: order)
            // Whoever asks once a call stands outside of retry.
            let isOutside = index(chain, "breaker") < index(chain, "retry")
            #expect(
                isOutside == (chain.gates == .call) && isOutside == (index(chain, "bulkhead") < index(chain, "retry")))
            #expect(index(chain, "attempt timeout") > index(chain, "breaker") && index(chain, "retry") >= 0)
        }
        #expect(PolicyOrder.allCases.map(\.records) == [.attempt, .call, .attempt])
        for place in PolicyPlace.allCases { #expect(!Chain(place).layers.isEmpty) }
        let router = Chain(.router)
        #expect(index(router, "choice of cell") < index(router, "bulkhead"))
        #expect(index(router, "hedge") > index(router, "retry"))
    }

    // MARK: Waiting for room

    @Test func timeAtTheGateIsNoTimeOfTheAttempt() {
        let bench = CallBench(
            CallBench.plan(attempt: 20), .waits(.milliseconds(50), then: .milliseconds(40)))
        #expect(bench.run() == ["0 first 0>0", "45 answer 0"] && bench.limits == [.milliseconds(20)])
    }

    @Test func whoWaitsTooLongAtTheGateIsBlocked() {
        let bench = CallBench(
            CallBench.plan(spread: true), targets: 2, .waits(.milliseconds(50), then: .milliseconds(60)), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "50 cancel 0 acquire nothing", "50 first 1>1", "55 answer 1"])
        let edge = CallBench(CallBench.plan(), .waits(.milliseconds(50), then: .milliseconds(60)))
        #expect(edge.run().last == "50 fail bulkhead blocked none")
    }

    @Test func whatIsGivenRoomAfterItsEndIsNotSent() {
        let bench = CallBench(CallBench.plan(timeout: 30), .waits(.milliseconds(50), then: .milliseconds(40)))
        #expect(bench.run() == ["0 first 0>0", "30 cancel 0 callTime nothing", "30 fail attempt-timeout timeout none"])
        #expect(bench.call.sent(CallToken(0), in: &bench.scope, now: bench.now) == nil)
    }

    @Test func roomThatComesWithTheEndIsGivenBack() {
        let bench = CallBench(CallBench.plan(timeout: 30), .waits(.milliseconds(50), then: .milliseconds(30)))
        // The permit comes first, the timer in the same instant: nothing is sent, and nothing more is said of it.
        #expect(bench.run() == ["0 first 0>0", "30 fail attempt-timeout timeout none"] && bench.limits.isEmpty)
    }
}
