import MeshBase
import Resilience

/// What became of calls between services that failed, for metrics.
extension CellNode {
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
