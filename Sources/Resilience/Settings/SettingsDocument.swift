import MeshBase

/// Everything that was set by hand while the mesh runs, as one value that is in force whole or not at all.
///
/// Only the control plane raises `version`. A process keeps the last one it had; what ends does so by its own clock, with
/// no new version.
public struct SettingsDocument: Sendable, Equatable, Codable {
    /// The form that this release reads and writes.
    public static let schema = 1
    /// The most entries of a kind.
    public static let most = 1_024

    /// Raised by the control plane alone.
    public var version: UInt64
    /// When this version was made.
    public var at: WallTime
    /// One for each name and scope.
    public var flags: [FlagEntry]
    /// One for each gate.
    public var breakers: [BreakerEntry]
    /// One for each scope.
    public var levels: [LevelEntry]
    /// Nil: the usual sizes.
    public var peak: PeakEntry?
    /// Nil: one level for all customers.
    public var comparison: ComparisonEntry?
    /// What the operator tells the mesh's own users; nil for nothing.
    public var notice: NoticeEntry?

    /// Nothing set: version 0, which every other one replaces.
    public init(
        version: UInt64 = 0, at: WallTime = WallTime(milliseconds: 0), flags: [FlagEntry] = [],
        breakers: [BreakerEntry] = [], levels: [LevelEntry] = [], peak: PeakEntry? = nil,
        comparison: ComparisonEntry? = nil, notice: NoticeEntry? = nil
    ) {
        self.version = version
        self.at = at
        self.flags = flags
        self.breakers = breakers
        self.levels = levels
        self.peak = peak
        self.comparison = comparison
        self.notice = notice
    }

    private enum CodingKeys: String, CodingKey {
        case schema, version, at, flags, breakers, levels, peak, comparison, notice
    }

    /// - Throws: `DecodingError`; also for another schema than this release's. `SettingsReading` tells a newer one apart.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let schema = try values.decode(Int.self, forKey: .schema)
        guard schema == Self.schema else {
            throw DecodingError.dataCorruptedError(
                forKey: .schema, in: values, debugDescription: "schema \(schema) is not known, only \(Self.schema)")
        }
        self.init(
            version: try values.decode(UInt64.self, forKey: .version),
            at: try values.decode(WallTime.self, forKey: .at),
            flags: try values.decodeIfPresent([FlagEntry].self, forKey: .flags) ?? [],
            breakers: try values.decodeIfPresent([BreakerEntry].self, forKey: .breakers) ?? [],
            levels: try values.decodeIfPresent([LevelEntry].self, forKey: .levels) ?? [],
            peak: try values.decodeIfPresent(PeakEntry.self, forKey: .peak),
            comparison: try values.decodeIfPresent(ComparisonEntry.self, forKey: .comparison),
            notice: try values.decodeIfPresent(NoticeEntry.self, forKey: .notice))
    }

    /// With the schema; what is nil is left out.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Self.schema, forKey: .schema)
        try values.encode(version, forKey: .version)
        try values.encode(at, forKey: .at)
        try values.encode(flags, forKey: .flags)
        try values.encode(breakers, forKey: .breakers)
        try values.encode(levels, forKey: .levels)
        try values.encodeIfPresent(peak, forKey: .peak)
        try values.encodeIfPresent(comparison, forKey: .comparison)
        try values.encodeIfPresent(notice, forKey: .notice)
    }

    /// What of it is in force: all but what has ended. The version is the same.
    public func inForce(at now: WallTime) -> SettingsDocument {
        var document = self
        document.flags.removeAll { !$0.isInForce(now) }
        document.breakers.removeAll { !$0.isInForce(now) }
        document.levels.removeAll { !$0.isInForce(now) }
        if let peak, !peak.isInForce(now) { document.peak = nil }
        if let comparison, !comparison.isInForce(now) { document.comparison = nil }
        if let notice, !notice.isInForce(now) { document.notice = nil }
        return document
    }

    /// When the next entry ends; nil where none will.
    public func nextEnd(after now: WallTime) -> WallTime? {
        var next: WallTime?
        func consider(_ until: WallTime?) {
            guard let until, until > now else { return }
            next = next.map { min($0, until) } ?? until
        }
        for flag in flags { consider(flag.until) }
        for breaker in breakers { consider(breaker.until) }
        for level in levels { consider(level.until) }
        consider(peak?.until)
        consider(comparison?.until)
        consider(notice?.until)
        return next
    }

    // MARK: Changes, by the control plane

    /// The next version: without what has ended, changed as given.
    public func raised(at now: WallTime, _ change: (inout SettingsDocument) -> Void) -> SettingsDocument {
        var next = inForce(at: now)
        change(&next)
        next.version = version == .max ? .max : version + 1
        next.at = now
        return next
    }

    /// Sets a flag, in place of what its name has in the same scope.
    public mutating func set(_ flag: FlagEntry) {
        removeFlag(flag.name, scope: flag.scope)
        flags.append(flag)
    }
    /// Takes a flag back; it is on again, or as a wider scope says.
    public mutating func removeFlag(_ name: String, scope: SettingsScope) {
        flags.removeAll { $0.name == name && $0.scope == scope }
    }
    /// Holds a breaker, in place of what held it.
    public mutating func set(_ breaker: BreakerEntry) {
        resetBreaker(breaker.gate)
        breakers.append(breaker)
    }
    /// Lets a breaker's policy decide again.
    public mutating func resetBreaker(_ gate: String) { breakers.removeAll { $0.gate == gate } }
    /// Sets a level, in place of what its scope has.
    public mutating func set(_ level: LevelEntry) {
        removeLevel(scope: level.scope)
        levels.append(level)
    }
    /// Leaves the level of a scope to the controller, or to a wider scope.
    public mutating func removeLevel(scope: SettingsScope) { levels.removeAll { $0.scope == scope } }
}
