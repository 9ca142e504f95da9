import Testing

@testable import MeshBase

@Suite struct DurationHistogramTests {
    @Test(arguments: 0..<20)
    func quantilesAreOffByAnEighthAtMost(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "histogram")
        var histogram = DurationHistogram()
        var all: [TimeAmount] = []
        for _ in 0..<2_000 {
            let amount = TimeAmount.microseconds(Int64(1 + rng.below(1 << (4 + rng.below(20)))))
            histogram.record(amount)
            all.append(amount)
        }
        all.sort()
        for share in [0.01, 0.5, 0.9, 0.99, 1] {
            let exact = all[max(Int((share * 2_000).rounded(.up)) - 1, 0)]
            let found = histogram.quantile(share)
            #expect(found >= exact, "seed \(seed), share \(share)")
            #expect(found.nanoseconds <= exact.nanoseconds + exact.nanoseconds / 8 + 1_000, "seed \(seed), \(share)")
        }
        #expect(histogram.count == 2_000 && histogram.longest == all.last)
        var twice = histogram
        twice.merge(histogram)
        #expect(twice.quantile(0.5) == histogram.quantile(0.5) && twice.count == 4_000)
    }

    @Test func nothingIsZero() {
        #expect(DurationHistogram().quantile(0.99) == .zero)
        var one = DurationHistogram()
        one.record(.seconds(100_000_000))
        #expect(one.quantile(0.5) == .seconds(100_000_000))
    }
}
