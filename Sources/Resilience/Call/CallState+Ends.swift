import MeshBase

/// What follows from the end of an attempt.
extension CallState {
    mutating func over(
        _ index: Int, _ end: AttemptEnd, _ mark: Mark, in scope: inout CallScope, now: Instant,
        using random: inout Generator
    ) {
        let kind = attempts[index].kind
        live.remove(TargetSet(position: index))
        let wasSent = attempts[index].phase == .running
        attempts[index].phase = .over
        attempts[index].due = now + max(end.retryAfter, .zero)
        guard end.outcome != .ok, end.outcome != .slow || end.kind != .none else {
            return answered(index, mark, wasSent, in: &scope, now: now)
        }
        if kind == .hedge { scope.counters.hedgesLost += 1 }
        lastKind = end.kind
        lastToken = CallToken(UInt8(index))
        lastRetryAfter = max(end.retryAfter, .zero)
        lastMark = mark
        if end.began, end.outcome != .cancelled { mayHaveBegun(index) }
        if end.kind == .elsewhere, move(index, now: now) { return }
        finish(index, isSent: wasSent, in: &scope, now: now)
        if end.kind != .elsewhere { isLastRetryable = scope.plan.retry.on.contains(end.kind) }
        guard isLastRetryable || end.kind == .elsewhere else {
            return settleFatal(index, end, in: &scope, now: now)
        }
        guard pending == nil, wakeAt == .distantFuture else { return }
        guard !trials.contains(position: index) || !live.isEmpty else { return fail(.none, in: &scope, now: now) }
        // A failure that is none for good makes the next hedge due, whoever else is still out.
        if isLastRetryable { hedge(isDue: false, in: &scope, now: now) }
        guard live.isEmpty, pending == nil else { return }
        guard isLastRetryable else { return fail(.none, in: &scope, now: now) }
        retry(end, in: &scope, now: now, using: &random)
    }

    private mutating func answered(
        _ index: Int, _ mark: Mark, _ wasSent: Bool, in scope: inout CallScope, now: Instant
    ) {
        finish(index, isSent: wasSent, in: &scope, now: now)
        if attempts[index].kind == .hedge { scope.counters.hedgesWon += 1 }
        if retries > 0 { scope.counters.count(.recovered) }
        lastMark = mark
        settle(.answer(CallToken(UInt8(index))), .lost, in: &scope, now: now)
    }

    /// Nobody else would answer otherwise, so whoever is still out is given up, too.
    private mutating func settleFatal(
        _ index: Int, _ end: AttemptEnd, in scope: inout CallScope, now: Instant
    ) {
        switch end.outcome {
        case .ignored: settle(.answer(CallToken(UInt8(index))), .lost, in: &scope, now: now)
        case .cancelled:
            // Of what the driver itself has given up nothing follows while others are out.
            if live.isEmpty, pending == nil, wakeAt == .distantFuture {
                settle(.withdrawn, .withdrawn, in: &scope, now: now)
            }
        default: fail(.none, in: &scope, now: now)
        }
    }

    private mutating func mayHaveBegun(_ index: Int) {
        switch safety {
        case .once: isSpent = true
        case .keyedInCell:
            bound = attempts[index].targets
            // Where it was nobody knows: at a target that there is no longer.
            if attempts[index].target == Attempt.nowhere { isSpent = true }
        default: break
        }
    }

    /// A gate lets an attempt not through: it has not run, and the budget gets its token back.
    mutating func block(
        _ index: Int, by policy: PolicyName, until: Instant?, in scope: inout CallScope, now: Instant,
        using random: inout Generator
    ) {
        live.remove(TargetSet(position: index))
        attempts[index].phase = .blocked
        attempts[index].due = until ?? now
        scope.counters.blocked += 1
        lastKind = .blocked
        lastToken = CallToken(UInt8(index))
        lastBlock = policy
        lastMark = .nothing
        // The gate was asked for the whole call.
        guard order.gates == .attempt else {
            finish(index, isSent: false, in: &scope, now: now)
            if live.isEmpty, pending == nil { fail(.none, in: &scope, now: now) }
            return
        }
        if move(index, now: now) { return }
        finish(index, isSent: false, in: &scope, now: now)
        // A router's cell that was not asked has used up nothing.
        if isSpread { uncount(index) }
        guard live.isEmpty, pending == nil, wakeAt == .distantFuture else { return }
        // A cell that was asked before and failed may be asked once more, though all others are blocked.
        guard retriesBlocked || isSpread && isLastRetryable else {
            return fail(.none, in: &scope, now: now)
        }
        retry(AttemptEnd(.refused, .blocked, began: false), in: &scope, now: now, using: &random)
    }

    /// The next target at once and free, each once: what was not done here is asked of another, and is no retry.
    private mutating func move(_ index: Int, now: Instant) -> Bool {
        guard isSpread, !isSpent, pending == nil, !fresh.isEmpty, used < Self.mostAttempts,
            hasTime(for: .zero, now: now)
        else { return false }
        pending = attempts[index].kind
        isMove = true
        isPaid = attempts[index].isBudgeted
        attempts[index].isBudgeted = false
        uncount(index)
        return true
    }

    private mutating func uncount(_ index: Int) {
        if attempts[index].kind == .hedge { hedges -= 1 } else { tries -= 1 }
    }

    /// The budget hears that an attempt with a token of it is over, or was never sent.
    mutating func finish(_ index: Int, isSent: Bool, in scope: inout CallScope, now: Instant) {
        guard attempts[index].isBudgeted else { return }
        attempts[index].isBudgeted = false
        if isSent {
            scope.budget.finish()
        } else {
            scope.budget.giveBack(isHedge: attempts[index].kind == .hedge, now: now)
        }
    }

    mutating func timeIsOver(in scope: inout CallScope, now: Instant) {
        scope.counters.callTimeouts += 1
        lastKind = .timeout
        lastRetryAfter = .zero
        lastMark = .failure
        fail(.none, policy: isByDeadline ? .deadline : .attemptTimeout, .callTime, in: &scope, now: now)
    }

    /// - Parameter policy: nil: the last attempt's.
    mutating func fail(
        _ verdict: RetryVerdict, policy: PolicyName? = nil, _ reason: CallCancel.Reason = .lost,
        in scope: inout CallScope, now: Instant
    ) {
        var retryAfter = lastRetryAfter
        if lastKind == .blocked {
            var earliest: Instant?
            for index in 0..<used where attempts[index].phase == .blocked {
                earliest = min(earliest ?? attempts[index].due, attempts[index].due)
            }
            retryAfter = max((earliest ?? now) - now, .zero)
        }
        scope.counters.count(verdict)
        let failure = CallFailure(
            policy: policy ?? (lastKind == .blocked ? lastBlock : lastKind.policy), kind: lastKind, verdict: verdict,
            retryAfter: retryAfter, token: lastToken)
        settle(scope.plan.hasFallback ? .fallback(failure) : .fail(failure), reason, in: &scope, now: now)
    }

    /// Once, and whoever is still out is cancelled.
    mutating func settle(
        _ how: CallSettlement, _ reason: CallCancel.Reason, in scope: inout CallScope, now: Instant
    ) {
        precondition(settlement == nil, "a call was settled twice")
        settlement = how
        while let index = live.popFirst() {
            if attempts[index].kind == .hedge, attempts[index].phase == .running { scope.counters.hedgesLost += 1 }
            finish(index, isSent: attempts[index].phase == .running, in: &scope, now: now)
            attempts[index].phase = .over
            attempts[index].reason = reason
            attempts[index].mark = .nothing
            untoldCancels.insert(TargetSet(position: index))
        }
        // In a backoff what was paid is kept as well.
        unpay(pending ?? .retry, in: &scope, now: now)
        pending = nil
        wakeAt = .distantFuture
        hedgeAt = .distantFuture
        scope.budget.callEnded()
    }
}
