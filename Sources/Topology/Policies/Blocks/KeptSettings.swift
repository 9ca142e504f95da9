import MeshBase

/// What is written of the last good answers (C20, C25): key `cache` of a blueprint.
public struct CacheSettings: PolicySettings {
    /// In one cell.
    public var entries: Int?
    /// How long an answer stands in for another.
    public var ttl: TimeAmount?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("entries", \.entries, .integer(1...10_000_000)), SettingField("ttl", \.ttl, .day),
    ]
}

extension Pool.Overflow: SettingWord {}

/// What is written of the durable queue (C19, C25): key `queue` of a blueprint.
public struct QueueSettings: PolicySettings {
    /// Jobs at once.
    public var capacity: Int?
    /// Who goes when it is full.
    public var overflow: Pool.Overflow?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("capacity", \.capacity, .integer(1...TopologyLimits.queuePerPool)),
        SettingField("overflow", \.overflow),
    ]
}

extension CacheSettings {
    /// With defaults where nothing is written: 10 000 answers for a minute.
    public var inForce: CacheSettings {
        var settings = self
        settings.entries = entries ?? 10_000
        settings.ttl = ttl ?? .seconds(60)
        return settings
    }
}

extension QueueSettings {
    /// With defaults where nothing is written: 1 000 jobs, and what comes then is refused.
    public var inForce: QueueSettings {
        var settings = self
        settings.capacity = capacity ?? 1_000
        settings.overflow = overflow ?? .rejectNew
        return settings
    }
}
