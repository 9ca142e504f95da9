import MeshBase
import Replication
import Testing
import Topology
import Wire

@testable import Nodes

/// A cell that refills itself and the links to those that it asks.
@Suite struct RefillLinkTests {
    private let asker = CellHarness(topology(), cell: 0, store: StoreIdentity(id: 9, life: .unborn))
    private let peer = CellHarness(topology(), cell: 1, port: 7110)

    /// Runs both until `end`, every millisecond, delivering datagrams at once.
    private func run(from start: Instant, to end: Instant) {
        var now = start
        while now < end {
            now += .milliseconds(1)
            for (one, other) in [(asker, peer), (peer, asker)] {
                one.node.wake(now: now, into: &one.sink)
                let mail = one.sink.datagrams
                one.sink.datagrams = []
                for (_, bytes) in mail {
                    bytes.withUnsafeBytes {
                        other.node.handle(datagram: $0, from: one.endpoint, now: now, into: &other.sink)
                    }
                }
            }
        }
    }

    /// Nobody answers a question that was not sent: to wait for it would cost the two seconds of a silent peer.
    @Test func aFullLinkIsGivenUpAtOnce() {
        asker.node.start(seeds: [], now: .zero, into: &asker.sink)
        peer.node.start(seeds: [asker.endpoint], now: .zero, into: &peer.sink)
        run(from: .zero, to: .at(1500))
        #expect(asker.sink.opened == [CellIndex(1)])

        asker.sink.full = [CellIndex(1)]
        asker.node.linkUp(CellIndex(1), now: .at(1500), into: &asker.sink)
        #expect(asker.sink.questions.isEmpty)
        #expect(asker.sink.closed == [CellIndex(1)])
        #expect((asker.counters.refillUnsent, asker.counters.refillTimeouts) == (1, 0))

        // It is tried again as any link that broke, and asked once it takes something.
        run(from: .at(1500), to: .at(1560))
        #expect(asker.sink.opened == [CellIndex(1), CellIndex(1)])
        asker.sink.full = []
        asker.node.linkUp(CellIndex(1), now: .at(1560), into: &asker.sink)
        #expect(asker.sink.questions.map(\.head.kind) == [.storeState])
        #expect(asker.counters.refillUnsent == 1)
    }
}
