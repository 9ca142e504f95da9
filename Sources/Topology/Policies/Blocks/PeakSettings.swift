import MeshBase

/// A second set of sizes, for a time that is foreseen (C32): an entry of `peak`.
public struct PeakSettings: Sendable, Codable, Equatable {
    /// Sizes of the pool of one service.
    public struct PoolSize: PolicySettings {
        /// Calls that run at once.
        public var workers: Int?
        /// Calls that wait.
        public var queue: Int?

        /// Nothing is written.
        public init() {}

        /// Every key.
        public static let fields: [SettingField<Self>] = [
            SettingField("workers", \.workers, .integer(1...TopologyLimits.workersPerPool)),
            SettingField("queue", \.queue, .integer(0...TopologyLimits.queuePerPool)),
        ]
    }
    /// How it is reached and left.
    public struct Course: PolicySettings {
        /// The time from the usual sizes to these, and back.
        public var over: TimeAmount?
        /// How long it lasts.
        public var duration: TimeAmount?
        /// It begins by itself at this many times the hourly mean of the load; left out: it is told to.
        public var at: Double?

        /// Nothing is written.
        public init() {}

        /// Every key.
        public static let fields: [SettingField<Self>] = [
            SettingField("over", \.over, .day), SettingField("for", \.duration, .day),
            SettingField("at", \.at, .number(1.01...1_000)),
        ]
    }
    /// By the name of a service, in the order of the file.
    public struct Named<Value: Sendable & Codable & Equatable>: Sendable, Codable, Equatable {
        /// Of the service, the use or the peak.
        public var name: String
        /// What is said of it.
        public var value: Value
        /// One entry.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// Of the service, the use or the peak.
    public var name: String
    /// By the name of a service.
    public var pools: [Named<PoolSize>] = []
    /// The `max` of each use.
    public var connections: [Named<Int>] = []
    /// In bytes; nil: as it is.
    public var memory: Int?
    /// How it is reached and left.
    public var course = Course()

    /// Nothing is larger.
    public init(name: String) { self.name = name }
}
