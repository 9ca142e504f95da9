import MeshBase

/// Functions that the standard library leaves to the system, with the same bits on every machine.
enum Curves {
    /// The sine of an angle in radians, to about 1e-12 within a million turns.
    static func sine(_ angle: Double) -> Double {
        let turns = (angle / (2 * Double.pi)).rounded()
        var x = angle - turns * 2 * Double.pi
        // Into [-pi/2, pi/2], where the series is short.
        if x > Double.pi / 2 { x = Double.pi - x } else if x < -Double.pi / 2 { x = -Double.pi - x }
        let square = x * x
        var sum = 1.0
        var n = 21.0
        while n >= 3 {
            sum = 1 - square / (n * (n - 1)) * sum
            n -= 2
        }
        return x * sum
    }

    static func cosine(_ angle: Double) -> Double { sine(angle + Double.pi / 2) }

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

extension Curves {
    /// The angle of the point (x, y), within -pi...pi, by halving: no more than 50 sines.
    static func angle(_ x: Double, _ y: Double) -> Double {
        let length = (x * x + y * y).squareRoot()
        guard length > 0 else { return 0 }
        // Of the sine, which rises from -pi/2 to pi/2.
        var (low, high) = (-Double.pi / 2, Double.pi / 2)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if sine(middle) < y / length { low = middle } else { high = middle }
        }
        let angle = (low + high) / 2
        guard x < 0 else { return angle }
        return angle >= 0 ? Double.pi - angle : -Double.pi - angle
    }
}
