import MeshBase
import Testing

@testable import Membership

/// A node whose clock jumps: what it missed is evidence against itself.
@Suite struct SWIMClockTests {
    private func jump(_ configuration: SWIMConfiguration, seed: UInt64) -> TestNetwork {
        var network = TestNetwork(seed: seed, configuration: configuration)
        network.startKnown(12)
        network.run(for: configuration.probeInterval * 5)
        network.kill("n005")
        // In the middle of a suspicion, which the jump must not end.
        _ = network.run(atMost: .seconds(20)) { $0.node("n004").swim.member(named: "n005")?.status == .suspect }
        network.jump("n004", by: .hours(1))
        return network
    }

    @Test(arguments: [SWIMConfiguration.lan, .local]) func aClockThatJumpsAnHourKillsNobody(
        _ configuration: SWIMConfiguration
    ) throws {
        for seed in UInt64(1)...4 {
            var network = jump(configuration, seed: seed)
            #expect(network.node("n004").swim.counters.stalls == 1, "seed \(seed)")
            #expect(network.count(.dead) == 0, "seed \(seed)")
            network.run(for: .seconds(60))
            #expect(network.observations.allSatisfy { $0.status != .dead || $0.name == "n005" }, "seed \(seed)")
            #expect(network.agrees, "seed \(seed)")
        }
    }

    /// Without the notice of one's own stalls the hour counts against the others.
    @Test func withoutTheNoticeOfStallsItDoes() {
        var configuration = SWIMConfiguration.lan
        configuration.stallDetection = false
        let network = jump(configuration, seed: 1)
        #expect(network.observations.last?.status == .dead)
        #expect(network.observations.last?.observer == "n004")
    }
}
