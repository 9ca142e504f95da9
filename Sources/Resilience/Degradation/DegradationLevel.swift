/// How much is given up so that the rest goes on.
public enum DegradationLevel: Int, Sendable, CaseIterable, Comparable {
    case normal = 0
    /// Luxury features at quality 0.7.
    case minor
    /// Enhanced features at 0.5, luxury off.
    case moderate
    /// Enhanced and luxury off.
    case critical
    /// As critical, and every ladder at its last rung.
    case emergency

    /// The graver is the greater.
    public static func < (a: DegradationLevel, b: DegradationLevel) -> Bool { a.rawValue < b.rawValue }

    /// The word in settings, events and answers.
    public var name: StaticString {
        switch self {
        case .normal: "normal"
        case .minor: "minor"
        case .moderate: "moderate"
        case .critical: "critical"
        case .emergency: "emergency"
        }
    }

    /// All words, from normal on.
    public static var names: [String] { allCases.map { "\($0.name)" } }

    /// From its word or its number.
    public init?(_ text: String) {
        if let number = Int(text), let level = DegradationLevel(rawValue: number) {
            self = level
        } else if let level = DegradationLevel.allCases.first(where: { "\($0.name)" == text }) {
            self = level
        } else {
            return nil
        }
    }

    /// The share of its full quality that a feature has, 0...1; 0 is off. Core features are never degraded.
    public func quality(of criticality: FeatureCriticality) -> Double {
        switch (criticality, self) {
        case (.core, _), (_, .normal), (.enhanced, .minor): 1
        case (.luxury, .minor): 0.7
        case (.enhanced, .moderate): 0.5
        default: 0
        }
    }

    /// The lowest-numbered rung that a ladder of so many may stand at: spread evenly, so that of five rungs each level has
    /// its own and the last level has the last rung of any.
    public func rung(of count: Int) -> Int { max(count - 1, 0) * rawValue / DegradationLevel.emergency.rawValue }
}

extension DegradationLevel: Codable {
    /// From its word.
    ///
    /// - Throws: `DecodingError` for any other word.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let word = try value.decode(String.self)
        guard let level = DegradationLevel(word) else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "'\(word)' is no level")
        }
        self = level
    }

    /// As its word.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode("\(name)")
    }
}

/// What a mesh is without a feature.
public enum FeatureCriticality: UInt8, Sendable, CaseIterable {
    /// Of no use: never degraded.
    case core
    /// Poorer.
    case enhanced
    /// Plainer.
    case luxury

    /// The word in files.
    public var name: StaticString {
        switch self {
        case .core: "core"
        case .enhanced: "enhanced"
        case .luxury: "luxury"
        }
    }
}
