import MeshBase
import Testing

@testable import Resilience

@Suite struct BreakerWindowTests {
    @Test func theOldestTenthOfAWindowLeavesWhole() {
        var bench = BreakerBench(BreakerBench.plain(window: .time(.seconds(10)), volume: 100))
        bench.run("FFF")
        bench.now = .zero + .milliseconds(9_999)
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 3)
        bench.now = .zero + .seconds(10)
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 0)
        bench.run("S")
        #expect(bench.breaker.rates(bench.policy, now: bench.now) == (0, 0, 1))
    }

    @Test(arguments: [1, 3, 10, 15, 100]) func aWindowOfCallsHoldsSoMany(calls: Int) {
        var bench = BreakerBench(BreakerBench.plain(window: .calls(calls), volume: 65_535))
        bench.run(String(repeating: "S", count: 500))
        let held = bench.breaker.rates(bench.policy, now: bench.now).volume
        let bucket = (calls + 9) / 10
        #expect(held > calls - bucket && held < calls + bucket)
    }

    @Test func weightsHalveAfterAHalfLife() {
        var bench = BreakerBench(BreakerBench.plain(window: .decay(.seconds(120)), volume: 100))
        bench.run(String(repeating: "F", count: 40))
        bench.now = .zero + .seconds(120)
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 20)
        bench.run(String(repeating: "S", count: 60))
        #expect(bench.breaker.rates(bench.policy, now: bench.now) == (0.25, 0, 80))
        bench.now = .zero + .seconds(240)
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 40)
    }

    /// Results over seconds lose a little weight each; the volume counts them all the same.
    @Test func twentyResultsAreAVolumeOfTwentyUnderDecay() {
        var bench = BreakerBench(BreakerBench.plain(window: .decay(.seconds(120)), volume: 20))
        bench.run(String(repeating: "F", count: 20), every: .milliseconds(200))
        #expect(bench.state == .open)
    }

    /// Random results against a list of them all.
    @Test(arguments: [UInt64(1), 2, 3, 4]) func windowsOfTimeAgreeWithAList(seed: UInt64) {
        var rng = Generator(seed: seed)
        let length = TimeAmount.seconds(10)
        var window = BreakerWindow()
        var all: [(at: Int64, bad: Bool)] = []
        var now = Instant.zero
        for _ in 0..<3000 {
            now += .milliseconds(Int64(rng.below(rng.chance(0.01) ? 20_000 : 300)))
            let bad = rng.chance(0.3)
            window.add(bad ? .failure : .success, .time(length), now: now)
            all.append((now.nanoseconds / 1_000_000_000, bad))
            // The first result came at zero or within the first draw: tenths are seconds from there on.
            let counts = window.counts(.time(length), now: now)
            let least = all.count { now.nanoseconds - $0.at * 1_000_000_000 <= 8_000_000_000 }
            let most = all.count { now.nanoseconds - $0.at * 1_000_000_000 <= 11_000_000_000 }
            #expect((least...most).contains(Int(counts.total)), "seed \(seed)")
            let bads = all.count { $0.bad && now.nanoseconds - $0.at * 1_000_000_000 <= 11_000_000_000 }
            #expect(Int(counts.failed) <= bads, "seed \(seed)")
        }
    }
}
