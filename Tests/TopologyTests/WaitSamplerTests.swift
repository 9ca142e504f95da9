import MeshBase
import Testing

@testable import Topology

@Suite struct WaitSamplerTests {
    @Test func bothQuantilesAreMet() {
        let sampler = WaitSampler(Work.Wait(p50: .milliseconds(4), p99: .milliseconds(20)))
        var generator = Generator(seed: 11)
        let draws = (0..<100_000).map { _ in sampler.sample(using: &generator) }.sorted()
        #expect(abs(draws[50_000].milliseconds - 4) < 0.1, "seed 11")
        #expect(abs(draws[99_000].milliseconds - 20) < 1, "seed 11")
        #expect(draws[0] > .zero)
        let mean = draws.reduce(0) { $0 + $1.milliseconds } / 100_000
        #expect(abs(mean - sampler.mean.milliseconds) < 0.1, "seed 11")
    }

    @Test func equalQuantilesGiveAConstantAndTakeOneDraw() {
        let sampler = WaitSampler(Work.Wait(p50: .milliseconds(3), p99: .milliseconds(3)))
        var generator = Generator(seed: 5)
        var other = generator
        #expect(sampler.sample(using: &generator) == .milliseconds(3))
        _ = other.next()
        #expect(generator.next() == other.next())
    }

    @Test func meaninglessQuantilesDoNotTrap() {
        var generator = Generator(seed: 5)
        for (p50, p99) in [(0, 0), (0, 5), (-5, 5), (5, 1), (1, Int64.max), (Int64.max, Int64.max)] {
            let sampler = WaitSampler(Work.Wait(p50: .nanoseconds(p50), p99: .nanoseconds(p99)))
            for _ in 0..<1000 { #expect(sampler.sample(using: &generator) >= .zero) }
        }
    }

    @Test func aDrawIsCutAtAHundredTimesTheUpperQuantile() {
        let sampler = WaitSampler(Work.Wait(p50: .nanoseconds(1), p99: .seconds(1)))
        var generator = Generator(seed: 5)
        for _ in 0..<100_000 { #expect(sampler.sample(using: &generator) <= .seconds(100)) }
    }
}
