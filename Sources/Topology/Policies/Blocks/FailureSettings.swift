import MeshBase

/// What is written of the outcome that each kind of failure becomes (C25): key `failure`.
public struct FailureSettings: PolicySettings {
    /// What the caller gets.
    public enum Outcome: String, SettingWord {
        /// The failure, and when to come back.
        case tryAgain = "try-again"
        /// The last good answer; for services that customers call, not for calls.
        case stale
        /// 202: it is done later.
        case queue
    }

    /// Of a call that ran out of time.
    public var timeout: Outcome?
    /// Of a connection or a store that failed.
    public var connection: Outcome?
    /// Of a gate, a pool or a load shedder.
    public var limit: Outcome?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("timeout", \.timeout), SettingField("connection", \.connection), SettingField("limit", \.limit),
    ]

    /// Whether some failure becomes `outcome`.
    public func has(_ outcome: Outcome) -> Bool { [timeout, connection, limit].contains(outcome) }
}
