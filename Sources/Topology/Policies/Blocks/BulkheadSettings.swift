import MeshBase

/// What is written of the bulkhead of a gate, its limit and the queue before it (C14, C15, C31, C34): key `bulkhead`.
public struct BulkheadSettings: PolicySettings {
    /// What moves the limit.
    public enum Limit: String, SettingWord {
        case fixed, errors, step, pid, aimd, gradient, vegas
    }

    /// Calls out at once.
    public var concurrent: Int?
    /// For a place.
    public var wait: TimeAmount?
    /// What moves `concurrent`; left out: by the gate and the profile.
    public var limit: Limit?
    /// Places of the queue before the bulkhead; left out: there is none.
    public var queue: Int?
    /// For a place in the queue.
    public var put: TimeAmount?
    /// Of who takes jobs from the queue, after the bulkhead refused one.
    public var pause: TimeAmount?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("concurrent", \.concurrent, .integer(1...TopologyLimits.workersPerPool)),
        SettingField("wait", \.wait, .wait), SettingField("limit", \.limit),
        SettingField("queue", \.queue, .integer(1...TopologyLimits.queuePerPool)), SettingField("put", \.put, .wait),
        SettingField("pause", \.pause, .wait),
    ]
}

/// What is written of a pool whose size follows its load (C15): key `pool.dynamic`.
public struct DynamicPoolSettings: PolicySettings {
    /// What moves the size.
    public enum Kind: String, SettingWord {
        case step, errors, pid
    }
    /// The smallest size.
    public var min: Int?
    /// At least `min`.
    public var max: Int?
    /// What moves the size.
    public var kind: Kind?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("min", \.min, .integer(1...TopologyLimits.workersPerPool)),
        SettingField("max", \.max, .integer(1...TopologyLimits.workersPerPool)), SettingField("kind", \.kind),
    ]
}
