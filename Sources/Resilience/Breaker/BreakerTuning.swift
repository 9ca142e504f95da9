import MeshBase

/// Settings from what was measured (C10): `lab tune` prints them.
public enum BreakerTuning {
    /// The share of failures that opens: so many deviations above what is normal; within 0.05...0.95.
    ///
    /// - Parameters:
    ///   - baseline: share of failures when all is well, 0...1.
    ///   - deviation: its standard deviation from window to window, at least 0.
    ///   - z: how many deviations, as 3.
    public static func threshold(baseline: Double, deviation: Double, z: Double) -> Double {
        min(max(baseline + z * deviation, 0.05), 0.95)
    }

    /// The limit of an attempt: half as much again as all but one in a hundred need, and more with each.
    ///
    /// - Parameters:
    ///   - p99: of the durations.
    ///   - attempt: 1 is the first.
    ///   - factor: how much longer each attempt may take than the one before, at least 1.
    public static func timeout(p99: TimeAmount, attempt: Int = 1, factor: Double = 1) -> TimeAmount {
        var limit = p99 * 1.5
        for _ in 1..<max(min(attempt, 64), 1) { limit = limit * max(factor, 1) }
        return limit
    }

    /// The window in calls: ten seconds of traffic, but at least a hundred.
    ///
    /// - Parameter rate: requests per second, at least 0.
    public static func window(rate: Double) -> Int {
        guard rate.isFinite else { return 1_000_000 }
        return Int(min(max(100, rate * 10), 1_000_000).rounded(.up))
    }
}
