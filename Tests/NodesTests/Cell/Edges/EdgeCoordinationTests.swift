import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

/// What an opening bears on: gates before those that cannot do without what was cut off, and routers that call them.
@Suite struct EdgeCoordinationTests {
    /// outer > front > back, all core; side > back is not.
    private func cell(coordinates: Bool = true) -> CellHarness {
        var optional = Topology.Edge(to: 2)
        optional.criticality = .luxury
        var mesh = topology(
            services: [
                waiting("outer", 0, calls: [Topology.Edge(to: 1)]), waiting("front", 0, calls: [Topology.Edge(to: 2)]),
                waiting("back", 0, errors: 1), waiting("side", 0, calls: [optional]),
            ], store: nil)
        if !coordinates {
            mesh.policies?.off = [.coordinate]
        }
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    private func hints(_ cell: CellHarness) -> [String] {
        cell.sink.hints.map { "\($0.body) \($0.head.status) \($0.note)" }
    }

    private func told(_ cell: CellHarness, _ cause: BreakerCause) -> [String] {
        cell.sink.events.compactMap { event in
            guard case .gate(let name, .breaker(let change)) = event, change.cause == cause else { return nil }
            return name
        }
    }

    @Test func anOpeningIsToldToCallersAndRouters() {
        let cell = cell()
        // The gate before `front` is there, and has few results: it stays closed.
        cell.call("outer")
        for _ in 0..<8 { cell.call("front") }
        let view = cell.node.gateViews(now: .at(1)).first { $0.name == "r-1/outer/front" }
        #expect(view?.figures.state == .closed && view?.figures.influence == 0.5)
        #expect(told(cell, .influenced) == ["r-1/outer/front"])
        // A direct caller is half cut off, one further on is told less; what does without it hears nothing.
        #expect(hints(cell).sorted() == ["front 500 back", "outer 333 back"])
        #expect(cell.sink.hints.allSatisfy { $0.head.deadline > 1_000 })
        #expect(cell.counters.hintsTold == 2)
    }

    @Test func itEndsWithItsCause() {
        let cell = cell()
        cell.call("outer")
        for _ in 0..<8 { cell.call("front") }
        cell.sink.replies = []
        // Open for 2 s and some jitter: the next call is the probe, and its gate is open no more.
        cell.node.wake(now: .at(2_900), into: &cell.sink)
        cell.call("front", now: .at(2_900))
        #expect(hints(cell).contains("front 0 back") && hints(cell).contains("outer 0 back"))
    }

    /// Whoever is held back at a gate before a caller of what was cut off is told what that is.
    @Test func theCauseIsNamed() throws {
        let cell = cell()
        cell.call("outer")
        for _ in 0..<8 { cell.call("front") }
        cell.sink.replies = []
        var trace = FrameTrace(high: 1, low: 2, isExplained: true)
        for _ in 0..<200 {
            trace.low += 1
            cell.send(.serviceCall, "outer", priority: .low, trace: trace, now: .at(2))
            guard cell.sink.replies.last?.note.hasSuffix(" back") != true else { break }
        }
        #expect(cell.sink.replies.last?.note == "\nbreaker r-1/outer/front back")
        let refusal = try #require(
            cell.node.traces.entry(trace)?.decisions.first { $0.gate == "r-1/outer/front" && $0.verb == .refused })
        #expect(refusal.why.detail.hasPrefix("closed, influenced by back: 75 % admitted, "))
        let problem = withBytes("\nbreaker r-1/outer/front back") {
            DataProblem.ofCell(status: 502, nil, note: $0, body: .empty)
        }
        #expect(problem?.gate == "r-1/outer/front")
        #expect(problem?.detail.hasSuffix(" because back, which is needed behind it, is cut off.") == true)
    }

    @Test func thatItIsClosedByHandEndsWhatAForcedOpeningBoreOn() {
        let cell = cell()
        func hold(_ mode: BreakerEntry.Mode, _ version: UInt64, now: Int64) {
            var settings = SettingsDocument(version: version)
            settings.set(
                BreakerEntry(
                    "r-1/front/back", mode, set: WallTime(milliseconds: now), until: WallTime(milliseconds: 60_000)))
            cell.node.apply(settings: settings, now: .at(now), into: &cell.sink)
        }
        cell.call("front")
        hold(.forcedOpen, 1, now: 10)
        #expect(hints(cell).sorted() == ["front 500 back", "outer 333 back"])
        hold(.closed, 2, now: 20)
        for service in ["front", "outer"] { #expect(hints(cell).contains { $0.hasPrefix("\(service) 0") }) }
    }

    @Test func switchedOffNobodyIsTold() {
        let cell = cell(coordinates: false)
        cell.call("outer")
        for _ in 0..<8 { cell.call("front") }
        #expect(hints(cell).isEmpty && told(cell, .influenced).isEmpty)
    }

    @Test func theLatestRoutersAreTold() {
        var routers = CallingRouters()
        for index in 0..<100 { routers.called(ConnectionID(index: UInt32(index % 70), generation: 1)) }
        #expect(routers.all.count == CallingRouters.limit && Set(routers.all).count == CallingRouters.limit)
    }
}
