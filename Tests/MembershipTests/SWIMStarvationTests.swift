import MeshBase
import Testing

@testable import Membership

/// Conformance 29 in small: some members read their packets 0.5 to 2.5 s late while their timers are on time.
@Suite struct SWIMStarvationTests {
    /// Probes that the starved members count as failed, over the seeds. Nobody is at fault but they.
    private func failedProbes(_ configuration: SWIMConfiguration) -> Int {
        var failed = 0
        for seed in UInt64(1)...2 {
            var network = TestNetwork(seed: seed, configuration: configuration)
            network.startMesh(16)
            for index in 1...2 { network.starve(TestNetwork.name(index)) }
            network.run(for: .seconds(60))
            failed += (1...2).reduce(0) { sum, index in
                sum + Int(network.node(TestNetwork.name(index)).swim.counters.failedProbes)
            }
            #expect(network.count(.dead) == 0, "seed \(seed)")
        }
        return failed
    }

    @Test func lifeguardMakesTheStarvedDoubtThemselves() {
        let with = failedProbes(.lan)
        let without = failedProbes(SWIMConfiguration.lan.withoutLifeguard)
        #expect(without > 50)
        #expect(with * 4 <= without, "\(with) failed probes with Lifeguard, \(without) without, seeds 1 and 2")
    }
}
