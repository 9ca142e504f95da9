import MeshBase

/// When a call that is still out is asked once more beside itself: keys `after`, `max`, `share` under `hedge`. As J. Dean
/// and L. A. Barroso, "The Tail at Scale", CACM 56(2), 2013.
public struct HedgePolicy: Sendable, Equatable {
    /// When the first hedge begins; the i-th after i times as long.
    public enum After: Sendable, Equatable {
        /// p50 + 0.1 x (p99 - p50) of the target: soon after what is usual.
        case spread
        /// p95 of the target: one call of twenty is hedged.
        case p95
        /// So long. Zero is the backup request: both begin at once.
        case fixed(TimeAmount)
    }

    /// When the first one begins.
    public let after: After
    /// Hedges beside one attempt, 0...15; 0: none.
    public let max: Int
    /// Of all calls of the last 10 s so many may be hedged, 0...1; at 1 the budget of retries is the only bound.
    public let share: Double

    /// The least that a delay by quantiles is, and the delay of a target of which too little is known.
    public static let floor = TimeAmount.milliseconds(10)

    /// Settings out of range become the nearest that are sound.
    public init(after: After = .spread, max: Int = 2, share: Double = 1) {
        if case .fixed(let time) = after, time < .zero { self.after = .fixed(.zero) } else { self.after = after }
        self.max = Swift.min(Swift.max(max, 0), 15)
        self.share = share > 0 ? Swift.min(share, 1) : 0
    }

    /// No hedge at all.
    public static let off = HedgePolicy(max: 0)
    /// One, beside the slowest of twenty, and no more than 5 % of the calls.
    public static let local = HedgePolicy(after: .p95, max: 1, share: 0.05)
    /// Two, within the budget.
    public static let seed = HedgePolicy()
    /// Two at once: twice the load for the faster of two.
    public static let backup = HedgePolicy(after: .fixed(.zero), max: 1)

    /// How long after an attempt its first hedge begins, by what is known of the target.
    public func delay(_ durations: borrowing DurationRing) -> TimeAmount {
        switch after {
        case .fixed(let time): return time
        case .p95: return durations.isReady ? Swift.max(Self.floor, durations.p95) : Self.floor
        case .spread:
            guard durations.isReady else { return Self.floor }
            return Swift.max(Self.floor, durations.p50 + (durations.p99 - durations.p50) / 10)
        }
    }

    /// The same where nothing is known of the target.
    var blindDelay: TimeAmount {
        if case .fixed(let time) = after { time } else { Self.floor }
    }

    /// What of the written settings cannot be meant, by key.
    public static func problems(
        after: TimeAmount?, max: Int?, share: Double?
    ) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if let after, after < .zero { problems.append(("after", "below zero")) }
        if let max, !(0...15).contains(max) { problems.append(("max", "not between 0 and 15")) }
        if let share, !(0...1).contains(share) { problems.append(("share", "not between 0 and 1")) }
        return problems
    }
}
