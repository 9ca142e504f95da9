import MeshBase

extension Breaker {
    /// Takes the result of a call and its permit. Results of a former period, and of permits that were judged as overdue,
    /// count nothing; a success that took longer than slow calls may is slow.
    ///
    /// - Returns: what changed, to be told once.
    @inline(__always)
    public mutating func record<R: RandomNumberGenerator>(
        _ permit: BreakerPermit, _ mark: Mark, _ policy: BreakerPolicy, now: Instant, using rng: inout R
    ) -> BreakerTransition? {
        guard !permit.isJudged, permit.period == period else { return nil }
        guard mark != .nothing else {
            giveBack(permit)
            return nil
        }
        let mark = mark == .success && now > permit.overdueAt ? Mark.slow : mark
        if state == .closed { return recordClosed(mark, policy, now, &rng) }
        return recordElse(permit, mark, policy, now, &rng)
    }

    /// The permit's call is still out at `BreakerPermit.overdueAt`: it counts as slow now, and nothing more at its end. A
    /// probe is over by this: its caller may fall back. A timer that fires late by more than half of the time it was set
    /// for says that this process stalled, not the target: nothing is counted, now and at the end.
    ///
    /// - Returns: what changed, to be told once.
    public mutating func overdue<R: RandomNumberGenerator>(
        _ permit: inout BreakerPermit, _ policy: BreakerPolicy, now: Instant, using rng: inout R
    ) -> BreakerTransition? {
        guard !permit.isJudged, permit.period == period, now >= permit.overdueAt else { return nil }
        let late = now - permit.overdueAt
        let change: BreakerTransition?
        if late * 2 > permit.overdueAt - permit.began {
            giveBack(permit)
            change = nil
        } else {
            change = record(permit, .slow, policy, now: now, using: &rng)
        }
        permit.isJudged = true
        return change
    }

    /// Takes a permit back whose call said nothing about the target, or was never made.
    public mutating func giveBack(_ permit: BreakerPermit) {
        guard permit.isProbe, !permit.isJudged, permit.period == period, state == .halfOpen, probesOut > 0 else {
            return
        }
        // Its place is free; the distance to the next stays, for this one may have reached the target.
        probesOut -= 1
    }

    @inline(__always)
    mutating func recordClosed<R: RandomNumberGenerator>(
        _ mark: Mark, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerTransition? {
        count(mark, policy, now)
        guard let cause = verdict(mark, policy, now, &rng) else {
            if impact != 0 { return judgeInfluence(policy, now) }
            return nil
        }
        return open(cause, policy, now, &rng)
    }

    /// What every result that counts leaves behind, before anybody judges it.
    @inline(__always)
    private mutating func count(_ mark: Mark, _ policy: BreakerPolicy, _ now: Instant) {
        if now.nanoseconds >= secondEnd { endSecond(policy, now) }
        window.add(mark, policy.window, now: now)
        secondTotal &+= 1
        if results < 10 { results += 1 }
        if mark == .success {
            badInARow = 0
        } else {
            if badInARow == 0 { rowBegan = Self.rowTime(now) }
            badInARow = badInARow == .max ? .max : badInARow + 1
            if badSinceClosed < 30 { badSinceClosed += 1 }
            secondBad &+= 1
            lastFailure = now.nanoseconds
        }
        if policy.kind == .ewma {
            weighted += Float(policy.alpha) * ((mark == .success ? 0 : 1) - weighted)
        }
    }

    @inline(never)
    private mutating func recordElse<R: RandomNumberGenerator>(
        _ permit: BreakerPermit, _ mark: Mark, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerTransition? {
        switch state {
        case .closed, .open, .forcedOpen, .disabled: return nil
        case .halfOpen:
            guard permit.isProbe else { return nil }
            return recordProbe(mark, policy, now, &rng)
        case .slowRecovery: return recordRecovery(mark, policy, now, &rng)
        case .metricsOnly:
            count(mark, policy, now)
            guard let cause = verdict(mark, policy, now, &rng) else {
                flags.remove(.told)
                return nil
            }
            guard !flags.contains(.told) else { return nil }
            flags.insert(.told)
            return told(.metricsOnly, cause, policy, now)
        }
    }

    // MARK: Half-open

    private mutating func recordProbe<R: RandomNumberGenerator>(
        _ mark: Mark, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerTransition? {
        if probesOut > 0 { probesOut -= 1 }
        window.add(mark, policy.window, now: now)
        switch mark {
        case .success: probesGood += 1
        case .failure: probesFailed += 1
        case .slow: probesSlow += 1
        case .nothing: break
        }
        if mark != .success {
            lastFailure = now.nanoseconds
            if badSinceClosed < 30 { badSinceClosed += 1 }
        }
        return judgeProbes(policy, now, &rng)
    }

    mutating func judgeProbes<R: RandomNumberGenerator>(
        _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerTransition? {
        if policy.reopen == .first, probesFailed + probesSlow > 0 { return open(.probeFailed, policy, now, &rng) }
        let judged = judgedProbes
        guard judged >= Self.probes(policy) else {
            // Whatever the others bring: nobody else has to wait for what is known.
            let slow = policy.successRate == nil && Double(probesSlow) >= policy.slowRate * Double(Self.probes(policy))
            return slow ? open(.probeFailed, policy, now, &rng) : nil
        }
        let passed: Bool
        if let rate = policy.successRate {
            passed = Double(probesGood) >= rate * Double(judged) - 1e-9
        } else {
            passed =
                Double(probesFailed) < policy.failureRate * Double(judged)
                && Double(probesSlow) < policy.slowRate * Double(judged)
        }
        guard passed else { return open(.probeFailed, policy, now, &rng) }
        return move(policy.recovery == nil ? .closed : .slowRecovery, .probesPassed, policy, now)
    }

    // MARK: Slow recovery

    private mutating func recordRecovery<R: RandomNumberGenerator>(
        _ mark: Mark, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerTransition? {
        window.add(mark, policy.window, now: now)
        lastFive = (lastFive << 1 | (mark == .success ? 0 : 1)) & 0b11111
        if recoveryResults < 5 { recoveryResults += 1 }
        if mark == .success {
            if goodInARow < .max { goodInARow += 1 }
            if Int(goodInARow) >= max(policy.recovery?.successes ?? 1, 1) {
                return move(.closed, .recovered, policy, now)
            }
            return nil
        }
        goodInARow = 0
        lastFailure = now.nanoseconds
        if badSinceClosed < 30 { badSinceClosed += 1 }
        guard recoveryResults == 5, Double(lastFive.nonzeroBitCount) >= policy.failureRate * 5 else { return nil }
        return open(.relapsed, policy, now, &rng)
    }
}
