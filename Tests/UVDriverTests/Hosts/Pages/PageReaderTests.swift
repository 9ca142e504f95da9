import Membership
import MeshBase
import Nodes
import Reports
import Resilience
import Testing
import Wire

@testable import UVDriver

/// Pages are written row by row and read as types: the two must not part.
@Suite struct PageReaderTests {
    private func read<Page: Decodable>(_ text: String?, as type: Page.Type) throws -> Page {
        try ReportJSON.read(type, Array(try #require(text).utf8))
    }

    @Test func gatesAreReadAsTheyAreWritten() throws {
        let policy = GatePolicy.seed
        let gate = TargetGate(policy, now: .zero)
        let view = GateView(node: "r1", cell: "a", from: "a", to: "pay", gate.figures(policy, now: .zero + .seconds(1)))
        let text = GatesPage.text([view])
        let page = try read(text, as: BreakersReport.self)
        #expect(page.breakers.map(\.name) == ["r1/a/pay"] && page.breakers[0].failureRate == nil)
        #expect(page.breakers[0].limit == view.figures.limit)
        // Not a member is lost on the way, and none has another place.
        #expect(text.hasSuffix(DocumentText.json(page, .compact).dropFirst() + "\n"), "\(text)")
    }

    @Test func tracesAreReadAsTheyAreWritten() throws {
        let trace = try #require(FrameTrace("4bf92f3577b34da6a3ce929d0e0e4736", isExplained: true))
        var log = TraceLog()
        log.begin(trace, customer: "c7", service: "checkout", now: .zero)
        let why = Explanation("open", [.init("failure_rate", 0.62), .init("age", .infinity), .init("calls", 26)])
        log.note(
            trace,
            TraceDecision(at: .zero + .milliseconds(2), gate: "r1/a/pay", attempt: 0, named: "breaker", .refused, why))
        let (now, wall) = (Instant.zero + .seconds(1), Int64(1_000_000_000_000))
        let list = TracesPage.list(log, node: "r1", now: now, wall: wall)
        let open = try read(list, as: TraceListPage.self)
        #expect(
            open.node == "r1" && open.traces.map(\.trace) == [trace.text] && open.traces[0].durationMilliseconds == nil)
        log.end(trace, status: 502, policy: "breaker", now: .zero + .milliseconds(4))
        let whole = try read(TracesPage.page(trace.text, log, node: "r1", now: now, wall: wall), as: TracePage.self)
        #expect(whole.head.status == 502 && whole.head.durationMilliseconds == 4 && whole.head.explained)
        #expect(whole.decisions.map(\.attempt) == [1] && whole.decisions[0].at == 999_002)
        #expect(whole.decisions[0].numbers == ["failure_rate": 0.62, "age": nil, "calls": 26] && whole.dropped == 0)
    }

    @Test func historiesAreReadAsTheyAreWritten() throws {
        let profile = try MemberProfile(name: "r1", role: .router, region: "r", zone: "z", gossip: .loopback(9_000))
        let swim = try SWIM(profile: profile, configuration: .local)
        let history = MembersPage.history(of: "x", swim, now: .zero, wall: 0)
        let unknown = try read(history, as: MemberHistoryPage.self)
        #expect(unknown.observer == "r1" && unknown.member == "x" && unknown.status == nil && unknown.events.isEmpty)
        let view = try read(MembersPage.text(swim, now: .zero), as: MembersReport.self)
        #expect(view.observer == "r1" && view.agree == nil)
    }
}
