import MeshBase
import Testing

@testable import Membership

/// Most of a mesh dies within seconds: the survivors' local health scores rise without their fault.
@Suite struct SWIMMassDeathTests {
    /// How long the two survivors of 26 take to see all the others dead.
    private func recovery(parallel: Bool, seed: UInt64) -> TimeAmount? {
        var configuration = SWIMConfiguration.local
        configuration.parallelProbes = parallel
        var network = TestNetwork(seed: seed, configuration: configuration)
        network.startMesh(26)
        for index in 2..<26 {
            network.kill(TestNetwork.name(index))
            network.run(for: .milliseconds(80))
        }
        return network.run(atMost: .seconds(120)) { network in network.living.allSatisfy { $0.swim.liveCount == 2 } }
    }

    @Test func survivorsRecoverSoon() throws {
        var (with, without): ([TimeAmount], [TimeAmount]) = ([], [])
        for seed in UInt64(1)...5 {
            with.append(try #require(recovery(parallel: true, seed: seed)))
            without.append(try #require(recovery(parallel: false, seed: seed)))
        }
        // Two seconds of deaths, three rounds of eight probes at the highest score, and the longest suspicion: 10 s at
        // most. Over 40 seeds 5.5 to 9.4 s, half of them within 7.5 s.
        let median = with.sorted()[2]
        #expect(with.max()! <= .seconds(10), "\(with.map(\.milliseconds))")
        #expect(median <= .seconds(8), "\(with.map(\.milliseconds))")
        #expect(without.min()! >= median * Int64(2), "\(without.map(\.milliseconds))")
    }

    /// A single death among sound members is found as ever: nothing is probed beside the rounds.
    @Test func soundMembersProbeOneAtATime() {
        var network = TestNetwork(seed: 3)
        network.startMesh(12)
        network.run(for: .seconds(20))
        #expect(network.living.allSatisfy { $0.swim.counters.extraProbes == 0 })
    }

    /// Relays in suspicion owe no nack.
    @Test func silentSuspectsDoNotCount() {
        var bench = Bench(peers: 6)
        let (sequence, target, _) = bench.nextPing()
        bench.advance(.milliseconds(70))
        let asked = bench.swim.probes.first { $0.sequence == sequence }?.relays ?? []
        #expect(asked.count == 3)
        let names = asked.map(bench.swim.table.name)
        bench.gossip([], from: names[0], .nack(sequence: sequence))
        // One of the other two is accused by somebody else before the round ends.
        bench.gossip([.suspect(names[1], incarnation: 1, accuser: names[0])], from: names[0])
        bench.advance(.milliseconds(140))
        #expect(bench.status(target) == .suspect)
        #expect(bench.swim.localHealthScore == 1)
    }

    /// The next round looks at the relays that were silent.
    @Test func silentRelaysAreProbedNext() {
        var bench = Bench(peers: 9)
        let (sequence, _, _) = bench.nextPing()
        bench.advance(.milliseconds(70))
        let asked = Set(bench.swim.probes.first { $0.sequence == sequence }?.relays?.map(\.rawValue) ?? [])
        bench.advance(.milliseconds(131))
        #expect(bench.swim.localHealthScore == 3)
        let extra = bench.swim.probes.filter(\.isExtra).map(\.target.rawValue)
        #expect(Set(extra).isSubset(of: asked))
        #expect(extra.count >= 2)
        let score = bench.swim.localHealthScore
        for probe in bench.swim.probes where probe.isExtra {
            let name = bench.swim.table.name(probe.target)
            bench.gossip([], from: name, .ack(sequence: probe.sequence))
        }
        // An extra probe says nothing of this node's own health.
        #expect(bench.swim.localHealthScore == score)
    }
}
