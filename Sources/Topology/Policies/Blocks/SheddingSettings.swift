import MeshBase

/// What is written of shedding by pressure and blindly (C18, C30), beside `SheddingThresholds`: `adaptive` and `early` of the
/// key `shedding`.
public struct SheddingSettings: PolicySettings {
    /// Share of a core from which on there is pressure, 0...0.99.
    public var cpu: Double?
    /// Share of the declared memory from which on there is pressure, 0...0.99.
    public var memory: Double?
    /// 95th percentile of the answers from which on there is pressure; left out: `objectives.p99`, else 1 s.
    public var p95: TimeAmount?
    /// Of the requests that are not critical, under load; 0...1.
    public var earlyShare: Double?
    /// Of them under heavy load, at least `earlyShare`; 0...1.
    public var earlyHard: Double?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("adaptive.cpu", \.cpu, .ratio(0...0.99)),
        SettingField("adaptive.memory", \.memory, .ratio(0...0.99)),
        SettingField("adaptive.p95", \.p95, .timeout), SettingField("early.share", \.earlyShare, .ratio),
        SettingField("early.hard", \.earlyHard, .ratio),
    ]
}
