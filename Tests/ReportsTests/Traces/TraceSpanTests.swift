import MeshBase
import Testing

@testable import Reports

/// What is read out of the decisions of a trace.
@Suite struct TraceSpanTests {
    private func span(_ trace: GatheredTrace, _ name: String) throws -> TraceSpan {
        try #require(trace.spans.first { $0.name == name }, "\(trace.spans.map(\.name))")
    }

    @Test func spansBeginAndEndAsTheirDecisionsSay() throws {
        let trace = try TraceSample.trace()
        let lines = TraceTree(trace.spans).lines.map { "\($0.depth) \($0.span.title) \($0.span.outcome)" }
        #expect(
            lines == [
                "0 checkout 200", "1 attempt 1 timeout", "1 attempt 2 ok", "2 checkout 200", "3 checkout ok",
                "4 checkout > shipping refused by breaker", "4 checkout > stock ok", "5 stock ok",
            ], "\(lines)")
        let first = try span(trace, "a-1")
        #expect((first.began, first.duration, first.isFailed, first.start) == (1_000, 250, true, "started"))
        #expect(first.decisions.map(\.decision) == ["started", "admitted", "cancelled", "opened"])
        let second = try span(trace, "b-1")
        #expect((second.duration, second.isFailed, second.kind) == (66, false, .client))
        #expect(trace.spans.first { $0.node == "b-1" }?.parent == second.id, "the cell's part belongs to its attempt")
        let refused = try span(trace, "checkout > shipping")
        #expect(refused.decisions.map(\.decision) == ["started", "refused", "fell-back"] && refused.duration == 0)
    }

    /// A router that passes all cells over has no attempt: what lies between them struck the request itself.
    @Test func aFaultOnCellsThatWerePassedOverIsTheRequests() throws {
        let strike = #"{"id":"f4","kind":"partition","nodes":["a-1"],"services":[],"from_ms":900}"#
        let page = try TraceSample.page(
            "r1", role: "router", began: 1_000, took: 1, status: 503, customer: "c7", strikes: strike,
            [TraceSample.decision(1_000, "r1", nil, "failover", "refused")])
        let trace = GatheredTrace(id: TraceSample.id, pages: [("r1", page)])
        #expect(trace.spans.map(\.faults) == [["f4"]] && trace.faults == ["f4"])
        // Where there is an attempt, it is the attempt's.
        let tried = try TraceSample.trace(router: strike)
        let attempt = try span(tried, "a-1")
        #expect(attempt.faults == ["f4"] && tried.spans.filter { !$0.faults.isEmpty }.count == 1)
    }

    @Test func idsAreThoseThatAnybodyComesTo() throws {
        let trace = try TraceSample.trace()
        #expect(Set(trace.spans.map(\.id)).count == trace.spans.count)
        #expect(trace.spans.map(\.id) == (try TraceSample.trace()).spans.map(\.id))
        let router = try #require(trace.spans.first { $0.node == "r1" })
        #expect(router.parent == 0x00f0_67aa_0ba9_02b7, "the span that the client named")
        let work = try #require(trace.spans.first { $0.gate == "b-1/checkout" })
        #expect(work.id == SpanID.make(trace: 0xa3ce_929d_0e0e_4736, place: "b-1/checkout"))
    }

    /// A cell with one attempt that was refused at its gate twice is two spans, each ended.
    @Test func callsOfOneEdgeAreApart() throws {
        let gate = "b-1/checkout/stock"
        let page = try TraceSample.page(
            "b-1", role: "cell", began: 0, took: 10,
            [
                TraceSample.decision(1, gate, 1, "service", "started"),
                TraceSample.decision(2, gate, 1, "service", "settled", "ok"),
                TraceSample.decision(3, gate, 1, "service", "started"),
                TraceSample.decision(5, gate, nil, "degradation", "degraded"),
            ])
        let spans = SpanReader(page, node: "b-1", trace: 1).spans.dropFirst()
        #expect(spans.map(\.duration) == [1, 7], "what nobody ended ends with the process's part")
        #expect(Set(spans.map(\.id)).count == 2)
    }

    /// Nobody followed it: what stands in for a call is all that is known of the call.
    @Test func whatWasReplacedIsASpan() throws {
        let page = try TraceSample.page(
            "b-1", role: "cell", began: 0, took: 10,
            [TraceSample.decision(5, "b-1/checkout/stock", nil, "degradation", "fell-back")])
        let span = try #require(SpanReader(page, node: "b-1", trace: 1).spans.last)
        #expect(span.name == "checkout > stock" && span.outcome == "replaced by degradation" && span.duration == 0)
    }

    @Test func aFaultIsOnTheSpansThatItHit() throws {
        let wire = TraceSample.strike("f3", nodes: ["a-1"], from: 900, to: 1_100)
        let late = TraceSample.strike("f10", nodes: ["a-1", "b-1"], from: 1_300, to: nil)
        let service = TraceSample.strike("f2", services: ["stock"], from: 0, to: nil)
        let trace = try TraceSample.trace(router: "\(wire),\(late)", cell: service)
        #expect(try span(trace, "a-1").faults == ["f3"], "before its time f10 was not there")
        #expect(try span(trace, "b-1").faults == ["f10"])
        #expect(try span(trace, "stock").faults == ["f2"] && span(trace, "checkout > stock").faults == ["f2"])
        #expect(try span(trace, "checkout > shipping").faults.isEmpty)
        #expect(trace.faults == ["f2", "f3", "f10"])
        // The cell alone knows of it: its way back to the router.
        let back = TraceSample.strike("f4", nodes: ["r1", "r2"], from: 1_260, to: nil)
        #expect(try span(TraceSample.trace(cell: back), "b-1").faults == ["f4"])
        // Of another router's path nothing follows here.
        let other = TraceSample.strike("f5", nodes: ["r2"], from: 0, to: nil)
        #expect(try TraceSample.trace(cell: other).faults.isEmpty)
    }

    @Test func anAttemptThatNobodyFollowedIsFoundByItsNameAndTime() throws {
        let router = try TraceSample.router()
        let page = { (began: Double) in try TraceSample.page("b-1", role: "cell", began: began, took: 1, []) }
        #expect(try GatheredTrace.belongs(page(1_300), to: [router]))
        #expect(
            try !GatheredTrace.belongs(page(1_400), to: [router]) && !GatheredTrace.belongs(page(900), to: [router]))
    }
}
