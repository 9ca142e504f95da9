import MeshBase
import Testing

@testable import Resilience

@Suite struct FailurePredictorTests {
    /// A healthy target: every feature normal around its mean.
    static func healthy(_ rng: inout Generator, at second: Int) -> PredictorFeatures {
        PredictorFeatures(
            latency: 0.1 + 0.02 * rng.normal(), errors: 4 + rng.normal(), hour: Double(second % 86_400) / 3600,
            weekday: Double(second / 86_400 % 7), errorRate: 0.2 + 0.04 * rng.normal(),
            latencyVariance: 1 + 0.3 * rng.normal(), requestRate: 100 + 15 * rng.normal(),
            cpu: 0.4 + 0.05 * rng.normal(),
            memory: 0.5 + 0.05 * rng.normal(), networkLatency: 0.01 + 0.002 * rng.normal())
    }

    static func run(
        _ predictor: inout FailurePredictor, _ range: Range<Int>, _ rng: inout Generator, isFailing: Bool = false,
        change: (inout PredictorFeatures, Int) -> Void = { _, _ in }
    ) -> [FailurePredictor.Prediction] {
        range.map { second in
            var features = healthy(&rng, at: second)
            change(&features, second)
            return predictor.observe(
                features, isFailing: isFailing, open: .seconds(60), .seed, now: .zero + .seconds(Int64(second)))
        }
    }

    @Test func theCurveIsAHalfAtTheQuantile() {
        #expect(FailurePredictor.probability(0.7, 0.7) == 0.5)
        // s = -1 for an anomaly of 1, so at most 1/(1 + e^-5).
        #expect(abs(FailurePredictor.probability(1, 0.7) - 0.993307) < 1e-6)
        // s = -0.4: 1/(1 + e^-2).
        #expect(abs(FailurePredictor.probability(0.82, 0.7) - 0.880797) < 1e-6)
    }

    @Test func nothingIsSaidBeforeEnoughIsKnown() {
        var predictor = FailurePredictor()
        var rng = Generator(seed: 1)
        let early = Self.run(&predictor, 0..<100, &rng) { features, _ in features.latency *= rng2(features) }
        #expect(early.allSatisfy { $0.probability == 0 })
        #expect(Self.run(&predictor, 100..<101, &rng)[0].probability > 0)
    }

    private func rng2(_ features: PredictorFeatures) -> Double { features.cpu * 10 }

    /// Over three days, midnights among them, at most about 1 % of healthy samples are above the quantile, and three of
    /// them in a row are rare.
    @Test(arguments: [UInt64(1), 2, 3]) func healthyTrafficIsHardlyEverPredicted(seed: UInt64) {
        var predictor = FailurePredictor()
        var rng = Generator(seed: seed)
        let all = Self.run(&predictor, 0..<260_000, &rng)
        let late = all.dropFirst(2000)
        let above = Double(late.count { $0.probability > 0.5 }) / Double(late.count)
        #expect(above > 0.004 && above < 0.02, "seed \(seed)")
        #expect(predictor.predictions <= 3, "seed \(seed)")
        #expect(predictor.falsePositives == predictor.predictions, "seed \(seed)")
    }

    @Test func aTargetThatDriftsOffIsPredictedAndNoFalsePositive() {
        var predictor = FailurePredictor()
        var rng = Generator(seed: 4)
        _ = Self.run(&predictor, 0..<2000, &rng)
        // Latency, its variance and CPU climb, while failures are still as ever.
        let drift = Self.run(&predictor, 2000..<2030, &rng) { features, second in
            let grown = Double(second - 2000)
            features.latency += 0.01 * grown
            features.latencyVariance += 0.1 * grown
            features.cpu += 0.02 * grown
        }
        #expect(drift.count { $0.begins } == 1)
        _ = Self.run(&predictor, 2030..<2031, &rng, isFailing: true)
        _ = Self.run(&predictor, 2031..<2200, &rng)
        #expect(predictor.predictions == 1 && predictor.falsePositives == 0)
    }

    @Test func aPredictionThatNothingFollowsIsAFalsePositive() {
        var predictor = FailurePredictor()
        var rng = Generator(seed: 5)
        _ = Self.run(&predictor, 0..<500, &rng)
        _ = Self.run(&predictor, 500..<503, &rng) { features, _ in features.latency = 5 }
        #expect(predictor.predictions == 1 && predictor.falsePositives == 0)
        _ = Self.run(&predictor, 503..<562, &rng)
        #expect(predictor.falsePositives == 0)
        _ = Self.run(&predictor, 562..<563, &rng)
        #expect(predictor.falsePositives == 1)
    }

    /// What is anomalous teaches little: for 150 samples it stays one, and after thousands it is how the target is.
    @Test func aLevelThatStaysBecomesNormalSlowly() {
        var predictor = FailurePredictor()
        var rng = Generator(seed: 9)
        _ = Self.run(&predictor, 0..<2000, &rng)
        let high = Self.run(&predictor, 2000..<12_000, &rng) { features, _ in features.latency = 2 }
        #expect(high[3..<150].allSatisfy { $0.isPredicted })
        #expect(high[9000...].allSatisfy { !$0.isPredicted })
        #expect(predictor.predictions < 5)
    }

    @Test func midnightAndMondayAreNoAnomaly() {
        var predictor = FailurePredictor()
        var rng = Generator(seed: 6)
        let week = 7 * 86_400
        _ = Self.run(&predictor, week - 3000..<week, &rng)
        let before = Self.healthy(&rng, at: week - 1)
        var after = before
        after.hour = 0
        after.weekday = 0
        #expect(abs(predictor.anomaly(after) - predictor.anomaly(before)) < 0.1)
    }

    @Test func whatIsNoNumberDoesNoHarm() {
        var predictor = FailurePredictor()
        var rng = Generator(seed: 8)
        _ = Self.run(&predictor, 0..<300, &rng) { features, second in
            if second % 7 == 0 { features.cpu = .nan }
            if second % 11 == 0 { features.latency = .infinity }
        }
        let last = Self.run(&predictor, 300..<301, &rng)[0]
        #expect((0...1).contains(last.probability))
    }

    // MARK: What the breaker makes of it

    @Test func aPredictionOpensOnlyWhereItMay() {
        for (use, state) in [(PredictionUse.off, BreakerState.closed), (.watch, .closed), (.open, .open)] {
            var bench = BreakerBench(BreakerBench.plain())
            bench.policy.predict = use
            let change = bench.breaker.observe(
                probability: 0.9, isPredicted: true, bench.policy, now: bench.now, using: &bench.rng)
            #expect(bench.state == state)
            #expect((change?.cause == .predicted) == (use == .open))
            #expect((bench.breaker.outlook < 0.7) == (use != .off))
        }
    }
}
