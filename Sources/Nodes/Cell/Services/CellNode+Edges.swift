import MeshBase
import Resilience

/// What is to be seen of calls between services: their gates, and what became of them.
extension CellNode {
    /// The gates of edges that there are; one is made at its first call.
    package func gateViews(now: Instant) -> [GateView] {
        graph.gates.indices.compactMap { gate in
            guard let state = graph.gates[gate] else { return nil }
            let way = graph.routes.gates[gate]
            return GateView(
                node: name, cell: name, from: graph.services[way.caller].name, to: graph.services[way.callee].name,
                state.figures(way.policy, now: now))
        }
    }

    /// Edges that have seen a call.
    package mutating func scopeViews(now: Instant) -> [ScopeView] {
        var views: [ScopeView] = []
        for route in graph.scopes.indices where graph.scopes[route].counters != CallCounters.none {
            views.append(ScopeView(gateName(graph.routes.gateOf[route]), &graph.scopes[route], now: now))
        }
        return views
    }

    /// Attempts for each call of an edge, over all of them and the last 10 s.
    package mutating func amplification(now: Instant) -> Double { graph.scopes.amplification(now: now) }

    /// Fallbacks that stood in, by gate; those that never did are left out.
    package func fallbacks() -> [(gate: String, kind: StaticString, count: UInt64)] {
        graph.fallbacks.indices.flatMap { route in
            FallbackKind.allCases.compactMap { kind in
                let count = graph.fallbacks[route][Int(kind.rawValue)]
                return count == 0 ? nil : (gateName(graph.routes.gateOf[route]), kind.name, count)
            }
        }
    }

    /// What failures of calls that their callers need became, over all edges; what never happened is left out.
    package func transformed() -> [(from: StaticString, to: StaticString, count: UInt64)] {
        FailureCause.allCases.flatMap { cause in
            Transformed.allCases.compactMap { outcome in
                let count = graph.transformers.joined().reduce(0) { $0 + ($1?.count(from: cause, to: outcome) ?? 0) }
                return count == 0 ? nil : (cause.name, outcome.name, count)
            }
        }
    }
}
