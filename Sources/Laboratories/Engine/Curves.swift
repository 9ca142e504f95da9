import MeshBase

/// Functions that the standard library leaves to the system, with the same bits on every machine.
enum Curves {
    /// P(Z < z) of the standard normal distribution, by its inverse.
    static func normal(_ z: Double) -> Double {
        if z < -8 { return 0 }
        if z > 8 { return 1 }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<54 {
            let middle = (low + high) / 2
            if InverseNormal.quantile(middle) < z { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// Of a sample, the value that a share of it does not exceed.
struct Quantiles: Sendable {
    private let sorted: [TimeAmount]

    init(_ sample: [TimeAmount]) { sorted = sample.sorted() }

    var count: Int { sorted.count }

    /// The nearest rank; nil of an empty sample.
    func callAsFunction(_ share: Double) -> TimeAmount? {
        guard !sorted.isEmpty else { return nil }
        let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(rank, 0), sorted.count - 1)]
    }

    var mean: TimeAmount {
        sorted.isEmpty ? .zero : TimeAmount(seconds: sorted.reduce(0) { $0 + $1.seconds } / Double(sorted.count))
    }
}
