import MeshBase
import Testing

@testable import Membership

@Suite struct SyncLimitTests {
    /// However often a digest asks, the answers stay within the limit of an interval; and they are no longer than a packet.
    @Test func answersAreBounded() {
        var configuration = SWIMConfiguration.local
        configuration.mostSyncPackets = 6
        var bench = Bench(configuration: configuration, peers: 200)
        let packets: (Bench) -> [GossipPacket] = { bench in
            bench.sink.sent.map(\.1).filter { $0.kind == .syncList || $0.kind == .syncDifference }
        }
        for _ in 0..<20 { bench.gossip([], from: "p0", .syncRequest(SyncDigest())) }
        #expect(packets(bench).count == 6)
        #expect(packets(bench).allSatisfy { $0.encodedSize <= configuration.largestPacket })
        #expect(bench.swim.counters.syncsLimited > 0)
        let range = SyncRange(buckets: .max, first: 0, last: .max)
        for _ in 0..<20 { bench.gossip([], from: "p0", .syncList(range)) }
        #expect(packets(bench).count == 6)
        bench.now = bench.now + configuration.probeInterval
        bench.gossip([], from: "p0", .syncRequest(SyncDigest()))
        #expect(packets(bench).count == 12)
    }

    /// What an exchange had to leave out, the following ones bring: the joiner knows everybody in the end.
    @Test func aCutListIsContinued() {
        var configuration = SWIMConfiguration.local
        configuration.mostSyncPackets = 2
        var network = TestNetwork(seed: 4, configuration: configuration)
        network.startMesh(120, settle: .seconds(20))
        network.start("late", seeds: [network.endpoints[0]])
        let took = network.run(atMost: .seconds(20)) { $0.agrees }
        #expect(took != nil)
        #expect(network.living.reduce(0) { $0 + $1.swim.counters.syncsLimited } > 0)
    }
}
