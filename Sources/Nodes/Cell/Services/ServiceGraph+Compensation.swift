import MeshBase
import Topology
import Wire

/// Undoing what succeeded when a core call failed.
extension ServiceGraph {
    /// Undoes what succeeded below an edge, latest first, then fails the call.
    mutating func compensate(_ key: SlabKey, below edge: Int, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        let edges = services[invocation.service].calls
        for index in stride(from: edge - 1, through: 0, by: -1) {
            guard invocation.results[index].isAnswered, edges[index].compensation != nil else { continue }
            counters[invocation.service].compensations += 1
            invocations[key]?.stage = .compensating
            // Undoing is worth doing even when the caller's time is up: it has the edge's own limit.
            return startCall(
                of: key, edge: index, join: nil, route: routes.edges[invocation.service][index].undo,
                purpose: .compensation,
                priority: .critical, deadline: .distantFuture, now: now, into: &sink)
        }
        finish(key, invocation.failure ?? .failed, now: now, into: &sink)
    }
}
