import MeshBase

/// What is written of the throttle at the caller (C35): key `throttle`.
public struct ThrottleSettings: PolicySettings {
    /// Requests per accept that are sent, 1...100.
    public var k: Double?
    /// How far back it counts.
    public var window: TimeAmount?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("k", \.k, .factor), SettingField("window", \.window, .duration(.milliseconds(10)...(.hours(24)))),
    ]
}

/// What is written of the ejection of cells by routers (C36): key `ejection`.
public struct EjectionSettings: PolicySettings {
    /// Bad ones in a row.
    public var consecutive: Int?
    /// From look to look.
    public var interval: TimeAmount?
    /// Out for so long the first time.
    public var base: TimeAmount?
    /// Of the cells, 0...1; one may always go.
    public var most: Double?
    /// With a smaller share of a shard left all of it is used, 0...1.
    public var panic: Double?

    /// Nothing is written.
    public init() {}

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("consecutive", \.consecutive, .integer(1...65_535)), SettingField("interval", \.interval, .day),
        SettingField("base", \.base, .timeout), SettingField("most", \.most, .ratio),
        SettingField("panic", \.panic, .ratio),
    ]
}
