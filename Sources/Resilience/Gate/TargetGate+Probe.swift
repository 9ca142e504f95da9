import MeshBase

/// What probes of the target tell its gate.
extension TargetGate {
    /// A dependency probe (B7) has ended. It is held against what requests meet with: a target whose probes pass while
    /// its requests fail is gray. Where the breaker waits for a call to try the target with, and none comes, it is the
    /// call.
    ///
    /// - Parameter health: of the target (B10), 0...1, for `observe`; nil where nobody knows it.
    /// - Returns: what changed at the breaker, in this order.
    public mutating func probed<R: RandomNumberGenerator>(
        isGood: Bool, health: Double? = nil, _ policy: GatePolicy, now: Instant, using rng: inout R
    ) -> (BreakerTransition?, BreakerTransition?) {
        if policy.detects { detector.recordProbe(isGood) }
        if let health { observe(health: health, policy, now: now) }
        guard policy.hasBreaker, breaker.wantsProbe(policy.breaker, now: now) else { return (nil, nil) }
        let answer = breaker.ask(policy.breaker, priority: .critical, limit: policy.attempt, now: now, using: &rng)
        guard let permit = answer.permit else { return (answer.transition, nil) }
        let change = breaker.record(permit, isGood ? .success : .failure, policy.breaker, now: now, using: &rng)
        return (answer.transition, change)
    }

    /// Whether the breaker is open and would open sooner for a target that is well (C10).
    public func wantsHealth(_ policy: GatePolicy, now: Instant) -> Bool {
        policy.hasBreaker && policy.breaker.adaptive && breaker.wantsHealth(now: now)
    }

    /// Takes what is known of the target's health (B10), 0...1: above 0.8 the opening under way lasts half as long.
    public mutating func observe(health: Double, _ policy: GatePolicy, now: Instant) {
        guard wantsHealth(policy, now: now) else { return }
        breaker.observe(health: health, now: now)
    }
}
