import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

private typealias Edge = Topology.Edge
private typealias Service = Topology.Service

/// Identical calls within one request are made once.
@Suite struct RequestCacheTests {
    /// `front` calls `left`, `right` and `prices`; the first two call `prices`, too.
    private func cell(
        _ milliseconds: Int64, errors: Double = 0, atOnce: Bool = false, kind: Service.Kind = .cache,
        cacheable: Bool? = nil, timeout: TimeAmount? = nil, undo: Bool = false, off: [PolicySwitch] = []
    ) -> CellHarness {
        var toPrices = Edge(to: 3, criticality: .enhanced, fallback: [.static])
        if let timeout { toPrices.timeout = timeout }
        var undone = Edge(to: 3)
        undone.compensation = 4
        let shared = undo ? undone : toPrices
        var front = waiting("front", 0, calls: [Edge(to: 1), Edge(to: 2), shared])
        if atOnce { front.parallel = [ParallelCalls(first: 0, count: 3)] }
        var prices = waiting("prices", milliseconds, errors: errors)
        prices.kind = kind
        prices.cacheable = cacheable
        var mesh = topology(
            services: [
                front, waiting("left", 0, calls: [shared]), waiting("right", 0, calls: [shared]), prices,
                waiting("undo", 0),
            ], profile: .local)
        mesh.policies?.off = off
        return CellHarness(mesh)
    }

    private func calls(_ cell: CellHarness) -> UInt64 { cell.services()[3].counters.calls }

    @Test func theSecondCallFindsTheAnswerOfTheFirst() {
        let cell = cell(10)
        cell.call("front")
        cell.run(until: .at(10))
        #expect(cell.takeReplies().map(\.head.status) == [200] && calls(cell) == 1)
        #expect(cell.requestCache().hits == 2 && cell.requestCache().misses == 1)
        cell.call("front", now: .at(20))
        cell.run(until: .at(100))
        #expect(calls(cell) == 2, "another request has its own")
        #expect(cell.isIdle && cell.node.graph.requestCaches.count == 0)
    }

    /// `left` is a luxury, so that its call of `prices` matters less than that of `front`, which joins it.
    @Test func thatOneWasShedForItsClassIsNoEndOfTheOther() {
        var left = Edge(to: 1, criticality: .luxury, fallback: [.static])
        left.timeout = .seconds(1)
        let toPrices = Edge(to: 2, criticality: .enhanced, fallback: [.static])
        var front = waiting("front", 0, calls: [left, toPrices])
        front.parallel = [ParallelCalls(first: 0, count: 2)]
        var prices = waiting("prices", 400, pool: Pool(workers: 10))
        prices.kind = .cache
        let cell = CellHarness(
            topology(
                services: [front, waiting("left", 0, calls: [toPrices]), prices], shedding: SheddingThresholds(),
                profile: .local))
        for _ in 0..<8 { cell.call("prices", priority: .critical) }
        let number = cell.call("front", now: .at(1))
        cell.run(until: .at(2_000))
        let reply = cell.takeReplies().first { $0.head.request == number }
        #expect(reply?.head.status == 200 && reply?.note.contains("prices=static") == false, "\(reply?.note ?? "-")")
    }

    @Test func onlyWhatMayBeSharedIs() {
        for cell in [
            cell(10, kind: .stateless), cell(10, cacheable: false), cell(10, off: [.cache]), cell(10, undo: true),
        ] {
            cell.call("front")
            cell.run(until: .at(100))
            #expect(calls(cell) == 3 && cell.isIdle)
        }
        let cell = cell(10, kind: .stateless, cacheable: true)
        cell.call("front")
        cell.run(until: .at(100))
        #expect(calls(cell) == 1)
    }

    @Test func callsJoinTheOneUnderWay() {
        let cell = cell(30, atOnce: true)
        cell.call("front")
        #expect(cell.services()[3].busy == 1)
        cell.run(until: .at(29))
        #expect(cell.takeReplies().isEmpty)
        cell.run(until: .at(30))
        #expect(cell.takeReplies().map(\.head.status) == [200] && calls(cell) == 1 && cell.isIdle)
    }

    @Test func aFailureIsSharedByThoseThatJoinedAndByNobodyLater() {
        let together = cell(30, errors: 1, atOnce: true)
        together.call("front")
        together.run(until: .at(100))
        #expect(calls(together) == 1 && together.isIdle)
        #expect(together.takeReplies().map(\.note) == ["prices=static"])
        let one = cell(30, errors: 1)
        one.call("front")
        one.run(until: .at(200))
        #expect(calls(one) == 3 && one.isIdle)
    }

    @Test func whoeverWaitsIsMadeWhenTheFirstIsGivenUp() {
        // The caller that came first has 20 ms, and with them the call that it leads 15.
        let cell = cell(30, atOnce: true)
        var mesh = cell.node.topology
        mesh.blueprints[0].services[0].calls[0].timeout = .milliseconds(20)
        mesh.blueprints[0].services[0].calls[0].hasDefaultTimeout = false
        mesh.blueprints[0].services[0].calls[0].criticality = .enhanced
        mesh.blueprints[0].services[0].calls[0].fallback = [.static]
        let other = CellHarness(mesh)
        other.call("front")
        other.run(until: .at(20))
        #expect(calls(other) == 2 && other.services()[3].busy == 2, "\(calls(other)) \(other.services()[3].busy)")
        other.run(until: .at(200))
        #expect(other.takeReplies().map(\.head.status) == [200])
        #expect(other.isIdle && other.node.graph.requestCaches.count == 0)
    }

    @Test func aRequestThatIsGivenUpTakesAllWithIt() {
        let cell = cell(30, atOnce: true)
        let request = cell.call("front")
        cell.cancel(request, now: .at(5))
        #expect(cell.node.graph.edgeCalls.count == 0)
        cell.run(until: .at(200))
        #expect(cell.takeReplies().isEmpty && cell.isIdle && cell.node.graph.requestCaches.count == 0)
    }

    @Test func whoJoinedWaitsNoLongerThanItsOwnTime() {
        let cell = cell(500, atOnce: true, timeout: .milliseconds(100))
        var mesh = cell.node.topology
        mesh.blueprints[0].services[1].calls[0].timeout = .milliseconds(300)
        let other = CellHarness(mesh)
        other.call("front")
        other.run(until: .at(99))
        #expect(other.services()[3].busy == 1)
        other.run(until: .at(100))
        // Both that joined went on with what stands in; the one that leads waits on.
        #expect(other.node.graph.edgeCalls.count == 2, "front waits for left, which waits for prices")
        other.run(until: .at(2_000))
        #expect(other.takeReplies().map(\.head.status) == [200] && other.isIdle)
    }
}
