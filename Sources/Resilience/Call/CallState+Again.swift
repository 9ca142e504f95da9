import MeshBase

/// Whether, when and where a call is tried again or beside.
extension CallState {
    /// Nothing is out any more, and the last attempt may be followed by another: if all that it needs is there.
    mutating func retry(
        _ end: AttemptEnd, in scope: inout CallScope, now: Instant, using random: inout Generator
    ) {
        guard !isSpent else { return fail(.unsafe, in: &scope, now: now) }
        guard tries < scope.plan.retry.attempts, used < Self.mostAttempts else {
            return fail(scope.plan.retry.attempts > 1 ? .exhausted : .none, in: &scope, now: now)
        }
        var delay = TimeAmount.zero
        // Somebody else who has not been asked, after one who said no or is gone: there is nothing to wait for.
        let isElsewhere = !fresh.isEmpty
        if !isElsewhere || !isInstant(end) {
            delay = scope.plan.retry.backoff.delay(
                retry: retries, previous: previousDelay, failureShare: Double(failureShare), using: &random)
            previousDelay = delay
        }
        if !isElsewhere {
            guard let patience = patience(now: now) else {
                return fail(.exhausted, in: &scope, now: now)
            }
            // Somebody waits for the answer, and is told itself when to come back.
            guard patience - now <= max(longestPatience, delay) else { return fail(.noTime, in: &scope, now: now) }
            delay = max(delay, patience - now)
        }
        guard hasTime(for: delay, now: now) else { return fail(.noTime, in: &scope, now: now) }
        // Last, as it takes something.
        guard scope.budget.take(now: now) else { return fail(.overBudget, in: &scope, now: now) }
        isPaid = true
        if delay == .zero { pending = .retry } else { wakeAt = now + delay }
    }

    /// How long a call waits for a target that wants to be left alone: a tenth of its own time.
    private var longestPatience: TimeAmount { (until - began) / 10 }

    private func isInstant(_ end: AttemptEnd) -> Bool {
        end.outcome == .refused || end.kind == .reset || end.kind == .connect || end.kind == .overloaded
    }

    @inline(__always) var mayHedge: Bool {
        guard hedges < mostHedges, used < Self.mostAttempts, !isSpent else { return false }
        // A router hedges what only reads; an edge says itself that it may, and asks the same cell again.
        return isSpread ? safety == .read : safety != .once
    }

    /// Whom a hedge may ask: with several targets somebody whom nobody is waiting for.
    func hedgeTargets(now: Instant) -> TargetSet {
        var targets = targets(now: now)
        guard isSpread else { return targets }
        var rest = live
        while let index = rest.popFirst() { targets.subtract(attempts[index].targets) }
        return targets
    }

    /// One attempt more beside those that are out, if there is budget; without it nothing happens to these.
    ///
    /// - Parameter isDue: by the time; otherwise because one of them has failed.
    mutating func hedge(isDue: Bool, in scope: inout CallScope, now: Instant) {
        hedgeAt = .distantFuture
        guard mayHedge, hasTime(for: .zero, now: now),
            !hedgeTargets(now: now).isEmpty
        else { return }
        guard scope.budget.take(hedgeShare: scope.plan.hedge.share, now: now) else {
            if isDue { scope.counters.hedgesWithheld += 1 }
            return
        }
        isPaid = true
        pending = .hedge
    }
}
