import MeshBase
import Testing

@testable import Membership

/// A death is told in one wave, and costs no more for that.
@Suite struct SWIMHurryTests {
    /// From the first who has it dead to the last, and the packets from the death until silence.
    private func death(hurried: Bool, seed: UInt64) throws -> (spread: TimeAmount, packets: Int) {
        var configuration = SWIMConfiguration.lan
        configuration.hurriedGossip = hurried
        var network = TestNetwork(seed: seed, configuration: configuration)
        network.startKnown(40)
        network.run(for: .seconds(10))
        network.kill("n007")
        let first = network.run(atMost: .seconds(60)) { $0.count(.dead) > 0 }
        try #require(first != nil, "seed \(seed)")
        let before = network.packets
        network.run(for: .seconds(5))
        let times = network.observations.filter { $0.status == .dead }.map(\.at)
        #expect(times.count == 39, "seed \(seed)")
        return (times.max()! - times.min()!, network.packets - before)
    }

    @Test func theLastHearsSoonAfterTheFirst() throws {
        var (with, without) = ((TimeAmount.zero, 0), (TimeAmount.zero, 0))
        for seed in UInt64(1)...10 {
            let (hurried, calm) = (try death(hurried: true, seed: seed), try death(hurried: false, seed: seed))
            #expect(hurried.spread <= .milliseconds(100), "seed \(seed): \(hurried.spread.milliseconds) ms")
            with = (with.0 + hurried.spread, with.1 + hurried.packets)
            without = (without.0 + calm.spread, without.1 + calm.packets)
        }
        #expect(with.0 < without.0, "\(with.0.milliseconds) and \(without.0.milliseconds) ms in 10 runs")
        #expect(Double(with.1) <= Double(without.1) * 1.03, "\(with.1) and \(without.1) packets in 10 runs")
    }

    /// However many die, one wave in a probe interval is hurried.
    @Test func manyDeathsAreOneWave() {
        func packets(deaths: Int, hurried: Bool) -> Int {
            var configuration = SWIMConfiguration.lan
            configuration.hurriedGossip = hurried
            var bench = Bench(configuration: configuration, peers: 200)
            bench.swim.queue = GossipQueue()
            bench.sink = TestNetwork.Sink()
            for index in 0..<deaths {
                bench.gossip([.dead("p\(index)", incarnation: 1, accuser: "p199")], from: "p199")
                bench.advance(.milliseconds(900) / Int64(deaths))
            }
            return bench.sink.sent.count { $0.1.kind == .gossip }
        }
        let ticks = SWIMConfiguration.lan.hurriedTicks(members: 150)
        #expect(ticks == 3)
        let (hurried, calm) = (packets(deaths: 90, hurried: true), packets(deaths: 90, hurried: false))
        #expect(hurried > calm)
        // A packet to each of the three, and one now and then to somebody who died lately.
        #expect(hurried <= calm + ticks * 4, "\(hurried) and \(calm) packets")
    }

    @Test func theWaveGrowsWithTheTellings() {
        let lan = SWIMConfiguration.lan
        #expect([3, 9, 50, 100, 999, 1000].map(lan.hurriedTicks) == [1, 1, 2, 3, 3, 4])
        for members in [2, 12, 99, 1_000, 16_000] {
            for configuration in [lan, .wan, .local] {
                let told = configuration.hurriedTicks(members: members) * configuration.gossipFanout
                #expect(told <= configuration.transmissions(members: members))
            }
        }
    }
}
