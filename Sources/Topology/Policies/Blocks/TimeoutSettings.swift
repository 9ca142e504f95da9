import MeshBase

/// What is written of timeouts (C1, C2), beside those of calls and attempts: key `timeouts`.
public struct TimeoutSettings: PolicySettings {
    /// To set up a connection.
    public var connect: TimeAmount?
    /// Between two reads.
    public var read: TimeAmount?
    /// Of one write.
    public var write: TimeAmount?
    /// For a connection of a pool.
    public var acquire: TimeAmount?
    /// The attempt limit of attempt n is multiplied by the n-th, of a later one by the last; each 0.1...60, at most 10.
    public var progressive: [Double]?
    /// Whether the attempt limit follows what answers take.
    public var adaptive: Bool?
    /// How much longer than the 95th percentile, 1...10.
    public var factor: Double?
    /// The least, as a share of the limit that is set; 0.01...1.
    public var floor: Double?
    /// The most, in limits that are set; 1...10.
    public var ceiling: Double?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("connect", \.connect, .timeout), SettingField("read", \.read, .timeout),
        SettingField("write", \.write, .timeout), SettingField("acquire", \.acquire, .timeout),
        SettingField("progressive", \.progressive, .list(.number(0.1...60), 1...10)),
        SettingField("adaptive", \.adaptive, .toggle), SettingField("factor", \.factor, .number(1...10)),
        SettingField("floor", \.floor, .ratio(0.01...1)), SettingField("ceiling", \.ceiling, .number(1...10)),
    ]
}

/// What is written of deadlines (C3): key `deadline`.
public struct DeadlineSettings: PolicySettings {
    /// What a caller keeps of the remaining time for itself.
    public var reserve: TimeAmount?
    /// With less left a call is refused.
    public var minimum: TimeAmount?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("reserve", \.reserve, .wait), SettingField("minimum", \.minimum, .wait),
    ]
}
