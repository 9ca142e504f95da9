import MeshBase
import Topology
import Wire

/// The calls that a service makes after its own work, and what stands in for those that fail.
extension ServiceGraph {
    /// Makes the calls of a service one after the other.
    mutating func nextCall(_ key: SlabKey, from first: Int, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        let edges = services[invocation.service].calls
        guard first < edges.count else { return finish(key, .ok, now: now, into: &sink) }
        let edge = edges[first]
        invocations[key]?.stage = .calling
        startCall(
            EdgeCall(parent: key, edge: first, purpose: .call), of: edge.to,
            priority: edge.criticality == .luxury ? invocation.priority.lowered : invocation.priority,
            limit: min(now + edge.timeout, invocation.deadline), now: now, into: &sink)
    }

    /// Begins the attempt of an edge call. It may have ended when this returns; its end is then among the steps.
    mutating func startCall(
        _ call: EdgeCall, of service: Int, priority: Priority, limit: Instant, now: Instant,
        into sink: inout some CellSink
    ) {
        guard let customer = invocations[call.parent]?.customer else { return }
        guard let key = edgeCalls.insert(call) else { return callEnded(call, .rejected, now: now, into: &sink) }
        timers.arm(.call(key), at: limit)
        let child = begin(
            Invocation(
                service: service, owner: .edge(key, token: call.token), customer: customer, priority: priority,
                deadline: limit), now: now, into: &sink)
        // It may have ended already; then there is nothing to remember.
        if let child, invocations.contains(child) { edgeCalls[key]?.child = child }
        invocations[call.parent]?.call = key
    }

    /// An attempt has ended, as its callee saw it.
    mutating func attemptEnded(
        _ key: SlabKey, token: UInt8, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard edgeCalls[key]?.token == token, let call = edgeCalls.remove(key) else { return }
        timers.cancel(.call(key))
        callEnded(call, outcome, now: now, into: &sink)
    }

    /// The limit of an edge call has passed.
    mutating func callTimedOut(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let call = edgeCalls.remove(key) else { return }
        if let child = call.child { giveUp(child, now: now, into: &sink) }
        if call.purpose == .call, let service = invocations[call.parent]?.service {
            counters[service].callTimeouts += 1
        }
        callEnded(call, .timedOut, now: now, into: &sink)
    }

    /// A call of an edge is over: the caller goes on, with what the call gave or with what stands in for it.
    private mutating func callEnded(
        _ call: EdgeCall, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        let (key, index) = (call.parent, call.edge)
        guard let service = invocations[key]?.service else { return }
        if call.purpose == .compensation {
            if outcome == .ok { invocations[key]?.results[index] = .compensated }
            return compensate(key, below: index, now: now, into: &sink)
        }
        let edge = services[service].calls[index]
        if outcome == .ok {
            succeededBefore[service][index] = true
            invocations[key]?.results[index] = .ok
        } else if let stand = substitute(for: edge, service: service, index: index) {
            counters[service].fallbacks += 1
            invocations[key]?.results[index] = stand
        } else {
            if case .shed = outcome {
                invocations[key]?.results[index] = .shed
            } else {
                invocations[key]?.results[index] = .failed
            }
            invocations[key]?.failure = outcome == .timedOut ? .timedOut : .dependency(edge: index)
            return compensate(key, below: index, now: now, into: &sink)
        }
        nextCall(key, from: index + 1, now: now, into: &sink)
    }

    private func substitute(for edge: Edge, service: Int, index: Int) -> EdgeResults.Result? {
        guard edge.criticality != .core else { return nil }
        for fallback in edge.fallback {
            switch fallback {
            case .cached: if succeededBefore[service][index] { return .cached }
            case .generic: return .generic
            case .static: return .static
            case .empty: return .empty
            }
        }
        return .skipped
    }
}
