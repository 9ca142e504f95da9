import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

/// Breakers of a router that are held by hand.
@Suite struct RouterHeldBreakerTests {
    private let until = WallTime(milliseconds: 60_000)

    private func apply(_ router: RouterHarness, _ breakers: [BreakerEntry], now: Instant = .zero) {
        router.node.apply(
            settings: SettingsDocument(version: 1, breakers: breakers), now: now, into: &router.sink)
    }

    private func gate(_ router: RouterHarness, _ position: Int) -> String {
        "router-1/\(router.node.topology.cells[router.shard[position].position].name)/echo"
    }

    private func first(_ router: RouterHarness) -> CellIndex? {
        router.request(.post)
        let frames = router.takeFrames()
        if let frame = frames.first { router.answer(frame) }
        return frames.first?.cell
    }

    /// Also where nobody has called the cell yet, and until it is held no more.
    @Test func aCellBehindAnOpenGateIsPassedBy() {
        let router = RouterHarness()
        apply(router, [BreakerEntry(gate(router, 0), .forcedOpen, until: until)])
        #expect(first(router) == router.shard[1])
        #expect(router.node.gateViews(now: .zero).contains { $0.name == gate(router, 0) })
        apply(router, [])
        #expect(first(router) == router.shard[0])
    }

    /// What was opened by failures is closed by hand, once.
    @Test func aBreakerIsClosedOnce() {
        // A cell that is ejected is passed by whatever its breaker says.
        var topology = NodesTests.topology()
        topology.policies?.off = [.ejection]
        let router = RouterHarness(topology)
        for _ in 0..<5 {
            router.request(.post)
            router.answer(router.takeFrames()[0], status: 500)
        }
        #expect(first(router) == router.shard[1])
        apply(router, [BreakerEntry(gate(router, 0), .closed, set: until, until: until)])
        #expect(first(router) == router.shard[0])
    }

    @Test func gatesOfOthersAndUnknownOnesChangeNothing() {
        let router = RouterHarness()
        let own = gate(router, 0).dropFirst("router-1/".count)
        apply(
            router,
            [
                BreakerEntry("router-2/\(own)", .forcedOpen, until: until),
                BreakerEntry("router-1/gone/echo", .forcedOpen, until: until),
                BreakerEntry("router-1/\(own)/x", .forcedOpen, until: until),
                BreakerEntry("router-1/x", .forcedOpen, until: until),
            ])
        #expect(first(router) == router.shard[0])
    }
}
