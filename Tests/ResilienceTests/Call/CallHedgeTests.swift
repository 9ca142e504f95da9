import MeshBase
import Testing

@testable import Resilience

@Suite struct CallHedgeTests {
    private let hedge = HedgePolicy(after: .fixed(.milliseconds(10)), max: 2)

    @Test func conformance13HedgesBesideASlowOperation() {
        let bench = CallBench(CallBench.plan(hedge: hedge), .ok(100))
        #expect(
            bench.run() == [
                "0 first 0>0", "10 hedge 1>0", "20 hedge 2>0", "100 cancel 1 lost nothing", "100 cancel 2 lost nothing",
                "100 answer 0",
            ])
        #expect(bench.scope.counters.hedgesLost == 2 && bench.scope.counters.hedgesWon == 0)
    }

    @Test func conformance13ANonFatalErrorFiresTheNextAtOnce() {
        let bench = CallBench(CallBench.plan(hedge: hedge), .fails(.reset, 4), .fails(.unavailable, 3), .ok(50))
        #expect(bench.run() == ["0 first 0>0", "4 hedge 1>0", "7 hedge 2>0", "57 answer 2"])
        #expect(bench.scope.counters.hedgesWon == 1 && bench.scope.counters.hedgesLost == 1)
        // Beside others that are out as well.
        let beside = CallBench(CallBench.plan(hedge: hedge), .ok(100), .fails(.reset, 2), .ok(5))
        #expect(
            beside.run() == [
                "0 first 0>0", "10 hedge 1>0", "12 hedge 2>0", "17 cancel 0 lost nothing", "17 answer 2",
            ])
    }

    @Test func conformance13AFatalErrorCancelsAll() {
        let bench = CallBench(CallBench.plan(attempts: 3, hedge: hedge), .ok(100), .ok(100), .fails(.failed, 5))
        #expect(
            bench.run() == [
                "0 first 0>0", "10 hedge 1>0", "20 hedge 2>0", "25 cancel 0 lost nothing", "25 cancel 1 lost nothing",
                "25 fail service failed none",
            ])
    }

    @Test func conformance13TheFirstSuccessCancelsTheRest() {
        let bench = CallBench(CallBench.plan(hedge: hedge), .ok(100), .ok(5))
        #expect(
            bench.run() == ["0 first 0>0", "10 hedge 1>0", "15 cancel 0 lost nothing", "15 answer 1"])
        #expect(bench.marks == [.success])
    }

    @Test func conformance13AnExhaustedBudgetStopsHedgesAndNeverFailsThePrimary() {
        let bench = CallBench(CallBench.plan(budget: .none, hedge: hedge), .ok(100))
        #expect(bench.run() == ["0 first 0>0", "100 answer 0"])
        #expect(bench.scope.counters.hedgesWithheld == 1)
    }

    @Test func hedgesKeepToTheirShareOfTheCalls() {
        let policy = HedgePolicy(after: .fixed(.milliseconds(10)), max: 1, share: 0.05)
        var scope = CallScope(CallBench.plan(hedge: policy))
        for _ in 0..<100 {
            let bench = CallBench(scope.plan, scope: scope, .ok(20))
            bench.run()
            scope = bench.scope
        }
        #expect(scope.counters.hedges == 5 && scope.counters.hedgesWithheld == 95)
        #expect(scope.budget.window.hedges == 5 && scope.budget.outstanding == 0)
    }

    @Test func theBackupRequestBeginsAtOnce() {
        let bench = CallBench(CallBench.plan(hedge: .backup), .ok(100), .ok(60))
        #expect(
            bench.run() == ["0 first 0>0", "0 hedge 1>0", "60 cancel 0 lost nothing", "60 answer 1"])
    }

    @Test func whatTheTargetTookDecidesWhen() {
        let policy = HedgePolicy(after: .p95, max: 1)
        let timing = TargetTiming(hedgeAfter: .milliseconds(35))
        let bench = CallBench(CallBench.plan(hedge: policy), timing: timing, .ok(50))
        #expect(bench.run()[1] == "35 hedge 1>0")
        #expect(CallBench(CallBench.plan(hedge: policy), .ok(50)).run()[1] == "10 hedge 1>0")
    }

    @Test func aRouterAsksAnotherCellAndHedgesOnlyWhatReads() {
        let plan = CallBench.plan(spread: true, hedge: hedge)
        let bench = CallBench(plan, targets: 2, .ok(100))
        // There are two cells, so there is one hedge.
        #expect(
            bench.run() == ["0 first 0>0", "10 hedge 1>1", "100 cancel 1 lost nothing", "100 answer 0"])
        for safety in [CallSafety.idempotent, .keyed, .keyedInCell, .once] {
            #expect(CallBench(plan, targets: 2, safety: safety, .ok(100)).run() == ["0 first 0>0", "100 answer 0"])
        }
        let edge = CallBench.plan(hedge: hedge)
        #expect(CallBench(edge, safety: .keyed, .ok(100)).run().count == 6)
        #expect(CallBench(edge, safety: .once, .ok(100)).run() == ["0 first 0>0", "100 answer 0"])
    }

    @Test func aBlockedHedgeMovesOnAndHarmsNobody() {
        let plan = CallBench.plan(spread: true, budget: .init(ratio: 0, floor: 0.1), hedge: hedge)
        let bench = CallBench(plan, targets: 3, .ok(100), .blocked(until: .seconds(1)), .ok(100))
        #expect(
            bench.run() == [
                "0 first 0>0", "10 hedge 1>1", "10 hedge 2>2", "100 cancel 2 lost nothing", "100 answer 0",
            ])
        let all = CallBench(plan, targets: 3, .ok(100), .blocked(until: .seconds(1)))
        #expect(all.run() == ["0 first 0>0", "10 hedge 1>1", "10 hedge 2>2", "100 answer 0"])
        #expect(all.scope.budget.window.extras == 0 && all.scope.budget.outstanding == 0)
    }

    @Test func whileOthersAreOutNothingIsRetried() {
        let policy = HedgePolicy(after: .fixed(.milliseconds(10)), max: 1)
        let bench = CallBench(
            CallBench.plan(attempts: 2, hedge: policy), .fails(.reset, 15), .fails(.reset, 15), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "10 hedge 1>0", "125 retry 2>0", "130 answer 2"])
    }

    @Test func aRetryHasHedgesOfItsOwn() {
        let policy = HedgePolicy(after: .fixed(.milliseconds(10)), max: 1)
        let bench = CallBench(
            CallBench.plan(attempts: 2, hedge: policy), .fails(.reset, 15), .fails(.reset, 15), .ok(50))
        #expect(bench.run().contains("135 hedge 3>0"))
        #expect(bench.scope.counters.hedges == 2 && bench.scope.counters.recovered == 1)
    }

    @Test func aTargetThatWantsToBeLeftAloneIsNotHedged() {
        let bench = CallBench(
            CallBench.plan(attempts: 2, hedge: hedge), .fails(.limited, 5, began: false, retryAfter: 300), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "305 retry 1>0", "310 answer 1"])
    }
}
