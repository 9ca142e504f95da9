import MeshBase
import Testing

@testable import Resilience

@Suite struct DurationRingTests {
    @Test func emptyItKnowsNothing() {
        let ring = DurationRing()
        #expect(ring.count == 0 && !ring.isReady)
        #expect(ring.p50 == .zero && ring.p95 == .zero && ring.p99 == .zero && ring.quantile(0.5) == .zero)
    }

    @Test func quantilesAreLookedAtWithEveryTenth() {
        var ring = DurationRing()
        let looks = (1...35).filter { ring.record(.milliseconds(Int64($0))) }
        #expect(looks == [10, 20, 30])
        // Of 1...30: index floor(0.95 x 30) = 28.
        #expect(ring.p95 == .milliseconds(29))
        #expect(ring.p50 == .milliseconds(16))
        #expect(ring.quantile(0.95) == .milliseconds(34))
    }

    @Test func theOldestGiveWay() {
        var ring = DurationRing()
        for _ in 0..<100 { ring.record(.seconds(9)) }
        for n in 1...100 { ring.record(.milliseconds(Int64(n))) }
        #expect(ring.count == 100)
        #expect(ring.quantile(1) == .milliseconds(100))
        #expect(ring.p99 == .milliseconds(100) && ring.p95 == .milliseconds(96) && ring.p50 == .milliseconds(51))
    }

    @Test func oddInputIsClamped() {
        var ring = DurationRing()
        ring.record(.milliseconds(-5))
        #expect(ring.quantile(-1) == .zero && ring.quantile(.nan) == .zero && ring.quantile(7) == .zero)
    }

    /// Against the library's sort.
    @Test(arguments: 1...30) func quantilesAreThoseOfASortedArray(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "ring")
        var ring = DurationRing()
        var all: [Int64] = []
        for _ in 0..<(1 + Int(random.below(250))) {
            // Every other time with many that are equal.
            let value = Int64(random.below(seed.isMultiple(of: 2) ? 5 : 1_000_000))
            all.append(value)
            let isNew = ring.record(.nanoseconds(value))
            let held = all.suffix(100).sorted()
            if isNew {
                let kept = [ring.p50, ring.p95, ring.p99]
                #expect(kept == [0.5, 0.95, 0.99].map { ring.quantile($0) }, "seed \(seed)")
            }
            for share in [0, 0.5, 0.95, 0.99, 1] {
                let index = min(Int(Double(held.count) * share), held.count - 1)
                #expect(ring.quantile(share).nanoseconds == held[index], "seed \(seed)")
            }
        }
    }
}
