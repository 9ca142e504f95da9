import MeshBase

/// What is written of the connections of one use (C14): an entry of `connections`.
public struct ConnectionSettings: PolicySettings {
    /// Open at once.
    public var max: Int?
    /// Kept open; left out: a quarter of `max`.
    public var min: Int?
    /// For a free one.
    public var wait: TimeAmount?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("max", \.max, .integer(1...10_000)), SettingField("min", \.min, .integer(0...10_000)),
        SettingField("wait", \.wait, .wait),
    ]
}

extension ConnectionSettings {
    /// With defaults where nothing is written: 20 at most, a quarter of them kept open, and `acquire` to wait for one.
    ///
    /// - Parameter acquire: of `timeouts` in force.
    public func inForce(acquire: TimeAmount) -> ConnectionSettings {
        var settings = self
        settings.max = max ?? 20
        settings.min = min ?? (max ?? 20) / 4
        settings.wait = wait ?? acquire
        return settings
    }
}
