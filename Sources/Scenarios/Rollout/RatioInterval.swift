import MeshBase

/// How many times another figure one is, and what agrees with what was seen of both: the intervals of the two are joined as
/// squares of their distances on the logarithmic scale (G. Y. Zou, A. Donner 2008; R. G. Newcombe's method 10 is the same of
/// differences).
package struct RatioInterval: Sendable, Equatable {
    /// A figure with the ends of its interval, 0 or more each; `high` nil where there is no upper end.
    package struct Figure: Sendable, Equatable {
        package var value: Double
        package var low: Double
        package var high: Double?

        /// Not ordered: it is put in order.
        package init(_ value: Double, low: Double, high: Double?) {
            self.value = value
            self.low = min(low, value)
            self.high = high.map { max($0, value) }
        }

        /// A number of things that come by themselves, by the square root's normal interval.
        package init(count: UInt64, deviations z: Double) {
            let root = Double(count).squareRoot()
            let (low, high) = (max(root - z / 2, 0), root + z / 2)
            self.init(Double(count), low: low * low, high: high * high)
        }
    }

    /// Nil where the other figure is 0.
    package let ratio: Double?
    /// The lower end.
    package let low: Double
    /// The upper end; nil where there is none.
    package let high: Double?

    /// `a` over `b`.
    package init(_ a: Figure, over b: Figure) {
        ratio = b.value > 0 ? a.value / b.value : nil
        // Where the logarithm has no end, the ends themselves are the widest that there can be.
        if a.low > 0, a.value > 0, b.value > 0, let top = b.high {
            low = exponential(
                naturalLogarithm(a.value / b.value)
                    - Self.hypotenuse(naturalLogarithm(a.value / a.low), naturalLogarithm(top / b.value)))
        } else {
            low = b.high.map { $0 > 0 ? a.low / $0 : 0 } ?? 0
        }
        if let top = a.high, b.low > 0, a.value > 0, b.value > 0 {
            high = exponential(
                naturalLogarithm(a.value / b.value)
                    + Self.hypotenuse(naturalLogarithm(top / a.value), naturalLogarithm(b.value / b.low)))
        } else if let top = a.high, b.low > 0 {
            high = top / b.low
        } else {
            high = nil
        }
    }

    private static func hypotenuse(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
}
