import MeshBase

/// What probes of the target tell its gate.
extension TargetGate {
    /// A dependency probe (B7) has ended. It is held against what requests meet with: a target whose probes pass while
    /// its requests fail is gray. Where the breaker waits for a call to try the target with, and none comes, it is the
    /// call.
    ///
    /// - Returns: what changed at the breaker, in this order.
    public mutating func probed<R: RandomNumberGenerator>(
        isGood: Bool, _ policy: GatePolicy, now: Instant, using rng: inout R
    ) -> (BreakerTransition?, BreakerTransition?) {
        if policy.detects { detector.recordProbe(isGood) }
        guard policy.hasBreaker, breaker.wantsProbe(policy.breaker, now: now) else { return (nil, nil) }
        let answer = breaker.ask(policy.breaker, priority: .critical, limit: policy.attempt, now: now, using: &rng)
        guard let permit = answer.permit else { return (answer.transition, nil) }
        let change = breaker.record(permit, isGood ? .success : .failure, policy.breaker, now: now, using: &rng)
        return (answer.transition, change)
    }
}
