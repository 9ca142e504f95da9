import MeshBase

/// When the retries of clients come that all failed at one instant and go on failing: the taller the tallest bin beside
/// the mean, the more they come together.
public struct BackoffHistogram: Sendable, Equatable {
    /// Retries that came in each part of the time.
    public let bins: [Int]
    /// How long a part is: the whole begins when they failed and ends with the last retry.
    public let width: TimeAmount
    /// Retries of all clients together.
    public let retries: Int

    /// - Parameters:
    ///   - clients: that failed together, at least 1.
    ///   - retries: of each, at least 1.
    ///   - bins: parts of the time, at least 1.
    public init(
        _ policy: BackoffPolicy, clients: Int = 10_000, retries: Int = 5, bins: Int = 100, failureShare: Double = 1,
        using random: inout Generator
    ) {
        let (clients, each, parts) = (max(clients, 1), max(retries, 1), max(bins, 1))
        var instants: [Int64] = []
        instants.reserveCapacity(clients * each)
        for _ in 0..<clients {
            var (at, previous) = (TimeAmount.zero, TimeAmount.zero)
            for n in 0..<each {
                previous = policy.delay(retry: n, previous: previous, failureShare: failureShare, using: &random)
                at = at + previous
                instants.append(at.nanoseconds)
            }
        }
        // At least a nanosecond wide, also where nobody waits at all.
        let width = (instants.max() ?? 0) / Int64(parts) + 1
        var counts = [Int](repeating: 0, count: parts)
        for instant in instants { counts[Int(instant / width)] += 1 }
        self.bins = counts
        self.width = .nanoseconds(width)
        self.retries = instants.count
    }

    /// The share of all retries that come in the fullest part, 0...1: 1/bins would be perfectly even.
    public var peakShare: Double { Double(bins.max() ?? 0) / Double(retries) }
    /// The share of the parts in which nobody comes, 0...1.
    public var emptyShare: Double { Double(bins.count { $0 == 0 }) / Double(bins.count) }
}
