import MeshBase
import Testing

@testable import Resilience

@Suite struct BreakerStateTests {
    @Test func itFitsInto256Bytes() {
        #expect(MemoryLayout<Breaker>.stride <= 256)
        #expect(MemoryLayout<FailurePredictor>.stride <= 160)
    }

    @Test(arguments: [BreakerPolicy.seed, .local] + BreakerPolicy.Preset.allCases.map(BreakerPolicy.init(preset:)))
    func profilesAndPresetsAreSound(policy: BreakerPolicy) {
        #expect(policy.problems().map(\.key) == [])
    }

    @Test func whatCannotBeMeantIsNamedAndDoesNotTrap() {
        let policy = BreakerPolicy(
            kind: .consecutive, window: .calls(-4), failureRate: 2, slowRate: -1, volume: -1,
            consecutiveFor: .seconds(-1), open: .seconds(-1),
            openMax: .seconds(-2), growth: .factor(0), jitter: -3...4, probeInterval: .seconds(-1), halfOpen: -1,
            successRate: 9, recovery: RecoveryRamp(rate: -1, successes: -1), alpha: 7, steepness: .nan)
        #expect(
            policy.problems().map(\.key) == [
                "failure_rate", "slow_rate", "volume", "consecutive", "consecutive-for", "open", "open-max", "growth",
                "jitter",
                "probe-interval", "half-open", "success_rate", "window", "recovery.rate", "recovery.successes", "alpha",
                "steepness",
            ])
        for kind in BreakerPolicy.Kind.allCases {
            var bench = BreakerBench(policy)
            bench.policy.kind = kind
            bench.run("FLSI FLSI FFFF SSSS", every: .milliseconds(300))
        }
    }

    /// At 400 a second a row of twelve comes by chance; one that lasts does not.
    @Test func aRowHasToLast() {
        var policy = BreakerBench.plain(volume: 60_000, consecutive: 12)
        policy.consecutiveFor = .milliseconds(250)
        var fast = BreakerBench(policy)
        fast.run(String(repeating: "F", count: 99), every: .milliseconds(2))
        #expect(fast.state == .closed)
        fast.run("S" + String(repeating: "F", count: 124), every: .milliseconds(2))
        #expect(fast.state == .closed, "a good one begins it anew")
        fast.run("FF", every: .milliseconds(2))
        #expect(fast.state == .open && fast.changes.last?.cause == .consecutive)
        var slow = BreakerBench(policy)
        slow.run(String(repeating: "F", count: 11), every: .milliseconds(100))
        #expect(slow.state == .closed)
        slow.run("F")
        #expect(slow.state == .open, "and there have to be as many")
    }

    // MARK: Open

    @Test func openTimesDoubleUpToTheirBoundAndBeginAnewOnceClosed() {
        var bench = BreakerBench(
            BreakerBench.plain(open: .seconds(60), growth: .factor(2), halfOpen: 1, reopen: .first))
        bench.becomeReadyForProbes()
        for expected in [120, 240, 300, 300] {
            bench.run("F")
            #expect(bench.changes.last!.until - bench.now == .seconds(Int64(expected)))
            bench.now = bench.breaker.until
        }
        bench.run("S FFFFF")
        #expect(bench.changes.last!.until - bench.now == .seconds(60))
    }

    @Test func linearGrowthEndsAtFourTimes() {
        var bench = BreakerBench(
            BreakerBench.plain(open: .seconds(60), growth: .linear, halfOpen: 1, reopen: .first))
        bench.run("FFFFF")
        #expect(bench.changes.last!.until - bench.now == .seconds(90))
        for _ in 0..<40 {
            bench.now = bench.breaker.until
            bench.run("F")
        }
        #expect(bench.changes.last!.until - bench.now == .seconds(240))
        bench.now = bench.breaker.until
        bench.run("S FFFFF")
        #expect(bench.changes.last!.until - bench.now == .seconds(90))
    }

    @Test func jitterLiesBetweenItsBounds() {
        var least = 10.0
        var most = 0.0
        for seed in 0..<200 {
            var bench = BreakerBench(BreakerBench.plain(open: .seconds(10)))
            bench.policy.jitter = 0.1...0.3
            bench.rng = Generator(seed: UInt64(seed))
            bench.run("FFFFF")
            let share = bench.changes[0].until.nanoseconds.doubleValue / 1e10 - 1
            least = min(least, share)
            most = max(most, share)
        }
        #expect(least >= 0.1 && least < 0.12 && most <= 0.3 && most > 0.28)
    }

    @Test func healthHalvesTheTimeOpenOnce() {
        var bench = BreakerBench(BreakerBench.plain(open: .seconds(60)))
        bench.run("FFFFF")
        bench.breaker.observe(health: 0.8, now: bench.now)
        #expect(bench.breaker.until == .zero + .seconds(60))
        bench.breaker.observe(health: 0.9, now: bench.now)
        bench.breaker.observe(health: 0.9, now: bench.now)
        #expect(bench.breaker.until == .zero + .seconds(30))
        var known = BreakerBench(BreakerBench.plain(open: .seconds(60)))
        known.breaker.observe(health: 1, now: known.now)
        known.run("FFFFF")
        known.breaker.observe(health: 1, now: known.now)
        #expect(known.breaker.until == .zero + .seconds(30))
    }

    /// What was known at one opening says nothing of the next.
    @Test func healthIsForgottenWithItsOpening() {
        var bench = BreakerBench(BreakerBench.plain(open: .seconds(60), reopen: .first))
        bench.run("FFFFF")
        #expect(bench.breaker.wantsHealth(now: bench.now))
        bench.breaker.observe(health: 0.9, now: bench.now)
        #expect(!bench.breaker.wantsHealth(now: bench.now), "it is halved already")
        let told = bench.breaker.explanation(bench.policy, now: bench.now)
        #expect(told.detail.hasSuffix(", half as long for a health of 0.9"))
        bench.now = bench.breaker.until
        bench.run("F")
        #expect(bench.state == .open && bench.breaker.until - bench.now == .seconds(60))
        #expect(bench.breaker.wantsHealth(now: bench.now))
        #expect(!bench.breaker.wantsHealth(now: bench.breaker.until))
    }

    // MARK: Half-open

    @Test func probesBeginApart() {
        var bench = BreakerBench(BreakerBench.plain(probeInterval: .milliseconds(200), halfOpen: 3))
        bench.becomeReadyForProbes()
        #expect(bench.ask() != nil)
        #expect(bench.ask() == nil)
        bench.now += .milliseconds(199)
        #expect(bench.ask() == nil)
        bench.now += .milliseconds(1)
        #expect(bench.ask() != nil)
    }

    @Test func theFirstBadProbeReopensWhereThatIsTheRule() {
        var bench = BreakerBench(BreakerBench.plain(halfOpen: 3, reopen: .first))
        bench.becomeReadyForProbes()
        bench.run("SSL")
        #expect(bench.state == .open && bench.changes.last?.cause == .probeFailed)
        bench.now = bench.breaker.until
        bench.run("SSS")
        #expect(bench.state == .closed)
    }

    @Test func aSuccessRateDecidesWhereItIsGiven() {
        var policy = BreakerBench.plain(halfOpen: 5)
        policy.successRate = 0.8
        for (probes, state) in [("SSSSF", BreakerState.closed), ("SSSFF", .open), ("SSSSL", .closed)] {
            var bench = BreakerBench(policy)
            bench.becomeReadyForProbes()
            bench.run(probes)
            #expect(bench.state == state, "\(probes)")
        }
    }

    @Test func probesThatNobodyGivesBackDoNotBlockForEver() {
        var bench = BreakerBench(BreakerBench.plain(slowAfter: .seconds(1), open: .seconds(5), halfOpen: 2))
        bench.becomeReadyForProbes()
        #expect(bench.ask() != nil && bench.ask() != nil)
        bench.now += .seconds(5)
        #expect(bench.ask() == nil && bench.state == .halfOpen)
        bench.now += .seconds(1)
        #expect(bench.ask() == nil && bench.state == .open)
        bench.now = bench.breaker.until
        bench.run("SS")
        #expect(bench.state == .closed)
    }

    @Test func anOwnProbeIsWantedWhenNoCallComes() {
        var bench = BreakerBench(BreakerBench.plain(probeInterval: .seconds(1), halfOpen: 2))
        #expect(!bench.breaker.wantsProbe(bench.policy, now: bench.now))
        bench.becomeReadyForProbes()
        #expect(!bench.breaker.wantsProbe(bench.policy, now: bench.now))
        bench.now += .seconds(1)
        #expect(bench.breaker.wantsProbe(bench.policy, now: bench.now))
        bench.run("S")
        #expect(!bench.breaker.wantsProbe(bench.policy, now: bench.now))
    }

    @Test func resultsOfFormerPeriodsAreIgnored() {
        var bench = BreakerBench(BreakerBench.plain(halfOpen: 2, reopen: .first))
        let old = bench.ask()!
        bench.becomeReadyForProbes()
        let probe = bench.ask()!
        bench.run("F")
        bench.now = bench.breaker.until
        let second = bench.ask()!
        bench.end(probe, .failure)
        bench.end(old, .failure)
        #expect(bench.state == .halfOpen)
        bench.end(second, .success)
        bench.run("S")
        #expect(bench.state == .closed)
        bench.end(old, .failure)
        bench.end(second, .failure)
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 0)
    }

    @Test func anIgnoredProbeKeepsTheDistance() {
        var bench = BreakerBench(BreakerBench.plain(probeInterval: .seconds(1), halfOpen: 1))
        bench.becomeReadyForProbes()
        bench.run("I")
        #expect(bench.ask() == nil)
        bench.now += .seconds(1)
        #expect(bench.ask() != nil)
    }

    // MARK: Overdue

    @Test func anOverdueCallCountsOnceAndThen() {
        var bench = BreakerBench(BreakerBench.plain(slowAfter: .seconds(1), volume: 1))
        bench.policy.volume = 2
        var permit = bench.ask()!
        bench.now = permit.overdueAt
        #expect(bench.breaker.overdue(&permit, bench.policy, now: bench.now, using: &bench.rng) == nil)
        #expect(bench.breaker.overdue(&permit, bench.policy, now: bench.now, using: &bench.rng) == nil)
        bench.end(permit, .failure)
        #expect(bench.breaker.rates(bench.policy, now: bench.now) == (0, 1, 1))
        var hang = bench.ask()!
        bench.now = hang.overdueAt
        // It opens before the call's limit: nobody has answered yet.
        #expect(bench.breaker.overdue(&hang, bench.policy, now: bench.now, using: &bench.rng)?.to == .open)
    }

    @Test func aTimerThatIsLateSaysNothingOfTheTarget() {
        var bench = BreakerBench(BreakerBench.plain(slowAfter: .seconds(1), volume: 1, halfOpen: 1))
        var permit = bench.ask()!
        bench.now = permit.overdueAt + .milliseconds(501)
        #expect(bench.breaker.overdue(&permit, bench.policy, now: bench.now, using: &bench.rng) == nil)
        bench.end(permit, .failure)
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 0)
        bench.becomeReadyForProbes()
        var probe = bench.ask()!
        bench.now = probe.overdueAt + .milliseconds(501)
        _ = bench.breaker.overdue(&probe, bench.policy, now: bench.now, using: &bench.rng)
        #expect(bench.state == .halfOpen && bench.ask() != nil)
    }

    @Test func halfOfTheLimitIsSlow() {
        #expect(BreakerPolicy.seed.slowAfter(limit: .seconds(3)) == .milliseconds(1500))
        #expect(BreakerPolicy.local.slowAfter(limit: .milliseconds(60)) == .milliseconds(50))
        #expect(BreakerPolicy.local.slowAfter(limit: nil) == nil)
        #expect(BreakerPolicy(slowAfter: .zero).slowAfter(limit: .seconds(1)) == nil)
    }

    // MARK: By hand

    @Test func anOrderEndsByItself() {
        var bench = BreakerBench(BreakerBench.plain())
        let change = bench.breaker.force(.forcedOpen, until: .zero + .seconds(300), bench.policy, now: bench.now)
        #expect(change?.until == .zero + .seconds(300))
        #expect(bench.ask(.critical) == nil)
        bench.now = .zero + .seconds(300)
        #expect(bench.ask() != nil)
        #expect(bench.changes.map(\.cause) == [.handOver])
        #expect(bench.breaker.force(.automatic, bench.policy, now: bench.now) == nil)
    }

    @Test func disabledCountsNothing() {
        var bench = BreakerBench(BreakerBench.plain())
        _ = bench.breaker.force(.disabled, bench.policy, now: bench.now)
        bench.run("FFFFFFFFFF")
        #expect(bench.state == .disabled && bench.changes.isEmpty && bench.refused == 0)
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 0)
        #expect(bench.breaker.force(.automatic, bench.policy, now: bench.now)?.to == .closed)
    }

    @Test func theLocalProfileIsWellWithinFiveSeconds() {
        var bench = BreakerBench(.local)
        bench.run("FFFFFFFFF")
        #expect(bench.state == .closed)
        bench.run("F")
        let opened = bench.now
        #expect(bench.state == .open)
        while bench.state != .closed, bench.now - opened < .seconds(60) { bench.run("S", every: .milliseconds(20)) }
        #expect(bench.now - opened < .seconds(5))
        #expect(bench.changes.map(\.to) == [.open, .halfOpen, .slowRecovery, .closed])
    }

    /// Of what fails every other call nobody gets more by asking it less.
    @Test func theLocalProfileLeavesAloneWhatFailsHalfOfTheTime() {
        var opened = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            var bench = BreakerBench(.local)
            var dice = Generator(seed: seed)
            for _ in 0..<400 { bench.run(dice.chance(0.5) ? "F" : "S", every: .milliseconds(60)) }
            opened += bench.changes.count { $0.to == .open }
        }
        // Twelve in a row by chance: once in 8 000 calls.
        #expect(opened <= 3, "\(opened)")
    }

    @Test func whatItSaysOfItselfHasItsFigures() {
        var bench = BreakerBench(BreakerBench.plain())
        bench.run("FFS")
        #expect(bench.breaker.explanation(bench.policy, now: bench.now).detail == "closed, 3 of 5 results")
        bench.run("FS")
        #expect(
            bench.changes[0].explanation.detail
                == "open: failure rate, for 5 s; failure rate 0.6, slow rate 0 of 5")
        bench.now = .zero + .milliseconds(3600)
        let open = bench.breaker.explanation(bench.policy, now: bench.now)
        #expect(open.detail == "failure rate 0.6 of 5, threshold 0.5, open for 1.4 s more")
        #expect(open.numbers.contains { $0 == .init("open_for_seconds", 1.4) })
        #expect(open.numbers.contains { $0 == .init("failure_rate", 0.6) })
    }
}

extension Int64 {
    fileprivate var doubleValue: Double { Double(self) }
}
