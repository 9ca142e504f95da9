import MeshBase

/// The value of one key of a policy, whatever its type: what files, layers and `policies ls` have in common.
public enum SettingValue: Sendable, Hashable {
    case integer(Int)
    case number(Double)
    case duration(TimeAmount)
    case toggle(Bool)
    case word(String)
    indirect case list([SettingValue])
}

/// A type of settings that can stand under a key.
public protocol SettingConvertible: Sendable, Equatable {
    /// Nil for a value that is none of this type.
    init?(_ value: SettingValue)
    /// What `init` makes this value of.
    var settingValue: SettingValue { get }
}

extension Int: SettingConvertible {
    /// A whole number.
    public init?(_ value: SettingValue) {
        guard case .integer(let number) = value else { return nil }
        self = number
    }
    /// A whole number.
    public var settingValue: SettingValue { .integer(self) }
}

extension Double: SettingConvertible {
    /// Any number.
    public init?(_ value: SettingValue) {
        switch value {
        case .number(let number): self = number
        case .integer(let number): self = Double(number)
        default: return nil
        }
    }
    /// A number.
    public var settingValue: SettingValue { .number(self) }
}

extension TimeAmount: SettingConvertible {
    /// A duration.
    public init?(_ value: SettingValue) {
        guard case .duration(let amount) = value else { return nil }
        self = amount
    }
    /// A duration.
    public var settingValue: SettingValue { .duration(self) }
}

extension Bool: SettingConvertible {
    /// `on` or `off`.
    public init?(_ value: SettingValue) {
        guard case .toggle(let isOn) = value else { return nil }
        self = isOn
    }
    /// `on` or `off`.
    public var settingValue: SettingValue { .toggle(self) }
}

extension String: SettingConvertible {
    /// A word.
    public init?(_ value: SettingValue) {
        guard case .word(let word) = value else { return nil }
        self = word
    }
    /// A word.
    public var settingValue: SettingValue { .word(self) }
}

extension Array: SettingConvertible where Element: SettingConvertible {
    /// A list of which each member is of the type.
    public init?(_ value: SettingValue) {
        guard case .list(let values) = value else { return nil }
        let members = values.compactMap { Element($0) }
        guard members.count == values.count else { return nil }
        self = members
    }
    /// A list.
    public var settingValue: SettingValue { .list(map(\.settingValue)) }
}

/// One of a few words, as files have it.
public protocol SettingWord: SettingConvertible, RawRepresentable, CaseIterable, Codable where RawValue == String {}

extension SettingWord {
    /// A word.
    public init?(_ value: SettingValue) {
        guard case .word(let word) = value else { return nil }
        self.init(rawValue: word)
    }
    /// A word.
    public var settingValue: SettingValue { .word(rawValue) }
    /// What can be written for it.
    public static var form: SettingForm { .words(allCases.map(\.rawValue)) }
}
