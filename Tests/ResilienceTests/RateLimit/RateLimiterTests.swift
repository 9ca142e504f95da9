import MeshBase
import Testing

@testable import Resilience

@Suite struct RateLimiterTests {
    private func admitted(_ limiter: inout RateLimiter, _ customer: UInt64, _ times: Int, at seconds: Int64 = 0) -> Int
    {
        var count = 0
        for _ in 0..<times where limiter.admit(customer, now: .zero + .seconds(seconds)) { count += 1 }
        return count
    }

    @Test func withoutALimitAllAreTakenUp() {
        var limiter = RateLimiter(policy: .local)
        let all = admitted(&limiter, 1, 10_000)
        #expect(all == 10_000 && limiter.customers == 0)
        let wait = limiter.retryAfter(1, now: .zero)
        #expect(wait == .zero)
    }

    @Test func eachCustomerHasItsOwn() {
        var limiter = RateLimiter(policy: RateLimitPolicy(requests: 10, burst: 3))
        let counts = [admitted(&limiter, 1, 5), admitted(&limiter, 2, 2), admitted(&limiter, 2, 5)]
        #expect(counts == [3, 2, 1] && limiter.refused == 6)
        let wait = limiter.retryAfter(1, now: .zero)
        #expect(wait == .milliseconds(100))
        let later = admitted(&limiter, 1, 50, at: 100)
        #expect(later == 3)
        let why = limiter.explain(1, now: .zero + .seconds(100))
        #expect(why.detail == "10 requests/s with bursts of 3 for each customer, next in 0.1 s")
    }

    @Test func orAllShareOne() {
        var limiter = RateLimiter(policy: RateLimitPolicy(requests: 10, per: .service))
        let counts = [admitted(&limiter, 1, 6), admitted(&limiter, 2, 6)]
        #expect(counts == [6, 4] && limiter.customers == 1)
    }

    @Test func aRateOfNothingLetsItsBurstThroughAndThenNone() {
        var limiter = RateLimiter(policy: RateLimitPolicy(requests: 0))
        let counts = [admitted(&limiter, 1, 5), admitted(&limiter, 1, 5, at: 1_000_000)]
        #expect(counts == [1, 0])
        let wait = limiter.retryAfter(1, now: .zero)
        #expect(wait == nil)
    }

    @Test func whoIsQuietMakesRoomAndWhoIsNotKeepsItsLimit() {
        var limiter = RateLimiter(policy: RateLimitPolicy(requests: 1, burst: 10, entries: 8))
        _ = admitted(&limiter, 1, 10)
        for customer in 2..<10_000 as Range<UInt64> { _ = limiter.admit(customer, now: .zero) }
        #expect(limiter.customers == 8 && limiter.forgotten == 9_991)
        let again = admitted(&limiter, 1, 10)
        #expect(again == 0, "it has nothing left, so others went before it")
    }

    /// Whoever comes, in any number: none gets more than its burst and its rate while it is not forgotten.
    @Test(arguments: 1...20) func nobodyGetsMoreThanTheRate(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "rate-limiter", node: 0)
        let rate = 1 + Double(random.below(20))
        let burst = 1 + Double(random.below(20))
        var limiter = RateLimiter(policy: RateLimitPolicy(requests: rate, burst: burst))
        var admitted = [Int](repeating: 0, count: 20)
        var now = Instant.zero
        for _ in 0..<20_000 {
            now += .microseconds(Int64(random.below(2_000)))
            let customer = Int(random.below(20))
            if limiter.admit(UInt64(customer), now: now) { admitted[customer] += 1 }
        }
        let most = burst + rate * Double(now.nanoseconds) / 1e9
        for count in admitted { #expect(Double(count) <= most, "seed \(seed)") }
        #expect(limiter.refused > 0, "seed \(seed)")
    }

    @Test func whatCannotBeIsMadeSoundAndFound() {
        #expect(RateLimitPolicy.problems(requests: -1, burst: 0).map(\.key) == ["requests", "burst"])
        #expect(RateLimitPolicy.problems(requests: 5, burst: nil).isEmpty)
        let odd = RateLimitPolicy(requests: .nan, burst: .infinity, entries: -1)
        #expect(odd.requests == 0 && odd.burst == 1e9 && odd.entries == 1)
    }
}
