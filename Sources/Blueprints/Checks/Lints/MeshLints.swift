import MeshBase
import Topology

/// What a topology says of flags, peaks and policies, against the blueprints that its cells have (C27, C32).
struct MeshLints {
    let reporter: Reporter
    let marks: TopologyMarks
    let topology: MeshTopology
    /// Those that some cell has.
    let blueprints: [Blueprint]

    init(reporter: Reporter, marks: TopologyMarks, topology: MeshTopology, blueprints: [Blueprint]) {
        self.reporter = reporter
        self.marks = marks
        self.topology = topology
        self.blueprints = blueprints
    }

    func check() {
        let empty = PolicyResolver(
            Blueprint(name: topology.name, services: []), topology: topology.policies, routing: topology.routing)
        let written = WrittenPolicies(
            place: .topology, name: "a call", block: topology.policies, marks: marks.policies, position: marks.root,
            inForce: empty.cell())
        PolicyLints(reporter: reporter, written: written).check()
        if let position = marks.flags.first { checkSwitch(.flags, "'flags'", at: position) }
        if let position = marks.peaks.first?.position { checkSwitch(.peak, "'peak'", at: position) }
        checkFlags()
        checkShared()
        for (peak, places) in zip(topology.peaks ?? [], marks.peaks) { check(peak, places) }
    }

    /// What the mesh's own policies switch off does nothing anywhere.
    private func checkSwitch(_ name: PolicySwitch, _ key: String, at position: Position) {
        let policies = topology.policies
        guard policies?.off?.contains(name) == true || policies?.profile == .off,
            let off = marks.policies["off"] ?? marks.policies["profile"]
        else { return }
        reporter.error(
            .contradiction, at: position,
            "\(key) is written, and 'policies' in line \(off.line) switches \(name.rawValue) off",
            hint: "leave out one of the two")
    }

    // MARK: Flags

    private func checkFlags() {
        guard let flags = topology.flags else { return }
        // A program of the user's own knows flags that nobody else does.
        if blueprints.contains(where: { $0.services.contains { $0.program != nil } }) { return }
        let names = blueprints.flatMap(\.featureNames)
        for (flag, position) in zip(flags, marks.flags) where !names.contains(flag.name) {
            reporter.error(
                .flagUnknown, at: position, "no feature is named '\(flag.name)'",
                hint: names.isEmpty
                    ? "features are calls that are enhanced or luxury, and what 'features' of a blueprint names"
                    : NearestWord.hint(for: flag.name, among: names, listing: "features"))
        }
    }

    // MARK: Shared pools

    /// One pool for all cells lets one of them take all that the others need (A8).
    private func checkShared() {
        let pools = blueprints.flatMap { $0.connections ?? [] }
        for (pool, position) in zip(topology.shared ?? [], marks.shared) {
            let takers = topology.cells.count { cell in
                let blueprint = topology.blueprints[cell.blueprint]
                return blueprint.connections?.contains { $0.name == pool.name } ?? false
            }
            guard takers > 0 else {
                unknown(connection: pool.name, among: pools, position)
                continue
            }
            reporter.warning(
                .poolShared, at: position,
                "\(takers == 1 ? "1 cell takes" : "\(takers) cells take") '\(YAMLValue.clipped(pool.name))' from one pool of \(pool.value): a cell "
                    + "that hangs holds all of it, and the customers of the others fail with it",
                hint: "leave it out of 'shared': each cell then has the connections of its blueprint")
        }
    }

    private func unknown(
        connection name: String, among pools: [PeakSettings.Named<ConnectionSettings>], _ position: Position
    ) {
        reporter.error(
            .unknownWord, at: position, "no blueprint has connections for '\(YAMLValue.clipped(name))'",
            hint: NearestWord.hint(for: name, among: pools.map(\.name), listing: "connections"))
    }

    // MARK: Peaks

    private func check(_ peak: PeakSettings, _ places: PeakMarks) {
        var grows = 0.0
        for (pool, position) in zip(peak.pools, places.pools) {
            let named = blueprints.flatMap(\.services).filter { $0.name == pool.name }
            if named.isEmpty { unknown(pool.name, at: position) }
            for service in named {
                let usual = service.pool
                if let workers = pool.value.workers {
                    grows = max(grows, Double(workers) / Double(usual.workers))
                    if workers < usual.workers {
                        smaller("'\(pool.name)' has \(usual.workers) workers", workers, position)
                    }
                }
                if let queue = pool.value.queue, queue < usual.queue {
                    smaller("the queue of '\(pool.name)' has \(usual.queue) places", queue, position)
                }
            }
        }
        check(connections: peak, places)
        for blueprint in blueprints {
            guard let usual = blueprint.memory else { continue }
            if let memory = peak.memory, memory < usual {
                smaller(
                    "'\(blueprint.name)' has \(Syntax.written(bytes: usual)) of memory", Syntax.written(bytes: memory),
                    places.memory ?? places.position)
            } else if grows > 1, (peak.memory ?? usual) <= usual {
                reporter.warning(
                    .peakAllocation, at: places.memory ?? places.position,
                    "pools grow to \(Syntax.written((grows * 100).rounded() / 100)) times their size in '\(peak.name)', and "
                        + "the memory of '\(blueprint.name)' stays \(Syntax.written(bytes: usual)): more workers share it",
                    hint: "memory: \(Syntax.written(bytes: Int(Double(usual) * grows)))")
            }
        }
    }

    private func check(connections peak: PeakSettings, _ places: PeakMarks) {
        let pools = blueprints.flatMap { $0.connections ?? [] }
        for (pool, position) in zip(peak.connections, places.connections) {
            let named = pools.filter { $0.name == pool.name }
            if named.isEmpty { unknown(connection: pool.name, among: pools, position) }
            let acquire = TimeAmount.zero
            for usual in named.compactMap({ $0.value.inForce(acquire: acquire).max }) where pool.value < usual {
                smaller("'\(pool.name)' has \(usual) connections", pool.value, position)
            }
        }
    }

    private func smaller(_ usual: String, _ peak: some CustomStringConvertible, _ position: Position) {
        reporter.warning(
            .peakSmaller, at: position, "\(usual) on every day, and \(peak) at the peak",
            hint: "a peak takes nothing away")
    }

    private func unknown(_ name: String, at position: Position) {
        let names = blueprints.flatMap { $0.services.map(\.name) }
        reporter.error(
            .unknownService, at: position, "no service is named '\(YAMLValue.clipped(name))'",
            hint: NearestWord.hint(for: name, among: names, listing: "services"))
    }
}
