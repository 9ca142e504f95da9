import MeshBase
import Testing

@testable import Resilience

@Suite struct CallRetryTests {
    private func plan(_ attempts: Int = 3, spread: Bool = false) -> CallPlan {
        CallBench.plan(spread: spread, attempts: attempts)
    }

    // MARK: One target

    @Test func aSuccessIsTheAnswerAndArmsOneTimer() {
        let bench = CallBench(plan(), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "5 answer 0"])
        #expect(bench.arms == 1 && bench.marks == [.success] && bench.callMark == .nothing)
        #expect(bench.scope.budget.active == 0 && bench.scope.counters.first == 1)
    }

    @Test func aTransientFailureIsTriedAgainAfterABackoff() {
        let bench = CallBench(plan(), .fails(.reset, 5), .fails(.unavailable, 5), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "105 retry 1>0", "210 retry 2>0", "215 answer 2"])
        #expect(bench.scope.counters.recovered == 1 && bench.scope.counters.retries == 2)
        #expect(bench.scope.budget.window.extras == 2 && bench.scope.budget.window.retried == 1)
        #expect(bench.marks == [.failure, .nothing, .success])
    }

    @Test func attemptsAreUsedUp() {
        let bench = CallBench(plan(), .fails(.reset, 5))
        #expect(
            bench.run() == ["0 first 0>0", "105 retry 1>0", "210 retry 2>0", "215 fail failover reset exhausted"])
        #expect(bench.scope.counters.exhausted == 1 && bench.scope.budget.outstanding == 0)
        #expect(bench.failure?.token == CallToken(2))
    }

    @Test(arguments: [FailureKind.failed, .blocked, .none]) func whatIsNotListedEndsTheCall(_ kind: FailureKind) {
        let bench = CallBench(plan(), .fails(kind, 5))
        let how = kind == .none ? "answer 0" : "fail \(kind.policy.name) \(kind) none"
        #expect(bench.run() == ["0 first 0>0", "5 \(how)"])
    }

    @Test func aClientsErrorIsHiddenByNoFallback() {
        let bench = CallBench(CallBench.plan(fallback: true), .fails(.none, 5))
        #expect(bench.run() == ["0 first 0>0", "5 answer 0"])
        #expect(
            CallBench(CallBench.plan(fallback: true), .fails(.reset, 5)).run().last == "5 fallback failover reset none")
    }

    @Test func conformance14ARetryAfterIsHonoured() {
        let bench = CallBench(plan(), .fails(.limited, 5, began: false, retryAfter: 700), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "705 retry 1>0", "710 answer 1"])
        // Shorter than the backoff it changes nothing.
        let other = CallBench(plan(), .fails(.limited, 5, began: false, retryAfter: 30), .ok(5))
        #expect(other.run()[1] == "105 retry 1>0")
    }

    @Test func conformance14ARetryAfterBeyondTheDeadlineEndsTheCallNow() {
        let bench = CallBench(
            plan(), deadline: .milliseconds(500), .fails(.limited, 5, began: false, retryAfter: 700), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "5 fail rate-limit limited noTime"])
        #expect(bench.failure?.retryAfter == .milliseconds(700))
    }

    @Test func conformance14AnOverallTimeoutIsNeverRetried() {
        let bench = CallBench(CallBench.plan(timeout: 300, attempts: 5, wait: 10), .hangs)
        #expect(
            bench.run() == ["0 first 0>0", "300 cancel 0 limit failure", "300 fail attempt-timeout timeout noTime"])
        let later = CallBench(
            CallBench.plan(timeout: 1_500, attempts: 5, wait: 10), .hangs)
        #expect(
            later.run() == [
                "0 first 0>0", "1000 cancel 0 limit failure", "1010 retry 1>0", "1500 cancel 1 callTime nothing",
                "1500 fail attempt-timeout timeout none",
            ])
        #expect(later.scope.counters.callTimeouts == 1 && later.scope.counters.attemptTimeouts == 1)
    }

    @Test func theBudgetStopsRetriesAndNeverTheFirstAttempt() {
        var scope = CallScope(CallBench.plan(attempts: 3, budget: .init(ratio: 0, floor: 0.1)))
        for n in 0..<3 {
            let bench = CallBench(scope.plan, scope: scope, .fails(.reset, 1))
            bench.run()
            #expect(bench.log.last!.hasSuffix("overBudget"))
            #expect(bench.scope.counters.retries == 1 && bench.scope.counters.first == UInt64(n + 1))
            scope = bench.scope
        }
        let bench = CallBench(scope.plan, scope: scope, .ok(5))
        #expect(bench.run() == ["0 first 0>0", "5 answer 0"])
    }

    @Test func aRetryThatNoLongerFitsIsNotMade() {
        let deadline = DeadlinePolicy(reserve: .milliseconds(50), minimum: .milliseconds(100))
        let plan = CallBench.plan(deadline: deadline, attempts: 3)
        // 5 ms, 100 of backoff, 100 of minimum and 50 of reserve.
        #expect(CallBench(plan, deadline: .milliseconds(255), .fails(.reset, 5)).run()[1] == "105 retry 1>0")
        let bench = CallBench(plan, deadline: .milliseconds(254), .fails(.reset, 5))
        #expect(bench.run() == ["0 first 0>0", "5 fail failover reset noTime"])
        #expect(bench.scope.counters.noTime == 1 && bench.scope.budget.window.extras == 0)
    }

    // MARK: Several targets

    @Test(arguments: [FailureKind.reset, .connect, .overloaded, .limited]) func anotherCellIsAskedAtOnce(
        _ kind: FailureKind
    ) {
        let bench = CallBench(
            plan(spread: true), targets: 3, .fails(kind, 5, retryAfter: 900), .fails(kind, 5, retryAfter: 900), .ok(5))
        #expect(bench.run() == ["0 first 0>0", "5 retry 1>1", "10 retry 2>2", "15 answer 2"])
    }

    @Test func afterATimeoutAnotherCellIsAskedWithABackoff() {
        let bench = CallBench(plan(spread: true), targets: 2, .hangs, .ok(5))
        #expect(
            bench.run() == ["0 first 0>0", "1000 cancel 0 limit failure", "1100 retry 1>1", "1105 answer 1"])
    }

    @Test func whenAllWereAskedTheFirstThatMayBeIsAskedAgain() {
        let bench = CallBench(
            plan(5, spread: true), targets: 2, .fails(.limited, 0, retryAfter: 900),
            .fails(.limited, 0, retryAfter: 400),
            .ok(5))
        #expect(bench.run() == ["0 first 0>0", "0 retry 1>1", "400 retry 2>1", "405 answer 2"])
    }

    @Test func elsewhereIsFreeAndEachIsAskedOnce() {
        let bench = CallBench(
            CallBench.plan(spread: true, attempts: 1, budget: .none), targets: 3, .fails(.elsewhere, 1, began: false))
        #expect(
            bench.run() == ["0 first 0>0", "1 first 1>1", "2 first 2>2", "3 fail failover elsewhere none"])
        #expect(bench.scope.budget.window.extras == 0 && bench.scope.budget.window.firsts == 1)
    }

    @Test func anAttemptThatWentElsewhereTakesItsTokenAlong() {
        let plan = CallBench.plan(spread: true, attempts: 2, budget: .init(ratio: 0, floor: 0.1))
        let bench = CallBench(plan, targets: 3, .fails(.reset, 1), .fails(.elsewhere, 1, began: false), .ok(1))
        #expect(bench.run() == ["0 first 0>0", "1 retry 1>1", "2 retry 2>2", "3 answer 2"])
        #expect(bench.scope.budget.window.extras == 1 && bench.scope.budget.outstanding == 0)
    }

    @Test func afterAMoveAllMayBeAskedAnew() {
        let bench = CallBench(plan(2, spread: true), targets: 1, .fails(.reset, 50), .ok(5))
        bench.run(until: 10)
        bench.call.retarget(2)
        #expect(bench.run() == ["0 first 0>0", "50 retry 1>0", "55 answer 1"])
    }

    @Test func aKeyThatAFormerCellKnowsGoesNowhereElse() {
        // Begun before the move and ended after it, and the other way.
        for moves in [10, 60] {
            let bench = CallBench(
                plan(5, spread: true), targets: 1, safety: .keyedInCell, .fails(.reset, 50), .ok(5))
            bench.run(until: Int64(moves))
            bench.call.retarget(2)
            bench.run()
            #expect(bench.failure?.verdict == .unsafe && bench.call.attemptCount == 1)
        }
    }

    // MARK: Safety

    @Test(arguments: [
        (CallSafety.read, "1 retry 1>1"), (.idempotent, "1 retry 1>1"), (.keyed, "1 retry 1>1"),
        // Only the cell that has the key knows whether it has begun.
        (.keyedInCell, "101 retry 1>0"), (.once, "1 fail failover reset unsafe"),
    ]) func whatMayHaveBegunIsTriedAgainWhereThatIsSafe(_ safety: CallSafety, _ then: String) {
        let bench = CallBench(plan(spread: true), targets: 2, safety: safety, .fails(.reset, 1), .ok(1))
        #expect(bench.run()[1] == then)
    }

    @Test(arguments: CallSafety.allCases) func whatHasNotBegunIsAlwaysTriedAgain(_ safety: CallSafety) {
        let bench = CallBench(
            plan(spread: true), targets: 2, safety: safety, .fails(.overloaded, 1, began: false), .ok(1))
        #expect(bench.run()[1] == "1 retry 1>1")
    }

    @Test func aTimeoutMayHaveBegun() {
        let bench = CallBench(plan(), safety: .once, .hangs)
        #expect(bench.run().last == "1000 fail attempt-timeout timeout unsafe")
        #expect(bench.scope.counters.unsafe == 1)
    }

    // MARK: Explanations

    @Test func eachDecisionIsExplained() {
        let bench = CallBench(plan(2), .fails(.reset, 5), .fails(.unavailable, 5))
        bench.run()
        #expect(
            bench.explained == [
                "first attempt", "attempt 2 of 2 after reset, waited 100 ms",
                "2 attempts, the last unavailable; all 2 are used up",
            ])
        let poor = CallBench(CallBench.plan(attempts: 2, budget: .none), .fails(.reset, 5))
        poor.run()
        #expect(
            poor.explained.last
                == "1 attempt, the last reset; no token left: 0 retries and hedges beside 1 calls in 10 s, 0 allowed")
        #expect(CallState.decision(.overdue(CallToken(0)))?.description == "overdue")
        #expect(CallState.decision(.arm(.zero)) == nil)
    }
}
