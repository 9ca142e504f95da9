import Topology

/// The order of the phases.
///
/// What holds state comes before what reads it: the store of records, databases, stateful services, caches, stateless
/// services. A stateless service finds its data where its customers already are, and a cache is warmed by callers that
/// come after it. Within a kind, callees come before callers, also where a call leads over a service of another kind;
/// services of the same depth form one phase. Across kinds the kind decides: a stateful service that calls a stateless
/// one finds it, for every cell runs all services of its blueprint.
extension EvacuationPlan {
    static let kinds: [Service.Kind] = [.database, .stateful, .cache, .stateless]

    static func phases(of blueprints: [Blueprint]) -> [EvacuationPhase] {
        let services = MergedServices(blueprints)
        var phases: [EvacuationPhase] = []
        let records = strictestTier(blueprints).map { EvacuationPhase(records: $0) }
        for kind in kinds {
            if let records, records.kind == kind { phases.append(records) }
            let levels = services.levels(of: kind)
            for (number, level) in levels.enumerated() {
                let name = levels.count == 1 ? kind.rawValue : "\(kind.rawValue)-\(number + 1)"
                phases.append(EvacuationPhase(name: name, kind: kind, services: level))
            }
        }
        return phases
    }

    /// A cohort follows its strictest tier; nil without a store.
    private static func strictestTier(_ blueprints: [Blueprint]) -> StoreSettings.Tier? {
        let tiers = blueprints.compactMap { $0.store?.strictest }
        return [.critical, .important, .cache].first { tiers.contains($0) }
    }
}

/// The services of some blueprints by name: one that several have is the most demanding of its kinds and makes the
/// calls of all.
private struct MergedServices {
    private var names: [String] = []
    private var kinds: [Service.Kind] = []
    private var callees: [[Int]] = []
    private var depths: [Int] = []

    init(_ blueprints: [Blueprint]) {
        var positions: [String: Int] = [:]
        for blueprint in blueprints {
            for service in blueprint.services {
                if let known = positions[service.name] {
                    if rank(service.kind) < rank(kinds[known]) { kinds[known] = service.kind }
                } else {
                    positions[service.name] = names.count
                    names.append(service.name)
                    kinds.append(service.kind)
                    callees.append([])
                }
            }
        }
        for blueprint in blueprints {
            for service in blueprint.services {
                guard let caller = positions[service.name] else { continue }
                for call in service.calls {
                    for callee in [call.to, call.compensation].compactMap({ $0 })
                    where blueprint.services.indices.contains(callee) {
                        guard let position = positions[blueprint.services[callee].name], position != caller else {
                            continue
                        }
                        callees[caller].append(position)
                    }
                }
            }
        }
        depths = measure()
    }

    /// The names of one kind's services, grouped by rising depth.
    func levels(of kind: Service.Kind) -> [[String]] {
        let members = names.indices.filter { kinds[$0] == kind }
        var levels: [[String]] = []
        var depth = -1
        for member in members.sorted(by: { (depths[$0], $0) < (depths[$1], $1) }) {
            if depths[member] > depth {
                levels.append([])
                depth = depths[member]
            }
            levels[levels.count - 1].append(names[member])
        }
        return levels
    }

    private func rank(_ kind: Service.Kind) -> Int { EvacuationPlan.kinds.firstIndex(of: kind) ?? 0 }

    /// The longest way down from each service. One blueprint's calls form no cycle, those of several together may: the
    /// first of the services that are left is then taken as if it made no more calls.
    private func measure() -> [Int] {
        var depths = Array(repeating: -1, count: names.count)
        var left = Array(names.indices)
        while !left.isEmpty {
            var ready = left.filter { service in callees[service].allSatisfy { depths[$0] >= 0 } }
            if ready.isEmpty { ready = [left[0]] }
            let found = ready.map { service in 1 + (callees[service].map { depths[$0] }.max() ?? -1) }
            for (service, depth) in zip(ready, found) { depths[service] = depth }
            left.removeAll { depths[$0] >= 0 }
        }
        return depths
    }
}
