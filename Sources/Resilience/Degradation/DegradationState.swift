/// A level that somebody set by hand.
public struct LevelEntry: Sendable, Equatable, Codable {
    /// Mesh, region or cell.
    public var scope: SettingsScope
    /// What is given up.
    public var level: DegradationLevel
    /// The level alone, whatever the controller says.
    public var isPinned: Bool
    /// When it was set.
    public var set: WallTime?
    /// When it ends; nil for never.
    public var until: WallTime?

    /// A level of the whole mesh, for good, where nothing else is said.
    public init(
        _ level: DegradationLevel, scope: SettingsScope = .mesh, isPinned: Bool = false, set: WallTime? = nil,
        until: WallTime? = nil
    ) {
        self.scope = scope
        self.level = level
        self.isPinned = isPinned
        self.set = set
        self.until = until
    }

    private enum CodingKeys: String, CodingKey {
        case scope, level, set, until
        case isPinned = "pin"
    }

    /// Without a scope it is of the mesh.
    ///
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(DegradationLevel.self, forKey: .level),
            scope: try values.decodeIfPresent(SettingsScope.self, forKey: .scope) ?? .mesh,
            isPinned: try values.decodeIfPresent(Bool.self, forKey: .isPinned) ?? false,
            set: try values.decodeIfPresent(WallTime.self, forKey: .set),
            until: try values.decodeIfPresent(WallTime.self, forKey: .until))
    }

    /// Whether its time is not up.
    public func isInForce(_ now: WallTime) -> Bool { until.map { now < $0 } ?? true }

    /// The setting that decides at a place: the narrowest that is in force, as of flags, so that one cell can be left at
    /// normal while its mesh is not; the last of equals.
    public static func deciding(
        among settings: [LevelEntry], at place: SettingsPlace, now: WallTime
    ) -> LevelEntry? {
        var best: LevelEntry?
        for setting in settings where setting.isInForce(now) && setting.scope.covers(place) {
            if let found = best, setting.scope.narrowness < found.scope.narrowness { continue }
            best = setting
        }
        return best
    }
}

/// The degradation in force in a cell: which features are on, and at what quality. Asking is one look at one word; what
/// it rests on is put together when something changes.
public struct DegradationState: Sendable, Equatable {
    /// Who decided on the level in force.
    public enum Source: Sendable, Equatable {
        case nobody
        case manual(SettingsScope)
        case controller
        /// The controller, feature by feature.
        case optimiser

        /// The word that events have for it.
        public var name: String {
            switch self {
            case .nobody: "nobody"
            case .manual(let scope): "manual (\(scope))"
            case .controller: "controller"
            case .optimiser: "optimiser"
            }
        }
    }

    /// The level was another before.
    public struct Change: Sendable, Equatable {
        /// In force before.
        public let from: DegradationLevel
        /// In force now.
        public let to: DegradationLevel
        /// Who decided on it.
        public let source: Source
    }

    /// What can be degraded.
    public let table: FeatureTable
    /// max(manual, controller); where the manual one is pinned, that.
    public private(set) var level = DegradationLevel.normal
    /// Who decided on it.
    public private(set) var source = Source.nobody
    /// A bit a feature; off by level or choice. Flags are asked beside it.
    public private(set) var on: UInt64
    /// Of each feature that has a bit.
    @usableFromInline var qualities: [Double]

    /// Normal.
    public init(_ table: FeatureTable) {
        self.table = table
        on = table.all
        qualities = Array(repeating: 1, count: min(table.features.count, FeatureTable.most))
    }

    /// Puts the level in force.
    ///
    /// - Parameters:
    ///   - manual: what decides by hand here, see `LevelEntry.deciding`.
    ///   - controller: what objectives ask for.
    ///   - chosen: qualities of the features in their order where the controller chooses feature by feature
    ///     (`QualityChoice`); they are in force beside the manual level, the lesser of both, and not at all under a pin.
    /// - Returns: nil where the level is as it was.
    @discardableResult
    public mutating func set(
        manual: LevelEntry?, controller: DegradationLevel = .normal, chosen: [Double]? = nil
    ) -> Change? {
        let before = level
        let isPinned = manual?.isPinned ?? false
        let byHand = manual?.level ?? .normal
        // Where features are chosen one by one the controller's level says how bad things are, and rules no feature.
        let byController = isPinned || chosen != nil ? .normal : controller
        level = max(byHand, byController)
        source = .nobody
        if let manual, isPinned || (byHand >= byController && byHand > .normal) {
            source = .manual(manual.scope)
        } else if byController > .normal {
            source = .controller
        } else if !isPinned, let chosen, chosen.contains(where: { $0 < 1 }) {
            source = .optimiser
        }
        on = 0
        for index in qualities.indices {
            let feature = table.features[index]
            var quality = level.quality(of: feature.criticality)
            if !isPinned, feature.criticality != .core, let chosen, index < chosen.count {
                quality = min(quality, max(chosen[index], 0))
            }
            qualities[index] = quality
            if quality > 0 { on |= 1 << UInt64(index) }
        }
        return level == before ? nil : Change(from: before, to: level, source: source)
    }

    /// Whether a feature is on. What has no bit is.
    @inlinable public func isOn(_ feature: Int) -> Bool {
        feature < 0 || feature >= FeatureTable.most || on & (1 << UInt64(feature)) != 0 || feature >= qualities.count
    }

    /// The share of its full quality that a feature has, 0...1. What has no bit has 1.
    @inlinable public func quality(_ feature: Int) -> Double {
        feature < 0 || feature >= qualities.count ? 1 : qualities[feature]
    }

    /// Why a feature is as it is: `level moderate by controller: enhanced has quality 0.5`.
    public func explanation(of feature: Int) -> Explanation {
        let quality = quality(feature)
        let criticality =
            table.features.indices.contains(feature) ? "\(table.features[feature].criticality.name)" : "it"
        let has = quality > 0 ? "has quality \(quality)" : "is off"
        return Explanation(
            "level \(level.name) by \(source.name): \(criticality) \(has)",
            [.init("level", Double(level.rawValue)), .init("quality", quality)])
    }
}
