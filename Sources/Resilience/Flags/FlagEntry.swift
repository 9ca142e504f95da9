/// One flag that was set by somebody: a feature, or a name that programs know.
public struct FlagEntry: Sendable, Equatable, Codable {
    /// The feature's, or any other name.
    public var name: String
    /// Where it is in force.
    public var scope: SettingsScope
    /// On or off.
    public var isOn: Bool
    /// When it was set; nil of what a topology begins with.
    public var set: WallTime?
    /// When it ends; nil for never.
    public var until: WallTime?

    /// A flag of the whole mesh, for good, where nothing else is said.
    public init(
        _ name: String, isOn: Bool, scope: SettingsScope = .mesh, set: WallTime? = nil, until: WallTime? = nil
    ) {
        self.name = name
        self.scope = scope
        self.isOn = isOn
        self.set = set
        self.until = until
    }

    private enum CodingKeys: String, CodingKey { case name, scope, value, set, until }

    /// - Throws: `DecodingError`, also for a value that is neither `on` nor `off`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        scope = try values.decodeIfPresent(SettingsScope.self, forKey: .scope) ?? .mesh
        switch try values.decode(String.self, forKey: .value) {
        case "on": isOn = true
        case "off": isOn = false
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .value, in: values, debugDescription: "a flag is 'on' or 'off'")
        }
        set = try values.decodeIfPresent(WallTime.self, forKey: .set)
        until = try values.decodeIfPresent(WallTime.self, forKey: .until)
    }

    /// The value as `on` or `off`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(scope, forKey: .scope)
        try values.encode(isOn ? "on" : "off", forKey: .value)
        try values.encodeIfPresent(set, forKey: .set)
        try values.encodeIfPresent(until, forKey: .until)
    }

    /// The setting that decides of a name at a place: the narrowest that is in force, the last of equals. Nil where none
    /// is, which means on.
    ///
    /// - Parameter service: who asks; nil outside of a service.
    public static func deciding(
        _ name: String, among settings: [FlagEntry], at place: SettingsPlace, service: String? = nil, now: WallTime
    ) -> FlagEntry? {
        var best: FlagEntry?
        for setting in settings where setting.name == name && setting.isInForce(now) {
            guard setting.scope.covers(place, service: service) else { continue }
            if let found = best, setting.scope.narrowness < found.scope.narrowness { continue }
            best = setting
        }
        return best
    }

    /// Whether its time is not up.
    public func isInForce(_ now: WallTime) -> Bool { until.map { now < $0 } ?? true }
}
