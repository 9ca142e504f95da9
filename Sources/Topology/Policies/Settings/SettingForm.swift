import MeshBase

/// What may be written under a key of a policy.
public enum SettingForm: Sendable, Equatable {
    case integer(ClosedRange<Int>)
    /// Bytes, with a unit.
    case size(ClosedRange<Int>)
    /// As a number or a percentage.
    case ratio(ClosedRange<Double>)
    /// Any number, not negative.
    case number(ClosedRange<Double>)
    case duration(ClosedRange<TimeAmount>)
    /// `on` or `off`.
    case toggle
    case words([String])
    /// A name of the user's own.
    case name
    indirect case list(SettingForm, ClosedRange<Int>)
    /// The first that fits.
    indirect case either(SettingForm, SettingForm)
}

extension SettingForm {
    /// Longer than nothing, and not so long that a mistyped unit goes unseen.
    static let timeout = SettingForm.duration(.milliseconds(1)...(.hours(1)))
    /// As `timeout`, and nothing.
    static let wait = SettingForm.duration(.zero...(.hours(1)))
    /// Up to a day.
    static let day = SettingForm.duration(.milliseconds(1)...(.hours(24)))
    /// 0...1.
    static let ratio = SettingForm.ratio(0...1)
    /// 1...100.
    static let factor = SettingForm.number(1...100)
    /// What is counted, at least one.
    static let count = SettingForm.integer(1...1_000_000)
    /// Amounts of value, and their rates.
    static let worth = SettingForm.number(0.001...1e12)
}
