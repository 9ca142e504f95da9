/// The interval of a quantile by order statistics: which of the sorted samples enclose the true quantile, whatever their
/// distribution (H. A. David, Order Statistics). Ranks begin at 1.
public struct OrderInterval: Sendable, Equatable {
    /// The sample that is taken for the quantile.
    public let middle: UInt64
    /// The lower end; nil where no sample is surely below the quantile.
    public let low: UInt64?
    /// The upper end; nil where no sample is surely above it, since there are too few.
    public let high: UInt64?

    /// - Parameters:
    ///   - quantile: clamped to 0...1.
    ///   - samples: at least 1.
    ///   - deviations: half the width in standard deviations of the normal distribution: 1.96 for 95 %.
    public init(quantile: Double, of samples: UInt64, deviations z: Double) {
        let n = Double(max(samples, 1))
        let q = min(max(quantile, 0), 1)
        let half = z * (n * q * (1 - q)).squareRoot()
        middle = UInt64(min(max((n * q).rounded(.up), 1), n))
        let below = (n * q - half).rounded(.down)
        let above = (n * q + half).rounded(.down) + 1
        low = below >= 1 ? UInt64(below) : nil
        high = above <= n ? UInt64(above) : nil
    }

    /// So many samples that, of these and of any more, one is surely above the quantile; nil for the quantile 1 and above.
    public static func needed(quantile q: Double, deviations z: Double) -> UInt64? {
        guard q >= 0, q < 1 else { return nil }
        // n (1 - q) has to exceed z sqrt(n q (1 - q)) + 1: a quadratic in the root of n.
        let b = z * (q * (1 - q)).squareRoot()
        let root = (b + (b * b + 4 * (1 - q)).squareRoot()) / (2 * (1 - q))
        guard root.isFinite, root < 1e9 else { return nil }
        return UInt64(max((root * root).rounded(.up), 1))
    }
}
