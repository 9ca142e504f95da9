/// Which quality each feature gets when there is not enough for all: as much worth as fits into what is left.
///
/// Each feature begins at its floor, core features at 1; then, by worth for cost, each takes the best of 1, 0.7, 0.5 that
/// still fits. As worth and cost both grow with quality in proportion, this is G. Dantzig's rule (1957) for the
/// fractional knapsack but for the last feature that fits in part: no choice is worth more by half of the dearest
/// feature.
public struct QualityChoice: Sendable, Equatable {
    /// What a feature may have, from the best.
    public static let steps = [1, 0.7, 0.5, 0]

    /// In the order of the features.
    public let qualities: [Double]
    /// What there is: the cost of everything, less the pressure.
    public let available: Double
    /// What is used; above `available` only where core and floors alone are.
    public let used: Double
    /// The worth of what is on.
    public let value: Double

    /// - Parameter pressure: the share of the cost of all features that is to be saved, 0...1; outside it is clamped,
    ///   and what is no number counts as none.
    public init(_ features: [Feature], pressure: Double) {
        let pressure = pressure.isNaN ? 0 : min(max(pressure, 0), 1)
        var qualities = features.map { feature in
            feature.criticality == .core ? 1 : Self.steps.last { $0 >= feature.floor } ?? 1
        }
        var used = zip(features, qualities).reduce(0.0) { $0 + $1.0.cost * $1.1 }
        let available = features.reduce(0.0) { $0 + $1.cost } * (1 - pressure)
        // What costs nothing comes first: it fits always. Of equals the first.
        let order = features.indices.sorted { a, b in
            let (scoreA, scoreB) = (features[a].score, features[b].score)
            return scoreA != scoreB ? scoreA > scoreB : a < b
        }
        // Sums of fractions: what fits exactly must fit.
        let slack = available * 1e-12
        for index in order where features[index].criticality != .core {
            let cost = features[index].cost
            for step in Self.steps where step > qualities[index] {
                let more = cost * (step - qualities[index])
                guard cost == 0 || used + more <= available + slack else { continue }
                used += more
                qualities[index] = step
                break
            }
        }
        self.qualities = qualities
        self.available = available
        self.used = used
        value = zip(features, qualities).reduce(0) { $0 + $1.0.weight * $1.1 }
    }
}
