import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

private typealias Edge = Topology.Edge

/// A cell that misses its objectives gives up what matters least, and takes it back by itself.
@Suite struct CellObjectiveTests {
    private func mesh(_ objectives: Objectives?, mode: ObjectivesSettings.Mode? = nil) -> MeshTopology {
        var mesh = topology(services: [
            waiting(
                "front", 50, pool: Pool(workers: 2, queue: 100),
                calls: [
                    Edge(to: 1, criticality: .enhanced, fallback: [.static]), Edge(to: 2, criticality: .luxury),
                ]),
            waiting("offers", 1), waiting("art", 1),
        ])
        mesh.blueprints[0].objectives = objectives
        mesh.policies?.off = [.adaptiveShedding]
        var slo = ObjectivesSettings()
        slo.mode = mode
        mesh.policies?.slo = slo
        return mesh
    }

    private func cell(_ mesh: MeshTopology) -> CellHarness {
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    /// Wakes it each 10 ms, and calls the front each 100 ms where it shall.
    private func run(_ cell: CellHarness, _ times: ClosedRange<Int64>, calls: Bool = false) {
        for step in stride(from: times.lowerBound, through: times.upperBound, by: 10) {
            cell.node.wake(now: .at(step), into: &cell.sink)
            if calls, step % 100 == 0 { cell.call("front", now: .at(step)) }
        }
    }

    private func lines(_ cell: CellHarness, _ type: String) -> [String] {
        cell.sink.events.compactMap { $0.written.flatMap { $0.type == type ? $0.action : nil } }
    }

    @Test func aCellThatIsLateDegradesAtOnceAndComesBackStepByStep() {
        let cell = cell(mesh(Objectives(p99: .milliseconds(100))))
        for _ in 0..<40 { cell.call("front") }
        run(cell, 10...1500)
        // 40 calls of 50 ms by two workers: the last after a second, ten times the objective.
        #expect(cell.node.degradation.level == .critical && cell.node.degradation.source == .controller)
        #expect(lines(cell, "slo") == ["violated"])
        #expect(lines(cell, "degradation").last == "critical")
        _ = cell.takeReplies()
        cell.call("front", now: .at(1500))
        run(cell, 1510...1600)
        #expect(cell.takeReplies().map(\.note) == ["offers=static, art=skipped"])
        // The burst leaves the window after 5 s; then a step each three looks.
        run(cell, 1610...12_000, calls: true)
        #expect(cell.node.degradation.level == .normal)
        #expect(lines(cell, "slo") == ["violated", "met"])
        #expect(lines(cell, "degradation").suffix(3) == ["moderate", "minor", "normal"])
        _ = cell.takeReplies()
        cell.call("front", now: .at(12_050))
        run(cell, 12_060...12_200)
        #expect(cell.takeReplies().last?.note == "")
        #expect(cell.node.severities?.map(\.severity) == [0])
    }

    @Test func theGraverOfHandAndControllerHoldsAndAPinOverrulesIt() {
        let cell = cell(mesh(Objectives(p99: .milliseconds(100))))
        for _ in 0..<40 { cell.call("front") }
        run(cell, 10...1500)
        var settings = SettingsDocument()
        settings.set(LevelEntry(.minor))
        cell.node.apply(settings: settings, now: .at(1500), into: &cell.sink)
        #expect(cell.node.degradation.level == .critical && cell.node.degradation.manual == .minor)
        settings.set(LevelEntry(.normal, isPinned: true))
        cell.node.apply(settings: settings, now: .at(1600), into: &cell.sink)
        run(cell, 1600...2200)
        #expect(cell.node.degradation.level == .normal && cell.node.degradation.controller == .critical)
        settings.set(LevelEntry(.emergency))
        cell.node.apply(settings: settings, now: .at(2200), into: &cell.sink)
        #expect(cell.node.degradation.level == .emergency)
    }

    @Test func refusalsAreAnswersThatAreNotOK() {
        var mesh = mesh(Objectives(errorRate: 0.1))
        mesh.blueprints[0].services[0].pool = Pool(workers: 2)
        let cell = cell(mesh)
        for _ in 0..<40 { cell.call("front") }
        run(cell, 10...600)
        #expect(cell.node.degradation.level == .critical)
        #expect(cell.node.severities?.first?.severity ?? 0 > 0.8)
    }

    @Test func featuresAreChosenOneByOneWhereThatIsWanted() {
        let cell = cell(mesh(Objectives(p99: .milliseconds(100)), mode: .optimise))
        for _ in 0..<40 { cell.call("front") }
        run(cell, 10...1500)
        let view = cell.node.degradation
        #expect(view.level == .normal && view.source == .optimiser && view.controller == .critical)
        #expect(view.features.contains { $0.quality < 1 })
    }

    @Test func withoutObjectivesNobodyJudges() {
        let cell = cell(mesh(nil))
        for _ in 0..<40 { cell.call("front") }
        run(cell, 10...1500)
        #expect(cell.node.severities == nil && cell.node.degradation.level == .normal)
        let mustJudge = cell.node.mustJudge(.at(1_000_000))
        #expect(!mustJudge)
    }
}
