import MeshBase
import Testing
import Wire

@testable import Nodes

/// Cells that say they cannot serve, and cells that are hardly heard.
@Suite struct RouterReadinessTests {
    private func asked(_ router: RouterHarness) -> CellIndex? {
        router.request(.get)
        return router.takeFrames().first { $0.head.kind == .serviceCall }?.cell
    }

    @Test func whoIsNotReadyOrUnsteadyIsAskedWhenNobodyIsBetter() {
        let router = RouterHarness()
        let shard = router.shard
        #expect(asked(router) == shard[0])
        router.node.links[shard[0].position].isReady = false
        #expect(asked(router) == shard[1])
        router.node.links[shard[1].position].isSteady = false
        #expect(asked(router) == shard[2])
        router.suspect(shard[2])
        #expect(asked(router) == shard[0], "a suspected one is asked last")
        router.node.links[shard[1].position].isSteady = true
        #expect(asked(router) == shard[1])
    }

    @Test func whoIsNotReadyDoesNotCountAsServingAndIsReached() {
        let router = RouterHarness()
        let shard = router.shard
        router.node.links[shard[0].position].isReady = false
        router.node.links[shard[1].position].isSteady = false
        #expect(router.serving(of: shard) == shard.count - 1, "unsteady ones serve")
        #expect(router.node.reachedEndpoint(shard[0]) != nil)
        for cell in 0..<shard.count { router.node.links[shard[cell].position].isReady = false }
        #expect(router.serving(of: shard) == 0)
        #expect(asked(router) == shard[0], "nobody is ready: they are asked all the same")
    }
}
