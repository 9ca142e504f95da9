import Resilience
import Topology

/// What of a cell is switched off, by flags (C27) or by the level of degradation (C21). Made anew when settings change; a
/// call asks two words.
struct EdgeSwitches: Sendable {
    private(set) var flags: FlagBoard
    private(set) var level: DegradationState
    /// By service and edge: its feature; -1 where it cannot be switched.
    private let features: [[Int]]
    /// What the topology begins with.
    private let initial: [FlagEntry]
    private let hasLevels: Bool

    /// - Parameter flags: of the topology.
    init(_ blueprint: Blueprint, _ policies: CellPolicies, flags: [FlagSetting]) {
        let names = blueprint.services.map(\.name)
        let all = Self.features(blueprint)
        self.flags = FlagBoard(features: all.map(\.name), services: names)
        level = DegradationState(FeatureTable(all))
        features = blueprint.services.indices.map { service in
            blueprint.services[service].calls.indices.map { edge in
                guard policies.services[service].edges[edge].hasSwitch else { return -1 }
                let callee = names[blueprint.services[service].calls[edge].to]
                return all.firstIndex { $0.calls.contains(callee) } ?? -1
            }
        }
        initial = flags.map { FlagEntry($0.name, isOn: $0.isOn) }
        hasLevels = policies.isOn(.degradation)
    }

    /// Those that are declared, and the callees of calls that are not core: each once.
    private static func features(_ blueprint: Blueprint) -> [Feature] {
        let names = blueprint.services.map(\.name)
        var features = (blueprint.features ?? []).map { written in
            Feature(
                written.name, FeatureCriticality(written.criticality), calls: written.calls.map { names[$0] },
                revenue: written.weights.revenue ?? 1, users: written.weights.users ?? 1,
                strategy: written.weights.strategy ?? 1, cost: written.weights.cost ?? 1)
        }
        let declared = Set(features.flatMap(\.calls) + features.map(\.name))
        for edge in blueprint.services.flatMap(\.calls) where edge.criticality != .core {
            let name = names[edge.to]
            guard !declared.contains(name) else { continue }
            let criticality = FeatureCriticality(edge.criticality)
            if let known = features.firstIndex(where: { $0.name == name }) {
                // What one of its callers needs more is not given up for another.
                if criticality.rawValue < features[known].criticality.rawValue {
                    features[known].criticality = criticality
                }
            } else {
                features.append(Feature(name, criticality, calls: [name]))
            }
        }
        return features
    }

    /// Puts settings in force, in place of all before.
    ///
    /// - Returns: what is not as it was.
    mutating func set(
        _ settings: SettingsDocument, at place: SettingsPlace, now: WallTime
    ) -> (flags: [FlagBoard.Change], level: DegradationState.Change?) {
        let changes = flags.set(initial + settings.flags, at: place, now: now)
        guard hasLevels else { return (changes, nil) }
        let manual = LevelEntry.deciding(among: settings.levels, at: place, now: now)
        return (changes, level.set(manual: manual))
    }

    /// Whether a call is not to be made.
    @inline(__always)
    func isOff(_ service: Int, _ edge: Int) -> Bool {
        let feature = features[service][edge]
        guard feature >= 0 else { return false }
        return !flags.isOn(feature: feature, from: service) || !level.isOn(feature)
    }
}

extension FeatureCriticality {
    init(_ criticality: Topology.Edge.Criticality) {
        switch criticality {
        case .core: self = .core
        case .enhanced: self = .enhanced
        case .luxury: self = .luxury
        }
    }
}
