import MeshBase

/// When the first hedge is sent.
public enum HedgeDelay: SettingConvertible, Hashable {
    /// By the durations of the last 100 answers.
    case auto
    /// `.zero` is the backup request: two at once.
    case after(TimeAmount)

    /// `auto`, or a duration.
    public init?(_ value: SettingValue) {
        switch value {
        case .word("auto"): self = .auto
        case .duration(let amount): self = .after(amount)
        default: return nil
        }
    }
    /// `auto`, or a duration.
    public var settingValue: SettingValue {
        switch self {
        case .auto: .word("auto")
        case .after(let amount): .duration(amount)
        }
    }
}

/// What is written of hedges (C6): key `hedge`.
public struct HedgeSettings: PolicySettings {
    /// From the attempt to its hedge.
    public var after: HedgeDelay?
    /// Hedges of one call, 0...2.
    public var max: Int?
    /// Of the calls, beside the budget of retries; 0...1.
    public var share: Double?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("after", \.after, .either(.words(["auto"]), .wait)), SettingField("max", \.max, .integer(0...2)),
        SettingField("share", \.share, .ratio),
    ]
}

extension HedgeDelay: Codable {
    /// From `"auto"`, or an amount of time.
    ///
    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let word = try? value.decode(String.self) {
            guard word == "auto" else {
                throw DecodingError.dataCorruptedError(in: value, debugDescription: "'\(word)' is no delay of hedges")
            }
            self = .auto
        } else {
            self = .after(try value.decode(TimeAmount.self))
        }
    }

    /// As `"auto"`, or an amount of time.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .auto: try value.encode("auto")
        case .after(let amount): try value.encode(amount)
        }
    }
}
