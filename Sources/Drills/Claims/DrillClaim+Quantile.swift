import MeshBase

extension DrillClaim {
    /// A percentile of times, judged by the interval of its order statistic: each end is a time that was measured.
    ///
    /// - Parameters:
    ///   - quantile: 0...1; 0.99 for the 99th percentile.
    ///   - bound: in milliseconds.
    ///   - samples: how many times there are.
    ///   - noise: what the machine did meanwhile.
    ///   - time: the time of a rank, 1 for the shortest of all, in milliseconds.
    public static func quantile(
        _ name: String, _ quantile: Double, _ comparison: Comparison, _ bound: Double, samples: UInt64,
        noise: DrillNoise, time: (_ rank: UInt64) -> Double
    ) -> DrillClaim {
        let needed = OrderInterval.needed(quantile: quantile, deviations: deviations).map { Int(clamping: $0) }
        guard samples > 0 else {
            return DrillClaim(
                name, .timing, comparison, bound, observed: nil, low: nil, high: nil, verdict: .undecided,
                needed: needed, detail: "nothing was measured")
        }
        let interval = OrderInterval(quantile: quantile, of: samples, deviations: deviations)
        let low = interval.low.map(time) ?? 0
        // Of too few samples the longest that there can be is not known.
        let high = interval.high.map(time)
        var verdict = comparison.verdict(low, high ?? .infinity, bound)
        var detail: String? = "of \(samples)"
        let trouble = noise.trouble(forBound: .nanoseconds(Int64(min(max(bound, 0), 1e12) * 1_000_000)))
        if let trouble {
            verdict = .undecided
            detail = trouble
        }
        return DrillClaim(
            name, .timing, comparison, bound, observed: time(interval.middle), low: low, high: high, verdict: verdict,
            needed: verdict == .undecided && high == nil && trouble == nil ? needed : nil, detail: detail)
    }

    /// A percentile of all the times that there were, however few: that it was within the bound is a fact, and that it was not says
    /// little of few, of which one alone decides. So the percentile itself is the upper end, and the lower one is that of its
    /// order statistic's interval.
    ///
    /// - Parameters:
    ///   - quantile: 0...1; 0.99 for the 99th percentile.
    ///   - bound: in milliseconds.
    ///   - samples: how many times there are.
    ///   - observed: the percentile, in milliseconds.
    ///   - low: the lower end, in milliseconds; 0 where no time is surely below it.
    public static func quantile(
        _ name: String, _ quantile: Double, _ comparison: Comparison, _ bound: Double, of samples: Int,
        observed: Double, low: Double, noise: DrillNoise
    ) -> DrillClaim {
        let trouble = noise.trouble(forBound: .nanoseconds(Int64(min(max(bound, 0), 1e12) * 1_000_000)))
        let low = min(low, observed)
        let verdict = trouble == nil ? comparison.verdict(low, observed, bound) : .undecided
        return DrillClaim(
            name, .timing, comparison, bound, observed: observed, low: low, high: observed, verdict: verdict,
            needed: nil, detail: trouble ?? "of \(samples)")
    }

    /// A time that never came, though it was waited for: however long the bound is, it was not kept.
    ///
    /// - Parameter detail: what did not happen, in words.
    package static func never(
        _ name: String, _ comparison: Comparison, _ bound: Double, detail: String
    ) -> DrillClaim {
        DrillClaim(
            name, .timing, comparison, bound, observed: nil, low: nil, high: nil,
            verdict: comparison == .above || comparison == .atLeast ? .met : .deviated, detail: detail)
    }

    /// The longest of all times, which is what it is.
    ///
    /// - Parameters:
    ///   - observed: in milliseconds; nil where nothing was measured.
    ///   - bound: in milliseconds.
    public static func longest(
        _ name: String, _ observed: Double?, _ comparison: Comparison, _ bound: Double, noise: DrillNoise
    ) -> DrillClaim {
        let trouble = noise.trouble(forBound: .nanoseconds(Int64(min(max(bound, 0), 1e12) * 1_000_000)))
        guard let observed else {
            return DrillClaim(
                name, .timing, comparison, bound, observed: nil, low: nil, high: nil, verdict: .undecided,
                detail: "nothing was measured")
        }
        return DrillClaim(
            name, .timing, comparison, bound, observed: observed, low: observed, high: observed,
            verdict: trouble == nil ? comparison.verdict(observed, observed, bound) : .undecided, detail: trouble)
    }
}
