import MeshBase
import Resilience

/// Identical calls within one request are made once (C28): see `RequestCaches`.
extension ServiceGraph {
    /// Under which request a call may share the end of another; nil where it is made for itself. What would have to be undone
    /// is done by each that needs it.
    func sharing(_ caller: Caller, edge: Int, route: Int, purpose: EdgeCall.Purpose) -> SlabKey? {
        guard sharesAnswers[routes.callee[route]], purpose == .call,
            services[caller.service].calls[edge].compensation == nil, let invocation = invocations[caller.key]
        else { return nil }
        let request = invocation.request ?? caller.key
        return invocations.contains(request) ? request : nil
    }

    /// A call that has a place joins the one under way, or is the one that others may join.
    ///
    /// - Returns: whether it is to be made.
    mutating func share(_ key: SlabKey, of request: SlabKey, now: Instant) -> Bool {
        guard let call = edgeCalls[key], let policy = policies.services[routes.callee[call.route]].requestCache else {
            return true
        }
        switch requestCaches.ask(routes.callee[call.route], key, of: request, policy) {
        case .joined:
            edgeCalls[key]?.sharing = .joined(request)
            timers.arm(.call(key), at: call.state.end)
            return false
        case .make: edgeCalls[key]?.sharing = .led(request)
        // Looked for before it had a place.
        case .hit, .makeAlone: break
        }
        return true
    }

    /// A call is over that others may have joined: they end as it did, or one of them is made in its place.
    mutating func shareEnd(_ call: EdgeCall, _ key: SlabKey, _ outcome: EdgeOutcome) {
        guard case .led(let request) = call.sharing else { return }
        let callee = routes.callee[call.route]
        let goesOn = invocations.contains(request)
        guard Self.isShared(outcome) else {
            return promote(requestCaches.left(callee, key, of: request, goesOn: goesOn), of: request)
        }
        let isGood = if case .ok = outcome { true } else { false }
        for other in requestCaches.ended(callee, key, of: request, isGood: isGood, goesOn: goesOn) {
            steps.append(.shared(other, outcome))
        }
    }

    /// That its caller left, or had no time left, is no end of the callee's, and others may have more time; that it was
    /// held back for its class is none either, and others may matter more.
    private static func isShared(_ outcome: EdgeOutcome) -> Bool {
        switch outcome {
        case .ok: true
        case .withdrawn: false
        case .failed(let failure):
            failure.blame.policy != .deadline && failure.blame.policy != .throttle && !failure.isShed
        }
    }

    /// A call that had joined another waits no longer: its time is up, or it is given up.
    mutating func leaveShared(_ key: SlabKey) {
        guard let call = edgeCalls[key], case .joined(let request) = call.sharing else { return }
        edgeCalls[key]?.sharing = .none
        let goesOn = invocations.contains(request)
        _ = requestCaches.left(routes.callee[call.route], key, of: request, goesOn: goesOn)
    }

    /// The call that this one had joined has ended so.
    mutating func sharedEnded(
        _ key: SlabKey, _ outcome: EdgeOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard var call = edgeCalls.remove(key) else { return }
        timers.cancel(.call(key))
        call.state.withdrawn(in: &scopes[call.route], now: now)
        callEnded(call, outcome, now: now, into: &sink)
    }

    private mutating func promote(_ key: SlabKey?, of request: SlabKey) {
        guard let key else { return }
        edgeCalls[key]?.sharing = .led(request)
        steps.append(.made(key))
    }
}
