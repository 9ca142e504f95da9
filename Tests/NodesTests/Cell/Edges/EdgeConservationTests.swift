import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

/// Whatever happens, what was taken comes back: workers, places at gates, tokens of budgets; and nothing is undone twice.
@Suite struct EdgeConservationTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func whatWasTakenComesBack(seed: UInt64) {
        var random = Generator(seed: seed, concern: "edge-conservation")
        let cell = CellHarness(Self.mesh(&random))
        var now = Instant.at(0)
        var calls: [UInt64] = []
        for _ in 0..<400 {
            switch random.below(10) {
            case 0...4:
                calls.append(
                    cell.send(
                        .serviceCall, random.chance(0.8) ? "a" : "b", customer: "c\(random.below(4))",
                        priority: Priority.allCases[Int(random.below(4))],
                        deadline: random.chance(0.3) ? UInt32(random.below(400)) : 0,
                        method: random.chance(0.5) ? .get : .post, now: now))
            case 5: if let call = calls.randomElement(using: &random) { cell.cancel(call, now: now) }
            default:
                now += .microseconds(Int64(random.below(60_000)))
                cell.run(until: now)
            }
        }
        cell.run(until: now + .seconds(120))
        let graph = cell.node.graph
        #expect(cell.isIdle, "seed \(seed)")
        #expect(
            graph.edgeCalls.count == 0 && graph.edgeAttempts.count == 0 && graph.joins.count == 0, "seed \(seed)")
        #expect(graph.pools.allSatisfy { $0.busy == 0 && $0.waiting == 0 }, "seed \(seed)")
        #expect(graph.gates.allSatisfy { ($0?.bulkhead.busy ?? 0) == 0 && ($0?.waiting ?? 0) == 0 }, "seed \(seed)")
        #expect(graph.scopes.allSatisfy { $0.budget.outstanding == 0 && $0.budget.active == 0 }, "seed \(seed)")
        #expect(graph.transformers.joined().allSatisfy { $0?.isConserved ?? true }, "seed \(seed)")
        #expect(graph.requestCaches.count == 0, "seed \(seed)")
        #expect(graph.steps.isEmpty && graph.finished.isEmpty && graph.asked.isEmpty, "seed \(seed)")
        let answered = cell.takeReplies().map(\.head.request)
        #expect(Set(answered).count == answered.count, "seed \(seed): somebody was answered twice")
        #expect(answered.count + Int(cell.node.counters.cancels) == calls.count, "seed \(seed): an answer is missing")
        let counters = cell.services().map(\.counters)
        #expect(counters[5].ok <= counters[2].ok + counters[2].cancelled, "seed \(seed): undone twice")
    }

    /// a calls b, c and d; b calls d and e; what c did f undoes.
    private static func mesh(_ random: inout Generator) -> MeshTopology {
        func milliseconds(_ from: Int64, _ below: UInt64) -> TimeAmount {
            .milliseconds(from + Int64(random.below(below)))
        }
        func edge(_ to: Int, isCore: Bool, undo: Int? = nil) -> Topology.Edge {
            var edge = Topology.Edge(
                to: to, timeout: milliseconds(20, 400), criticality: isCore ? .core : .enhanced,
                fallback: isCore ? [] : [.cached, .generic, .static], compensation: undo)
            if random.chance(0.4) { edge.attemptTimeout = edge.timeout / 2 }
            if random.chance(0.4), undo == nil {
                edge.policies = PoliciesBlock()
                edge.policies?.hedge = HedgeSettings()
                edge.policies?.hedge?.after = .after(milliseconds(0, 40))
                edge.policies?.hedge?.share = 1
            }
            return edge
        }
        func service(_ name: String, _ calls: [Topology.Edge]) -> Topology.Service {
            waiting(
                name, Int64(random.below(120)),
                pool: Pool(workers: 1 + Int(random.below(6)), queue: Int(random.below(6))),
                calls: calls, errors: random.chance(0.5) ? random.unit() * 0.6 : 0)
        }
        var generic = edge(4, isCore: false)
        generic.genericService = 3
        var mesh = topology(
            services: [
                service(
                    "a", [edge(2, isCore: true, undo: 5), edge(1, isCore: true), edge(3, isCore: random.chance(0.5))]),
                service("b", [generic, edge(3, isCore: true)]),
                service("c", []), service("d", []), service("e", []), service("f", []),
            ], shedding: random.chance(0.5) ? .never : SheddingThresholds(), profile: random.chance(0.1) ? .off : .local
        )
        if random.chance(0.5) {
            let within = random.chance(0.5) ? milliseconds(5, 200) : nil
            mesh.blueprints[0].services[0].parallel = [ParallelCalls(first: 0, count: 3, joinWithin: within)]
            if random.chance(0.5) { mesh.blueprints[0].services[0].calls[2].joinWithin = milliseconds(0, 60) }
        }
        // d is called by a and by b, within one request; c's calls are undone, and never shared.
        for service in [2, 3, 4] where random.chance(0.4) { mesh.blueprints[0].services[service].cacheable = true }
        mesh.policies?.order = [.cellmesh, .seeds, .orchestra][Int(random.below(3))]
        mesh.policies?.retry = RetrySettings()
        mesh.policies?.retry?.attempts = 1 + Int(random.below(4))
        if random.chance(0.5) { mesh.policies?.retry?.on = RetrySettings.Failure.allCases }
        mesh.policies?.bulkhead = BulkheadSettings()
        mesh.policies?.bulkhead?.concurrent = 1 + Int(random.below(5))
        if random.chance(0.5) { mesh.policies?.bulkhead?.wait = milliseconds(1, 60) }
        if random.chance(0.3) {
            mesh.policies?.bulkhead?.queue = 1 + Int(random.below(4))
            mesh.policies?.bulkhead?.put = milliseconds(0, 50)
            mesh.policies?.bulkhead?.pause = milliseconds(1, 50)
        }
        mesh.policies?.bulkhead?.limit = [.fixed, .errors, .aimd, .vegas][Int(random.below(4))]
        return mesh
    }
}
