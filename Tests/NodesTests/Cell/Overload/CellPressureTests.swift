import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

private typealias Edge = Topology.Edge

/// Shedding by pressure at the pools of a cell.
@Suite struct CellPressureTests {
    private func cell(_ services: [Service]) -> CellHarness {
        var mesh = topology(services: services)
        mesh.policies?.shedding = SheddingSettings()
        mesh.policies?.shedding?.p95 = .seconds(1)
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    /// Wakes it each 100 ms.
    private func run(_ cell: CellHarness, _ times: ClosedRange<Int64>) {
        for step in stride(from: times.lowerBound, through: times.upperBound, by: 100) {
            cell.node.wake(now: .at(step), into: &cell.sink)
        }
    }

    private func pressure(_ cell: CellHarness, _ place: String, _ signal: String = "p95") -> Double? {
        cell.node.pressures.first { $0.place == place && $0.signal == signal }?.value
    }

    private func shed(_ cell: CellHarness) -> UInt64 {
        cell.node.shed().filter { $0.place == "adaptive" }.reduce(0) { $0 + $1.count }
    }

    @Test func aFullPoolWhoseAnswersAreLateShedsTheLowestAndComesBackBitByBit() throws {
        let cell = cell([waiting("front", 600, pool: Pool(workers: 4, queue: 40))])
        for _ in 0..<20 { cell.call("front") }
        run(cell, 100...3000)
        // A third of the way to 0.8, and then to 1.
        #expect(abs((pressure(cell, "front") ?? 0) - 0.511) < 0.01)
        _ = cell.takeReplies()
        let number = cell.call("front", priority: .low, now: .at(3000))
        let refusal = try #require(cell.takeReplies().first)
        #expect(refusal.head.request == number && refusal.head.status == Refusal.shed.rawValue)
        #expect(refusal.head.deadline == 1000 && refusal.head.flags.priority == .low)
        cell.call("front", priority: .critical, now: .at(3000))
        #expect(cell.takeReplies().isEmpty)
        #expect(shed(cell) == 1)
        run(cell, 3100...5000)
        let events = cell.sink.events.compactMap { event -> String? in
            guard case .shedding(let place, let priority, let hasBegun) = event else { return nil }
            return "\(place) \(priority.name) \(hasBegun)"
        }
        #expect(events == ["adaptive/front low true", "adaptive/front low false"])
        #expect(abs((pressure(cell, "front") ?? 0) - 0.128) < 0.01, "what was shed does not all come back at once")
        run(cell, 5100...10_000)
        #expect(pressure(cell, "front") == 0)
        for _ in 0..<4 { cell.call("front", priority: .low, now: .at(10_000)) }
        #expect(shed(cell) == 1 && cell.services()[0].busy == 4)
    }

    /// Nine tenths of what the cell may hold are taken: what matters least is refused before there is nothing left.
    @Test func memoryThatIsNearlyTakenIsPressure() {
        var mesh = topology(services: [waiting("front", 5_000, pool: Pool(workers: 40))])
        mesh.blueprints[0].memory = 20 * ServiceGraph.callBytes
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        for _ in 0..<19 { cell.call("front") }
        run(cell, 100...1_500)
        // (0.95 - 0.85) / 0.15 of the way.
        #expect(abs((pressure(cell, "cell", "memory") ?? 0) - 2.0 / 3) < 0.01)
        cell.call("front", priority: .low, now: .at(1_500))
        #expect(shed(cell) == 1)
        cell.call("front", priority: .critical, now: .at(1_500))
        #expect(shed(cell) == 1 && cell.services()[0].busy == 20)
    }

    /// A dependency that hangs is no load: to refuse others would make nobody faster.
    @Test func lateAnswersOfAPoolWithFreeWorkersAreNoPressure() {
        let cell = cell([waiting("front", 1900, pool: Pool(workers: 40))])
        for _ in 0..<20 { cell.call("front") }
        run(cell, 100...4000)
        #expect(cell.takeReplies().count == 20)
        #expect(pressure(cell, "front") == 0 && shed(cell) == 0)
    }

    @Test func aPoolUnderPressureLeavesTheOthersAlone() {
        let cell = cell([
            waiting("front", 600, pool: Pool(workers: 4, queue: 40)), waiting("other", 10),
            Service(name: "instant"),
        ])
        for _ in 0..<20 { cell.call("front") }
        run(cell, 100...3000)
        #expect((pressure(cell, "front") ?? 0) > 0.4 && pressure(cell, "other") == 0)
        _ = cell.takeReplies()
        cell.call("other", priority: .low, now: .at(3000))
        cell.call("instant", priority: .low, now: .at(3000))
        run(cell, 3000...3100)
        #expect(cell.takeReplies().map(\.head.status).filter { $0 == 200 }.count == 2)
    }

    /// A call that was taken up is not wasted half way.
    @Test func callsBetweenServicesAreNotShedByPressure() {
        let cell = cell([
            waiting("front", 0, calls: [Edge(to: 1)]), waiting("back", 600, pool: Pool(workers: 4, queue: 40)),
        ])
        for _ in 0..<20 { cell.call("back") }
        run(cell, 100...3400)
        #expect((pressure(cell, "back") ?? 0) > 0.4)
        _ = cell.takeReplies()
        cell.call("front", priority: .low, now: .at(3400))
        run(cell, 3400...4100)
        #expect(cell.takeReplies().map(\.head.status).contains(200))
        #expect(shed(cell) == 0)
    }

    /// The processor counts only while turns of the loop come late, and then an instant service is refused as well.
    @Test func theProcessorIsASignalWhileTheLoopIsLate() {
        let cell = cell([Service(name: "instant")])
        cell.node.load = LoadSignals(cpu: 1, loopLag: .milliseconds(9))
        run(cell, 100...1000)
        cell.call("instant", priority: .low, now: .at(1000))
        #expect(cell.takeReplies().map(\.head.status) == [200])
        cell.node.load = LoadSignals(cpu: 1, loopLag: .milliseconds(11))
        run(cell, 1100...2000)
        #expect(pressure(cell, "cell", "cpu") == 1)
        for priority in [Priority.low, .high, .critical] { cell.call("instant", priority: priority, now: .at(2000)) }
        #expect(
            cell.takeReplies().map(\.head.status) == [Refusal.shed.rawValue, Refusal.shed.rawValue, 200])
    }

    @Test func theObjectiveIsTheTargetUnlessOneIsWritten() {
        var mesh = topology(services: [waiting("front", 1)])
        #expect(mesh.cellPolicies(ofBlueprint: 0).adaptiveShedding?.p95 == nil)
        mesh.blueprints[0].objectives = Objectives(p99: .milliseconds(50))
        #expect(mesh.cellPolicies(ofBlueprint: 0).adaptiveShedding?.p95 == .milliseconds(50))
        var shedding = SheddingSettings()
        shedding.p95 = .milliseconds(200)
        mesh.policies?.shedding = shedding
        #expect(mesh.cellPolicies(ofBlueprint: 0).adaptiveShedding?.p95 == .milliseconds(200))
        mesh.policies?.off = [.adaptiveShedding]
        let cell = CellHarness(mesh)
        #expect(cell.node.pressures.isEmpty && !cell.node.shed().contains { $0.place == "adaptive" })
    }
}
