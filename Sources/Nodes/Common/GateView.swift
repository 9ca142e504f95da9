import MeshBase
import Resilience

/// One gate of a node as others see it: on its admin page and in its metrics.
package struct GateView: Sendable, Equatable {
    /// The node at which it stands.
    package let node: String
    /// The cell whose service is called.
    package let cell: String
    /// Who calls: of a router's gate the router's cell end, of a cell's the calling service.
    package let from: String
    /// The service that is called, or `records`.
    package let to: String
    package let figures: GateFigures
    /// NODE/FROM/TO.
    package var name: String { "\(node)/\(from)/\(to)" }

    package init(node: String, cell: String, from: String, to: String, _ figures: GateFigures) {
        self.node = node
        self.cell = cell
        self.from = from
        self.to = to
        self.figures = figures
    }
}

/// What became of the calls of one scope: of one service in a router, of one edge in a cell.
package struct ScopeView: Sendable {
    /// NODE/SERVICE, or NODE/CALLER/CALLEE.
    package let name: String
    package let counters: CallCounters
    /// Attempts for each call, over the last 10 s.
    package let amplification: Double
    /// The share of the calls of the last 10 s that were retried.
    package let retryRatio: Double
    /// Retries and hedges that may still be made.
    package let budgetLeft: Int64
    /// Of those that there may be, the share that is left; nil where there may be none.
    package let budgetShare: Double?

    package init(_ name: String, _ scope: inout CallScope, now: Instant) {
        self.name = name
        counters = scope.counters
        amplification = scope.amplification(now: now)
        retryRatio = scope.retryRatio(now: now)
        budgetLeft = scope.budgetLeft(now: now)
        budgetShare = scope.budgetShare(now: now)
    }
}

extension [CallScope] {
    /// Attempts for each call, over all scopes and the last 10 s; 1 without a call.
    mutating func amplification(now: Instant) -> Double {
        var firsts: Int64 = 0
        var extras: Int64 = 0
        for scope in indices {
            let (calls, more) = self[scope].recent(now: now)
            firsts += calls
            extras += more
        }
        return firsts == 0 ? 1 : Double(firsts + extras) / Double(firsts)
    }
}
