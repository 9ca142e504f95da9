import MeshBase

/// The load, 0...1, from which on each class is refused; at 1 a class is never shed. Critical has none.
public struct ShedThresholds: Sendable, Equatable {
    /// Of class high; 95 % where nothing else is said.
    public var high: Double
    /// Of class normal; 85 % where nothing else is said.
    public var normal: Double
    /// Of class low; 70 % where nothing else is said.
    public var low: Double

    /// - Parameters: ratios from 0 to 1 that fall from `high` to `low`.
    public init(high: Double = 0.95, normal: Double = 0.85, low: Double = 0.7) {
        self.high = high
        self.normal = normal
        self.low = low
    }

    /// Nothing is ever shed.
    public static let never = ShedThresholds(high: 1, normal: 1, low: 1)

    /// The same where they fall with importance; otherwise a class is shed no later than the next higher one.
    public var ordered: ShedThresholds {
        let normal = min(normal, high)
        return ShedThresholds(high: high, normal: normal, low: min(low, normal))
    }

    subscript(_ priority: Priority) -> Double {
        switch priority {
        case .critical: 1
        case .high: high
        case .normal: normal
        case .low: low
        }
    }
}
