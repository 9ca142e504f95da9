import Chaos
import MeshBase
import Replication
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

/// What all work of a cell may hold.
@Suite struct CellMemoryTests {
    private func cell(_ bytes: Int?, calls: [Topology.Edge] = [], off: [PolicySwitch] = []) -> CellHarness {
        var mesh = topology(
            services: [waiting("work", 100, calls: calls), waiting("back", 100)], profile: .local)
        mesh.blueprints[0].memory = bytes
        mesh.policies?.off = off
        return CellHarness(mesh)
    }

    @Test func callsBeyondItAreRefusedAndItComesBack() throws {
        let cell = cell(3 * ServiceGraph.callBytes)
        for _ in 0..<5 { cell.call("work") }
        let refused = cell.takeReplies()
        #expect(refused.map(\.head.kind) == [.refusal, .refusal])
        #expect(refused.map(\.head.status) == [Refusal.overloaded.rawValue, Refusal.overloaded.rawValue])
        let memory = try #require(cell.memory())
        #expect(memory.used == memory.limit && memory.refused.map(\.gate) == ["r-1/work", "r-1/back", "r-1/records"])
        #expect(memory.refused.map(\.count) == [2, 0, 0])
        let counters = cell.services()[0].counters
        #expect(counters.rejected == 2 && counters.refusals[.memory] == 2)
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200, 200])
        #expect(cell.memory()?.used == 0 && cell.memory()?.peak == 3 * ServiceGraph.callBytes)
    }

    @Test func whatAFaultHoldsCallsDoNotFind() throws {
        let cell = cell(10 * ServiceGraph.callBytes)
        var effect = CellEffect()
        effect.add(.fillMemory(0.75), id: "f1")
        cell.node.strike(effect, now: .at(0))
        #expect(cell.node.ballast == 30_720)
        for _ in 0..<5 { cell.call("work") }
        #expect(cell.takeReplies().map(\.head.kind) == [.refusal, .refusal, .refusal])
        #expect(cell.node.cellFaults.starved == 3 && cell.memory()?.used == 2 * ServiceGraph.callBytes)
        cell.node.strike(CellEffect(), now: .at(1))
        for _ in 0..<3 { cell.call("work") }
        #expect(cell.takeReplies().isEmpty && cell.node.ballast == 0 && cell.node.cellFaults.starved == 3)
    }

    @Test func callsBetweenServicesCountToo() {
        let cell = cell(3 * ServiceGraph.callBytes, calls: [Topology.Edge(to: 1, criticality: .luxury)])
        for _ in 0..<2 { cell.call("work") }
        // One of the two finds room for what it calls, the other tries again in vain and goes on without.
        cell.run(until: .at(190))
        #expect(cell.takeReplies().map(\.note) == ["back=skipped"])
        cell.run(until: .at(1_000))
        #expect(cell.takeReplies().map(\.note) == [""] && cell.memory()?.used == 0)
    }

    @Test func valuesOnTheirWayToTheStoreCount() throws {
        let cell = cell(1_000)
        func write(_ bytes: Int) {
            cell.send(
                .recordWrite, "k", version: RecordVersion(counter: 1, writer: 1),
                body: String(repeating: "x", count: bytes))
        }
        write(700)
        #expect(cell.sink.orders.count == 1 && cell.memory()?.used == 700)
        write(301)
        #expect(cell.sink.orders.count == 1)
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.overloaded.rawValue])
        #expect(cell.memory()?.refused.filter { $0.count > 0 }.map(\.gate) == ["r-1/records"])
        let order = try #require(cell.sink.orders.first)
        cell.node.stored(
            StoreAnswer(ticket: order.ticket, outcome: .written(RecordVersion(counter: 1, writer: 1))), now: .zero,
            into: &cell.sink)
        #expect(cell.memory()?.used == 0)
        write(301)
        #expect(cell.sink.orders.count == 2)
    }

    @Test func withoutAWordNobodyCounts() {
        for cell in [cell(nil), cell(1, off: [.bulkhead])] {
            for _ in 0..<5 { cell.call("work") }
            #expect(cell.takeReplies().isEmpty && cell.memory() == nil)
        }
    }
}
