import MeshBase

extension Breaker {
    /// The share that opens now: what is written, more where the share is unsteady, less where the outlook is bad or a
    /// dependency further away has opened (metric `breaker_threshold`).
    public func threshold(_ policy: BreakerPolicy) -> Double { threshold(policy, of: policy.failureRate) }

    @inline(__always)
    func threshold(_ policy: BreakerPolicy, of base: Double) -> Double {
        var threshold = base
        if policy.adaptive {
            threshold = min(max(0.95, base), base + Double(unsteadiness))
            if outlook < 0.7 { threshold *= 0.8 }
        }
        if impact > 0, impact < 0.5 { threshold /= 1 + 2 * Double(impact) }
        return threshold
    }

    /// In units of `rowBegan`.
    @inline(__always)
    static func rowTime(_ now: Instant) -> UInt32 { UInt32(truncatingIfNeeded: now.nanoseconds >> 20) }

    /// Whether the bad results in a row go back as far as they have to.
    @inline(__always)
    private func isRowLong(_ policy: BreakerPolicy, _ now: Instant) -> Bool {
        Int64(Self.rowTime(now) &- rowBegan) << 20 >= policy.consecutiveFor.nanoseconds
    }

    /// Why it opens now, if it does.
    @inline(__always)
    mutating func verdict<R: RandomNumberGenerator>(
        _ mark: Mark, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerCause? {
        if policy.consecutive > 0, Int(badInARow) >= policy.consecutive, isRowLong(policy, now) { return .consecutive }
        if policy.kind == .consecutive { return nil }
        let counts = window.counts(policy.window, now: now)
        // Weights that decay never quite reach a whole number.
        guard counts.total >= Double(policy.volume) - 0.5 else { return nil }
        if counts.slow > 0, counts.slow >= policy.slowRate * counts.total { return .slowRate }
        if policy.kind == .rate {
            guard counts.failed > 0, counts.failed >= threshold(policy) * counts.total else { return nil }
            return .failureRate
        }
        return statisticalVerdict(mark, counts, policy, now, &rng)
    }

    @inline(never)
    private mutating func statisticalVerdict<R: RandomNumberGenerator>(
        _ mark: Mark, _ counts: BreakerWindow.Counts, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout R
    ) -> BreakerCause? {
        let threshold = threshold(policy)
        switch policy.kind {
        case .rate, .consecutive: return nil
        case .ewma: return results >= 10 && Double(weighted) >= threshold ? .ewma : nil
        case .sigmoid:
            // The curve is above zero without a single failure (1 in 22 000 looks), which opens a healthy gate now and
            // then: there is no chance then.
            guard flags.contains(.looked) == false, counts.failed > 0 else { return nil }
            flags.insert(.looked)
            let share = counts.failureShare
            return unit(&rng) < Self.sigmoid(share, at: threshold, steepness: policy.steepness) ? .sigmoid : nil
        case .spc:
            let share = counts.failureShare
            // Before ten quiet seconds nothing is known to be in control.
            guard quietSeconds >= 10 else { return counts.failed > 0 && share >= threshold ? .failureRate : nil }
            return share > controlLimit ? .outOfControl : nil
        case .bayes:
            // A success only makes it less likely.
            guard mark == .failure else { return nil }
            let failed = counts.failed
            let belief = 1 - BetaDistribution.cumulative(threshold, a: 1 + failed, b: 1 + counts.total - failed)
            return belief > 0.95 ? .bayes : nil
        }
    }

    /// P(open) of kind `sigmoid` at this share of failures.
    static func sigmoid(_ share: Double, at middle: Double, steepness: Double) -> Double {
        1 / (1 + exponential(-steepness * (share - middle)))
    }

    /// The share above which kind `spc` sees it out of control.
    var controlLimit: Double {
        let deviation = Double(shareVariance).squareRoot()
        return Double(shareMean) + max(3 * deviation, 0.05)
    }

    /// Ends the second under way: what the share was goes into the statistics.
    @inline(never)
    mutating func endSecond(_ policy: BreakerPolicy, _ now: Instant) {
        defer {
            secondEnd = (now + .seconds(1)).nanoseconds
            secondTotal = 0
            secondBad = 0
            flags.remove(.looked)
        }
        guard secondTotal > 0 else { return }
        let share = Float(Double(secondBad) / Double(secondTotal))
        let alpha: Float
        if policy.kind == .spc {
            // A second that is out of control says nothing about what is normal. Of the last hundred the mean is kept
            // as of a hundred by weight: a hundred figures would not fit.
            if quietSeconds >= 10, Double(share) > controlLimit { return }
            if quietSeconds < 100 { quietSeconds += 1 }
            alpha = 1 / Float(quietSeconds)
        } else {
            // The first second is where the mean begins; no deviation is known of one.
            alpha = quietSeconds == 0 ? 1 : Float(policy.alpha)
            if quietSeconds < 100 { quietSeconds += 1 }
        }
        let delta = share - shareMean
        shareMean += alpha * delta
        shareVariance = (1 - alpha) * (shareVariance + alpha * delta * delta)
        unsteadiness = 0.1 * shareVariance.squareRoot()
    }
}

/// The regularised incomplete beta function, by its continued fraction (Lentz's evaluation; DLMF 8.17.22).
enum BetaDistribution {
    /// P(X <= x) for X of Beta(a, b).
    ///
    /// - Parameters:
    ///   - x: clamped to 0...1.
    ///   - a: above 0.
    ///   - b: above 0.
    static func cumulative(_ x: Double, a: Double, b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exponential(
            logGamma(a + b) - logGamma(a) - logGamma(b) + a * naturalLogarithm(x) + b * naturalLogarithm(1 - x))
        // The fraction converges fast on the near side of the mean.
        return x < (a + 1) / (a + b + 2)
            ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func apart(_ v: Double) -> Double { abs(v) < tiny ? tiny : v }
        var c = 1.0
        var d = 1 / apart(1 - (a + b) * x / (a + 1))
        var h = d
        // O(sqrt(max(a, b))) steps are enough; the bound is for what is no number.
        for m in 1...500 {
            let m = Double(m)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / apart(1 + even * d)
            c = apart(1 + even / c)
            h *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / apart(1 + odd * d)
            c = apart(1 + odd / c)
            let step = d * c
            h *= step
            if abs(step - 1) < 1e-12 { break }
        }
        return h
    }

    /// ln of the gamma function for x >= 1: shifted up to where Stirling's series (DLMF 5.11.1) is exact to 1e-12.
    static func logGamma(_ x: Double) -> Double {
        var x = x
        var shift = 1.0
        while x < 10 {
            shift *= x
            x += 1
        }
        let r = 1 / x
        let r2 = r * r
        let series = r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 / 1188))))
        return (x - 0.5) * naturalLogarithm(x) - x + 0.9189385332046727 + series - naturalLogarithm(shift)
    }
}
