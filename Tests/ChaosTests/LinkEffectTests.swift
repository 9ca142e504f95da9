import MeshBase
import Testing

@testable import Chaos

@Suite struct LinkEffectTests {
    private func effect(_ faults: [Fault]) -> LinkEffect {
        var effect = LinkEffect()
        for fault in faults { if case .wire(let wire) = fault.action { effect.add(wire) } }
        return effect
    }
    private func latency(_ milliseconds: Int64) -> Fault {
        Mesh.fault(.latency, "cell/e1", delay: Delay(base: .milliseconds(milliseconds)))
    }

    @Test func latenciesAdd() {
        var path = LinkPath(effect([latency(30), latency(12)]))
        var rng = Generator(seed: 1)
        #expect(
            path.datagram(bytes: 10, now: .zero, &rng) == .arrives(Instant.zero + .milliseconds(42), again: nil))
        #expect(path.segment(bytes: 10, now: .zero, &rng) == .arrives(Instant.zero + .milliseconds(42)))
    }

    @Test func losesCombineAsIndependentEvents() {
        let both = effect([
            Mesh.fault(.loss, "cell/e1", rate: 0.2), Mesh.fault(.loss, "cell/e1", rate: 0.5),
        ])
        #expect(abs(both.loss - 0.6) < 1e-12)
        let certain = effect([Mesh.fault(.loss, "cell/e1", rate: 1), Mesh.fault(.loss, "cell/e1", rate: 0.5)])
        #expect(certain.loss == 1)
    }

    @Test func theSmallestBandwidthCountsAndAnyCutWins() {
        let faults = [
            Mesh.fault(.bandwidth, "cell/e1", bandwidth: 2_000), Mesh.fault(.bandwidth, "cell/e1", bandwidth: 1_000),
            Mesh.fault(.bandwidth, "cell/e1", bandwidth: 5_000),
        ]
        #expect(effect(faults).bandwidth == 1_000)
        var path = LinkPath(effect(faults + [latency(1), Mesh.fault(.blackhole, "cell/e1")]))
        var rng = Generator(seed: 1)
        #expect(path.datagram(bytes: 1, now: .zero, &rng) == .lost)
    }

    @Test func theOrderOfFaultsDoesNotMatterToShares() {
        let a = Mesh.fault(.loss, "cell/e1", rate: 0.1)
        let b = Mesh.fault(.duplicate, "cell/e1", rate: 0.3)
        let c = Mesh.fault(.reset, "cell/e1")
        #expect(effect([a, b, c]) == effect([c, b, a]))
        #expect(effect([c]).resets == 1, "a reset without a rate strikes always")
    }

    @Test(arguments: [UInt64(1), 2, 3]) func theShareOfLostDatagramsIsWhatWasAsked(seed: UInt64) {
        var path = LinkPath(effect([Mesh.fault(.loss, "cell/e1", rate: 0.05)]))
        var rng = Generator(seed: seed)
        let draws = 100_000
        let lost = (0..<draws).count { _ in path.datagram(bytes: 100, now: .zero, &rng) == .lost }
        // Five standard deviations: sqrt(n p q) is 69.
        #expect(abs(lost - 5_000) < 345, "seed \(seed): \(lost)")
    }

    @Test func duplicatesAreDelayedApart() {
        let faults = [
            Mesh.fault(.duplicate, "cell/e1", rate: 1),
            Mesh.fault(.latency, "cell/e1", delay: Delay(base: .milliseconds(10), jitter: .milliseconds(5))),
        ]
        var path = LinkPath(effect(faults))
        var rng = Generator(seed: 7)
        guard case .arrives(let first, let again?) = path.datagram(bytes: 1, now: .zero, &rng) else {
            Issue.record("no duplicate")
            return
        }
        #expect(first != again)
    }

    @Test func bandwidthMakesBytesQueue() {
        var path = LinkPath(effect([Mesh.fault(.bandwidth, "cell/e1", bandwidth: 1_000)]))
        var rng = Generator(seed: 1)
        #expect(path.segment(bytes: 500, now: .zero, &rng) == .arrives(Instant.zero + .milliseconds(500)))
        #expect(path.segment(bytes: 500, now: .zero, &rng) == .arrives(Instant.zero + .seconds(1)))
        let later = Instant.zero + .seconds(10)
        #expect(path.segment(bytes: 100, now: later, &rng) == .arrives(later + .milliseconds(100)), "idle is not saved")
    }

    @Test func datagramsThatWouldWaitTooLongForBandwidthAreDropped() {
        var path = LinkPath(effect([Mesh.fault(.bandwidth, "cell/e1", bandwidth: 1_000)]))
        var rng = Generator(seed: 1)
        var arrived = 0
        while path.datagram(bytes: 100, now: .zero, &rng) != .lost { arrived += 1 }
        #expect(arrived == 11, "a second's worth, and the one under way")
    }

    @Test func aLostSegmentArrivesAfterItsRetransmissions() {
        var path = LinkPath(effect([Mesh.fault(.loss, "cell/e1", rate: 1)]))
        var rng = Generator(seed: 1)
        // 200 ms doubling, six times.
        #expect(path.segment(bytes: 100, now: .zero, &rng) == .arrives(Instant.zero + .milliseconds(200 * 63)))
    }

    @Test(arguments: [UInt64(11), 12]) func aLongWriteIsLikelierToLoseASegment(seed: UInt64) {
        var path = LinkPath(effect([Mesh.fault(.loss, "cell/e1", rate: 0.01)]))
        var rng = Generator(seed: seed)
        func share(_ bytes: Int) -> Double {
            let late = (0..<20_000).count { _ in path.segment(bytes: bytes, now: .zero, &rng) != .arrives(.zero) }
            return Double(late) / 20_000
        }
        #expect(abs(share(100) - 0.01) < 0.005, "seed \(seed)")
        // 1 - 0.99^45
        #expect(abs(share(64 * 1_024) - 0.364) < 0.02, "seed \(seed)")
    }
}
