import MeshBase

/// Something of a cell that can be had worse or not at all (C21): an entry of `features`.
public struct FeatureSettings: Sendable, Codable, Equatable {
    /// As flags and `X-Degraded` have it.
    public var name: String
    /// A core feature is never degraded.
    public var criticality: Edge.Criticality
    /// The services whose calls belong to it; positions in `Blueprint.services`.
    public var calls: [Int]
    /// Each of the four is relative to those of the other features; 1 where nothing is written.
    public var weights: FeatureWeights

    /// A feature of the services that it calls.
    public init(
        name: String, criticality: Edge.Criticality, calls: [Int] = [], weights: FeatureWeights = FeatureWeights()
    ) {
        self.name = name
        self.criticality = criticality
        self.calls = calls
        self.weights = weights
    }
}

/// How much a feature matters.
public struct FeatureWeights: PolicySettings {
    /// What it brings, 0 or more.
    public var revenue: Double?
    /// How many need it, 0 or more.
    public var users: Double?
    /// How much is meant to come of it, 0 or more.
    public var strategy: Double?
    /// What it costs to serve, above zero.
    public var cost: Double?

    /// Nothing is written.
    public init() {}

    private static let weight = SettingForm.number(0...1e6)

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("revenue", \.revenue, weight), SettingField("users", \.users, weight),
        SettingField("strategy", \.strategy, weight), SettingField("cost", \.cost, .number(0.001...1e6)),
    ]

    /// revenue x users x strategy / cost.
    public var score: Double { (revenue ?? 1) * (users ?? 1) * (strategy ?? 1) / (cost ?? 1) }
}

/// What is written of the controller that holds objectives (C22): key `slo`.
public struct ObjectivesSettings: PolicySettings {
    /// What it moves.
    public enum Mode: String, SettingWord {
        /// The degradation level.
        case levels
        /// The quality of each feature.
        case optimise
    }
    /// How far back it looks.
    public var window: TimeAmount?
    /// From look to look.
    public var every: TimeAmount?
    /// What it moves.
    public var mode: Mode?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("window", \.window, .day), SettingField("every", \.every, .timeout), SettingField("mode", \.mode),
    ]
}

/// What a service does less of under pressure (C23): key `quality`.
public struct QualitySettings: PolicySettings {
    /// Of an image, at quality 1; falls with the square root.
    public var resolution: Double?
    /// Of a stream, at quality 1.
    public var bitrate: Double?
    /// Items of an answer, at quality 1.
    public var count: Int?
    /// The least quality, 0...1.
    public var floor: Double?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("resolution", \.resolution, .number(1...1e9)),
        SettingField("bitrate", \.bitrate, .number(1...1e12)),
        SettingField("count", \.count, .count), SettingField("floor", \.floor, .ratio),
    ]
}

extension Blueprint {
    /// What can be switched off by its name: `features`, and the targets of calls that are not core; each once.
    public var featureNames: [String] {
        var names = features?.map(\.name) ?? []
        for edge in services.flatMap(\.calls) where edge.criticality != .core {
            let name = services[edge.to].name
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}
