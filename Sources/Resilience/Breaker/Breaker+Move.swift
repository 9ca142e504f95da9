import MeshBase

extension Breaker {
    /// Opens for a time that grows with the openings in a row, and tells so.
    mutating func open<R: RandomNumberGenerator>(
        _ cause: BreakerCause, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerTransition {
        if flags.contains(.afterRecovery) {
            history = history << 1 | (now - since >= policy.open ? 1 : 0)
            if recoveries < 8 { recoveries += 1 }
            flags.remove(.afterRecovery)
        }
        if openings < .max { openings += 1 }
        let time = openTime(policy, unit(&rng))
        return move(.open, cause, policy, now, until: now + time)
    }

    /// How long it stays open this time.
    ///
    /// - Parameter draw: 0..<1, where in the range of the jitter.
    func openTime(_ policy: BreakerPolicy, _ draw: Double) -> TimeAmount {
        let most = max(policy.openMax, policy.open)
        var time = max(policy.open, .milliseconds(1))
        switch policy.growth {
        case .factor(let factor):
            // Past 64 openings every growth worth the name has reached its bound.
            if factor > 1 { for _ in 1..<max(min(openings, 64), 1) where time < most { time = time * factor } }
        case .linear: time = time * (1 + min(0.1 * Double(badSinceClosed), 3))
        }
        time = min(time, most)
        if health > 0.8 { time = time * 0.5 }
        let jitter = policy.jitter.lowerBound + draw * (policy.jitter.upperBound - policy.jitter.lowerBound)
        return time * (1 + min(max(jitter, 0), 1))
    }

    /// Into another state: what was counted in the former is forgotten, permits of it are worth nothing.
    mutating func move(
        _ to: BreakerState, _ cause: BreakerCause, _ policy: BreakerPolicy, _ now: Instant, until end: Instant? = nil
    ) -> BreakerTransition {
        let counts = window.counts(policy.window, now: now)
        let from = state
        state = to
        since = now
        until = end ?? now
        period &+= 1
        window.clear()
        badInARow = 0
        weighted = 0
        results = 0
        secondEnd = .min
        secondTotal = 0
        secondBad = 0
        probesOut = 0
        probesGood = 0
        probesFailed = 0
        probesSlow = 0
        goodInARow = 0
        lastFive = 0
        recoveryResults = 0
        impact = 0
        // What was known of the target belongs to the opening that is over: it says nothing of the next one.
        if from == .open { health = .nan }
        flags.subtract([.halved, .told])
        switch to {
        case .open:
            if health > 0.8 { flags.insert(.halved) }
            openedShares = SIMD2(Self.share(counts.failureShare), Self.share(counts.slowShare))
            openedVolume = UInt16(clamping: Int(counts.total.rounded()))
        case .slowRecovery: flags.insert(.afterRecovery)
        case .closed:
            openings = 0
            badSinceClosed = 0
            if from == .halfOpen || from == .slowRecovery { flags.insert(.afterRecovery) }
        default: break
        }
        return transition(from, to, cause, counts, now)
    }

    /// An event in which the state stays what it is.
    func told(_ state: BreakerState, _ cause: BreakerCause, _ policy: BreakerPolicy, _ now: Instant)
        -> BreakerTransition
    {
        transition(state, state, cause, window.counts(policy.window, now: now), now)
    }

    private func transition(
        _ from: BreakerState, _ to: BreakerState, _ cause: BreakerCause, _ counts: BreakerWindow.Counts, _ now: Instant
    ) -> BreakerTransition {
        BreakerTransition(
            from: from, to: to, cause: cause, at: now, until: max(until, now), volume: Int(counts.total.rounded()),
            failureRate: counts.failureShare, slowRate: counts.slowShare)
    }

    // MARK: By hand, and from outside

    /// What somebody sets by hand.
    public enum Hand: UInt8, Sendable, CaseIterable {
        /// It decides itself: closed, if it was held by hand.
        case automatic
        case forcedOpen, disabled, metricsOnly
    }

    /// Sets it by hand until a time, or lets it decide again.
    ///
    /// - Parameter end: of the order; `distantFuture`: none. Of no meaning for `automatic`.
    /// - Returns: nil where it is so already; a new end is taken over without an event.
    public mutating func force(
        _ hand: Hand, until end: Instant = .distantFuture, _ policy: BreakerPolicy, now: Instant
    ) -> BreakerTransition? {
        let to: BreakerState
        switch hand {
        case .automatic:
            guard state == .forcedOpen || state == .disabled || state == .metricsOnly else { return nil }
            return move(.closed, .byHand, policy, now)
        case .forcedOpen: to = .forcedOpen
        case .disabled: to = .disabled
        case .metricsOnly: to = .metricsOnly
        }
        guard state != to else {
            until = end
            return nil
        }
        return move(to, .byHand, policy, now, until: end)
    }

    /// Whether the target's health would be news: it is open, and no health has shortened that yet.
    public func wantsHealth(now: Instant) -> Bool { state == .open && now < until && !flags.contains(.halved) }

    /// Takes what a probe found of the target's health (B10). Above 0.8 it halves the time open, also of an opening under
    /// way, once. Tell it while `wantsHealth`: what was found before the failures that opened it says little of the target.
    ///
    /// - Parameter score: 0...1.
    public mutating func observe(health score: Double, now: Instant) {
        health = Float(score)
        guard state == .open, score > 0.8, !flags.contains(.halved) else { return }
        flags.insert(.halved)
        let half = since + TimeAmount(nanoseconds: (until - since).nanoseconds / 2)
        until = max(min(until, half), min(now, until))
    }

    /// Takes what a predictor expects (C11), and opens where the policy lets it do so.
    ///
    /// - Parameters:
    ///   - probability: of a failure, 0...1; its complement is the outlook, which lowers the threshold below 0.7.
    ///   - isPredicted: it held for as many looks as it needs.
    public mutating func observe<R: RandomNumberGenerator>(
        probability: Double, isPredicted: Bool, _ policy: BreakerPolicy, now: Instant, using rng: inout R
    ) -> BreakerTransition? {
        guard policy.predict != .off else {
            outlook = 1
            return nil
        }
        outlook = Float(1 - min(max(probability, 0), 1))
        guard isPredicted, policy.predict == .open, state == .closed else { return nil }
        return open(.predicted, policy, now, &rng)
    }

    /// In 200ths: near enough for a sentence.
    private static func share(_ share: Double) -> UInt8 { UInt8(clamping: Int((share * 200).rounded())) }
}
