import MeshBase

/// What is written of the breaker by value (C13): key `value`.
public struct ValueSettings: PolicySettings {
    /// Who has an account.
    public enum Per: String, SettingWord {
        /// The first segment of the path behind the service.
        case key
        /// All together.
        case service
    }

    /// Irregular results within `window` that open.
    public var failures: Int?
    /// Irregular value within `window` that opens.
    public var limit: Double?
    /// How far back it looks.
    public var window: TimeAmount?
    /// Requests a second.
    public var rate: Double?
    /// Value a second.
    public var valueRate: Double?
    /// Value in flight at once.
    public var atRisk: Double?
    /// Who has an account, or a limit.
    public var per: Per?
    /// Whether a request without `X-Value` is refused.
    public var required: Bool?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("failures", \.failures, .count), SettingField("limit", \.limit, .worth),
        SettingField("window", \.window, .duration(.milliseconds(10)...(.hours(24)))),
        SettingField("rate", \.rate, .number(0...1e9)), SettingField("value-rate", \.valueRate, .worth),
        SettingField("at-risk", \.atRisk, .worth), SettingField("per", \.per),
        SettingField("required", \.required, .toggle),
    ]
}

/// What is written of a plain limit of requests: key `rate` of a service, and of `routing`.
public struct RateSettings: PolicySettings {
    /// Who has a limit.
    public enum Per: String, SettingWord {
        case customer
        /// All together.
        case service
    }

    /// A second, for ever; left out: there is no limit.
    public var requests: Double?
    /// At once; left out: what comes in a second.
    public var burst: Double?
    /// Who has an account, or a limit.
    public var per: Per?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("requests", \.requests, .number(0...1e9)), SettingField("burst", \.burst, .number(1...1e9)),
        SettingField("per", \.per),
    ]
}

extension RoutingPolicy {
    /// Requests that a router works on at once where a topology does not say.
    ///
    /// - Parameter profile: the one in force.
    public func concurrent(_ profile: PolicyProfile) -> Int { concurrent ?? (profile == .seed ? 1_000 : 4_096) }
}
