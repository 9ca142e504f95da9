/// How much a request matters when not all can be served.
public enum Priority: UInt8, Sendable, CaseIterable, Comparable {
    case critical = 0
    case high = 1
    case normal = 2
    case low = 3

    /// The more important is the lesser.
    @inlinable public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }

    /// The word that headers, files and labels have for it.
    public var name: StaticString {
        switch self {
        case .critical: "critical"
        case .high: "high"
        case .normal: "normal"
        case .low: "low"
        }
    }

    /// The next class that matters less; low is the last.
    @inlinable public var lowered: Priority { Priority(rawValue: rawValue + 1) ?? .low }

    /// What a request gets, of which its client asked for `asked`: it may lower itself at will, and raise itself up to
    /// what is declared where it goes.
    ///
    /// - Parameter declared: by the service or the store; nil leaves what asks for nothing normal, and allows any.
    @inlinable public static func granted(_ asked: Priority?, declared: Priority?) -> Priority {
        guard let asked else { return declared ?? .normal }
        return max(asked, declared ?? .critical)
    }
}

extension Priority: Codable {
    /// From its word.
    ///
    /// - Throws: `DecodingError` for any other word.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let word = try value.decode(String.self)
        guard let priority = Priority.allCases.first(where: { "\($0.name)" == word }) else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "'\(word)' is no priority")
        }
        self = priority
    }

    /// As its word.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode("\(name)")
    }
}
