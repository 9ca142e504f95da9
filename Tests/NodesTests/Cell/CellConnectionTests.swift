import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

/// Connections that services hold while they do their own work.
@Suite struct CellConnectionTests {
    private func cell(
        most: Int, wait: TimeAmount?, calls: [Topology.Edge] = [], off: [PolicySwitch] = []
    ) -> CellHarness {
        var work = waiting("work", 100, pool: Pool(workers: 20), calls: calls)
        work.connection = "oltp"
        var mesh = topology(
            services: [work, waiting("back", 50), waiting("other", 100, pool: Pool(workers: 20))], profile: .local)
        mesh.blueprints[0].services[2].connection = "oltp"
        var pool = ConnectionSettings()
        pool.max = most
        pool.wait = wait
        mesh.blueprints[0].connections = [
            PeakSettings.Named("unused", ConnectionSettings()), PeakSettings.Named("oltp", pool),
        ]
        mesh.policies?.off = off
        return CellHarness(mesh)
    }

    private func pool(_ cell: CellHarness) -> ConnectionView { cell.connections()[1] }

    @Test func workWaitsForAConnectionAsLongAsItMay() {
        let cell = cell(most: 2, wait: .milliseconds(150))
        for _ in 0..<2 { cell.call("work") }
        // Of one use for both services.
        for _ in 0..<3 { cell.call("other") }
        #expect(pool(cell).busy == 2 && pool(cell).waiting == 3 && pool(cell).limit == 2)
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200] && pool(cell).waiting == 1)
        cell.run(until: .at(150))
        let late = cell.takeReplies()
        #expect(late.map(\.head.kind) == [.refusal] && late[0].head.status == Refusal.overloaded.rawValue)
        #expect(pool(cell).refusals[.wait] == 1)
        cell.run(until: .at(200))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200])
        #expect(cell.isIdle && pool(cell).busy == 0 && pool(cell).idle == 2)
    }

    @Test func whatItCallsNeedsNone() {
        let cell = cell(most: 1, wait: .milliseconds(10), calls: [Topology.Edge(to: 1)])
        cell.call("work")
        cell.run(until: .at(100))
        #expect(pool(cell).busy == 0 && cell.services()[0].busy == 1)
        cell.call("other", now: .at(100))
        #expect(pool(cell).busy == 1)
        cell.run(until: .at(300))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200])
    }

    @Test func whoIsGivenUpStandsInTheLineNoLonger() {
        let cell = cell(most: 1, wait: .seconds(1))
        cell.call("work")
        let second = cell.call("work")
        #expect(pool(cell).waiting == 1)
        cell.cancel(second, now: .at(10))
        #expect(pool(cell).waiting == 0 && cell.services()[0].busy == 1)
        // Its deadline takes another out of it.
        cell.call("work", deadline: 20, now: .at(20))
        cell.run(until: .at(45))
        #expect(pool(cell).waiting == 0)
        cell.run(until: .at(2_000))
        #expect(cell.isIdle && pool(cell).busy == 0)
    }

    @Test func idleOnesAreClosedDownToTheLeast() {
        let cell = cell(most: 8, wait: .zero)
        for _ in 0..<8 { cell.call("work") }
        cell.run(until: .at(1_000))
        #expect(pool(cell).idle == 8)
        cell.run(until: .at(70_000))
        #expect(pool(cell).idle == 2)
    }

    /// Of twice what a pool serves it serves as much as it can: who finds no connection says nothing against its service, so
    /// that no breaker cuts off what is merely busy.
    @Test(arguments: ["front", "work"]) func beyondItsLimitAPoolServesAsMuchAsItCan(_ entry: String) {
        var work = waiting("work", 20, pool: Pool(workers: 20))
        work.connection = "oltp"
        let front = waiting("front", 0, pool: Pool(workers: 64), calls: [Topology.Edge(to: 0)])
        var mesh = topology(services: [work, front], profile: .local)
        var pool = ConnectionSettings()
        pool.max = 3
        mesh.blueprints[0].connections = [PeakSettings.Named("oltp", pool)]
        let cell = CellHarness(mesh)
        // 300 calls a second, of which three connections serve 150.
        for number in 0..<3_000 {
            let now = Instant.at(Int64(number * 10 / 3))
            cell.run(until: now)
            cell.call(entry, deadline: 1_000, now: now)
        }
        cell.run(until: .at(11_000))
        let ok = cell.takeReplies().count { $0.head.kind == .reply && $0.head.status == 200 }
        #expect(ok > 1_350, "\(ok) of 1500")
        #expect(cell.connections()[0].refusals[.wait] > 1_000)
        #expect(cell.node.graph.gates.allSatisfy { $0?.breaker.state ?? .closed == .closed })
    }

    @Test func withBulkheadsOffThereAreNone() {
        let cell = cell(most: 1, wait: .zero, off: [.bulkhead])
        for _ in 0..<5 { cell.call("work") }
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200, 200, 200, 200] && cell.connections().isEmpty)
    }
}
