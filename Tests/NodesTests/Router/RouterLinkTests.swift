import Membership
import MeshBase
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct RouterLinkTests {
    /// Runs a router and members that play cells until `end`, every millisecond, delivering at once.
    final class Mesh {
        let router = RouterHarness(up: false)
        var now = Instant.zero
        var cells: [CellHarness] = []

        init(cells count: Int) {
            for index in 0..<count {
                cells.append(CellHarness(topology(), cell: index, port: 7100 + UInt16(index) * 10))
            }
            router.node.start(seeds: [], now: now, into: &router.sink)
            for cell in cells { cell.node.start(seeds: [.loopback(7000)], now: now, into: &cell.sink) }
        }

        func run(for amount: TimeAmount) {
            let end = now + amount
            while now < end {
                now = now + .milliseconds(1)
                router.wake(now)
                for cell in cells where cell.isUp { cell.node.wake(now: now, into: &cell.sink) }
                deliver()
            }
        }

        private func deliver() {
            router.answerPings(now: now) { [cells] in cells[$0.position].isUp }
            var mail: [(from: Endpoint, to: Endpoint, bytes: [UInt8])] = []
            mail += router.sink.datagrams.map { (.loopback(7000), $0.0, $0.1) }
            router.sink.datagrams = []
            for cell in cells {
                if cell.isUp { mail += cell.sink.datagrams.map { (cell.endpoint, $0.0, $0.1) } }
                cell.sink.datagrams = []
            }
            for letter in mail {
                letter.bytes.withUnsafeBytes { bytes in
                    if letter.to.port == 7000 {
                        router.node.handle(datagram: bytes, from: letter.from, now: now, into: &router.sink)
                    } else if let cell = cells.first(where: { $0.endpoint == letter.to && $0.isUp }) {
                        cell.node.handle(datagram: bytes, from: letter.from, now: now, into: &cell.sink)
                    }
                }
            }
        }
    }

    @Test func membersAreConnectedToAndTheDeadAreLetGo() {
        let mesh = Mesh(cells: 3)
        mesh.run(for: .seconds(2))
        #expect(Set(mesh.router.sink.opened.map(\.rawValue)) == [0, 1, 2])
        for cell in 0..<3 { mesh.router.node.linkUp(CellIndex(cell), now: mesh.now, into: &mesh.router.sink) }
        #expect(mesh.router.serving(of: mesh.router.shard) == 3)
        let customer = mesh.router.customer
        #expect(!mesh.router.impact.isOpen)

        mesh.cells[1].isUp = false
        mesh.run(for: .seconds(10))
        #expect(mesh.router.sink.closed == [CellIndex(1)])
        #expect(mesh.router.serving(of: mesh.router.shard) == 2)
        #expect(mesh.router.impact.isOpen)
        mesh.router.request(.get, now: mesh.now)
        let frames = mesh.router.takeFrames()
        #expect(frames.first.map { $0.cell != CellIndex(1) } == true)
        mesh.router.answer(frames[0], now: mesh.now)
        #expect(mesh.router.impact.entry(of: customer)?.impact == .degraded)
    }

    @Test func aBrokenLinkIsTriedAgainEverLater() {
        let router = RouterHarness()
        let cell = CellIndex(0)
        var now = Instant.at(1)
        for wait: Int64 in [50, 100, 200, 400, 800, 1000, 1000] {
            router.linkDown(cell, now: now)
            router.sink.opened = []
            #expect(router.node.linkTimers.next() == now + .milliseconds(wait))
            router.wake(now + .milliseconds(wait - 1))
            #expect(router.sink.opened.isEmpty)
            now += .milliseconds(wait)
            router.wake(now)
            #expect(router.sink.opened == [cell])
        }
        router.node.linkUp(cell, now: now, into: &router.sink)
        #expect(router.isServing(cell))
    }

    @Test func theImpactWindowIsOpenWhileACellDoesNotServe() {
        let router = RouterHarness()
        #expect(!router.impact.isOpen)
        router.linkDown(router.shard[0], now: .at(100))
        #expect(router.impact.isOpen)
        router.request(.get, now: .at(110))
        router.answer(router.takeFrames()[0], now: .at(111))
        #expect(router.impact.entry(of: router.customer)?.impact == .degraded)
        router.linkDown(router.shard[1], now: .at(120))
        router.linkDown(router.shard[2], now: .at(120))
        router.request(.get, now: .at(130))
        #expect(router.impact.entry(of: router.customer)?.impact == .lost)
        for position in 0..<3 { router.connect(router.shard[position], now: .at(500)) }
        let summary = router.impact.summary(now: .at(900))
        #expect(!summary.open)
        #expect(summary.window == .milliseconds(400))
        #expect((summary.customers, summary.lost, summary.degraded) == (1, 1, 0))
        // What comes after the end is not of this fault.
        router.request(.get, now: .at(910))
        #expect(router.impact.summary(now: .at(920)).customers == 1)
    }
}
