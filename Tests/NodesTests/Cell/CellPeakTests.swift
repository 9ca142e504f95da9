import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

private typealias Edge = Topology.Edge
private typealias Service = Topology.Service

/// Larger sizes for a time that is foreseen.
@Suite struct CellPeakTests {
    private func mesh(at: Double? = nil, dynamic: Bool = false, off: [PolicySwitch] = []) -> MeshTopology {
        var front = waiting("front", 100, pool: Pool(workers: 10, queue: 4), calls: [Edge(to: 1)])
        if dynamic { front.pool.dynamic = DynamicPoolSettings() }
        var mesh = topology(
            services: [front, waiting("back", 10), waiting("other", 0, pool: Pool(workers: 3))], profile: .local)
        mesh.policies?.off = off
        mesh.policies?.bulkhead = BulkheadSettings()
        mesh.policies?.bulkhead?.limit = .fixed
        mesh.blueprints[0].memory = 10 << 20
        var peak = PeakSettings(name: "sale")
        var size = PeakSettings.PoolSize()
        size.workers = 30
        size.queue = 24
        peak.pools = [PeakSettings.Named("front", size)]
        peak.memory = 30 << 20
        peak.course.over = .seconds(10)
        peak.course.duration = .seconds(60)
        peak.course.at = at
        mesh.peaks = [peak]
        return mesh
    }

    private func cell(_ mesh: MeshTopology) -> CellHarness {
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    private func begin(_ cell: CellHarness, _ name: String = "sale", at: Int64, until: Int64) {
        apply(cell, PeakEntry(name, set: .init(milliseconds: at), until: .init(milliseconds: until)), now: at)
    }

    private func apply(_ cell: CellHarness, _ peak: PeakEntry?, now: Int64) {
        cell.node.apply(settings: SettingsDocument(version: 1, peak: peak), now: .at(now), into: &cell.sink)
    }

    private func events(_ cell: CellHarness) -> [PeakRamp.Event] {
        cell.sink.events.compactMap { if case .peak("r-1", "sale", let event) = $0 { event } else { nil } }
    }

    private func workers(_ cell: CellHarness) -> Int { cell.node.graph.pools[0].workers }

    @Test func sizesMoveInTenSteps() {
        let cell = cell(mesh())
        begin(cell, at: 0, until: 70_000)
        #expect(workers(cell) == 10 && events(cell) == [.begun])
        for step in 1...10 {
            cell.run(until: .at(Int64(step) * 1_000 - 1))
            #expect(workers(cell) == 10 + 2 * (step - 1))
            cell.run(until: .at(Int64(step) * 1_000))
            #expect(workers(cell) == 10 + 2 * step)
            #expect(cell.node.graph.pools[0].queueLimit == 4 + 2 * step)
            #expect(cell.node.graph.memory.limit == (10 + 2 * step) << 20)
            #expect(cell.node.graph.admissions[0].load.capacity == 14 + 4 * step)
        }
        #expect(events(cell) == [.begun, .reached])
        #expect(cell.node.graph.pools[2].workers == 3, "no pool touches another")
        cell.run(until: .at(70_999))
        #expect(workers(cell) == 30)
        cell.run(until: .at(80_000))
        #expect(workers(cell) == 10 && cell.node.graph.memory.limit == 10 << 20)
        #expect(events(cell) == [.begun, .reached, .ended])
    }

    /// A core edge has a place for each worker of its caller; with the usual ones the peak would end at its gate.
    @Test func theGatesOfItsCallsGrowWithAPool() {
        let cell = cell(mesh())
        for _ in 0..<30 { cell.call("front") }
        cell.run(until: .at(200))
        #expect(cell.node.graph.gates[0]?.bulkhead.limit == 10)
        begin(cell, at: 1_000, until: 71_000)
        cell.run(until: .at(11_000))
        #expect(cell.node.graph.gates[0]?.bulkhead.limit == 30)
        cell.run(until: .at(100_000))
        #expect(cell.node.graph.gates[0]?.bulkhead.limit == 10)
    }

    @Test func whoWaitsHasTheWorkersThatAreNew() {
        let cell = cell(mesh())
        for _ in 0..<14 { cell.call("front", now: .at(4_950)) }
        begin(cell, at: 4_960, until: 90_000)
        #expect(cell.services()[0].waiting == 4)
        apply(cell, nil, now: 4_970)
        // Begun long ago, as by a process that has just started.
        let longAgo = PeakEntry("sale", set: .init(milliseconds: -20_000), until: .init(milliseconds: 60_000))
        apply(cell, longAgo, now: 4_980)
        #expect(workers(cell) == 30 && cell.services()[0].waiting == 0 && cell.services()[0].busy == 14)
        #expect(events(cell) == [.begun, .ended, .begun, .reached])
    }

    @Test func endedEarlyItGoesBackFromWhereItIs() {
        let cell = cell(mesh())
        begin(cell, at: 0, until: 70_000)
        cell.run(until: .at(5_000))
        #expect(workers(cell) == 20)
        apply(cell, nil, now: 5_500)
        cell.run(until: .at(7_500))
        #expect(workers(cell) == 16)
        cell.run(until: .at(20_000))
        #expect(workers(cell) == 10 && events(cell) == [.begun, .ended])
    }

    @Test func aNameThatIsNotKnownIsNoPeak() {
        let cell = cell(mesh())
        begin(cell, "what", at: 0, until: 70_000)
        cell.run(until: .at(20_000))
        #expect(workers(cell) == 10 && events(cell).isEmpty)
        let off = self.cell(mesh(off: [.peak]))
        begin(off, at: 0, until: 70_000)
        off.run(until: .at(20_000))
        #expect(workers(off) == 10)
    }

    @Test func itBeginsByItselfAtAMultipleOfTheHourlyMean() {
        let cell = cell(mesh(at: 2.5))
        func second(_ second: Int64, _ calls: Int) {
            cell.run(until: .at(second * 1_000 + 500))
            for _ in 0..<calls { cell.call("other", now: .at(second * 1_000 + 500)) }
        }
        for at in 0..<90 { second(Int64(at), 2) }
        #expect(events(cell).isEmpty)
        for at in 90..<92 { second(Int64(at), 20) }
        cell.run(until: .at(92_400))
        #expect(events(cell).isEmpty, "two looks are no peak")
        second(92, 20)
        cell.run(until: .at(93_000))
        #expect(events(cell) == [.begun])
        cell.run(until: .at(103_000))
        #expect(workers(cell) == 30)
        cell.run(until: .at(173_000))
        #expect(workers(cell) == 10 && events(cell) == [.begun, .reached, .ended])
    }

    @Test func aPoolThatFollowsItsLoadRestsMeanwhile() {
        let cell = cell(mesh(dynamic: true))
        begin(cell, at: 0, until: 70_000)
        for at in stride(from: 10_000, to: 50_000, by: 20) {
            cell.run(until: .at(Int64(at)))
            cell.call("front", now: .at(Int64(at)))
        }
        #expect(workers(cell) == 30)
        cell.run(until: .at(100_000))
        #expect(workers(cell) == 10)
    }
}
