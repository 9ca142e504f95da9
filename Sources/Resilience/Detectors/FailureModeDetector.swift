import MeshBase

/// Names the way in which a dependency fails by its last 100 results: by the share of successes, and by how many took
/// (nearly) as long as they may. Three words of bits each hold what the rule asks, so that a look sorts nothing; of a
/// longer history the rule would use nothing.
public struct FailureModeDetector: Sendable {
    /// What it finds.
    public enum Finding: UInt8, Sendable, CaseIterable {
        /// Fewer than 10 results.
        case unknown
        /// More than 95 % succeed, p99 below the timeout.
        case healthy
        /// More than 80 % succeed, p99 above half of the timeout.
        case slow
        /// More than 80 % succeed, as fast as ever.
        case partial
        /// More than half succeed.
        case flapping
        /// Half or less succeed, or the last five failed.
        case dead
    }

    /// Results before which nothing is found.
    public static let least = 10

    /// The time that a call may take, at least 2 ns.
    public let timeout: TimeAmount
    /// Failures in a row that make it dead whatever came before, at least 1.
    public let consecutive: Int
    private var good = ResultHistory()
    private var belowTimeout = ResultHistory()
    private var belowHalf = ResultHistory()
    private var failed = 0

    /// - Parameters:
    ///   - timeout: of a call; less than 2 ns is 2 ns.
    ///   - consecutive: less than 1 is 1.
    public init(timeout: TimeAmount = .seconds(1), consecutive: Int = 5) {
        self.timeout = max(timeout, .nanoseconds(2))
        self.consecutive = max(consecutive, 1)
    }

    /// Takes the result of a call.
    ///
    /// - Parameter took: until it ended; of one that timed out, at least the timeout.
    public mutating func record(_ isGood: Bool, took: TimeAmount) {
        good.record(isGood)
        belowTimeout.record(took < timeout)
        belowHalf.record(took <= timeout / 2)
        failed = isGood ? 0 : min(failed + 1, consecutive)
    }

    /// Forgets all, for a dependency that was replaced.
    public mutating func reset() { self = FailureModeDetector(timeout: timeout, consecutive: consecutive) }

    /// The results that stay above the nearest-rank p99: one of a hundred, none of fewer.
    private var above: Int { good.count / 100 }

    /// The name of what the last 100 results show.
    public var finding: Finding {
        let count = good.count
        guard count >= Self.least else { return .unknown }
        if failed >= consecutive { return .dead }
        let isWithin = count - belowTimeout.good <= above
        let isSlow = count - belowHalf.good > above
        // In whole numbers: 95 of 100 is not above 95 %.
        let share = good.good * 100
        if share > 95 * count, isWithin { return .healthy }
        if share > 80 * count { return isSlow ? .slow : .partial }
        return share > 50 * count ? .flapping : .dead
    }

    /// What the finding stands on.
    public func explain() -> Explanation {
        let share = good.share ?? 0
        let long = good.count - belowHalf.good
        return Explanation(
            "\(finding): \(good.good) of \(good.count) went well, \(long) took over half of "
                + "\(ShortNumber.text(timeout.seconds, places: 3)) s, \(failed) failed in a row",
            [
                .init("success", share), .init("of", Double(good.count)), .init("over_half_timeout", Double(long)),
                .init("over_timeout", Double(good.count - belowTimeout.good)), .init("failed_in_a_row", Double(failed)),
            ])
    }
}
