import MeshBase
import Testing

@testable import Resilience

@Suite struct QualityScalerTests {
    let t0 = Instant.zero + .hours(50)

    @Test func qualityIsWhatPressureAndLevelLeave() {
        var scaler = QualityScaler(.local)
        for (pressure, allowed, quality) in [
            (0, 1, 1), (0.25, 1, 0.75), (0.25, 0.5, 0.5), (1, 1, 0), (-3, 2, 1), (.nan, 0.7, 0.7),
        ] {
            // Looks apart by more than the window: no trend.
            scaler = QualityScaler(.local)
            scaler.look(pressure: pressure, allowed: allowed, now: t0)
            #expect(scaler.quality == quality && !scaler.isEarly)
        }
    }

    @Test func theFloorHoldsUnderPressureAndNotAgainstTheLevel() {
        var scaler = QualityScaler(QualityPolicy(floor: 0.3))
        scaler.look(pressure: 0.95, now: t0)
        #expect(scaler.quality == 0.3)
        scaler.look(pressure: 0.95, allowed: 0, now: t0)
        #expect(scaler.quality == 0)
    }

    @Test func whatIsScaledHow() {
        let policy = QualityPolicy(count: 20, resolution: 1_000, bitrate: 4_000_000)
        #expect(policy.count(at: 1) == 20 && policy.count(at: 0.5) == 10 && policy.count(at: 0.01) == 1)
        #expect(policy.resolution(at: 0.25) == 500 && policy.bitrate(at: 0.25) == 1_000_000)
        #expect(policy.count(at: 0) == 0 && policy.count(at: .nan) == 0 && policy.count(at: 7) == 20)
        #expect(QualityPolicy().count(at: 1) == nil)
        var scaler = QualityScaler(policy)
        scaler.look(pressure: 0.5, now: t0)
        #expect(scaler.work(.milliseconds(30)) == .milliseconds(15))
    }

    /// sigmoid(slope x 5 s) > 0.7 is slope > ln(7/3) / 5 s = 0.16946 a second.
    @Test(arguments: [(0.168, false), (0.171, true), (0.0, false), (-0.2, false)])
    func aStepIsTakenEarlyWhereTheTrendSaysSo(_ slope: Double, _ isEarly: Bool) {
        var scaler = QualityScaler(QualityPolicy(window: .seconds(60)))
        var now = t0
        for step in 0..<5 {
            now = t0 + .milliseconds(Int64(step) * 100)
            scaler.look(pressure: 0.1 + slope * 0.1 * Double(step), now: now)
        }
        #expect(scaler.isEarly == isEarly)
        let pressure = 0.1 + slope * 0.4
        #expect(abs(scaler.quality - (isEarly ? 0.7 : 1 - pressure)) < 1e-9)
        #expect(abs(scaler.likelihood - 1 / (1 + exponential(-slope * 5))) < 1e-9)
    }

    @Test func fromSevenTenthsTheNextStepIsAHalfAndThenNone() {
        for (from, quality) in [(0.3, 0.5), (0.55, 0.35)] {
            var scaler = QualityScaler(QualityPolicy(window: .seconds(60)))
            for step in 0..<5 {
                scaler.look(pressure: from + 0.025 * Double(step), now: t0 + .milliseconds(Int64(step) * 100))
            }
            #expect(abs(scaler.quality - quality) < 1e-9)
        }
    }

    @Test func theSlopeIsThatOfLeastSquares() {
        let seed: UInt64 = 23
        var generator = Generator(seed: seed, concern: "trend")
        for round in 0..<200 {
            var trend = PressureTrend()
            let (a, b) = (generator.unit(), generator.unit() - 0.5)
            var now = t0
            for _ in 0..<30 {
                now += .milliseconds(Int64(generator.below(500) + 1))
                trend.record(a + b * (now - t0).seconds, now: now)
            }
            #expect(abs(trend.slope(over: .hours(1), now: now) - b) < 1e-6, "seed \(seed), round \(round)")
        }
        // By hand: (0, 1), (1, 3), (2, 2): slope 0.5.
        var trend = PressureTrend()
        for (second, value) in [(0, 1.0), (1, 3), (2, 2)] { trend.record(value, now: t0 + .seconds(Int64(second))) }
        #expect(abs(trend.slope(over: .seconds(2), now: t0 + .seconds(2)) - 0.5) < 1e-12)
        // Two samples are no trend, nor are three of one moment.
        #expect(trend.slope(over: .seconds(1), now: t0 + .seconds(2)) == 0)
        var still = PressureTrend()
        for value in [0.1, 0.5, 0.9] { still.record(value, now: t0) }
        #expect(still.slope(over: .seconds(1), now: t0) == 0)
    }

    @Test func whatCannotBeIsMadeSound() {
        let policy = QualityPolicy(count: -4, floor: .nan, horizon: .zero, window: .seconds(-1), threshold: 7)
        #expect(policy.count == 1 && policy.floor == 0 && policy.threshold == 1)
        #expect(policy.horizon > .zero && policy.window > .zero)
        #expect(QualityPolicy(threshold: 0.1).threshold == 0.5 && QualityPolicy(floor: 3).floor == 1)
    }
}
