import Chaos
import Membership
import MeshBase
import Nodes
import Reports
import Resilience
import Testing
import Topology
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
        log.begin(trace, TraceClient(customer: "c7"), service: "checkout", now: .zero)
        let why = Explanation("open", [.init("failure_rate", 0.62), .init("age", .infinity), .init("calls", 26)])
        log.note(
            trace,
            TraceDecision(at: .zero + .milliseconds(2), gate: "r1/a/pay", attempt: 0, named: "breaker", .refused, why))
        func page(_ wanted: TracesPage.Wanted) -> String? {
            TracesPage(
                node: "r1", role: .router, region: "east", zone: "a", now: .zero + .seconds(1), wall: 1_000_000_000_000,
                faults: FaultHistory(), nodes: WireNodes(FaultBench.topology)
            ).text(wanted, log)
        }
        let open = try read(page(.since(0)), as: TraceListPage.self)
        #expect(
            open.node == "r1" && open.traces.map(\.trace) == [trace.text] && open.traces[0].durationMilliseconds == nil)
        log.end(trace, status: 502, policy: "breaker", now: .zero + .milliseconds(4))
        let whole = try read(page(.one(trace.text)), as: TracePage.self)
        #expect(whole.head.status == 502 && whole.head.durationMilliseconds == 4 && whole.head.explained)
        #expect(whole.decisions.map(\.attempt) == [1] && whole.decisions[0].at == 999_002)
        #expect(whole.decisions[0].numbers == ["failure_rate": 0.62, "age": nil, "calls": 26] && whole.dropped == 0)
    }

    /// What a control plane fetches: whole traces in lines, as many as have room, and up to where that is all.
    @Test func endedTracesAreReadAsTheyAreWritten() throws {
        var log = TraceLog()
        let most = TraceCursor.most
        for number in 1...most + 2 {
            let trace = FrameTrace(high: 1, low: UInt64(number), isExplained: false, isSampled: true)
            log.begin(trace, TraceClient(customer: "c7"), service: "checkout", now: .zero)
            if number == 3 { log.mark(trace, .failed) }
            log.end(trace, status: 502, policy: "breaker", now: .zero + .milliseconds(4))
        }
        let page = TracesPage(
            node: "r1", role: .router, region: "east", zone: "a", now: .zero + .seconds(1), wall: 1_000_000_000_000,
            faults: FaultHistory(), nodes: WireNodes(FaultBench.topology))
        let (text, upTo) = page.ended(after: TraceCursor(), log)
        let told = try #require(KeptParts.read(Array(text.utf8)))
        #expect(told.cursor == upTo && told.parts.count == most)
        #expect(upTo == TraceCursor(outcome: 3, plain: UInt64(most)), "two of the sample are left")
        #expect((told.parts[0].rank, told.parts[0].head.kept, told.parts[0].spans) == (.outcome, "failed", 1))
        #expect(told.parts[1].rank == .plain && told.parts[1].head.trace.hasSuffix("0001"))
        let whole = try ReportJSON.read(TracePage.self, told.parts[0].pageText)
        #expect(whole.head == told.parts[0].head && whole.role == "router")
        let rest = try #require(KeptParts.read(Array(page.ended(after: upTo, log).text.utf8)))
        #expect(rest.parts.count == 2 && rest.cursor == log.last)
        // Numbers of traces that have left are passed over.
        for number in 0..<UInt64(TraceLog.traces) + 100 {
            log.begin(
                FrameTrace(high: 2, low: number + 1, isExplained: true), TraceClient(customer: "c7"), service: "s",
                now: .zero)
        }
        #expect(page.ended(after: upTo, log).upTo == log.last)
        #expect(KeptParts.read(Array(page.ended(after: upTo, log).text.utf8))?.parts.isEmpty == true)
    }

    @Test func aTraceNamesTheFaultsOnItsPaths() throws {
        let trace = try #require(FrameTrace("4bf92f3577b34da6a3ce929d0e0e4736", isExplained: true))
        var log = TraceLog()
        log.begin(trace, TraceClient(customer: "c7"), service: "checkout", now: .zero + .seconds(1))
        log.note(
            trace,
            TraceDecision(
                at: .zero + .seconds(1), gate: "r1/e1/checkout", attempt: 0, named: "placement", .started,
                Explanation("first")))
        var faults = FaultHistory()
        faults.note([FaultBench.fault(.blackhole, .cell("w1"), id: "f1")], now: .zero)
        faults.note(
            [FaultBench.fault(.blackhole, .cell("e1"), id: "f2"), FaultBench.fault(.blackhole, .cell("w1"), id: "f1")],
            now: .zero + .seconds(2))
        func text(_ wanted: TracesPage.Wanted) -> String? {
            TracesPage(
                node: "r1", role: .router, region: "west", zone: "a", now: .zero + .seconds(3), wall: 1_000_000_000_000,
                faults: faults, nodes: WireNodes(FaultBench.topology)
            ).text(wanted, log)
        }
        let page = try read(text(.one(trace.text)), as: TracePage.self)
        #expect(page.strikes.map(\.id) == ["f2"] && page.strikes.map(\.nodes) == [["e1"]])
        #expect(page.strikes.map(\.from) == [999_000] && page.strikes[0].to == nil && page.strikes[0].services.isEmpty)
        #expect((page.role, page.region, page.head.cells) == ("router", "west", ["e1"]))
        let list = try read(text(.since(997999)), as: TraceListPage.self)
        #expect(list.traces.map(\.faults) == [["f2"]] && list.traces[0].kept == "explained")
        #expect(try read(text(.since(998001)), as: TraceListPage.self).traces.isEmpty)
        // It ended before the fault was in force.
        log.end(trace, status: 200, now: .zero + .milliseconds(1_500))
        #expect(try read(text(.one(trace.text)), as: TracePage.self).strikes.isEmpty)
    }

    /// Neither a cell that is passed over nor one that is missing for a quorum has an attempt that names it.
    @Test func aRefusalForWantOfCellsNamesTheFaultsBetweenThem() throws {
        var log = TraceLog()
        let ends: [(service: String, status: UInt16, policy: String)] = [
            ("checkout", 503, "failover"), ("records", 503, "quorum"), ("checkout", 200, ""), ("checkout", 429, "rate"),
        ]
        for (number, end) in ends.enumerated() {
            let trace = try #require(FrameTrace("4bf92f3577b34da6a3ce929d0e0e473\(number)", isExplained: true))
            let at = Instant.zero + .milliseconds(1_000 + Int64(number))
            log.begin(trace, TraceClient(customer: "c7"), service: end.service, now: at)
            log.end(trace, status: end.status, policy: end.policy, now: at + .milliseconds(1))
        }
        func faults(_ fault: Fault) throws -> [[String]?] {
            var history = FaultHistory()
            history.note([fault], now: .zero)
            let page = TracesPage(
                node: "r1", role: .router, region: "west", zone: "a", now: .zero + .seconds(3), wall: 1_000_000_000_000,
                faults: history, nodes: WireNodes(FaultBench.topology), shard: { $0 == "c7" ? ["e1", "w1"] : [] })
            return try read(page.text(.since(0), log), as: TraceListPage.self).traces.map(\.faults)
        }
        // The newest first: what was answered, or had its own limit, is not struck by what it did not need.
        let expected: [[String]?] = [[], [], ["f1"], ["f1"]]
        // Between the router and a cell, and between the cells alone.
        #expect(try faults(FaultBench.fault(.partition, .router("r1"), [.cell("e1")])) == expected)
        #expect(try faults(FaultBench.fault(.partition, .cell("w1"), [.cell("e1")])) == expected)
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
