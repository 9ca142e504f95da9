import MeshBase

/// What a breaker judges by.
public enum BreakerWindow: SettingConvertible, Hashable, Codable {
    /// What ended within this time.
    case time(TimeAmount)
    /// The last so many calls.
    case calls(Int)

    /// A duration, or a count.
    public init?(_ value: SettingValue) {
        switch value {
        case .duration(let amount): self = .time(amount)
        case .integer(let count): self = .calls(count)
        default: return nil
        }
    }
    /// A duration, or a count.
    public var settingValue: SettingValue {
        switch self {
        case .time(let amount): .duration(amount)
        case .calls(let count): .integer(count)
        }
    }
}

/// How much longer each opening in a row lasts.
public enum BreakerGrowth: SettingConvertible, Hashable, Codable {
    /// So many times the one before, at least 1.
    case factor(Double)
    /// By a tenth per failure, up to four times the first.
    case linear

    /// A number, or `linear`.
    public init?(_ value: SettingValue) {
        if value == .word("linear") {
            self = .linear
        } else if let factor = Double(value) {
            self = .factor(factor)
        } else {
            return nil
        }
    }
    /// A number, or `linear`.
    public var settingValue: SettingValue {
        switch self {
        case .factor(let factor): .number(factor)
        case .linear: .word("linear")
        }
    }
}
