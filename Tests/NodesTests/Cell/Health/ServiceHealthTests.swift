import Chaos
import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// How well each service is, and breakers that are open for half as long for one that is well (C10).
@Suite struct ServiceHealthTests {
    /// A gate before `back` that failing calls have opened at 1.5 s, for 2 s and up to 30 %. Callees are probed every 2 s.
    private func opened(_ write: (inout PoliciesBlock) -> Void = { _ in }) -> CellHarness {
        var mesh = topology(
            services: [waiting("front", 0, calls: [Topology.Edge(to: 1)]), waiting("back", 0)], store: nil,
            profile: .local)
        mesh.policies?.off = [.retry]
        write(&mesh.policies!)
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        fail(cell, true)
        for _ in 0..<5 { cell.call("front", priority: .critical, now: .at(1_500)) }
        fail(cell, false)
        return cell
    }

    /// All calls of `back` fail, or none.
    private func fail(_ cell: CellHarness, _ fails: Bool) {
        var effect = ServiceEffect()
        if fails { effect.add(.errors(1, status: 500)) }
        cell.node.strike([.none, effect], now: .at(1_500), into: &cell.sink)
    }

    private func left(_ cell: CellHarness, at now: Instant) -> Double? {
        let view = cell.node.gateViews(now: now).first { $0.name == "r-1/front/back" }
        return view?.figures.state == .open ? view?.figures.left?.seconds : nil
    }

    @Test func whatIsWellForOthersIsTakenBackSooner() throws {
        let cell = opened()
        #expect(try #require(left(cell, at: .at(1_500))) >= 2)
        #expect(cell.node.graph.health(of: 1) < 0.1, "nobody else has called it")
        for _ in 0..<95 { cell.call("back", priority: .critical, now: .at(1_600)) }
        #expect(cell.node.graph.health(of: 1) == 0.95)
        #expect(try #require(left(cell, at: .at(1_600))) > 1.8, "nobody has told the breaker")
        cell.node.wake(now: .at(2_000), into: &cell.sink)
        #expect(try #require(left(cell, at: .at(2_000))) <= 0.8)
        #expect(try #require(left(cell, at: .at(2_000))) >= 0.5)
    }

    @Test func whatFailsEverybodyIsNot() throws {
        let cell = opened()
        fail(cell, true)
        for _ in 0..<15 { cell.call("back", priority: .critical, now: .at(1_600)) }
        #expect(cell.node.graph.health(of: 1) < 0.1)
        cell.node.wake(now: .at(2_000), into: &cell.sink)
        #expect(try #require(left(cell, at: .at(2_000))) >= 1.5)
    }

    @Test func whoseThresholdIsFixedIsOpenForAsLongAsWritten() throws {
        let cell = opened { $0.off?.append(.adaptive) }
        for _ in 0..<95 { cell.call("back", priority: .critical, now: .at(1_600)) }
        cell.node.wake(now: .at(2_000), into: &cell.sink)
        #expect(try #require(left(cell, at: .at(2_000))) >= 1.5)
    }

    // MARK: Routers

    private func ping(_ cell: CellHarness, _ service: UInt64) -> FrameHead? {
        var head = FrameHead(kind: .ping, request: 0, customer: CustomerHash(rawValue: service), epoch: .first)
        head.versionCounter = 7
        let view = FrameView(head: head, customer: .empty, name: .empty, note: .empty, body: .empty)
        cell.node.handle(frame: view, link: cell.link, now: .at(1_600), into: &cell.sink)
        return cell.sink.replies.popLast()?.head
    }

    @Test func aPongTellsHowTheServiceIs() throws {
        let cell = opened()
        for _ in 0..<95 { cell.call("back", priority: .critical, now: .at(1_600)) }
        let pong = try #require(ping(cell, StableHash.hash("back")))
        #expect((pong.kind, pong.status, pong.versionCounter) == (.pong, 951, 7))
        #expect(ping(cell, 0)?.status == 0)
        #expect(ping(cell, StableHash.hash("nothing"))?.status == 0)
        cell.node.leave(now: .at(1_600), into: &cell.sink)
        #expect(ping(cell, StableHash.hash("back"))?.status == 1, "one that goes is well for nobody")
    }

    @Test func aRouterAsksForTheHealthOfWhatItHasCutOff() throws {
        let router = RouterHarness()
        let cell = router.shard[0]
        for _ in 0..<5 {
            router.request(.post)
            router.answer(router.takeFrames()[0], status: 500)
        }
        func left(_ now: Instant) -> Double {
            router.node.gateViews(now: now).first { $0.figures.state == .open }?.figures.left?.seconds ?? 0
        }
        #expect(left(.zero) >= 2)
        func asked(_ now: Instant) -> (head: FrameHead, cell: CellIndex)? {
            router.wake(now)
            defer { router.sink.pings = [] }
            return router.sink.pings.first { $0.head.customer.rawValue == StableHash.hash("echo") }
        }
        var ping = try #require(asked(.at(250)))
        #expect(ping.cell == cell)
        for (status, least) in [(0, 1.7), (801, 1.7), (802, 0.7)] as [(UInt16, Double)] {
            ping.head.status = status
            router.pong(ping, now: .at(260))
            #expect(left(.at(260)) >= least && left(.at(260)) < least + 0.7, "\(status): \(left(.at(260)))")
        }
        #expect(asked(.at(500)) == nil, "it knows")
    }
}
