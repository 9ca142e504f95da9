import MeshBase
import Testing

@testable import Resilience

@Suite struct BackoffTests {
    private func waits(_ policy: BackoffPolicy, _ count: Int = 6) -> [Int64] {
        var random = Generator(seed: 1)
        return (0..<count).map { policy.delay(retry: $0, using: &random).nanoseconds / 1_000_000_000 }
    }

    // MARK: Growth

    @Test func eachGrowthHasItsSeries() {
        func policy(_ growth: BackoffPolicy.Growth) -> BackoffPolicy {
            BackoffPolicy(growth, base: .seconds(1), cap: .seconds(60))
        }
        #expect(waits(policy(.constant)) == [1, 1, 1, 1, 1, 1])
        #expect(waits(policy(.linear)) == [1, 2, 3, 4, 5, 6])
        #expect(waits(policy(.exponential), 8) == [1, 2, 4, 8, 16, 32, 60, 60])
        #expect(waits(policy(.fibonacci), 12) == [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 60, 60])
        #expect(
            waits(.payment, 9) == [1_800, 14_400, 86_400, 259_200, 604_800, 1_209_600, 2_592_000, 2_592_000, 2_592_000])
    }

    @Test func noNumberOfRetriesOverflows() {
        for growth in BackoffPolicy.Growth.allCases {
            let policy = BackoffPolicy(growth, jitter: .additive, base: .seconds(1), cap: .seconds(60))
            var random = Generator(seed: 1)
            for n in [-1, 0, 1_000_000] {
                let wait = policy.delay(retry: n, previous: .seconds(60), failureShare: .nan, using: &random)
                #expect(wait >= .zero && wait <= .seconds(60), "\(growth)")
            }
        }
    }

    @Test func settingsOutOfRangeAreMadeSoundAndNamed() {
        let policy = BackoffPolicy(
            .exponential, base: .seconds(-1), cap: .seconds(-2), multiplier: .nan,
            schedule: .init(Array(repeating: .seconds(-3), count: 20)))
        #expect(policy.base == .zero && policy.cap == .zero && policy.multiplier == 2 && policy.schedule.count == 16)
        #expect(policy.schedule[3] == .zero)
        let problems = BackoffPolicy.problems(
            base: .seconds(2), cap: .seconds(1), multiplier: 0.5, schedule: Array(repeating: .seconds(-1), count: 17))
        #expect(problems.map(\.key) == ["cap", "multiplier", "schedule", "schedule"])
        #expect(BackoffPolicy.problems(base: nil, cap: nil, multiplier: nil, schedule: nil).isEmpty)
    }

    @Test func thoseThatDrawNothingAreSynchronous() {
        #expect(BackoffPolicy(.exponential, base: .seconds(1), cap: .seconds(2)).isSynchronous)
        #expect(!BackoffPolicy(.exponential, jitter: .full, base: .seconds(1), cap: .seconds(2)).isSynchronous)
        #expect(BackoffPolicy(.decorrelated, base: .seconds(1), cap: .seconds(1)).isSynchronous)
        #expect(!BackoffPolicy.local.isSynchronous && !BackoffPolicy.seed.isSynchronous)
        #expect(BackoffPolicy.payment.isSynchronous)
    }

    // MARK: Distributions: mean and bounds against the closed form

    /// Draws of one retry: none outside of [from, to], which they fill evenly. The mean of n uniform draws is within five
    /// standard errors, width / sqrt(12 n); each tenth has its share.
    private func isUniform(_ policy: BackoffPolicy, retry n: Int, _ from: Double, _ to: Double) {
        var random = Generator(seed: 42, concern: "backoff")
        let count = 20_000
        var (sum, tenths) = (0.0, [Int](repeating: 0, count: 10))
        for _ in 0..<count {
            let wait = policy.delay(retry: n, using: &random).seconds
            #expect(wait >= from && wait <= to)
            sum += wait
            tenths[min(max(Int((wait - from) / (to - from) * 10), 0), 9)] += 1
        }
        let error = (to - from) / (12 * Double(count)).squareRoot()
        #expect(abs(sum / Double(count) - (from + to) / 2) < 5 * error)
        for tenth in tenths { #expect(abs(Double(tenth) - 2_000) < 5 * (20_000 * 0.1 * 0.9).squareRoot()) }
    }

    @Test(arguments: 0..<3) func jitterIsUniformOverItsInterval(_ n: Int) {
        func policy(_ jitter: BackoffPolicy.Jitter) -> BackoffPolicy {
            BackoffPolicy(.exponential, jitter: jitter, base: .seconds(1), cap: .seconds(60))
        }
        let d = Double(1 << n)
        isUniform(policy(.full), retry: n, 0, d)
        isUniform(policy(.equal), retry: n, d / 2, d)
        // 1-2, 2-4, 4-8 s, and 0.5-1.5, 1-3, 2-6 s.
        isUniform(policy(.additive), retry: n, d, 2 * d)
        isUniform(policy(.proportional), retry: n, d / 2, 3 * d / 2)
        isUniform(policy(.none), retry: n, d.nextDown, d.nextUp, isPoint: true)
    }

    private func isUniform(_ policy: BackoffPolicy, retry n: Int, _ from: Double, _ to: Double, isPoint: Bool) {
        var random = Generator(seed: 1)
        for _ in 0..<10 {
            let wait = policy.delay(retry: n, using: &random).seconds
            #expect(wait >= from && wait <= to)
        }
    }

    @Test func atTheCapJitterStaysSpread() {
        // 2^10 s is above the cap of 60: the interval ends there and is no point.
        isUniform(
            BackoffPolicy(.exponential, jitter: .additive, base: .seconds(1), cap: .seconds(60)), retry: 10, 30, 60)
        isUniform(
            BackoffPolicy(.exponential, jitter: .proportional, base: .seconds(1), cap: .seconds(60)), retry: 10, 20, 60)
    }

    @Test func theFirstDecorrelatedWaitIsDrawnToo() {
        isUniform(BackoffPolicy(.decorrelated, base: .seconds(1), cap: .seconds(60)), retry: 0, 1, 3)
    }

    /// E[next | previous = p] = (base + 3 p)/2 where 3 p is below the cap, and with mass of its own at the cap above it:
    /// the integral of min(cap, x) over [base, 3 p].
    @Test(arguments: [1.0, 5, 15, 40, 60]) func laterDecorrelatedWaitsFollowThePrevious(_ previous: Double) {
        let policy = BackoffPolicy(.decorrelated, base: .seconds(1), cap: .seconds(60))
        var random = Generator(seed: 7, concern: "backoff")
        let (count, top) = (50_000, 3 * previous)
        var sum = 0.0
        for _ in 0..<count {
            let wait = policy.delay(retry: 1, previous: TimeAmount(seconds: previous), using: &random).seconds
            #expect(wait >= 1 && wait <= min(60, top))
            sum += wait
        }
        let below = min(top, 60)
        let mean = ((below * below - 1) / 2 + 60 * max(top - 60, 0)) / (top - 1)
        #expect(abs(sum / Double(count) - mean) < 5 * (top - 1) / (12 * Double(count)).squareRoot())
    }

    @Test func adaptiveGrowsWithTheShareOfFailures() {
        let policy = BackoffPolicy(.adaptive, base: .seconds(1), cap: .seconds(60))
        for (share, from) in [(0.0, 1.0), (0.5, 5.5), (1, 10), (9, 10), (-1, 1)] {
            var random = Generator(seed: 9)
            let waits = (0..<5_000).map { _ in policy.delay(retry: 0, failureShare: share, using: &random).seconds }
            #expect(waits.min()! >= from && waits.min()! < from * 1.01)
            #expect(waits.max()! <= from * 3 && waits.max()! > from * 2.98)
        }
    }

    @Test func theLongestIsNeverExceeded() {
        for growth in BackoffPolicy.Growth.allCases {
            for jitter in BackoffPolicy.Jitter.allCases {
                let policy = BackoffPolicy(
                    growth, jitter: jitter, base: .milliseconds(100), cap: .seconds(2), schedule: .init([.seconds(1)]))
                var random = Generator(seed: 5)
                var longest = TimeAmount.zero
                for _ in 0..<2_000 {
                    var (sum, previous) = (TimeAmount.zero, TimeAmount.zero)
                    for n in 0..<4 {
                        previous = policy.delay(retry: n, previous: previous, failureShare: 1, using: &random)
                        sum = sum + previous
                    }
                    longest = max(longest, sum)
                }
                let bound = policy.longest(retries: 4)
                #expect(longest <= bound, "\(growth) \(jitter)")
                #expect(bound <= .seconds(8))
            }
        }
        #expect(
            BackoffPolicy(.decorrelated, base: .seconds(1), cap: .seconds(60)).longest(retries: 4)
                == .seconds(3 + 9 + 27 + 60))
        #expect(BackoffPolicy.local.longest(retries: 0) == .zero)
    }

    // MARK: Histogram

    @Test func tenThousandClientsFiveTimesInAHundredBins() {
        var random = Generator(seed: 1, concern: "backoff")
        let none = BackoffHistogram(BackoffPolicy(.exponential, base: .seconds(1), cap: .seconds(60)), using: &random)
        #expect(none.bins.count == 100 && none.retries == 50_000 && none.bins.reduce(0, +) == 50_000)
        // All come together: five instants, a fifth of all in each.
        #expect(none.bins.count { $0 == 10_000 } == 5 && none.peakShare == 0.2 && none.emptyShare == 0.95)
        let full = BackoffHistogram(
            BackoffPolicy(.exponential, jitter: .full, base: .seconds(1), cap: .seconds(60)), using: &random)
        let drawn = BackoffHistogram(
            BackoffPolicy(.decorrelated, base: .seconds(1), cap: .seconds(60)), using: &random)
        // Spread over the time, though most come early, when waits are short.
        #expect(full.peakShare < 0.1 && full.emptyShare < 0.1)
        #expect(drawn.peakShare < 0.18 && drawn.emptyShare < 0.1)
        // Nobody waits at all: all in the first.
        let at = BackoffHistogram(BackoffPolicy(.constant, base: .zero, cap: .zero), using: &random)
        #expect(at.bins[0] == 50_000 && at.width == .nanoseconds(1))
    }

    @Test func explanationsNameFormulaAndFigures() {
        let policy = BackoffPolicy(.exponential, jitter: .full, base: .milliseconds(100), cap: .seconds(30))
        #expect(policy.explain(.milliseconds(170), retry: 1).detail == "retry 2 after 170 ms: exponential, full jitter")
        #expect(BackoffPolicy.local.explain(.milliseconds(41), retry: 0).detail == "retry 1 after 41 ms: decorrelated")
        #expect(policy.explain(.zero, retry: 0).numbers.map(\.name) == ["delay_ms", "base_ms", "cap_ms"])
    }
}
