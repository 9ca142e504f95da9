import MeshBase
import Replication
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

private typealias Edge = Topology.Edge

/// What a cell keeps of a request that is followed: its own part, from the pool to the last edge.
@Suite struct CellTraceTests {
    private let trace = FrameTrace(high: 1, low: 2, isExplained: true)

    private func cell(
        _ services: [Topology.Service], store: StoreSettings? = StoreSettings(), storeLimit: Int = 100,
        _ write: (inout PoliciesBlock) -> Void = { _ in }
    ) -> CellHarness {
        var mesh = topology(services: services, store: store, profile: .local)
        write(&mesh.policies!)
        return CellHarness(mesh, storeLimit: storeLimit)
    }

    private func decisions(_ cell: CellHarness) -> [TraceDecision] { cell.node.traces.entry(trace)?.decisions ?? [] }
    private func words(_ cell: CellHarness) -> [String] {
        decisions(cell).map { "\($0.gate) \($0.policy) \($0.verb.name)" }
    }

    @Test func nothingIsKeptOfWhoIsNotFollowed() {
        let cell = cell([waiting("front", 5)])
        cell.call("front")
        cell.send(.serviceCall, "front", trace: FrameTrace(high: 1, low: 2, isExplained: false))
        cell.run(until: .at(10))
        #expect(cell.takeReplies().count == 2)
        #expect(cell.node.traces.count == 0)
    }

    /// A router that keeps the call finds it by what the attempt was called.
    @Test func aFailureThatNobodyFollowedIsKeptUnderItsAttempt() throws {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)])
        cell.send(.serviceCall, "front")
        let reply = try #require(cell.takeReplies().last)
        #expect(reply.head.status == 502)
        let entry = try #require(cell.node.traces.latest(1).first)
        #expect((entry.reason, entry.status, entry.service) == (.failed, 502, "front"))
        #expect(entry.trace.low == reply.head.request && entry.decisions.last?.verb == .settled)
        cell.send(.serviceCall, "front", trace: trace)
        #expect(cell.node.traces.entry(trace)?.reason == .explained)
    }

    @Test func aCallTellsItsPoolItsEdgeAndItsEnd() {
        let cell = cell([waiting("front", 5, calls: [Edge(to: 1)]), waiting("back", 7)])
        cell.send(.serviceCall, "front", trace: trace)
        cell.run(until: .at(20))
        #expect(
            words(cell) == [
                "r-1/front bulkhead admitted", "r-1/front/back service started", "r-1/front/back bulkhead admitted",
                "r-1/back bulkhead admitted", "r-1/back service settled", "r-1/front/back service settled",
                "r-1/front/back service settled", "r-1/front service settled",
            ])
        let entry = cell.node.traces.entry(trace)
        #expect((entry?.service, entry?.status, entry?.took) == ("front", 200, .milliseconds(12)))
        #expect(decisions(cell).last?.why.detail == "front: ok")
    }

    @Test func anOpenBreakerOfAnEdgeIsNamedWithItsNumbers() throws {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)])
        for _ in 0..<5 { cell.call("front") }
        cell.send(.serviceCall, "front", trace: trace, now: .at(600))
        let refusal = try #require(decisions(cell).first { $0.verb == .refused })
        #expect((refusal.gate, refusal.policy) == ("r-1/front/bad", "breaker"))
        #expect(refusal.why.detail.hasPrefix("failure rate 1 of 5, threshold "))
        #expect(refusal.why.detail.contains(", open for ") && refusal.why.detail.hasSuffix(" s more"))
        #expect(refusal.why.numbers.contains { $0.name == "failure_rate" && $0.value == 1 })
        let end = try #require(decisions(cell).last)
        #expect((end.gate, end.policy, end.verb) == ("r-1/front/bad", "breaker", .settled))
        #expect(cell.node.traces.entry(trace)?.policy == "breaker")
        #expect(cell.node.traces.entry(trace)?.status == 502)
    }

    @Test func whoOpensABreakerAndWhoProbesItAreTold() {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)])
        for _ in 0..<4 { cell.call("front") }
        cell.send(.serviceCall, "front", trace: trace)
        #expect(words(cell).contains("r-1/front/bad breaker opened"))
        let probe = FrameTrace(high: 3, low: 4, isExplained: true)
        cell.send(.serviceCall, "front", trace: probe, now: .at(2_700))
        #expect(cell.node.traces.entry(probe)?.decisions.contains { $0.verb == .probed } == true)
    }

    @Test func aFallbackIsTold() {
        let cell = cell([
            waiting("front", 0, calls: [Edge(to: 1, criticality: .luxury)]), waiting("bad", 0, errors: 1),
        ])
        cell.send(.serviceCall, "front", trace: trace)
        #expect(
            decisions(cell).first { $0.verb == .fellBack }.map { "\($0.gate): \($0.why.detail)" }
                == "r-1/front/bad: skipped stands in for bad: failed; skipped")
    }

    /// Which were tried, in which order, and which one answered.
    @Test(arguments: [true, false]) func aChainOfFallbacksIsTold(isAnswered: Bool) throws {
        var edge = Edge(to: 1, criticality: .enhanced, fallback: [.cached, .generic, .static])
        edge.genericService = isAnswered ? 2 : 3
        let cell = cell(
            [
                waiting("front", 0, calls: [edge]), waiting("bad", 0, errors: 1), waiting("spare", 0),
                waiting("sparse", 0, errors: 1),
            ]
        ) { $0.off = [.breaker, .retry] }
        cell.send(.serviceCall, "front", trace: trace)
        cell.run(until: .at(500))
        let told = decisions(cell).filter { $0.policy == "degradation" }
        #expect(told.allSatisfy { $0.gate == "r-1/front/bad" })
        let cached = "settled: no cached answer: none of this customer is kept, or it is too old"
        #expect(
            told.map { "\($0.verb.name): \($0.why.detail)" }
                == (isAnswered
                    ? [cached, "fell-back: generic stands in for bad: failed; no cached; generic"]
                    : [
                        cached, "settled: no generic answer: sparse gave none",
                        "fell-back: static stands in for bad: failed; no cached, generic; static",
                    ]))
        #expect(told.last?.why.numbers == [.init("tried", isAnswered ? 2 : 3)])
        // The generic service's own call stands between.
        #expect(decisions(cell).contains { $0.why.detail.hasPrefix("for a generic answer: ") })
    }

    @Test func aFullPoolTellsItsNumbers() throws {
        let cell = cell([waiting("front", 50, pool: Pool(workers: 1, queue: 1))])
        cell.call("front")
        cell.send(.serviceCall, "front", trace: trace)
        let waits = try #require(decisions(cell).first)
        #expect((waits.policy, waits.verb) == ("queue", .waited))
        let other = FrameTrace(high: 3, low: 4, isExplained: true)
        cell.send(.serviceCall, "front", trace: other)
        let refused = try #require(cell.node.traces.entry(other)?.decisions.first)
        #expect(refused.verb == .refused || refused.verb == .shed)
        #expect(refused.why.numbers.contains { $0.value == 1 })
        #expect(cell.node.traces.entry(other)?.status == 503)
    }

    @Test func aStoreTellsItsQueueAndWhatItSheds() throws {
        let cell = cell([waiting("front", 0)], storeLimit: 10)
        cell.send(.recordRead, "k", trace: trace)
        #expect(words(cell) == ["r-1/records queue waited"])
        cell.node.stored(
            StoreAnswer(
                ticket: try #require(cell.sink.orders.last).ticket,
                outcome: .record(version: .none, value: [], tombstone: false, absent: 0)), now: .zero, into: &cell.sink)
        #expect(words(cell).last == "r-1/records store settled")
        #expect(cell.node.traces.entry(trace)?.status == 200)
    }

    @Test func whoIsNotServedHereIsToldWhy() {
        let cell = cell([waiting("front", 0)])
        cell.send(.serviceCall, "none", trace: trace)
        #expect(decisions(cell).map(\.why.detail) == ["unknownService"])
        #expect(cell.node.traces.entry(trace)?.status == 404)
    }
}
