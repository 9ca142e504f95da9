import MeshBase
import Testing

@testable import Resilience

@Suite struct HedgePolicyTests {
    private func ring(_ count: Int) -> DurationRing {
        var ring = DurationRing()
        for n in 0..<count { ring.record(.milliseconds(Int64(n) * 1_000 / Int64(max(count, 1)))) }
        return ring
    }

    @Test func beforeTenDurationsItIsTheFloor() {
        for policy in [HedgePolicy.seed, .local] {
            #expect(policy.delay(ring(9)) == .milliseconds(10))
            #expect(policy.delay(DurationRing()) == .milliseconds(10))
        }
    }

    @Test func fromThenOnTheQuantilesDecide() {
        // 0, 10, ... 990 ms: p50 500, p95 950, p99 990.
        #expect(HedgePolicy.seed.delay(ring(100)) == .milliseconds(549))
        #expect(HedgePolicy.local.delay(ring(100)) == .milliseconds(950))
        var quick = DurationRing()
        for _ in 0..<100 { quick.record(.microseconds(50)) }
        #expect(
            HedgePolicy.seed.delay(quick) == .milliseconds(10) && HedgePolicy.local.delay(quick) == .milliseconds(10))
    }

    @Test func whatIsWrittenHoldsWhateverIsKnown() {
        let policy = HedgePolicy(after: .fixed(.milliseconds(3)))
        #expect(policy.delay(ring(100)) == .milliseconds(3) && policy.blindDelay == .milliseconds(3))
        #expect(HedgePolicy.backup.delay(ring(100)) == .zero && HedgePolicy.backup.max == 1)
    }

    @Test func settingsOutOfRangeAreMadeSoundAndNamed() {
        let policy = HedgePolicy(after: .fixed(.seconds(-1)), max: 99, share: .nan)
        #expect(policy.after == .fixed(.zero) && policy.max == 15 && policy.share == 0)
        #expect(HedgePolicy.problems(after: .seconds(-1), max: 16, share: 2).map(\.key) == ["after", "max", "share"])
        #expect(HedgePolicy.problems(after: nil, max: nil, share: nil).isEmpty)
    }
}
