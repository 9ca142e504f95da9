import MeshBase
import Testing

@testable import Resilience

/// AIMD, gradient and Vegas.
@Suite struct MeasuredLimitTests {
    let start = Instant.zero

    @Test(arguments: [(Int64(10), 16), (50, 9), (14, 10), (11, 16)]) func conformance18Vegas(
        second: Int64, expected: Int
    ) {
        let policy = LimitPolicy(.vegas, base: 10, bounds: 1...20)
        var limit = ConcurrencyLimit(policy, now: start)
        #expect(limit.ended(.answered(.milliseconds(10)), inFlight: 10, policy, now: start) == false)
        #expect(limit.value == 10)
        limit.ended(.answered(.milliseconds(second)), inFlight: 10, policy, now: start)
        #expect(limit.value == expected)
    }

    @Test func conformance18Gradient() {
        // g L + sqrt(L), g = best x 1.25 / sample within 0.5...2, floor 3.
        let bounds = 3...1_000
        let g = { (best: Int64, sample: Int64) in
            GradientLimit.gradient(best: .milliseconds(best), sample: .milliseconds(sample))
        }
        #expect(g(10, 10) == 1.25)
        #expect(g(10, 100) == 0.5)
        #expect(g(10, 1) == 2)
        #expect(abs(g(10, 20) - 0.625) < 1e-12)
        #expect(GradientLimit.next(100, gradient: 1.25, bounds: bounds) == 135)
        #expect(GradientLimit.next(100, gradient: 0.5, bounds: bounds) == 60)
        #expect(GradientLimit.next(100, gradient: 0.625, bounds: bounds) == 72)
        #expect(GradientLimit.next(3, gradient: 0.5, bounds: bounds) == 3)
        #expect(GradientLimit.next(900, gradient: 2, bounds: bounds) == 1_000)
    }

    @Test func conformance18AIMD() {
        let policy = LimitPolicy(.aimd, base: 20, bounds: 3...200)
        var limit = ConcurrencyLimit(policy, now: start)
        #expect(limit.ended(.dropped, inFlight: 1, policy, now: start) == true)
        #expect(limit.value == 18)
        limit.ended(.answered(.milliseconds(1)), inFlight: 8, policy, now: start)
        #expect(limit.value == 18)
        limit.ended(.answered(.milliseconds(1)), inFlight: 9, policy, now: start)
        #expect(limit.value == 19)
        for _ in 0..<100 { limit.ended(.dropped, inFlight: 1, policy, now: start) }
        #expect(limit.value == 3)
        for _ in 0..<500 { limit.ended(.answered(.milliseconds(1)), inFlight: 200, policy, now: start) }
        #expect(limit.value == 200)
        limit.ended(.failed, inFlight: 200, policy, now: start)
        limit.ended(.nothing, inFlight: 200, policy, now: start)
        #expect(limit.value == 200)
    }

    @Test func vegasShrinksOnADropAndIsStillWhereNobodyComesNearIt() {
        let policy = LimitPolicy(.vegas, base: 100, bounds: 3...1_000)
        var limit = ConcurrencyLimit(policy, now: start)
        limit.ended(.answered(.milliseconds(10)), inFlight: 100, policy, now: start)
        limit.ended(.dropped, inFlight: 1, policy, now: start)
        #expect(limit.value == 98)
        limit.ended(.answered(.milliseconds(10)), inFlight: 48, policy, now: start)
        #expect(limit.value == 98)
        limit.ended(.answered(.milliseconds(10)), inFlight: 49, policy, now: start)
        #expect(limit.value == 104)
    }

    @Test func vegasMeasuresTheBestRoundTripAnew() {
        var limit = VegasLimit(limit: 10, salt: 7)
        limit.ended(.answered(.milliseconds(1)), inFlight: 0, bounds: 3...20)
        for _ in 0..<300 { limit.ended(.answered(.milliseconds(5)), inFlight: 0, bounds: 3...20) }
        #expect(limit.best == .milliseconds(5))
    }

    @Test func vegasStepIsTheCommonLogarithm() {
        #expect([1, 9, 10, 99, 100, 999, 1_000].map(VegasLimit.step) == [1, 1, 1, 1, 2, 2, 3])
    }

    /// A gradient limit before a target with 20 workers of 10 ms: round trips grow with the queue.
    @Test func gradientFindsAboutWhatTheTargetCanDo() {
        let policy = LimitPolicy(.gradient, base: 100, bounds: 3...1_000)
        var limit = ConcurrencyLimit(policy, now: start)
        var now = start
        func roundTrip(_ out: Int) -> TimeAmount { .microseconds(Int64(10_000 * max(out, 20) / 20)) }
        // The first measurement is taken while little is asked for.
        for _ in 0..<50 { limit.ended(.answered(.milliseconds(10)), inFlight: 1, policy, now: now) }
        #expect(limit.value == 100)
        for _ in 0..<5_000 {
            let took = roundTrip(limit.value)
            now += .milliseconds(1)
            limit.ended(.answered(took), inFlight: limit.value, policy, now: now)
        }
        // Where g L + sqrt(L) = L with g = 1.25 x 20 / L: 25 + sqrt(L) = L, so L = 30.5.
        #expect((29...32).contains(limit.value))
    }

    @Test func gradientMeasuresAnewAtItsFloorAndComesBack() {
        var policy = LimitPolicy(.gradient, base: 40, bounds: 3...40)
        policy.bestFor = .seconds(10)
        var limit = ConcurrencyLimit(policy, now: start)
        for _ in 0..<50 { limit.ended(.answered(.milliseconds(10)), inFlight: 1, policy, now: start) }
        let later = start + .seconds(11)
        limit.ended(.answered(.milliseconds(20)), inFlight: 1, policy, now: later)
        #expect(limit.value == 3)
        for _ in 0..<49 { limit.ended(.answered(.milliseconds(20)), inFlight: 1, policy, now: later) }
        // The target is slower for good: what was too long is the best now, and the limit is what it was.
        #expect(limit.value == 40)
        for _ in 0..<25 { limit.ended(.answered(.milliseconds(20)), inFlight: 40, policy, now: later) }
        #expect(limit.value == 40)
        for _ in 0..<25 { limit.ended(.dropped, inFlight: 40, policy, now: later) }
        #expect(limit.value == 26)
    }

    @Test func gradientDoesNotStayAtItsFloorForATargetThatBecameSlow() {
        let policy = LimitPolicy(.gradient, base: 40, bounds: 3...40)
        var limit = ConcurrencyLimit(policy, now: start)
        for _ in 0..<50 { limit.ended(.answered(.milliseconds(1)), inFlight: 1, policy, now: start) }
        var limits: [Int] = []
        for _ in 0..<25 * 13 + 1 {
            limit.ended(.answered(.milliseconds(100)), inFlight: 40, policy, now: start + .seconds(1))
            limits.append(limit.value)
        }
        // Half of 4 and its square root are 4: there it stays, and after five such windows it measures at the floor.
        #expect(limits[25 * 8 - 1] == 4 && limits[25 * 13 - 1] == 4)
        #expect(limits.last == 3)
        for _ in 0..<50 + 25 * 8 {
            limit.ended(.answered(.milliseconds(100)), inFlight: 40, policy, now: start + .seconds(1))
        }
        #expect(limit.value > 20)
    }

    @Test func aFixedLimitNeverMoves() {
        let policy = LimitPolicy(.fixed, base: 7, bounds: 1...100)
        var limit = ConcurrencyLimit(policy, now: start)
        #expect(limit.nextLook == .distantFuture)
        for _ in 0..<100 { limit.ended(.dropped, inFlight: 7, policy, now: start) }
        #expect(limit.look(meanInUse: 7, policy, now: start + .hours(1)) == false)
        #expect(limit.value == 7 && limit.changes == 0)
        #expect(limit.explanation(policy).detail == "limit 7 by rule fixed, 7 to 7")
    }

    @Test func whoRefusesDependsOnTheRule() {
        #expect(LimitPolicy.Kind.errors.refusedBy == .bulkhead)
        #expect(LimitPolicy.Kind.vegas.refusedBy == .concurrency)
    }
}
