import MeshBase
import Topology

/// Where the parts of a topology stand, for the checks that follow.
struct TopologyMarks {
    var root = Position.start
    /// False where a region or cell was left out: what follows from their number says nothing then.
    var isRegionsComplete = true
    /// False where `size` or `spread` was replaced by its default.
    var isShardingComplete = true
    var size: Position?
    var deciders: Position?
    var attemptTimeout: Position?
    var requestTimeout: Position?
    /// Parallel to `Customers.geographies`.
    var geographies: [Position] = []
    var policies = SettingMarks()
    /// Parallel to `MeshTopology.flags`.
    var flags: [Position] = []
    /// Parallel to `MeshTopology.peaks`.
    var peaks: [PeakMarks] = []
    /// Parallel to `MeshTopology.shared`.
    var shared: [Position] = []
}

/// Reads a topology, and the blueprints that it names.
final class TopologyReader {
    let reporter: Reporter
    let shelf: BlueprintShelf
    var marks = TopologyMarks()
    var read: ValueReading { ValueReading(reporter: reporter) }

    init(reporter: Reporter, shelf: BlueprintShelf) {
        self.reporter = reporter
        self.shelf = shelf
    }

    /// Nil where a part is missing that nothing can stand in for. Whoever calls also looks for errors.
    func topology(_ root: YAMLValue) -> MeshTopology? {
        guard let map = read.mapping(root, "a topology") else { return nil }
        marks.root = map.position
        let name = map.requiredName("mesh")
        let seed = map.value("seed").flatMap { read.seed($0, "'seed'") } ?? MeshTopology.standardSeed
        for inline in map.list("blueprints", most: TopologyLimits.blueprints) ?? [] {
            shelf.add(inline: inline, reporter: reporter)
        }
        let common = shelf.reference(map.value("blueprint"), reporter: reporter)
        let before = reporter.collector.errorCount
        let regions = regions(map)
        let cells = cells(of: regions, common: common, map)
        marks.isRegionsComplete = reporter.collector.errorCount == before
        let names = regions.map(\.region.name)
        checkNear(regions)

        let links = links(map, regions: names)
        let customers = customers(map, geographies: regions.compactMap(\.region.geography))
        let sharding = sharding(map)
        let routing = routing(map)
        let routers = routers(map, regions: names, cells: cells)
        let control = control(map, regions: names)
        let deciders = deciders(map, cells: cells.count)
        let restart = map.word("restart", default: RestartPolicy.never)
        let membership = map.mapping("membership").map(membership) ?? MembershipSettings()
        let evacuation = map.mapping("evacuation").map(evacuation) ?? EvacuationSettings()
        let tombstones = map.mapping("tombstones").map(tombstones) ?? TombstoneSettings()
        let repair = map.mapping("repair").map(repair) ?? RepairSettings()
        let policies = policies(map)
        let flags = flags(map)
        let peaks = peaks(map)
        let shared = shared(map)
        map.finish()

        var topology = MeshTopology(
            name: name ?? "unnamed", seed: seed, regions: regions.map(\.region), cells: cells,
            blueprints: shelf.loaded.map(\.blueprint), links: links, customers: customers, sharding: sharding,
            routing: routing, routers: routers, control: Control(region: control), deciders: deciders,
            restart: restart, membership: membership, evacuation: evacuation, tombstones: tombstones,
            repair: repair)
        topology.policies = policies
        topology.flags = flags
        topology.peaks = peaks
        topology.shared = shared
        guard !regions.isEmpty, !cells.isEmpty else { return nil }
        TopologyChecks(reporter: reporter, marks: marks, topology: topology, blueprints: shelf.loaded).check()
        return topology
    }

    private func sharding(_ map: MappingReader) -> ShardingPolicy {
        let defaults = ShardingPolicy()
        marks.size = map.entry("sharding")?.position
        guard let map = map.mapping("sharding") else { return defaults }
        marks.size = map.entry("size")?.value.position ?? marks.size
        let before = reporter.collector.errorCount
        let policy = ShardingPolicy(
            size: map.integer("size", 1...TopologyLimits.shardSize, default: defaults.size),
            spread: map.word("spread", default: defaults.spread),
            replacement: map.word("replacement", default: defaults.replacement))
        marks.isShardingComplete = reporter.collector.errorCount == before
        map.finish()
        return policy
    }

    private func routing(_ map: MappingReader) -> RoutingPolicy {
        let defaults = RoutingPolicy()
        guard let map = map.mapping("routing") else { return defaults }
        marks.attemptTimeout = map.entry("attempt-timeout")?.value.position
        marks.requestTimeout = map.entry("request-timeout")?.value.position
        var policy = RoutingPolicy(
            attemptTimeout: map.duration("attempt-timeout", Ranges.timeout, default: defaults.attemptTimeout),
            requestTimeout: map.duration("request-timeout", Ranges.timeout, default: defaults.requestTimeout),
            bodyLimit: map.size("body-limit", 0...(64 << 20), default: defaults.bodyLimit),
            connectionLimit: map.integer("connection-limit", 1...1_000_000, default: defaults.connectionLimit))
        policy.concurrent = map.optionalInteger("concurrent", 1...1_000_000)
        policy.rate = rate(map)
        map.finish()
        return policy
    }

    private func control(_ map: MappingReader, regions: [String]) -> Int {
        guard let map = map.mapping("control") else { return 0 }
        let region = map.required("region").flatMap { regionPosition($0, regions) }
        map.finish()
        return region ?? 0
    }

    private func deciders(_ map: MappingReader, cells: Int) -> Int {
        let entry = map.entry("deciders")
        guard let entry, let count = map.optionalInteger("deciders", 1...TopologyLimits.deciders) else {
            return MeshTopology.standardDeciders(cells: cells)
        }
        if count <= cells { marks.deciders = entry.value.position }
        if count > cells, cells > 0 {
            reporter.error(
                .outOfRange, at: entry.value.position, "'deciders' is \(count), and there are \(cells) cells",
                hint: "each decider is a cell: at most \(MeshTopology.mostDeciders(cells: cells))")
        }
        return count
    }

    func regionPosition(_ value: YAMLValue, _ regions: [String]) -> Int? {
        guard let name = read.text(value, "a region") else { return nil }
        if let position = regions.firstIndex(of: name) { return position }
        unknownRegion(name, at: value.position, regions)
        return nil
    }

    func unknownRegion(_ name: String, at position: Position, _ regions: [String]) {
        reporter.error(
            .unknownRegion, at: position, "no region is named '\(YAMLValue.clipped(name))'",
            hint: NearestWord.hint(for: name, among: regions, listing: "regions"))
    }

    func duplicate(_ kind: String, _ name: String, at position: Position, first: Position) {
        reporter.error(
            .duplicateName, at: position, "two \(kind) are named '\(name)'",
            hint: "the first is in line \(first.line)")
    }
}
