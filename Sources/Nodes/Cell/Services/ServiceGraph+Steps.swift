import DequeModule
import MeshBase

/// What follows from what happens within the graph, one step after the other.
extension ServiceGraph {
    /// What goes on within one call of the graph.
    enum Step {
        /// It has a worker now.
        case work(SlabKey)
        case attemptEnded(SlabKey, EdgeReply)
        /// It has the connection that it waited for.
        case connected(SlabKey)
        /// It waited for a connection and gave way.
        case unconnected(SlabKey)
        /// It waited at a gate and gave way.
        case displaced(SlabKey)
        /// A place at a gate has become free.
        case turns(Int)
        /// The call that this one had joined has ended so.
        case shared(SlabKey, EdgeOutcome)
        /// It is to be made in place of the one that it had joined.
        case made(SlabKey)
        /// A call of a group has ended, with this for its caller.
        case memberEnded(SlabKey, member: Int, EdgeResults.Result)
    }

    mutating func runSteps(now: Instant, into sink: inout some CellSink) {
        while let step = steps.popFirst() {
            switch step {
            case .work(let key): work(key, now: now, into: &sink)
            case .attemptEnded(let attempt, let reply): attemptEnded(attempt, reply, now: now, into: &sink)
            case .connected(let key): connected(key, now: now, into: &sink)
            case .unconnected(let key): unconnected(key, now: now, into: &sink)
            case .displaced(let attempt): displaced(attempt, now: now, into: &sink)
            case .turns(let gate): turns(gate, now: now, into: &sink)
            case .shared(let call, let outcome): sharedEnded(call, outcome, now: now, into: &sink)
            case .made(let call): advance(call, now: now, into: &sink)
            case .memberEnded(let join, let member, let result):
                memberEnded(join, edge: member, result, now: now, into: &sink)
            }
        }
        if !freedPermits.isEmpty { returnPermits(into: &sink) }
    }
}
