import MeshBase
import Replication
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

/// The probes that ask more than a look at the cell itself.
@Suite struct CellProbeTests {
    private static let services = [
        waiting("front", 0, calls: [Topology.Edge(to: 1)]),
        waiting("back", 50, pool: Pool(workers: 1, queue: 0)),
    ]

    private func cell(
        synthetic: String? = nil, store: StoreSettings? = nil, life: StoreLife = .votes,
        services: [Topology.Service] = services
    ) -> CellHarness {
        var mesh = topology(services: services, store: store)
        if let synthetic {
            var health = HealthSettings()
            health.syntheticService = synthetic
            var policies = PoliciesBlock()
            policies.health = health
            mesh.blueprints[0].policies = policies
        }
        let cell = CellHarness(mesh, store: StoreIdentity(id: 1, life: life))
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    /// Wakes the cell whenever it wants to be, and answers what its store is asked.
    private func run(_ cell: CellHarness, until end: Instant, store answer: StoreAnswer.Outcome? = nil) {
        for _ in 0..<100_000 {
            let next = cell.node.nextDeadline()
            guard next <= end else { return }
            cell.node.wake(now: next, into: &cell.sink)
            for order in cell.sink.orders where answer != nil && order.operation == .version {
                cell.node.stored(StoreAnswer(ticket: order.ticket, outcome: answer!), now: next, into: &cell.sink)
            }
            if answer != nil { cell.sink.orders.removeAll() }
        }
        Issue.record("it wants to be woken all the time")
    }

    private func told(_ cell: CellHarness, _ kind: ProbeKind) -> [Bool] {
        cell.sink.events.compactMap { event in
            if case .health(.probe(kind, let isGood, _)) = event { isGood } else { nil }
        }
    }

    private let version = StoreAnswer.Outcome.version(.none, tombstone: false, absent: 0)

    // MARK: Startup

    @Test func nothingIsCalledBeforeTheCellHasStarted() throws {
        let cell = cell(store: StoreSettings(), life: .unborn)
        cell.call("front")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.kind == .refusal && reply.head.status == Refusal.notReady.rawValue)
        #expect(cell.counters.notReady == 1 && cell.services()[0].counters.calls == 0)
        // What never starts fails when its time is over, and is told so once.
        run(cell, until: .at(29_000))
        #expect(told(cell, .startup) == [])
        run(cell, until: .at(31_000))
        #expect(told(cell, .startup) == [false])
        run(cell, until: .at(60_000))
        #expect(told(cell, .startup) == [false] && cell.node.health.score == 0)
    }

    @Test func withoutProbesItIsCalledAtOnce() {
        var mesh = topology(services: Self.services)
        mesh.policies?.off = [.health]
        let cell = CellHarness(mesh, store: StoreIdentity(id: 1, life: .unborn))
        cell.call("front")
        #expect(cell.takeReplies().isEmpty && cell.counters.notReady == 0)
    }

    // MARK: Deep

    @Test func aStoreThatDoesNotAnswerMakesTheCellUnready() {
        let cell = cell(store: StoreSettings())
        run(cell, until: .at(12_000), store: version)
        #expect(cell.node.health.isReady && cell.node.health.counters[.deep].passed == 2)
        // The third is asked for at 15 s; the fourth and fifth find it out still, and send no order of their own.
        run(cell, until: .at(26_900))
        #expect(cell.node.health.isReady && cell.sink.orders.filter { $0.operation == .version }.count == 1)
        run(cell, until: .at(28_000))
        #expect(told(cell, .deep) == [false] && !cell.node.health.isReady && cell.node.health.score == 0)
        #expect(cell.node.health.whyUnready?.contains("deep") == true)
        run(cell, until: .at(45_000), store: version)
        #expect(told(cell, .deep) == [false, true] && cell.node.health.isReady)
    }

    @Test func aStoreThatSaysItCannotFails() {
        let cell = cell(store: StoreSettings())
        run(cell, until: .at(17_000), store: .failed(.overloaded))
        #expect(told(cell, .deep) == [false])
    }

    @Test func withoutAStoreNobodyIsAsked() {
        let cell = cell()
        run(cell, until: .at(20_000))
        #expect(cell.sink.orders.isEmpty && cell.node.health.probes.allSatisfy { $0.kind != .deep })
    }

    // MARK: Dependencies

    @Test func aCalleeThatTakesNoWorkDegradesTheCell() {
        var services = Self.services
        services[1] = waiting("back", 20_000, pool: Pool(workers: 1, queue: 0))
        let cell = cell(services: services)
        run(cell, until: .at(3_000))
        cell.call("back", now: .at(3_000))
        run(cell, until: .at(7_000))
        #expect(cell.node.health.needed.isEmpty, "twice is not often enough")
        run(cell, until: .at(12_000))
        let health = cell.node.health
        #expect(told(cell, .dependency) == [false])
        #expect(health.needed == ["dependency r-1/front/back takes no work"])
        // It serves: it is asked like others, and says that it is worth less.
        #expect(health.isReady && health.state == .degraded && health.score == 0.5)
        run(cell, until: .at(40_000))
        #expect(told(cell, .dependency) == [false, true])
        #expect(cell.node.health.state == .healthy && cell.node.health.score == 1)
    }

    // MARK: Synthetic

    @Test func aSyntheticCallGoesThroughTheServicesAndIsNoCustomers() {
        let cell = cell(synthetic: "front")
        run(cell, until: .at(31_000))
        #expect(cell.node.health.counters[.synthetic].passed == 1)
        #expect(cell.services().allSatisfy { $0.counters.calls == 0 && $0.counters.ok == 0 })
        #expect(cell.node.gateViews(now: .at(31_000)).map(\.name) == ["r-1/front/back"], "its edge was called")
        #expect(cell.isIdle && cell.takeReplies().isEmpty)
    }

    @Test func aServiceThatFailsDegradesTheCell() {
        var services = Self.services
        services[1] = waiting("back", 50, errors: 1)
        let cell = cell(synthetic: "front", services: services)
        run(cell, until: .at(85_000))
        #expect(cell.node.health.state == .healthy)
        run(cell, until: .at(100_000))
        let health = cell.node.health
        #expect(told(cell, .synthetic) == [false] && health.state == .degraded && health.isReady)
        #expect(health.needed == ["synthetic probe down"] && health.score == 0.75)
        #expect(cell.services().allSatisfy { $0.counters.failed == 0 })
    }

    @Test func aCellThatGoesAsksNobody() {
        let cell = cell(synthetic: "front", store: StoreSettings())
        cell.node.leave(now: .at(1_000), into: &cell.sink)
        cell.sink.orders.removeAll()
        run(cell, until: .at(65_000))
        #expect(cell.node.health.counters[.synthetic].passed == 0 && cell.node.health.counters[.deep].passed == 0)
        #expect(cell.sink.orders.filter { $0.operation == .version }.isEmpty)
    }
}
