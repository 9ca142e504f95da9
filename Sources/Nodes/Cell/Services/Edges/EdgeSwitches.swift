import MeshBase
import Resilience
import Topology

/// What of a cell is switched off, by flags (C27) or by the level of degradation (C21). Made anew when settings change; a
/// call asks two words.
struct EdgeSwitches: Sendable {
    private(set) var flags: FlagBoard
    private(set) var level: DegradationState
    /// Two levels at once, the second for a share of the customers; nil: one level for all.
    private(set) var comparison: ComparisonEntry?
    /// Of arm b; `level` is that of arm a.
    private(set) var second: DegradationState
    /// By service and edge: its feature; -1 where it cannot be switched.
    private let features: [[Int]]
    /// By service: the features whose calls go to it, for calls from outside.
    private let belongs: [[Int]]
    /// What the topology begins with.
    private let initial: [FlagEntry]
    private let hasLevels: Bool
    /// What decides by hand.
    private(set) var manual: LevelEntry?
    private var manualOfSecond: LevelEntry?
    /// What objectives ask for, as a level or feature by feature.
    private var controller = DegradationLevel.normal
    private var chosen: [Double]?

    /// - Parameter flags: of the topology.
    init(_ blueprint: Blueprint, _ policies: CellPolicies, flags: [FlagSetting]) {
        let names = blueprint.services.map(\.name)
        let all = Self.features(blueprint)
        self.flags = FlagBoard(features: all.map(\.name), services: names)
        level = DegradationState(FeatureTable(all))
        second = level
        features = blueprint.services.indices.map { service in
            blueprint.services[service].calls.indices.map { edge in
                guard policies.services[service].edges[edge].hasSwitch else { return -1 }
                let callee = names[blueprint.services[service].calls[edge].to]
                return all.firstIndex { $0.calls.contains(callee) } ?? -1
            }
        }
        belongs = names.indices.map { service in
            guard policies.isOn(.flags) else { return [] }
            return all.indices.filter { all[$0].calls.contains(names[service]) }
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
        comparison = settings.comparison.flatMap { $0.isInForce(now) ? $0 : nil }
        func deciding(_ arm: ComparisonArm) -> LevelEntry? {
            let compared = comparison.map { [$0.level(of: arm)] } ?? []
            return LevelEntry.deciding(among: settings.levels + compared, at: place, now: now)
        }
        manual = deciding(.a)
        manualOfSecond = deciding(.b)
        return (changes, setLevels())
    }

    private mutating func setLevels() -> DegradationState.Change? {
        second.set(manual: manualOfSecond, controller: controller, chosen: chosen)
        return level.set(manual: manual, controller: controller, chosen: chosen)
    }

    /// Puts in force what objectives ask for, beside what was set by hand.
    ///
    /// - Returns: nil where the level is as it was.
    mutating func control(_ asked: DegradationLevel, chosen qualities: [Double]?) -> DegradationState.Change? {
        guard hasLevels, asked != controller || qualities != chosen else { return nil }
        controller = asked
        chosen = qualities
        return setLevels()
    }

    /// Which level a customer has.
    func arm(of customer: CustomerHash) -> ComparisonArm { comparison?.arm(of: customer) ?? .a }

    /// Whether a call from outside is refused: all that the service is for is switched off.
    func isGivenUp(_ service: Int, for customer: CustomerHash) -> Bool {
        guard !belongs[service].isEmpty else { return false }
        let isFirst = arm(of: customer) == .a
        return belongs[service].allSatisfy { feature in
            !flags.isOn(feature: feature, from: service) || !(isFirst ? level : second).isOn(feature)
        }
    }

    /// The feature that an edge belongs to; -1 where it cannot be switched.
    func feature(_ service: Int, _ edge: Int) -> Int { features[service][edge] }

    /// Whether a call is not to be made.
    @inline(__always)
    func isOff(_ service: Int, _ edge: Int, for customer: CustomerHash) -> Bool {
        let feature = features[service][edge]
        guard feature >= 0 else { return false }
        guard flags.isOn(feature: feature, from: service) else { return true }
        return arm(of: customer) == .a ? !level.isOn(feature) : !second.isOn(feature)
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
