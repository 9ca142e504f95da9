/// Something that a mesh can do without or do less well: an uncritical edge, by its callee's name, or an entry of
/// `features`.
public struct Feature: Sendable, Equatable {
    /// As levels, flags and answers name it.
    public var name: String
    /// What the mesh is without it.
    public var criticality: FeatureCriticality
    /// Names of the services whose calls it is.
    public var calls: [String]
    /// What it earns, how many use it, how much it matters beyond both, and what it costs: in units of the user's, all
    /// at least 0.
    public var revenue: Double
    /// How many use it.
    public var users: Double
    /// How much it matters beyond both.
    public var strategy: Double
    /// What it costs to serve, in the unit of the other features.
    public var cost: Double
    /// The least quality that is worth having, 0...1; 0 may be switched off.
    public var floor: Double

    /// - Parameters: what is below 0 or no number counts as 0, a floor above 1 as 1. Core features have floor 1.
    public init(
        _ name: String, _ criticality: FeatureCriticality, calls: [String] = [], revenue: Double = 1, users: Double = 1,
        strategy: Double = 1, cost: Double = 1, floor: Double = 0
    ) {
        self.name = name
        self.criticality = criticality
        self.calls = calls
        self.revenue = Self.sound(revenue)
        self.users = Self.sound(users)
        self.strategy = Self.sound(strategy)
        self.cost = Self.sound(cost)
        self.floor = criticality == .core ? 1 : min(Self.sound(floor), 1)
    }

    private static func sound(_ value: Double) -> Double { value.isFinite ? max(value, 0) : 0 }

    /// What it is worth at full quality: revenue x users x strategy.
    public var weight: Double { revenue * users * strategy }

    /// Worth for its cost; infinite for what costs nothing and is worth something.
    public var score: Double { cost > 0 ? weight / cost : weight > 0 ? .infinity : 0 }
}

/// The features of a cell, and which of them are on at each level, in one word.
public struct FeatureTable: Sendable, Equatable {
    /// One word has so many bits. Features beyond are never degraded, and `features-above-64` names them.
    public static let most = 64

    /// The bit of a feature is its position.
    public let features: [Feature]
    /// Bits of the features that have one.
    public let all: UInt64
    /// Bits of enhanced features.
    public let enhanced: UInt64
    /// Bits of luxury features.
    public let luxury: UInt64

    /// Features in the order of their bits.
    public init(_ features: [Feature]) {
        self.features = features
        var all: UInt64 = 0
        var enhanced: UInt64 = 0
        var luxury: UInt64 = 0
        for (index, feature) in features.prefix(Self.most).enumerated() {
            all |= 1 << UInt64(index)
            switch feature.criticality {
            case .core: break
            case .enhanced: enhanced |= 1 << UInt64(index)
            case .luxury: luxury |= 1 << UInt64(index)
            }
        }
        self.all = all
        self.enhanced = enhanced
        self.luxury = luxury
    }

    /// The features that are on, a bit each.
    public func on(at level: DegradationLevel) -> UInt64 {
        switch level {
        case .normal, .minor: all
        case .moderate: all & ~luxury
        case .critical, .emergency: all & ~(luxury | enhanced)
        }
    }

    /// What is written and cannot be: `features` above 64, two of one name.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if features.count > Self.most {
            problems.append(("features", "\(features.count) features, and only \(Self.most) can be switched"))
        }
        var names: Set<String> = []
        for feature in features where !names.insert(feature.name).inserted {
            problems.append(("features.\(feature.name)", "is there twice"))
        }
        return problems
    }
}
