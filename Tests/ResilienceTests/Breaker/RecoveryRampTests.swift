import MeshBase
import Testing

@testable import Resilience

@Suite struct RecoveryRampTests {
    static let ramp = RecoveryRamp.seed

    /// 0.03 + 0.3 (1 - e^-1) + 0.2 x 0.5 + 0.2 x 0.5 after ten seconds, five in a row and no history.
    @Test func theShareIsTheSumOfItsParts() {
        let share = Self.ramp.share(sinceFailure: .seconds(10), inARow: 5, history: 0.5)
        #expect(abs(share - 0.419636) < 1e-6)
        #expect(abs(Self.ramp.share(sinceFailure: .zero, inARow: 0, history: 0) - 0.05) < 1e-12)
        #expect(abs(Self.ramp.share(sinceFailure: nil, inARow: 10, history: 1) - 0.73) < 1e-12)
    }

    @Test func aFasterRateIsTheSameCurveInLessTime() {
        for seconds in 0..<50 {
            let slow = Self.ramp.share(sinceFailure: .seconds(Int64(seconds)), inARow: 3, history: 0.5)
            let fast = RecoveryRamp(rate: 1).share(
                sinceFailure: .milliseconds(Int64(seconds) * 100), inARow: 3, history: 0.5)
            #expect(abs(slow - fast) < 1e-12)
        }
    }

    static func recovering(seed: UInt64 = 7) -> BreakerBench {
        var bench = BreakerBench(BreakerBench.plain(halfOpen: 1, recovery: .seed))
        bench.rng = Generator(seed: seed)
        bench.becomeReadyForProbes()
        bench.run("S")
        return bench
    }

    @Test func probesLeadIntoIt() {
        let bench = Self.recovering()
        #expect(bench.state == .slowRecovery && bench.changes.last?.cause == .probesPassed)
    }

    /// The share of 20 000 breakers of which each is asked once lies where the formula says, within five deviations.
    @Test func asManyPassAsTheFormulaSays() {
        var passed = 0
        var share = 0.0
        let asked = 20_000
        for seed in 0..<asked {
            var bench = Self.recovering(seed: UInt64(seed))
            share = bench.breaker.admittedShare(bench.policy, now: bench.now)
            if bench.ask() != nil { passed += 1 }
        }
        let deviation = (share * (1 - share) / Double(asked)).squareRoot()
        #expect(abs(Double(passed) / Double(asked) - share) < 5 * deviation)
        #expect(abs(share - (0.03 + 0.3 * (1 - exponential(-0.5)) + 0.02 + 0.1)) < 1e-9)
    }

    @Test func tenInARowClose() {
        var bench = Self.recovering()
        var good = 0
        while bench.state == .slowRecovery, let permit = bench.askUntilPermitted() {
            bench.end(permit, .success)
            good += 1
        }
        #expect(good == 10 && bench.state == .closed && bench.changes.last?.cause == .recovered)
    }

    /// Whoever calls seldom never has ten good ones in a row: three times the ramp's own time without a failure close it.
    @Test func restAloneCloses() {
        #expect(RecoveryRamp.local.rest == .seconds(3) && RecoveryRamp(rate: 0).rest == .hours(24))
        var bench = Self.recovering()
        bench.now += .seconds(20)
        let permit = bench.askUntilPermitted()!
        bench.end(permit, .failure)
        bench.now += RecoveryRamp.seed.rest - .milliseconds(1)
        #expect(bench.state == .slowRecovery && bench.breaker.admittedShare(bench.policy, now: bench.now) < 0.6)
        bench.now += .milliseconds(1)
        #expect(bench.breaker.admittedShare(bench.policy, now: bench.now) == 1)
        #expect(bench.ask() != nil)
        #expect(bench.state == .closed && bench.changes.last?.cause == .recovered)
    }

    @Test func halfOfFiveOpensAgain() {
        var bench = Self.recovering()
        for mark in [Mark.failure, .failure, .success, .failure] {
            let permit = bench.askUntilPermitted()!
            bench.end(permit, mark)
        }
        #expect(bench.state == .slowRecovery)
        let permit = bench.askUntilPermitted()!
        bench.end(permit, .failure)
        #expect(bench.state == .open && bench.changes.last?.cause == .relapsed)
    }

    /// A relapse at once is an entry against it; a recovery that outlived one time open is one for it.
    @Test func historyIsWhatBecameOfFormerRecoveries() {
        var bench = Self.recovering()
        #expect(bench.breaker.recoveryHistory == 0.5)
        while bench.state == .slowRecovery {
            let permit = bench.askUntilPermitted()!
            bench.end(permit, .failure)
        }
        #expect(bench.breaker.recoveryHistory == 0)
        bench.now = bench.breaker.until
        bench.run("S")
        while bench.state == .slowRecovery {
            let permit = bench.askUntilPermitted()!
            bench.end(permit, .success)
        }
        bench.now += .seconds(6)
        bench.run("FFFFF")
        #expect(bench.state == .open && bench.breaker.recoveryHistory == 0.5)
    }
}

extension BreakerBench {
    /// Asks without letting time pass until the die is kind; nil after a thousand times.
    mutating func askUntilPermitted() -> BreakerPermit? {
        for _ in 0..<1000 { if let permit = ask() { return permit } }
        return nil
    }
}
