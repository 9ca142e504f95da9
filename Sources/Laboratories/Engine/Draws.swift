import MeshBase

/// Random times, with the same bits on every machine.
extension Generator {
    /// Exponential with this mean, as between the arrivals of many who know nothing of each other.
    mutating func exponentialTime(mean: TimeAmount) -> TimeAmount {
        mean * -naturalLogarithm(max(1 - unit(), 0x1p-53))
    }

    /// With this mean and variation.
    ///
    /// - Parameter variation: squared coefficient of variation (variance over squared mean). 0: always the mean. Below 1: a
    ///   sum of 1/variation exponential parts (Erlang's), rounded to whole parts. 1: exponential. Above: one of two
    ///   exponential times of equal weight in the mean (hyperexponential).
    mutating func time(mean: TimeAmount, variation: Double) -> TimeAmount {
        guard variation > 0 else { return mean }
        if variation > 1 {
            let odds = ((variation - 1) / (variation + 1)).squareRoot()
            let share = (1 + odds) / 2
            return unit() < share
                ? exponentialTime(mean: mean * (1 / (2 * share)))
                : exponentialTime(mean: mean * (1 / (2 * (1 - share))))
        }
        let parts = Self.parts(variation)
        var sum = TimeAmount.zero
        for _ in 0..<parts { sum = sum + exponentialTime(mean: mean / Int64(parts)) }
        return sum
    }

    /// The variation that `time` has for one that was asked for.
    static func drawnVariation(_ variation: Double) -> Double {
        variation > 0 && variation <= 1 ? 1 / Double(parts(variation)) : max(variation, 0)
    }

    private static func parts(_ variation: Double) -> Int { min(max(Int((1 / variation).rounded()), 1), 100) }
}
