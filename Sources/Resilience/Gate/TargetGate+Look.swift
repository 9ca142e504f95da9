import MeshBase

/// What is seen from time to time only, and what a gate tells who asks why.
extension TargetGate {
    /// The look of once a second: moves limits that follow fullness or errors, and tells what has begun or ended. Before
    /// it is due it does nothing. Ask `next` afterwards.
    public mutating func look(_ policy: GatePolicy, now: Instant, _ tell: (GateEvent) -> Void) {
        guard now >= nextLook else { return }
        nextLook = now + .seconds(1)
        let mean = bulkhead.meanInUse(now: now)
        if limit.look(meanInUse: mean, policy.limit, now: now) { bulkhead.resize(to: limit.value) }
        if limit.value != toldLimit {
            tell(.resized(from: toldLimit, to: limit.value))
            toldLimit = limit.value
        }
        if let isFull = fullness.look(bulkhead.utilisation) { tell(.full(isFull)) }
        if let leaked = leak.look(now: now) { tell(.leak(leaked)) }
        if let isInverted = inversion.look(bulkhead.hasInversion(now: now)) { tell(.inversion(isInverted)) }
        if policy.hasThrottle { throttle.changes(policy.throttle, now: now) { tell(.throttle($0, $1)) } }
        if policy.detects, let finding = detector.change() {
            tell(.finding(finding, why: detector.explain().detail))
        }
        if let change = untold.take() { tell(.breaker(change)) }
    }

    /// Calls for which a place is held for too long.
    public func leaked(now: Instant) -> Int { leak.leaked(now: now) }

    /// Sizes of another profile or of a peak: the limit begins anew at its base, everything else stays. Ask `next`
    /// afterwards.
    public mutating func resize(_ policy: GatePolicy, now: Instant) {
        limit = ConcurrencyLimit(policy.limit, now: now)
        bulkhead.resize(to: limit.value)
    }

    /// Why this policy refused here, with its figures.
    ///
    /// - Parameters:
    ///   - name: as `GateAnswer` named it, or `throttle`.
    ///   - cause: the name of what bears on the breaker (`Breaker.influencedBy`); nil where that is not known.
    public func explanation(
        _ name: PolicyName, _ policy: GatePolicy, priority: Priority, cause: String? = nil, now: Instant
    ) -> Explanation {
        switch name {
        case .breaker: return breaker.explanation(policy.breaker, cause: cause, now: now)
        case .throttle: return throttle.explanation(policy.throttle, priority: priority, now: now)
        case .queue: return queue.explanation(policy.queue ?? .local, now: now)
        case .concurrency: return limit.explanation(policy.limit)
        case .attemptTimeout: return timeout.explain(durations)
        default: return bulkhead.explanation(policy.bulkhead)
        }
    }
}
