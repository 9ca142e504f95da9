import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

/// Pools whose size follows their load.
@Suite struct DynamicPoolTests {
    private func cell(
        _ kind: DynamicPoolSettings.Kind?, workers: Int = 4, least: Int? = nil, most: Int? = nil, milliseconds: Int64,
        queue: Int = 0, errors: Double = 0, shedding: SheddingThresholds = .never, off: [PolicySwitch] = []
    ) -> CellHarness {
        var pool = Pool(workers: workers, queue: queue)
        if let kind {
            pool.dynamic = DynamicPoolSettings()
            pool.dynamic?.kind = kind
            pool.dynamic?.min = least
            pool.dynamic?.max = most
        }
        var mesh = topology(
            services: [waiting("work", milliseconds, pool: pool, errors: errors)], shedding: shedding, profile: .local)
        mesh.policies?.off = off
        return CellHarness(mesh)
    }

    /// Calls `each` as often in each step, from one instant to the other.
    private func load(_ cell: CellHarness, from: Int64, to: Int64, step: Int64, each: Int = 1) {
        for at in stride(from: from, to: to, by: Int(step)) {
            cell.run(until: .at(at))
            for _ in 0..<each { cell.call("work", now: .at(at)) }
        }
        cell.run(until: .at(to))
    }

    private func sizes(_ cell: CellHarness) -> [Int] {
        cell.sink.events.compactMap { event in
            if case .gate("r-1/work", .resized(_, let to)) = event { to } else { nil }
        }
    }

    @Test func aFullPoolThatAnswersWellGrowsAndOneThatIsIdleShrinks() {
        let cell = cell(.step, milliseconds: 100)
        // 3.3 in use: more than four fifths of four workers, and less of five.
        load(cell, from: 0, to: 12_000, step: 30)
        #expect(sizes(cell) == [5] && cell.services()[0].workers == 5, "\(sizes(cell))")
        cell.run(until: .at(60_000))
        #expect(sizes(cell) == [5, 4, 3, 2], "\(sizes(cell))")
        #expect(cell.services()[0].workers == 2, "half of what is declared, and no less")
    }

    @Test func boundsHold() {
        let cell = cell(.step, least: 3, most: 6, milliseconds: 100)
        load(cell, from: 0, to: 20_000, step: 10)
        #expect(sizes(cell).last == 6)
        cell.run(until: .at(90_000))
        #expect(sizes(cell).last == 3)
    }

    @Test func errorsHalveIt() {
        let cell = cell(.errors, workers: 8, milliseconds: 5, errors: 1)
        load(cell, from: 0, to: 1_500, step: 20)
        #expect(sizes(cell) == [4])
    }

    @Test func theControllerHoldsThreeQuartersInUse() {
        let cell = cell(.pid, workers: 10, milliseconds: 100)
        // 6 in use on average: 8 workers would be three quarters.
        load(cell, from: 0, to: 60_000, step: 50, each: 3)
        #expect((7...9).contains(cell.services()[0].workers), "\(sizes(cell))")
    }

    @Test func whoWaitsHasTheWorkersThatAreNew() {
        let cell = cell(.step, milliseconds: 900, queue: 20)
        for _ in 0..<24 { cell.call("work") }
        cell.run(until: .at(999))
        #expect(cell.services()[0].busy == 4)
        // 20 answers until the size is judged: the sixth round, when 20 have been answered, is past the cool-down.
        load(cell, from: 1_000, to: 8_000, step: 200)
        #expect(sizes(cell).first == 5)
        #expect(cell.services()[0].busy == cell.services()[0].workers)
    }

    @Test func whatIsShedFollowsTheSize() {
        let cell = cell(.step, least: 1, most: 8, milliseconds: 100, shedding: SheddingThresholds())
        #expect(cell.node.graph.admissions[0].load.capacity == 4)
        load(cell, from: 0, to: 20_000, step: 5)
        let workers = cell.services()[0].workers
        #expect(workers > 4 && cell.node.graph.admissions[0].load.capacity == workers)
    }

    @Test func withoutAWordItStaysAsItIs() {
        for cell in [cell(nil, milliseconds: 100), cell(.step, milliseconds: 100, off: [.dynamic])] {
            load(cell, from: 0, to: 20_000, step: 25)
            #expect(sizes(cell).isEmpty && cell.services()[0].workers == 4)
        }
    }
}
