import Chaos
import Feed
import MeshBase
import Reports
import Sharding
import Terminal
import Testing

@testable import cellmesh

/// What is told of one state of a mesh, by all that tell of customers.
@Suite struct OneStateTests {
    private let model: StoredMesh

    init() throws { model = try StoredMesh(topology: try #require(TopologyFile.embedded().topology)) }

    @Test func aFaultOnAServiceIsToldByAllAlike() throws {
        let topology = model.topology
        let fault = Fault(
            id: "f1", .service(.errors(0.5, status: 500)), on: [.service("shipping", cell: "us-east-1")])
        var live = LiveModel(topology, placement: model.placement)
        live.news.impaired = CellSet(ServiceStrike.cells(of: [fault], topology))
        for router in topology.routers {
            var vitals = RouterVitals(
                reached: Dictionary(uniqueKeysWithValues: topology.cells.map { ($0.name, "127.0.0.1:1") }))
            vitals.impaired = [.init(name: "shipping", state: .degraded, answers: .degraded)]
            live.take(vitals, of: router.name, now: .zero)
        }
        live.look(
            topology.cells.map { _ in CellSight(state: .serving, process: .running, gossip: .alive) },
            routers: topology.routers.map { _ in RouterSight(state: .serving, process: .running) }, routersRun: true,
            now: .zero)
        let state = live.state(t: 1_000, now: .zero)
        let cell = try #require(topology.cellIndex(named: "us-east-1"))
        let radius = BlastRadius(topology, placement: model.placement)
        let expected = radius.report(dead: [cell]).degraded
        #expect(expected > 100 && state.mesh.headline?.why == ["shipping answers degraded"])
        // The feed, and with it the page.
        #expect(state.impact.predicted.degraded == expected && state.impact.different == 0)
        let text = try #require(state.impact.marks)
        let marks = try #require(CustomerMarks.values(text, bits: 4, count: topology.customers.count))
        #expect(marks.count { $0 == CustomerMark.degraded.rawValue } == expected)
        // What an action would be predicted to do: the same fault.
        var situation = MeshSituation(topology: topology, placement: model.placement)
        situation.faults = [fault]
        let heal = PredictionRequest(action: "resume", targets: ["us-east-2"])
        #expect(Predictor.predict(heal, situation).customers.degraded == expected)
        // top.
        var top = TopModel(view: .customers)
        let hello = FeedHello(mesh: "m", source: .live, boot: "b", now: 1_000, period: 1_000, history: 0)
        _ = top.take(.hello(hello), now: .zero)
        _ = top.take(.shape(live.shape), now: .zero)
        _ = top.take(.state(state), now: .zero)
        let document = try #require(top.document(.zero))
        #expect(document.impact.predicted.degraded == expected && document.why == ["shipping answers degraded"])
        let rows = try #require(document.customers)
        #expect(rows.count { $0.predicted == "degraded" } == expected)
        // Commands: the routers have counted nobody.
        let (observed, foretold) = ForetoldImpact(state.impact, t: state.t, topology).current(
            ObservedImpact(), topology)
        let report = CustomerForecast(radius).report(dead: CellSet(), impaired: foretold.impaired)
        #expect(report.degraded == expected && report.lost == 0)
        var view = BlastRadiusView(report: report)
        view.impaired = ["us-east-1"]
        view.observed = .init(
            impact: observed, comparison: ImpactComparison(observed, radius, topology, dead: nil, foretold: foretold))
        let table = view.full.table(TableStyle(isWide: false, hasColors: false))
        #expect(table.contains("a service does not answer whole in 1 cell: us-east-1"))
        #expect(view.full.fields["impaired"].elements.map(\.text) == ["us-east-1"])
        let list = CustomerList(
            topology: topology, placement: model.placement, observed: observed, dead: CellSet(), foretold: foretold)
        #expect(list.page("m", .init(isDegraded: true), after: 0, most: 1).matching == expected)
        #expect(list.page("m", .init(isDifferent: true), after: 0, most: 1).matching == 0)
    }
}
