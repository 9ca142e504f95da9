import MeshBase
import Resilience
import Topology

/// Calls that are made at once (C29): `JoinState` decides who is waited for and who is given up; here it is done.
extension ServiceGraph {
    mutating func startGroup(
        _ group: CallGroup, of parent: SlabKey, now: Instant, into sink: inout some CellSink
    ) {
        guard let invocation = invocations[parent] else { return }
        var join = CallJoin(caller: Caller(parent, invocation), group: group.number)
        let step = join.state.begin(group.plan, now: now)
        guard let key = joins.insert(join) else {
            invocations[parent]?.failure = .dependency(edge: group.first)
            return compensate(parent, below: group.first, now: now, into: &sink)
        }
        invocations[parent]?.join = key
        perform(step, key, now: now, into: &sink)
    }

    /// A call of a group has begun.
    mutating func joined(_ call: SlabKey, edge: Int, _ join: SlabKey) {
        guard let first = group(join)?.first else { return }
        joins[join]?.calls[edge - first] = call
    }

    /// A call of a group is over, its retries and what may stand in for it with it.
    mutating func memberEnded(
        _ join: SlabKey, edge: Int, _ result: EdgeResults.Result, now: Instant, into sink: inout some CellSink
    ) {
        guard let group = group(join), let record = joins[join] else { return }
        let member = edge - group.first
        if record.state.running.contains(member) { invocations[record.caller.key]?.results[edge] = result }
        if let step = joins[join]?.state.ended(member, ok: result.isAnswered, group.plan, now: now) {
            perform(step, join, now: now, into: &sink)
        }
    }

    mutating func joinIsDue(_ join: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let group = group(join), let step = joins[join]?.state.elapsed(group.plan, now: now) else { return }
        perform(step, join, now: now, into: &sink)
    }

    /// Nobody waits for the caller.
    mutating func withdrawGroup(_ join: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let group = group(join), let step = joins[join]?.state.withdrawn(group.plan) else { return }
        perform(step, join, now: now, into: &sink)
    }

    /// Whether a call that is withdrawn was left by its group, whose caller goes on.
    func isLeft(_ key: SlabKey) -> Bool {
        guard let call = edgeCalls[key], call.join != nil else { return false }
        return invocations[call.parent]?.isCancelled == false
    }

    private func group(_ join: SlabKey) -> CallGroup? {
        joins[join].map { catalogue.groups[$0.caller.service][$0.group] }
    }

    private mutating func perform(
        _ step: JoinStep, _ key: SlabKey, now: Instant, into sink: inout some CellSink
    ) {
        guard let group = group(key), let caller = joins[key]?.caller else { return }
        for member in step.start {
            startCall(of: caller.key, edge: group.first + member, join: key, now: now, into: &sink)
        }
        for member in step.cancel {
            if let call = joins[key]?.calls[member] { withdraw(call, now: now, into: &sink) }
        }
        for member in step.replace {
            let edge = group.first + member
            // One that has failed has its substitute already.
            guard invocations[caller.key]?.results[edge].isDegraded == false else { continue }
            let result = substitute(of: caller.key, edge: edge, now: now)
            invocations[caller.key]?.results[edge] = result
        }
        if let timer = step.timer { timers.arm(.join(key), at: timer) }
        if let result = step.settle {
            // With a failure: all that was done, also what nobody waited for any more.
            for member in step.compensate { invocations[caller.key]?.results[group.first + member] = .ok }
            settle(result, key, group, caller, now: now, into: &sink)
        } else {
            for member in step.compensate { undoLate(group.first + member, caller, key, now: now, into: &sink) }
        }
        if joins[key]?.state.isOver == true { joins.remove(key) }
    }

    private mutating func settle(
        _ result: JoinResult, _ key: SlabKey, _ group: CallGroup, _ caller: Caller, now: Instant,
        into sink: inout some CellSink
    ) {
        timers.cancel(.join(key))
        noteJoin(key, group, caller, now: now)
        invocations[caller.key]?.join = nil
        switch result {
        case .complete: counters[caller.service].joinsComplete += 1
        case .partial: counters[caller.service].joinsPartial += 1
        case .failed(let why):
            counters[caller.service].joinsFailed += 1
            if case .late(let member) = why { fail(caller, lateAt: group.first + member) }
            // All of the group that was done is undone with what was done before it, latest first.
            return compensate(caller.key, below: group.end, now: now, into: &sink)
        }
        nextCall(caller.key, from: group.end, now: now, into: &sink)
    }

    /// The caller fails as one that it needs was not done when the time of its group was up.
    private mutating func fail(_ caller: Caller, lateAt edge: Int) {
        let route = routes.edges[caller.service][edge].call
        invocations[caller.key]?.results[edge] = .failed
        invocations[caller.key]?.failure = .timedOut
        invocations[caller.key]?.blame = EdgeBlame(
            policy: .attemptTimeout, gate: routes.gateOf[route], retryAfter: policies.retryAfter)
        counters[caller.service].callTimeouts += 1
    }

    /// It was done after it was waited for, and nobody uses it.
    private mutating func undoLate(
        _ edge: Int, _ caller: Caller, _ join: SlabKey, now: Instant, into sink: inout some CellSink
    ) {
        let route = routes.edges[caller.service][edge].undo
        guard route >= 0 else { return }
        counters[caller.service].compensations += 1
        startCall(
            from: caller, edge: edge, join: join, route: route, purpose: .compensation, priority: .critical,
            deadline: .distantFuture, now: now, into: &sink)
    }
}
