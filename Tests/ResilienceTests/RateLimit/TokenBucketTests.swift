import MeshBase
import Testing

@testable import Resilience

@Suite struct TokenBucketTests {
    private let unit = TokenBucket.unit

    @Test func aBurstAndThenTheRate() {
        var bucket = TokenBucket(rate: 10 * unit, capacity: 5 * unit, now: .zero)
        var taken = 0
        for step in 0..<1_000 where bucket.take(unit, now: .zero + .milliseconds(Int64(step))) { taken += 1 }
        // 5 at once, and one each 100 ms: at 100, 200, ..., 900.
        #expect(taken == 14)
        let wait = bucket.wait(for: unit, now: .zero + .milliseconds(999))
        #expect(wait == .milliseconds(1))
        let never = bucket.wait(for: 6 * unit, now: .zero + .seconds(1))
        #expect(never == nil)
    }

    @Test func itHoldsNoMoreThanItsCapacity() {
        var bucket = TokenBucket(rate: 10 * unit, capacity: 5 * unit, now: .zero)
        let full = bucket.isFull(now: .zero + .hours(1_000_000))
        let six = bucket.take(6 * unit, now: .zero + .hours(1_000_000))
        let five = bucket.take(5 * unit, now: .zero + .hours(1_000_000))
        #expect(full && !six && five)
        let isBack = bucket.available(now: .zero)
        #expect(isBack == 0, "a clock that goes back brings nothing")
    }

    @Test func oddRatesAreClamped() {
        var none = TokenBucket(rate: -1, capacity: -1, now: .zero)
        let one = none.take(1, now: .distantFuture)
        let nothing = none.take(0, now: .distantFuture)
        #expect(!one && nothing)
        var vast = TokenBucket(rate: .max, capacity: .max, now: .zero)
        let all = vast.take(.max, now: .zero)
        let after = vast.available(now: .zero + .nanoseconds(1))
        #expect(all && after == 9_223_372_036)
        let again = vast.isFull(now: .zero + .seconds(2))
        #expect(again)
        var slow = TokenBucket(rate: 1, capacity: .max, now: .zero)
        _ = slow.take(.max, now: .zero)
        let wait = slow.wait(for: .max, now: .zero)
        #expect(wait! > .hours(2_000_000))
    }

    /// Over any time at most capacity + rate x time, and exactly what was promised to who waits for it.
    @Test(arguments: 1...50) func nothingIsLostOrMadeByRounding(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "token-bucket", node: 0)
        let rate = 1 + Int64(random.below(30_000_000))
        let capacity = unit * Int64(1 + random.below(20))
        var bucket = TokenBucket(rate: rate, capacity: capacity, now: .zero)
        var now = Instant.zero
        var taken: Int64 = 0
        for step in 0..<2_000 {
            now += .nanoseconds(Int64(random.below(500_000_000)))
            let amount = Int64(random.below(UInt64(capacity)))
            if bucket.take(amount, now: now) {
                taken += amount
            } else {
                // What it says it will have by then it has, and not a nanosecond sooner.
                let wait = bucket.wait(for: amount, now: now)!
                let early = bucket.take(amount, now: now + wait - .nanoseconds(1))
                #expect(!early, "seed \(seed), step \(step)")
                now = now + wait
                let isThere = bucket.take(amount, now: now)
                #expect(isThere, "seed \(seed), step \(step)")
                taken += amount
            }
            let most = Double(capacity) + Double(rate) * Double(now.nanoseconds) / 1e9
            #expect(Double(taken) <= most + 1, "seed \(seed), step \(step)")
        }
        // Asked for all the time, it gives all that flows in.
        var hungry = TokenBucket(rate: rate, capacity: capacity, now: .zero)
        var given: Int64 = 0
        for step in 0...10_000 {
            let at = Instant.zero + .nanoseconds(Int64(step) * 333_333)
            let there = hungry.available(now: at)
            _ = hungry.take(there, now: at)
            given += there
        }
        #expect(abs(Double(given - capacity) - Double(rate) * 3.33333) <= 1, "seed \(seed)")
    }
}
