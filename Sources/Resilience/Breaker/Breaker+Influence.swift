import MeshBase

extension Breaker {
    /// Whether an opening of what the target calls has a bearing on it now.
    public func isInfluenced(now: Instant) -> Bool { impact > 0 && state == .closed && now < influenceUntil }

    /// The impact in force, 0...0.5 (metric `breaker_influence`).
    public func influence(now: Instant) -> Double { isInfluenced(now: now) ? Double(impact) : 0 }

    /// A cause that nobody has named.
    public static let unknownCause = UInt16.max

    /// What has opened and bears on the target now, as `influence` was told it; nil where nothing does, or nobody said what.
    public func influencedBy(now: Instant) -> UInt16? {
        isInfluenced(now: now) && influencedBy != Self.unknownCause ? influencedBy : nil
    }

    /// Something that the target needs has opened (C12). Of a direct callee (impact 0.5) a quarter of the calls is held
    /// back, the lowest classes first and critical never, until `volume` results have judged the target itself; of what
    /// is further away the threshold sinks. It is no opening: nobody hears of it from here. A breaker that is not closed
    /// hears nothing.
    ///
    /// - Parameters:
    ///   - impact: 1/(1 + distance), of the nearest cause; 0 ends it.
    ///   - cause: what has opened, by a number of the holder's own, for who asks why a call is refused.
    ///   - end: when the cause's opening ends by itself, should its end not be heard.
    /// - Returns: an event, from closed to closed, where influence begins or ends.
    public mutating func influence(
        _ impact: Double, by cause: UInt16 = Breaker.unknownCause, until end: Instant, _ policy: BreakerPolicy,
        now: Instant
    ) -> BreakerTransition? {
        guard policy.coordinate, state == .closed else { return nil }
        let impact = Float(min(max(impact.isNaN ? 0 : impact, 0), 0.5))
        guard impact > 0, end > now else { return self.impact > 0 ? release(policy, now) : nil }
        let begins = self.impact == 0
        let rises = self.impact < 0.5 && impact == 0.5
        self.impact = impact
        influenceUntil = end
        influencedBy = cause
        guard begins || rises else { return nil }
        classes = SIMD4(repeating: 0)
        let change = told(.closed, .influenced, policy, now)
        // What decides is what comes from here on.
        if impact == 0.5 { window.clear() }
        return BreakerTransition(
            from: .closed, to: .closed, cause: .influenced, at: now, until: end, volume: change.volume,
            failureRate: change.failureRate, slowRate: change.slowRate)
    }

    mutating func release(_ policy: BreakerPolicy, _ now: Instant) -> BreakerTransition {
        impact = 0
        return told(.closed, .released, policy, now)
    }

    /// `volume` results have come and did not open it: the target does well without what it called.
    mutating func judgeInfluence(_ policy: BreakerPolicy, _ now: Instant) -> BreakerTransition? {
        if now >= influenceUntil { return release(policy, now) }
        guard impact >= 0.5 else { return nil }
        let counts = window.counts(policy.window, now: now)
        return counts.total >= Double(policy.volume) - 0.5 ? release(policy, now) : nil
    }

    mutating func askInfluenced<R: RandomNumberGenerator>(
        _ policy: BreakerPolicy, _ priority: Priority, _ limit: TimeAmount?, _ now: Instant, _ rng: inout R
    ) -> BreakerAnswer {
        guard now < influenceUntil else {
            let change = release(policy, now)
            return BreakerAnswer(.permitted(permit(policy, limit, now)), change)
        }
        guard impact >= 0.5 else { return BreakerAnswer(.permitted(permit(policy, limit, now))) }
        let c = Int(priority.rawValue)
        if classes[c] == .max { classes = classes / 2 }
        classes[c] += 1
        guard unit(&rng) < Self.heldBack(c, classes, share: Double(impact) * 0.5) else {
            return BreakerAnswer(.permitted(permit(policy, limit, now)))
        }
        return BreakerAnswer(.refused(until: influenceUntil))
    }

    /// The share of a class that is refused so that of all calls `share` is: the lowest class first, and the next only
    /// for what is missing then; critical never.
    static func heldBack(_ c: Int, _ classes: SIMD4<UInt8>, share: Double) -> Double {
        guard c > 0 else { return 0 }
        var all = 0.0
        for i in 0..<4 { all += Double(classes[i]) }
        var missing = all * share
        for lower in stride(from: 3, to: c, by: -1) { missing -= Double(classes[lower]) }
        guard missing > 0, classes[c] > 0 else { return 0 }
        return min(1, missing / Double(classes[c]))
    }
}
