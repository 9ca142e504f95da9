import MeshBase

/// What is written of one kind of probe (B7).
public struct WrittenProbe: PolicySettings {
    /// From the begin of one to the begin of the next.
    public var interval: TimeAmount?
    /// What has not answered by then has failed. Of `startup`: the time that it may take in all.
    public var timeout: TimeAmount?
    /// In a row that make it down.
    public var failures: Int?
    /// In a row that make it up again.
    public var successes: Int?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("interval", \.interval, .day), SettingField("timeout", \.timeout, .timeout),
        SettingField("failures", \.failures, .integer(1...100)),
        SettingField("successes", \.successes, .integer(1...100)),
    ]
}

/// What is written of the probes of a cell: key `health`.
public struct HealthSettings: PolicySettings {
    /// Until it passes there is no traffic.
    public var startup: WrittenProbe?
    /// A failure restarts, where that is allowed.
    public var liveness: WrittenProbe?
    /// A failure keeps traffic away.
    public var readiness: WrittenProbe?
    /// Whether it is there at all.
    public var shallow: WrittenProbe?
    /// Whether everything in it works.
    public var deep: WrittenProbe?
    /// Whether what it calls works.
    public var dependency: WrittenProbe?
    /// A whole transaction.
    public var synthetic: WrittenProbe?
    /// The service that the synthetic probe calls, by its name.
    public var syntheticService: String?

    /// Nothing is written.
    public init() {}

    /// A kind of probe.
    public typealias Probe = (name: String, path: WritableKeyPath<HealthSettings, WrittenProbe?> & Sendable)
    /// By their names.
    public static let probes: [Probe] = [
        ("startup", \.startup), ("liveness", \.liveness), ("readiness", \.readiness), ("shallow", \.shallow),
        ("deep", \.deep), ("dependency", \.dependency), ("synthetic", \.synthetic),
    ]

    /// Every key.
    public static let fields: [SettingField<Self>] =
        probes.flatMap { probe in WrittenProbe.fields.map { $0.lifted(probe.name, probe.path) } }
        + [SettingField("synthetic.service", \.syntheticService, .name)]
}
