/// The score interval of a share (E. B. Wilson 1927): what range of true shares agrees with what was counted.
///
/// Unlike the normal interval it stays within 0...1 and means something at few samples and at shares near 0.
public struct WilsonInterval: Sendable, Equatable {
    /// The share counted; 0 without samples.
    public let share: Double
    /// The lower end, 0 without samples.
    public let low: Double
    /// The upper end, 1 without samples.
    public let high: Double

    /// - Parameters:
    ///   - count: how many of the samples have the property; more than `samples` count as all.
    ///   - deviations: half the width in standard deviations of the normal distribution, at least 0: 1.96 for 95 %.
    public init(count: UInt64, of samples: UInt64, deviations z: Double) {
        guard samples > 0 else {
            share = 0
            low = 0
            high = 1
            return
        }
        let n = Double(samples)
        let p = Double(min(count, samples)) / n
        let square = z * z / n
        let middle = (p + square / 2) / (1 + square)
        let half = z * (p * (1 - p) / n + square / (4 * n)).squareRoot() / (1 + square)
        share = p
        // Both ends are exact in arithmetic; rounding must not push them past what was counted.
        low = count == 0 ? 0 : min(max(middle - half, 0), p)
        high = count >= samples ? 1 : max(min(middle + half, 1), p)
    }
}
