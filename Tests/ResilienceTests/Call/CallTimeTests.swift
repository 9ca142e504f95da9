import MeshBase
import Testing

@testable import Resilience

/// Limits, deadlines, what is slow and what only looked so.
@Suite struct CallTimeTests {
    private let slow = TargetTiming(slowAfter: .milliseconds(100))

    @Test func aLimitIsTheLeastOfThree() {
        let deadline = DeadlinePolicy(reserve: .milliseconds(50), minimum: .milliseconds(100))
        func limit(_ plan: CallPlan, _ deadline: TimeAmount?, _ timing: TargetTiming = .unknown) -> TimeAmount? {
            CallBench(plan, deadline: deadline, timing: timing, .hangs).limits.first
        }
        let plan = CallBench.plan(timeout: 2_000, attempt: 1_000, deadline: deadline)
        #expect(limit(plan, nil) == .seconds(1))
        #expect(limit(plan, .milliseconds(800)) == .milliseconds(750))
        #expect(limit(plan, nil, TargetTiming(limit: .milliseconds(300))) == .milliseconds(300))
        #expect(limit(plan, nil, TargetTiming(limit: .seconds(9))) == .seconds(2))
    }

    @Test func laterAttemptsHaveMore() {
        let plan = CallBench.plan(timeout: 2_000, attempt: 400, progressive: .rising, attempts: 4, wait: 1)
        let bench = CallBench(plan, .hangs)
        bench.run()
        // 1, 1.5, 2, and what is left.
        #expect(bench.limits == [.milliseconds(400), .milliseconds(600), .milliseconds(800), .milliseconds(197)])
        #expect(bench.log.last == "2000 fail attempt-timeout timeout none")
    }

    @Test func tooLittleTimeIsRefusedBeforeItBegins() {
        let deadline = DeadlinePolicy(reserve: .milliseconds(50), minimum: .milliseconds(100))
        let plan = CallBench.plan(deadline: deadline)
        let bench = CallBench(plan, deadline: .milliseconds(149), .ok(1))
        #expect(bench.log == ["0 fail deadline none none"] && bench.scope.counters.deadlineRefused == 1)
        #expect(bench.scope.budget.active == 0)
        #expect(CallBench(plan, deadline: .milliseconds(150), .ok(1)).run().last == "1 answer 0")
        // A call whose own limit is short is begun all the same.
        #expect(CallBench(CallBench.plan(timeout: 80, deadline: deadline), .ok(1)).run().last == "1 answer 0")
    }

    @Test func theDeadlineIsNamedWhereItWasTheDeadline() {
        let bench = CallBench(CallBench.plan(), deadline: .milliseconds(300), .hangs)
        #expect(bench.run() == ["0 first 0>0", "300 cancel 0 callTime nothing", "300 fail deadline timeout none"])
    }

    @Test func aTimeoutIsAFailureWhereSlowCallsAreNotCounted() {
        let bench = CallBench(CallBench.plan(), .hangs)
        #expect(bench.run()[1] == "1000 cancel 0 limit failure")
        // That a client has no time says nothing of the target.
        let short = CallBench(CallBench.plan(), deadline: .milliseconds(999), .hangs)
        #expect(short.run()[1] == "999 cancel 0 callTime nothing")
    }

    @Test func aHangIsAFailureWhereItsLimitComesBeforeItWouldBeSlow() {
        let bench = CallBench(CallBench.plan(), timing: .init(slowAfter: .seconds(1) + .nanoseconds(1)), .hangs)
        #expect(bench.run()[1] == "1000 cancel 0 limit failure")
        // With its own limit cut short it was given no time to be slow.
        let cut = CallBench(
            CallBench.plan(), deadline: .milliseconds(50), timing: .init(slowAfter: .milliseconds(100)), .hangs)
        #expect(cut.run()[1] == "50 cancel 0 callTime nothing")
    }

    // MARK: Probes

    @Test func aProbeWithAFallbackBehindItIsNotWaitedForOnceItIsJudged() {
        let probe = TargetTiming(slowAfter: .milliseconds(100), isProbe: true)
        let plan = CallBench.plan(attempts: 3, wait: 10, fallback: true)
        let bench = CallBench(plan, timing: probe, .hangs)
        bench.run()
        #expect(bench.limits == [.milliseconds(100)])
        // Counted as slow, given up and not tried again.
        #expect(bench.log.prefix(3) == ["0 first 0>0", "100 overdue 0", "100 cancel 0 limit nothing"])
        #expect(bench.log.count == 4 && bench.log[3].hasPrefix("100 fallback"), "\(bench.log)")
        // One that fails is not tried again either: the breaker is open by then.
        let failing = CallBench(plan, timing: probe, .fails(.overloaded, 5), .ok(1))
        #expect(failing.run().count == 2 && failing.log[1].hasPrefix("5 fallback"), "\(failing.log)")
        // Without a fallback a slow answer is better than none.
        let core = CallBench(CallBench.plan(), timing: probe, .ok(400))
        #expect(core.run().last == "400 answer 0" && core.limits == [.seconds(1)])
    }

    // MARK: Slow

    @Test func aHangIsSlowAtTheMomentThatItIsOverdueAndNothingMore() {
        let bench = CallBench(CallBench.plan(), timing: slow, .hangs)
        #expect(
            bench.run() == [
                "0 first 0>0", "100 overdue 0", "1000 cancel 0 limit nothing", "1000 fail attempt-timeout timeout none",
            ])
    }

    @Test(arguments: [AttemptEnd.ok, AttemptEnd(.failed, .failed), AttemptEnd(.slow)])
    func whatAnswersAfterItWasOverdueCountsNothingMore(_ end: AttemptEnd) {
        let bench = CallBench(CallBench.plan(), timing: slow, .ends(end, after: .milliseconds(300)))
        #expect(bench.run()[1] == "100 overdue 0" && bench.marks == [.nothing])
    }

    @Test func whatAnswersInTimeCountsAsItIs() {
        #expect(CallBench(CallBench.plan(), timing: slow, .ok(99)).ran.marks == [.success])
        #expect(CallBench(CallBench.plan(), timing: slow, .fails(.failed, 99)).ran.marks == [.failure])
        #expect(CallBench(CallBench.plan(), .ok(900)).ran.marks == [.success])
        #expect(
            CallBench(CallBench.plan(), .ends(AttemptEnd(.slow), after: .milliseconds(900))).ran.marks == [.success])
    }

    @Test func anAnswerJustBehindItsTimerIsSlow() {
        let bench = CallBench(CallBench.plan(), timing: slow, .ok(130))
        bench.late = .milliseconds(40)
        #expect(bench.run() == ["0 first 0>0", "130 answer 0"] && bench.marks == [.slow])
    }

    @Test func aTimerThatIsLateByHalfSaysNothing() {
        // This process stood still from before 100 ms to 151: whether the answer was in time nobody knows.
        let bench = CallBench(CallBench.plan(), timing: slow, .ok(170))
        bench.late = .milliseconds(51)
        #expect(bench.run() == ["0 first 0>0", "170 answer 0"] && bench.marks == [.success])
        let failed = CallBench(CallBench.plan(), timing: slow, .fails(.failed, 170))
        failed.late = .milliseconds(51)
        #expect(failed.ran.marks == [.failure])
        let justInTime = CallBench(CallBench.plan(), timing: slow, .ok(170))
        justInTime.late = .milliseconds(50)
        #expect(justInTime.run()[1] == "150 overdue 0" && justInTime.marks == [.nothing])
    }

    @Test func aLimitThatWasNoticedLateSaysNothing() {
        let bench = CallBench(CallBench.plan(), .hangs)
        bench.late = .milliseconds(501)
        #expect(bench.run()[1] == "1501 cancel 0 limit nothing")
        let other = CallBench(CallBench.plan(), .hangs)
        other.late = .milliseconds(499)
        #expect(other.run()[1] == "1499 cancel 0 limit failure")
    }

    // MARK: Ends

    @Test func whoLeavesIsAnsweredNothingAndAllIsCancelled() {
        let hedge = HedgePolicy(after: .fixed(.milliseconds(10)), max: 2)
        let bench = CallBench(CallBench.plan(hedge: hedge), .hangs)
        bench.run(until: 15)
        bench.call.withdrawn(in: &bench.scope, now: bench.now)
        bench.drain()
        #expect(
            bench.run() == [
                "0 first 0>0", "10 hedge 1>0", "15 cancel 0 withdrawn nothing", "15 cancel 1 withdrawn nothing",
                "15 withdrawn",
            ])
        #expect(bench.scope.budget.outstanding == 0 && bench.scope.budget.active == 0)
    }

    @Test func inABackoffTheTokenComesBack() {
        let bench = CallBench(CallBench.plan(attempts: 2), .fails(.reset, 1))
        bench.run(until: 50)
        #expect(bench.scope.budget.outstanding == 1)
        bench.call.withdrawn(in: &bench.scope, now: bench.now)
        bench.drain()
        #expect(bench.run().last == "50 withdrawn" && bench.scope.budget.outstanding == 0)
        #expect(bench.scope.budget.window.extras == 0)
    }

    @Test func whatIsSaidOfAnEndedAttemptIsIgnored() {
        let bench = CallBench(CallBench.plan(attempts: 2), .hangs, .ok(5))
        bench.run(until: 1_050)
        let late = bench.call.ended(CallToken(0), .ok, in: &bench.scope, now: bench.now, using: &bench.random)
        bench.call.blocked(
            CallToken(0), at: 0, by: .breaker, in: &bench.scope, now: bench.now, using: &bench.random)
        bench.call.waiting(CallToken(0), until: bench.now)
        bench.drain()
        #expect(late == .nothing)
        #expect(
            bench.run() == ["0 first 0>0", "1000 cancel 0 limit failure", "1100 retry 1>0", "1105 answer 1"])
    }

    @Test func itIsAValueOfModestSize() {
        #expect(MemoryLayout<CallState>.size <= 800)
        #expect(_isPOD(CallState.self) && _isPOD(CallPlan.self) && _isPOD(CallScope.self))
    }
}

extension CallBench {
    var ran: CallBench {
        run()
        return self
    }
}
