import MeshBase
import Testing

@testable import Resilience

@Suite struct BreakerKindTests {
    static func bench(_ kind: BreakerPolicy.Kind, volume: Int = 5) -> BreakerBench {
        BreakerBench(BreakerBench.plain(kind: kind, volume: volume, adaptive: true))
    }

    /// Seconds of ten calls each with so many failures, then whatever they end in.
    static func seconds(_ failures: [Int], _ bench: inout BreakerBench) {
        for failed in failures {
            for i in 0..<10 { bench.run(i < failed ? "F" : "S", every: .milliseconds(100)) }
        }
    }

    // MARK: Threshold

    @Test func aSteadyShareKeepsTheThresholdAndAnUnsteadyOneRaisesIt() {
        var steady = Self.bench(.rate)
        Self.seconds(Array(repeating: 2, count: 50), &steady)
        #expect(abs(steady.breaker.threshold(steady.policy) - 0.5) < 1e-6)
        var unsteady = Self.bench(.rate)
        Self.seconds((0..<400).map { $0 % 2 == 0 ? 0 : 8 }, &unsteady)
        // The weighted deviation of 0 and 0.8 in turn is 0.4 in the long run, give or take the last second's weight.
        #expect(abs(unsteady.breaker.threshold(unsteady.policy) - 0.54) < 0.005)
        unsteady.policy.adaptive = false
        #expect(unsteady.breaker.threshold(unsteady.policy) == 0.5)
    }

    @Test func theThresholdNeverPasses95PercentByItself() {
        var bench = Self.bench(.rate)
        bench.policy.failureRate = 0.94
        bench.breaker.unsteadiness = 0.05
        #expect(bench.breaker.threshold(bench.policy) == 0.95)
        bench.policy.failureRate = 1
        #expect(bench.breaker.threshold(bench.policy) == 1)
    }

    @Test func aBadOutlookLowersTheThreshold() {
        var bench = Self.bench(.rate)
        _ = bench.breaker.observe(
            probability: 0.29, isPredicted: false, bench.policy, now: bench.now, using: &bench.rng)
        #expect(bench.breaker.threshold(bench.policy) == 0.5)
        _ = bench.breaker.observe(
            probability: 0.31, isPredicted: false, bench.policy, now: bench.now, using: &bench.rng)
        #expect(bench.breaker.threshold(bench.policy) == 0.4)
        bench.run("FSSFS")
        #expect(bench.state == .open)
    }

    // MARK: EWMA

    /// After n failures from 0 the mean is 1 - 0.9^n: 0.52 after seven, but nothing is said before ten results.
    @Test func theWeightedMeanOpensAfterTenResults() {
        var bench = Self.bench(.ewma)
        bench.run("FFFFFFFFF")
        #expect(bench.state == .closed)
        #expect(abs(Double(bench.breaker.weighted) - (1 - 0.387420489)) < 1e-6)
        bench.run("F")
        #expect(bench.state == .open && bench.changes[0].cause == .ewma)
        var mild = Self.bench(.ewma)
        mild.run(String(repeating: "SF", count: 200))
        // SF in turn swings between 0.474 and 0.526.
        #expect(mild.state == .open)
        var good = Self.bench(.ewma)
        good.run(String(repeating: "SSF", count: 200))
        #expect(good.state == .closed)
    }

    // MARK: Sigmoid

    @Test func theCurveIsTheLogisticOne() {
        #expect(Breaker.sigmoid(0.5, at: 0.5, steepness: 20) == 0.5)
        #expect(abs(Breaker.sigmoid(0.6, at: 0.5, steepness: 20) - 0.880797) < 1e-6)
        #expect(abs(Breaker.sigmoid(0.4, at: 0.5, steepness: 20) - 0.119203) < 1e-6)
    }

    /// Of 4 000 breakers that see one share of failures in one second, as many open as the curve says.
    @Test func asManyOpenAsTheCurveSays() {
        var opened = 0
        let count = 4000
        for seed in 0..<count {
            var bench = BreakerBench(BreakerBench.plain(kind: .sigmoid, volume: 10))
            bench.rng = Generator(seed: UInt64(seed))
            bench.run("FFFFSSSSSS")
            // Further results of the same second draw no more.
            bench.run("SFSSF")
            if bench.state == .open { opened += 1 }
        }
        let p = Breaker.sigmoid(0.4, at: 0.5, steepness: 20)
        #expect(abs(Double(opened) / Double(count) - p) < 5 * (p * (1 - p) / Double(count)).squareRoot())
    }

    @Test func withoutAFailureThereIsNoChance() {
        var bench = BreakerBench(BreakerBench.plain(kind: .sigmoid))
        bench.policy.steepness = 0.001
        bench.run(String(repeating: "S", count: 200), every: .milliseconds(500))
        #expect(bench.changes.isEmpty)
    }

    // MARK: Control

    @Test func whatIsOutOfControlOpensAndWhatIsUsualDoesNot() {
        var bench = BreakerBench(BreakerBench.plain(kind: .spc, window: .time(.seconds(1)), volume: 5))
        // 20 % is usual here, between 10 and 30.
        Self.seconds((0..<60).map { 1 + $0 % 3 }, &bench)
        #expect(bench.state == .closed)
        #expect(abs(Double(bench.breaker.shareMean) - 0.2) < 0.01)
        #expect(abs(bench.breaker.controlLimit - (0.2 + 3 * (0.02 / 3).squareRoot())) < 0.02)
        Self.seconds([6], &bench)
        #expect(bench.state == .open && bench.changes[0].cause == .outOfControl)
    }

    @Test func withoutQuietSecondsTheThresholdHolds() {
        var bench = BreakerBench(BreakerBench.plain(kind: .spc, volume: 5))
        bench.run("FFSSF")
        #expect(bench.state == .open && bench.changes[0].cause == .failureRate)
    }

    @Test func fivePointsAtLeast() {
        var bench = BreakerBench(BreakerBench.plain(kind: .spc, window: .calls(1000), volume: 10))
        Self.seconds(Array(repeating: 0, count: 60), &bench)
        #expect(bench.breaker.controlLimit == 0.05)
    }

    // MARK: Bayes

    /// I_x(a, b) for whole numbers is a binomial tail.
    @Test func theBetaDistributionIsABinomialTail() {
        for (a, b) in [(1, 1), (4, 2), (7, 15), (30, 71), (200, 100)] {
            for x in [0.01, 0.2, 0.5, 0.7, 0.99] {
                var tail = 0.0
                let n = a + b - 1
                for k in a...n {
                    let ways =
                        BetaDistribution.logGamma(Double(n + 1)) - BetaDistribution.logGamma(Double(k + 1))
                        - BetaDistribution.logGamma(Double(n - k + 1))
                    tail += exponential(
                        ways + Double(k) * naturalLogarithm(x) + Double(n - k) * naturalLogarithm(1 - x))
                }
                #expect(abs(BetaDistribution.cumulative(x, a: Double(a), b: Double(b)) - tail) < 1e-10)
            }
        }
        #expect(
            BetaDistribution.cumulative(0.3, a: 1, b: 1) == 0.3
                || abs(BetaDistribution.cumulative(0.3, a: 1, b: 1) - 0.3) < 1e-12)
        var factorial = 1.0
        for n in 1...20 {
            #expect(abs(exponential(BetaDistribution.logGamma(Double(n))) / factorial - 1) < 1e-11)
            factorial *= Double(n)
        }
    }

    /// With Beta(1, 1) four failures alone give 1 - 0.5^5 = 0.969 above one half; five of six 0.9375, six of seven 0.965.
    @Test func beliefOpens() {
        var four = Self.bench(.bayes, volume: 1)
        four.run("FFF")
        #expect(four.state == .closed)
        four.run("F")
        #expect(four.state == .open && four.changes[0].cause == .bayes)
        var mixed = Self.bench(.bayes, volume: 1)
        mixed.run("SFFFFF")
        #expect(mixed.state == .closed)
        mixed.run("F")
        #expect(mixed.state == .open)
    }

    // MARK: Tuning

    @Test func tuningIsItsFormulas() {
        #expect(abs(BreakerTuning.threshold(baseline: 0.02, deviation: 0.04, z: 3) - 0.14) < 1e-12)
        #expect(BreakerTuning.threshold(baseline: 0, deviation: 0, z: 3) == 0.05)
        #expect(BreakerTuning.threshold(baseline: 0.9, deviation: 0.4, z: 3) == 0.95)
        #expect(BreakerTuning.timeout(p99: .milliseconds(200)) == .milliseconds(300))
        #expect(BreakerTuning.timeout(p99: .milliseconds(200), attempt: 3, factor: 2) == .milliseconds(1200))
        #expect(BreakerTuning.window(rate: 3) == 100 && BreakerTuning.window(rate: 50) == 500)
    }
}
