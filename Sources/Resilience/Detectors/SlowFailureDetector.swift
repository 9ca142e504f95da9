import MeshBase

/// Finds a dependency that still answers, but ever more slowly: the median of its last 10 durations against the p99 of
/// the first 100. A mean or a share of failures would show it much later.
public struct SlowFailureDetector: Sendable {
    /// Durations that make the baseline.
    public static let window = 100
    /// Durations whose median is held against it.
    public static let recent = 10

    /// The median is too long above this times the baseline, at least 1.
    public let factor: Double
    /// p99 of the first 100 durations; nil before.
    public private(set) var baseline: TimeAmount?
    // By nearest rank p99 of 100 is the second longest: two numbers stand for the first window.
    private var longest = TimeAmount.zero
    private var second = TimeAmount.zero
    private var seen = 0
    private var ring = InlineArray<10, TimeAmount>(repeating: .zero)
    private var next = 0

    /// - Parameter factor: less than 1 is 1.
    public init(factor: Double = 1.5) { self.factor = factor > 1 ? factor : 1 }

    /// Takes how long a call took that was answered.
    public mutating func record(_ took: TimeAmount) {
        let took = max(took, .zero)
        ring[next] = took
        next = next + 1 == Self.recent ? 0 : next + 1
        guard baseline == nil else { return }
        seen += 1
        if took > longest { (longest, second) = (took, longest) } else if took > second { second = took }
        // Of a dependency that answers at once anything would be too long: a nanosecond is the least.
        if seen == Self.window { baseline = max(second, .nanoseconds(1)) }
    }

    /// Forgets all, for a dependency that was replaced: the next 100 are its baseline.
    public mutating func reset() { self = SlowFailureDetector(factor: factor) }

    /// The median of the last 10 durations; nil before the baseline stands.
    public var median: TimeAmount? {
        guard baseline != nil else { return nil }
        var sorted = ring
        for index in 1..<Self.recent {
            var at = index
            while at > 0, sorted[at] < sorted[at - 1] {
                sorted.swapAt(at, at - 1)
                at -= 1
            }
        }
        let (low, high) = (sorted[Self.recent / 2 - 1], sorted[Self.recent / 2])
        return low + (high - low) / 2
    }

    /// Whether it has become slow.
    public var isDegraded: Bool {
        guard let baseline, let median else { return false }
        return median > baseline * factor
    }

    /// What the finding stands on.
    public func explain() -> Explanation {
        guard let baseline, let median else {
            return Explanation("\(seen) of \(Self.window) durations of the baseline", [.init("seen", Double(seen))])
        }
        return Explanation(
            "\(isDegraded ? "degraded" : "well"): median \(ShortNumber.text(median.milliseconds)) ms, "
                + "baseline p99 \(ShortNumber.text(baseline.milliseconds)) ms, factor \(ShortNumber.text(factor))",
            [
                .init("median_seconds", median.seconds), .init("baseline_seconds", baseline.seconds),
                .init("factor", factor),
            ])
    }
}
