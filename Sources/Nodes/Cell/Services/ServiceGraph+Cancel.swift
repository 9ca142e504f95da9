import MeshBase
import Topology
import Wire

/// Calls that nobody waits for any more.
extension ServiceGraph {
    /// The asker at the other end of a link gives a call up. What has ended already is not looked for.
    ///
    /// - Returns: false when no such call is under way.
    mutating func cancel(_ call: Asked, now: Instant, into sink: inout some CellSink) -> Bool {
        guard let key = asked.removeValue(forKey: call) else { return false }
        giveUp(key, why: .abandoned, now: now, into: &sink)
        runSteps(now: now, into: &sink)
        return true
    }

    /// Ends what waits for a worker. What works holds its worker to the end of its work, because real work cannot be
    /// recalled either; it begins no further call, undoes what it had done, and answers nobody.
    mutating func giveUp(_ key: SlabKey, why: ExtraWork, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key], !invocation.isCancelled else { return }
        invocations[key]?.owner = .nobody
        switch invocation.stage {
        case .queued:
            pools[invocation.service].withdraw { $0 == key }
            leave(key, .cancelled, now: now)
        case .working, .compensating:
            noteFailed(invocation, .cancelled)
            invocations[key]?.isCancelled = true
            invocations[key]?.extra = why
            leaveLine(key, now: now, into: &sink)
        case .calling:
            invocations[key]?.isCancelled = true
            invocations[key]?.extra = why
            invocations[key]?.failure = .cancelled
            if let join = invocation.join { return withdrawGroup(join, now: now, into: &sink) }
            guard let call = invocation.call else { return }
            withdraw(call, now: now, into: &sink)
        }
    }
}
