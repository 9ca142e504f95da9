import MeshBase

/// What follows from the end of an attempt.
extension TargetGate {
    /// An attempt has ended: its place is free, and what it says of the target is counted. Ask `next` afterwards.
    ///
    /// - Parameters:
    ///   - took: from its sending to its end.
    ///   - mark: what it counts for where its holder knows better, as for an attempt that it has given up; nil: by its
    ///     outcome.
    @discardableResult
    @inline(__always)
    public mutating func ended<R: RandomNumberGenerator>(
        _ permit: GatePermit, _ end: AttemptEnd, took: TimeAmount, mark: Mark? = nil, _ policy: GatePolicy,
        now: Instant, using rng: inout R
    ) -> GateChange {
        let change = count(permit, end, took: took, mark: mark, policy, now: now, using: &rng)
        bulkhead.giveBack(priority: permit.priority, now: now)
        leak.ended(began: permit.began, now: now)
        return change
    }

    /// Counts one of several attempts that are made with one permit, which stays out (order `orchestra`). The call's own
    /// `ended` then has the mark `nothing`.
    @discardableResult
    public mutating func count<R: RandomNumberGenerator>(
        _ permit: GatePermit, _ end: AttemptEnd, took: TimeAmount, mark: Mark? = nil, _ policy: GatePolicy,
        now: Instant, using rng: inout R
    ) -> GateChange {
        var change = GateChange()
        var counted = permit.breaker
        let mark = mark ?? self.mark(end, &counted, policy, now, &rng, &change)
        counts[mark] += 1
        if let counted {
            let transition = breaker.record(counted, mark, policy.breaker, now: now, using: &rng)
            change.transition = transition ?? change.transition
        }
        // How long an error took says nothing about how long an answer takes.
        let isAnswered = end.kind == .none && (end.outcome == .ok || end.outcome == .slow)
        if isAnswered, durations.record(took), let settings = policy.timeout {
            change.timeout = timeout.update(durations, settings)
        }
        if policy.hasThrottle { countThrottle(permit, end, policy.throttle, now) }
        if policy.detects || policy.predictor != nil {
            // What was given up at a limit that adapts has taken as long as a call may.
            let long = end.kind == .timeout ? max(took, policy.attempt) : took
            let mark = end.mark(countsSlow: false)
            if policy.detects { detector.record(mark, took: long) }
            if policy.predictor != nil { prediction.note(mark, took: long) }
        }
        if policy.limit.kind != .fixed {
            let sample = Self.sample(end, isAnswered ? took : nil)
            if limit.ended(sample, inFlight: bulkhead.busy, policy.limit, now: now) {
                bulkhead.resize(to: limit.value)
            }
        }
        return change
    }

    /// What an end counts for. An attempt that ran into its limit has been counted as slow, unless that limit came before
    /// it was slow, as where little time was left: then it is a failure, or a hang of the target would count as nothing.
    @inline(__always)
    private mutating func mark<R: RandomNumberGenerator>(
        _ end: AttemptEnd, _ permit: inout BreakerPermit?, _ policy: GatePolicy, _ now: Instant, _ rng: inout R,
        _ change: inout GateChange
    ) -> Mark {
        let countsSlow = permit.map { $0.overdueAt != .distantFuture } ?? false
        guard countsSlow, end.kind == .timeout, var breaker = permit, !breaker.isJudged else {
            return end.mark(countsSlow: countsSlow)
        }
        guard now >= breaker.overdueAt else { return .failure }
        // Both timers are due in the same turn, and the end came first.
        change.transition = self.breaker.overdue(&breaker, policy.breaker, now: now, using: &rng)
        permit = breaker
        return .nothing
    }

    private mutating func countThrottle(
        _ permit: GatePermit, _ end: AttemptEnd, _ policy: ThrottlePolicy, _ now: Instant
    ) {
        let priority = permit.priority
        if priority == .critical { return }
        switch (end.outcome, end.kind) {
        // Whether it was taken up is not known, and a target that answers nobody takes nothing up.
        // What it says of its own failure it took up, and half of all failing is no reason to ask less.
        case (.refused, .unavailable): break
        case (.refused, _), (_, .overloaded), (.failed, .timeout), (.failed, .connect), (.failed, .reset):
            throttle.refused(policy, priority: priority, asked: permit.began, now: now)
        case (.cancelled, _), (_, .elsewhere):
            throttle.refused(policy, priority: priority, asked: permit.began, now: now)
            throttle.withdraw(policy, priority: priority, asked: permit.began, now: now)
        default: break
        }
    }

    static func sample(_ end: AttemptEnd, _ took: TimeAmount?) -> ConcurrencyLimit.Sample {
        if let took { return .answered(took) }
        return switch (end.outcome, end.kind) {
        case (_, .overloaded), (_, .timeout): .dropped
        case (.failed, _): .failed
        default: .nothing
        }
    }

    /// An attempt is out for longer than is slow: to be called at `permit.overdueAt`. It counts as slow now and as nothing
    /// more at its end; the permit stays out.
    public mutating func overdue<R: RandomNumberGenerator>(
        _ permit: inout GatePermit, _ policy: GatePolicy, now: Instant, using rng: inout R
    ) -> BreakerTransition? {
        guard var breaker = permit.breaker else { return nil }
        let change = self.breaker.overdue(&breaker, policy.breaker, now: now, using: &rng)
        permit.breaker = breaker
        return change
    }

    /// An attempt was let through and never sent. Ask `next` afterwards.
    public mutating func giveBack(_ permit: GatePermit, _ policy: GatePolicy, now: Instant) {
        bulkhead.giveBack(priority: permit.priority, now: now)
        leak.ended(began: permit.began, now: now)
        if let breaker = permit.breaker { self.breaker.giveBack(breaker) }
        if policy.hasThrottle {
            throttle.refused(policy.throttle, priority: permit.priority, asked: permit.began, now: now)
            throttle.withdraw(policy.throttle, priority: permit.priority, asked: permit.began, now: now)
        }
        counts.admitted -= 1
    }
}
