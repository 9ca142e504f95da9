import MeshBase
import Resilience

/// One attempt after the other: the question to the gate, the callee's pool, the end.
extension ServiceGraph {
    mutating func startAttempt(
        _ call: SlabKey, _ start: CallStart, now: Instant, into sink: inout some CellSink
    ) {
        guard let route = edgeCalls[call]?.route, let priority = edgeCalls[call]?.priority,
            let end = edgeCalls[call]?.state.end
        else { return }
        guard let key = edgeAttempts.insert(EdgeAttempt(call: call, token: start.token)) else {
            edgeCalls[call]?.state.blocked(
                start.token, at: 0, by: .bulkhead, in: &scopes[route], now: now, using: &backoffs)
            return
        }
        edgeCalls[call]?.attempts[Int(start.token.rawValue)] = key
        guard start.isGated else { return send(key, now: now, into: &sink) }
        let gate = gate(of: route, now: now)
        guard
            let answer = gates[gate]?.ask(
                key.rawValue, routes.gates[gate].policy, priority: priority, now: now, deadline: end, using: &gateCoins)
        else { return }
        gateAnswered(key, answer, now: now, into: &sink)
        watch(gate)
    }

    /// The gate has decided on an attempt, at once or after it has waited. What the engine makes of it `advance` does.
    mutating func gateAnswered(
        _ key: SlabKey, _ answer: GateAnswer, now: Instant, into sink: inout some CellSink
    ) {
        guard let attempt = edgeAttempts[key], let route = edgeCalls[attempt.call]?.route else { return }
        if let transition = answer.transition { news.append(.gate(routes.gateOf[route], .breaker(transition))) }
        note(answer, of: attempt, route: route, now: now)
        switch answer.verdict {
        case .run(let permit):
            edgeAttempts[key]?.isWaiting = false
            if scopes[route].plan.order.gates == .call {
                edgeCalls[attempt.call]?.permit = permit
            } else {
                edgeAttempts[key]?.permit = permit
            }
            send(key, now: now, into: &sink)
        case .wait(let until, let other):
            edgeAttempts[key]?.isWaiting = true
            edgeCalls[attempt.call]?.state.waiting(attempt.token, until: until)
            if let other { steps.append(.displaced(SlabKey(rawValue: other))) }
        case .blocked where edgeCalls[attempt.call]?.purpose == .compensation:
            // What undoes goes past the gate: what was done for a call that failed must not stay done for a breaker.
            send(key, now: now, into: &sink)
        case .blocked(let policy, let until):
            edgeAttempts.remove(key)
            edgeCalls[attempt.call]?.state.blocked(
                attempt.token, at: 0, by: policy, until: until, in: &scopes[route], now: now, using: &backoffs)
        }
    }

    /// One that waited gave way to what matters more.
    mutating func displaced(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let attempt = edgeAttempts.remove(key), let route = edgeCalls[attempt.call]?.route else { return }
        noteDisplaced(attempt, route: route, now: now)
        edgeCalls[attempt.call]?.state.blocked(
            attempt.token, at: 0, by: .bulkhead, in: &scopes[route], now: now, using: &backoffs)
        advance(attempt.call, now: now, into: &sink)
    }

    private mutating func send(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let attempt = edgeAttempts[key], let call = edgeCalls[attempt.call] else { return }
        let gate = routes.gateOf[call.route]
        var timing = gates[gate]?.timing(routes.gates[gate].policy, now: now) ?? .unknown
        timing.isProbe = attempt.permit?.breaker?.isProbe == true
        // Another way to the same callee may have made the gate, with a longer limit than this one's.
        timing.limit = min(timing.limit ?? routes.attempts[call.route], routes.attempts[call.route])
        guard
            let limit = edgeCalls[attempt.call]?.state.sent(
                attempt.token, timing, in: &scopes[call.route], now: now)
        else {
            if let attempt = edgeAttempts.remove(key), let permit = attempt.permit { giveBack(permit, gate, now: now) }
            return
        }
        edgeAttempts[key]?.sentAt = now
        var invocation = Invocation(
            service: routes.callee[call.route], owner: .attempt(key), customer: call.customer, priority: call.priority,
            safety: call.safety, deadline: now + limit, began: now, trace: call.trace, isProbe: call.isProbe)
        invocation.request = invocations[call.parent]?.request ?? call.parent
        invocation.isNeeded = call.purpose == .call && services[call.caller].calls[call.edge].criticality == .core
        let child = begin(invocation, now: now, into: &sink)
        // It may have ended already; then there is nothing to remember.
        if let child, invocations.contains(child) { edgeAttempts[key]?.child = child }
    }

    /// An attempt has ended, as its callee saw it.
    mutating func attemptEnded(
        _ key: SlabKey, _ reply: EdgeReply, now: Instant, into sink: inout some CellSink
    ) {
        guard let attempt = edgeAttempts.remove(key), let route = edgeCalls[attempt.call]?.route else { return }
        let end = AttemptEnd(reply.outcome, blame: reply.blame, retryAfter: policies.retryAfter)
        note(end, of: attempt, route: route, now: now)
        edgeCalls[attempt.call]?.last = EdgeAnswer(token: attempt.token, reply)
        let mark =
            edgeCalls[attempt.call]?.state.ended(attempt.token, end, in: &scopes[route], now: now, using: &backoffs)
            ?? .nothing
        count(attempt, end, mark, route: route, now: now)
        advance(attempt.call, now: now, into: &sink)
    }

    /// The engine gives an attempt up.
    mutating func cancelAttempt(
        _ call: SlabKey, _ cancel: CallCancel, now: Instant, into sink: inout some CellSink
    ) {
        guard let route = edgeCalls[call]?.route,
            let key = edgeCalls[call]?.attempts[Int(cancel.token.rawValue)],
            let attempt = edgeAttempts.remove(key)
        else { return }
        if attempt.isWaiting {
            gates[routes.gateOf[route]]?.withdraw(key.rawValue, now: now)
        } else {
            let end = cancel.reason == .limit ? AttemptEnd(.failed, .timeout) : .withdrawn
            count(attempt, end, cancel.mark, route: route, now: now)
        }
        guard let child = attempt.child else { return }
        // Of a group that goes on without it.
        let isJoin = cancel.reason == .withdrawn && isLeft(call)
        giveUp(child, why: isJoin ? .join : ExtraWork(cancel), now: now, into: &sink)
    }

    mutating func attemptIsOverdue(_ call: SlabKey, _ token: CallToken, now: Instant) {
        guard let route = edgeCalls[call]?.route, let key = edgeCalls[call]?.attempts[Int(token.rawValue)]
        else { return }
        overdue(key, route: route, now: now)
    }
}
