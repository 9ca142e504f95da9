import MeshBase
import Resilience

/// A pool of connections, for metrics.
package struct ConnectionView: Sendable {
    package let use: String
    package let busy: Int
    package let idle: Int
    package let limit: Int
    package let waiting: Int
    package let refusals: BulkheadRefusals
}

/// What is to be seen of calls between services: their gates, and what became of them.
extension CellNode {
    /// The gates of edges that there are; one is made at its first call.
    package func gateViews(now: Instant) -> [GateView] {
        graph.gates.indices.compactMap { gate in graph.gates[gate].map { view($0, at: gate, now: now) } }
    }

    /// The same with those that no call has needed yet, as they will begin: metrics have every state from the start.
    package func allGateViews(now: Instant) -> [GateView] {
        graph.gates.indices.map { gate in
            view(graph.gates[gate] ?? TargetGate(graph.routes.gates[gate].policy, now: now), at: gate, now: now)
        }
    }

    private func view(_ state: TargetGate, at gate: Int, now: Instant) -> GateView {
        let way = graph.routes.gates[gate]
        return GateView(
            node: name, cell: name, from: graph.services[way.caller].name, to: graph.services[way.callee].name,
            state.figures(way.policy, now: now))
    }

    /// All edges; of ways that undo or stand in, those that have seen a call.
    package mutating func scopeViews(now: Instant) -> [ScopeView] {
        var views: [ScopeView] = []
        let calls = Set(graph.routes.edges.joined().map(\.call))
        for route in graph.scopes.indices
        where calls.contains(route) || graph.scopes[route].counters != CallCounters.none {
            views.append(ScopeView(graph.edgeName(route: route), &graph.scopes[route], now: now))
        }
        return views
    }

    /// Attempts for each call of an edge, over all of them and the last 10 s.
    package mutating func amplification(now: Instant) -> Double { graph.scopes.amplification(now: now) }

    /// Fallbacks that stood in, by gate: of all edges, and of other ways that had one.
    package func fallbacks() -> [(gate: String, kind: StaticString, count: UInt64)] {
        let calls = Set(graph.routes.edges.joined().map(\.call))
        return graph.fallbacks.indices.flatMap { route in
            FallbackKind.allCases.compactMap { kind in
                let count = graph.fallbacks[route][Int(kind.rawValue)]
                return count == 0 && !calls.contains(route) ? nil : (graph.edgeName(route: route), kind.name, count)
            }
        }
    }

    /// Calls that found the answer of an identical one of their request, or joined it, and those that were made.
    package func requestCache() -> (hits: UInt64, misses: UInt64) {
        (graph.requestCaches.hits, graph.requestCaches.misses)
    }

    /// What all work of the cell holds, and what was refused for want of it, by pool or `records`; nil where nobody counts.
    package func memory() -> (used: Int, limit: Int, peak: Int, refused: [(gate: String, count: UInt64)])? {
        guard graph.countsMemory else { return nil }
        var refused = graph.services.indices.map { (graph.poolName($0), graph.counters[$0].noMemory) }
        if store != nil { refused.append(("\(name)/records", counters.noMemory)) }
        return (graph.memory.used, graph.memory.limit, graph.memory.peak, refused)
    }

    /// Pools of connections, by their use.
    package func connections() -> [ConnectionView] {
        zip(graph.policies.connections, graph.connections).map { use, pool in
            ConnectionView(
                use: use.name, busy: pool.busy, idle: pool.idleCount, limit: pool.policy.most, waiting: pool.waiting,
                refusals: pool.refusals)
        }
    }

    /// How far the sizes of the peak that goes on are taken, 0...1; nil where none does.
    package func peak() -> (name: String, progress: Double)? {
        guard graph.peaks.isActive else { return nil }
        return (graph.peaks.profiles[graph.peaks.current].name, Double(graph.peaks.step) / 10)
    }

    /// What failures became, of calls that their callers need and of services that clients call; nothing where no failure
    /// becomes another.
    package func transformed() -> [(from: StaticString, to: StaticString, count: UInt64)] {
        let transformers = graph.allTransformers.compactMap { $0 }
        guard !transformers.isEmpty else { return [] }
        return FailureCause.allCases.flatMap { cause in
            Transformed.allCases.map { outcome in
                (cause.name, outcome.name, transformers.reduce(0) { $0 + $1.count(from: cause, to: outcome) })
            }
        }
    }
}
