import MeshBase
import Resilience
import Topology
import Wire

/// The calls that a service makes after its own work. The call engine (`Resilience/Call`) decides what is tried, when and
/// how often; here it is done.
extension ServiceGraph {
    /// Makes the calls of a service one after the other, those of a group at once.
    mutating func nextCall(_ key: SlabKey, from first: Int, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        let edges = services[invocation.service].calls
        guard first < edges.count else { return finish(key, .ok, now: now, into: &sink) }
        invocations[key]?.stage = .calling
        if let group = catalogue.group(of: invocation.service, at: first), policies.isOn(.parallelJoin) {
            return startGroup(group, of: key, now: now, into: &sink)
        }
        startCall(of: key, edge: first, join: nil, now: now, into: &sink)
    }

    /// Begins the call of an edge that its caller's work needs.
    mutating func startCall(
        of parent: SlabKey, edge: Int, join: SlabKey?, now: Instant, into sink: inout some CellSink
    ) {
        guard let invocation = invocations[parent] else { return }
        let isLuxury = services[invocation.service].calls[edge].criticality == .luxury
        startCall(
            of: parent, edge: edge, join: join, route: routes.edges[invocation.service][edge].call, purpose: .call,
            priority: isLuxury ? invocation.priority.lowered : invocation.priority, deadline: invocation.deadline,
            now: now, into: &sink)
    }

    /// Begins a call of any kind. It may be over when this returns.
    mutating func startCall(
        of parent: SlabKey, edge: Int, join: SlabKey?, route: Int, purpose: EdgeCall.Purpose, priority: Priority,
        deadline: Instant, chain: FallbackChain? = nil, now: Instant, into sink: inout some CellSink
    ) {
        guard let caller = invocations[parent] else { return }
        startCall(
            from: Caller(parent, caller), edge: edge, join: join, route: route, purpose: purpose, priority: priority,
            deadline: deadline, chain: chain, now: now, into: &sink)
    }

    /// Who calls, also where it is no longer there.
    struct Caller {
        let key: SlabKey
        let service: Int
        let customer: CustomerHash
        let safety: CallSafety
        let trace: FrameTrace?

        init(_ key: SlabKey, _ invocation: Invocation) {
            self.key = key
            service = invocation.service
            customer = invocation.customer
            safety = invocation.safety
            trace = invocation.trace
        }

        init(_ call: EdgeCall) {
            key = call.parent
            service = call.caller
            customer = call.customer
            safety = call.safety
            trace = call.trace
        }
    }

    mutating func startCall(
        from caller: Caller, edge: Int, join: SlabKey?, route: Int, purpose: EdgeCall.Purpose, priority: Priority,
        deadline: Instant, chain: FallbackChain? = nil, now: Instant, into sink: inout some CellSink
    ) {
        // What is switched off is not called at all: its fallback stands in at once.
        let isOff = purpose == .call && switches.isOff(caller.service, edge, for: caller.customer)
        let request = isOff ? nil : sharing(caller, edge: edge, route: route, purpose: purpose)
        if let request, requestCaches.find(routes.callee[route], of: request) {
            keepAnswer(caller.service, edge, caller.customer, now: now)
            return took(.ok, edge: edge, of: caller.key, join: join, now: now, into: &sink)
        }
        let gate = gate(of: route, now: now)
        // What undoes is done once at most, and what would have to be undone twice as well.
        let isOnce =
            purpose == .compensation
            || purpose == .call && services[caller.service].calls[edge].compensation != nil
        var state = CallState(
            targets: 1, deadline: deadline, safety: isOnce ? .once : caller.safety, in: &scopes[route], now: now)
        var isHeldBack = false
        if isOff {
            state.withdrawn(in: &scopes[route], now: now)
        } else if !state.isSettled, request.map({ requestCaches.isUnderWay(routes.callee[route], of: $0) }) != true,
            gates[gate]?.holdsBack(
                routes.gates[gate].policy, priority: priority, now: now, using: &gateCoins) == true
        {
            isHeldBack = true
            state.withdrawn(in: &scopes[route], now: now)
        }
        var call = EdgeCall(
            parent: caller.key, caller: caller.service, customer: caller.customer, safety: caller.safety, join: join,
            edge: edge, route: route, purpose: purpose, priority: priority, state: state, chain: chain)
        call.trace = caller.trace
        call.isProbe = invocations[caller.key]?.isProbe ?? false
        if isOff {
            noteUnmade(call, .degradation, now: now)
            return fallBack(call, why: nil, now: now, into: &sink)
        }
        guard !isHeldBack else {
            noteUnmade(call, .throttle, now: now)
            let blame = EdgeBlame(policy: .throttle, gate: gate, retryAfter: policies.retryAfter)
            return callEnded(call, .failed(.init(.blocked, blame)), now: now, into: &sink)
        }
        guard let key = edgeCalls.insert(call) else {
            state.withdrawn(in: &scopes[route], now: now)
            noteUnmade(call, .bulkhead, now: now)
            let blame = EdgeBlame(policy: .bulkhead, gate: gate, retryAfter: .zero)
            return callEnded(call, .failed(.init(.overloaded, blame)), now: now, into: &sink)
        }
        if let join {
            joined(key, edge: edge, join)
        } else {
            invocations[caller.key]?.call = key
        }
        if let request, !state.isSettled, !share(key, of: request, now: now) { return }
        advance(key, now: now, into: &sink)
    }

    /// Does what the engine wants, until it wants nothing more.
    mutating func advance(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        while let route = edgeCalls[key]?.route,
            let directive = edgeCalls[key]?.state.next(in: &scopes[route], now: now)
        {
            note(directive, of: key, route: route, now: now)
            switch directive {
            case .start(let start): startAttempt(key, start, now: now, into: &sink)
            case .cancel(let cancel): cancelAttempt(key, cancel, now: now, into: &sink)
            case .overdue(let token): attemptIsOverdue(key, token, now: now)
            case .arm(let at): timers.arm(.call(key), at: at)
            case .settle(let how, let mark):
                guard let call = edgeCalls.remove(key) else { return }
                timers.cancel(.call(key))
                if let permit = call.permit { giveBack(permit, of: call, how, mark, now: now) }
                let outcome = EdgeOutcome(call, how, gate: routes.gateOf[route])
                shareEnd(call, key, outcome)
                return callEnded(call, outcome, now: now, into: &sink)
            }
        }
    }

    /// The engine wanted to be woken.
    mutating func callIsDue(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let route = edgeCalls[key]?.route else { return }
        leaveShared(key)
        edgeCalls[key]?.state.elapsed(in: &scopes[route], now: now, using: &backoffs)
        advance(key, now: now, into: &sink)
    }

    /// Nobody wants what a call would bring.
    mutating func withdraw(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let route = edgeCalls[key]?.route else { return }
        leaveShared(key)
        edgeCalls[key]?.state.withdrawn(in: &scopes[route], now: now)
        advance(key, now: now, into: &sink)
    }

    // MARK: Ends

    /// A call of an edge is over: the caller goes on, with what the call gave or with what stands in for it.
    mutating func callEnded(
        _ call: EdgeCall, _ outcome: EdgeOutcome, now: Instant, into sink: inout some CellSink
    ) {
        switch call.purpose {
        case .compensation:
            if case .ok = outcome {
                if call.join == nil { invocations[call.parent]?.results[call.edge] = .compensated }
            } else {
                counters[call.caller].compensationsFailed += 1
            }
            // One of a group that came too late is undone by the way: nobody waits for that.
            guard call.join == nil else { return }
            compensate(call.parent, below: call.edge, now: now, into: &sink)
        case .generic: genericEnded(call, outcome, now: now, into: &sink)
        case .call:
            switch outcome {
            case .ok:
                keepAnswer(call.caller, call.edge, call.customer, now: now)
                took(answered(call), call, now: now, into: &sink)
            case .withdrawn: withdrawn(call, now: now, into: &sink)
            case .failed(let failure): callFailed(call, failure, now: now, into: &sink)
            }
        }
    }

    /// What the callee gave: all, or less of it.
    private mutating func answered(_ call: EdgeCall) -> EdgeResults.Result {
        guard let served = call.last?.served, served != .full else { return .ok }
        let isRung = served.rung > 0
        invocations[call.parent]?.results.setDetail(
            isRung ? served.rung : max(served.percent / 10, 1), of: call.edge)
        return isRung ? .rung : .reduced
    }

    /// The caller has something to go on with.
    ///
    /// - Parameter chain: of the fallbacks, where one of them stands in.
    mutating func took(
        _ result: EdgeResults.Result, _ call: EdgeCall, _ chain: FallbackChain? = nil, now: Instant,
        into sink: inout some CellSink
    ) {
        took(result, edge: call.edge, of: call.parent, join: call.join, chain, now: now, into: &sink)
    }

    private mutating func took(
        _ result: EdgeResults.Result, edge: Int, of caller: SlabKey, join: SlabKey?, _ chain: FallbackChain? = nil,
        now: Instant, into sink: inout some CellSink
    ) {
        noteFallback(result, of: caller, edge: edge, chain, now: now)
        if let join {
            steps.append(.memberEnded(join, member: edge, result))
        } else {
            invocations[caller]?.results[edge] = result
            nextCall(caller, from: edge + 1, now: now, into: &sink)
        }
    }

    /// The caller gave the call up; of a group the group has.
    mutating func withdrawn(_ call: EdgeCall, now: Instant, into sink: inout some CellSink) {
        if call.join == nil { compensate(call.parent, below: call.edge, now: now, into: &sink) }
    }

    private mutating func callFailed(
        _ call: EdgeCall, _ failure: EdgeOutcome.Failure, now: Instant, into sink: inout some CellSink
    ) {
        if failure.isTimeout { counters[call.caller].callTimeouts += 1 }
        guard services[call.caller].calls[call.edge].criticality == .core else {
            return fallBack(call, why: failure.kind, now: now, into: &sink)
        }
        let result = failure.isShed ? EdgeResults.Result.shed : .failed
        let blame = transform(failure, call)
        if let join = call.join {
            steps.append(.memberEnded(join, member: call.edge, result))
            // The first that fails is what the caller fails with.
            guard invocations[call.parent]?.failure == nil else { return }
        } else {
            invocations[call.parent]?.results[call.edge] = result
        }
        invocations[call.parent]?.failure = failure.isTimeout ? .timedOut : .dependency(edge: call.edge)
        invocations[call.parent]?.blame = blame
        if call.join == nil { compensate(call.parent, below: call.edge, now: now, into: &sink) }
    }

    /// The declared outcome of a failure that the caller cannot do without (C25): who is told of it is told when to try
    /// again.
    private mutating func transform(_ failure: EdgeOutcome.Failure, _ call: EdgeCall) -> EdgeBlame {
        var blame = failure.blame
        guard let policy = transformers[call.caller][call.edge]?.policy else { return blame }
        let cause = FailureCause(failure.kind, by: blame.policy)
        if let taken = transformers[call.caller][call.edge]?.begin(
            cause, isEntry: false, isRead: false, isRepeatable: false)
        {
            transformers[call.caller][call.edge]?.settle(taken, as: .tryAgain)
        }
        if blame.retryAfter == .zero { blame.retryAfter = policy.retryAfter }
        return blame
    }
}
