import MeshBase

/// One way to answer of several, each simpler than the one before (C24): an entry of `ladder`.
public struct LadderRung: Sendable, Codable, Equatable {
    /// As `X-Degraded` names it.
    public var mode: String
    /// Holds where one of its signals does; with none, always.
    public var when: LadderSignals
    /// Instead of the service's own; nil: that.
    public var work: Work?

    /// A rung that holds under conditions.
    public init(mode: String, when: LadderSignals = LadderSignals(), work: Work? = nil) {
        self.mode = mode
        self.when = when
        self.work = work
    }
}

/// What a rung waits for: each is reached or exceeded.
public struct LadderSignals: PolicySettings {
    /// Share of a core, 0...1.
    public var cpu: Double?
    /// Share of the declared memory, 0...1.
    public var memory: Double?
    /// What the model takes.
    public var inference: TimeAmount?
    /// What the store takes.
    public var db: TimeAmount?
    /// Share of looks into the cache that find something, 0...1.
    public var cacheHit: Double?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("cpu", \.cpu, .ratio), SettingField("memory", \.memory, .ratio),
        SettingField("inference", \.inference, .timeout), SettingField("db", \.db, .timeout),
        SettingField("cache-hit", \.cacheHit, .ratio),
    ]
}
