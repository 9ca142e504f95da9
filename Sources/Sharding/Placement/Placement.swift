import MeshBase
import Topology

/// Which cells hold a customer: a pure function of (mesh seed, customer, topology, placement table).
///
/// A lookup allocates nothing and stores nothing per customer; two processes that hold the same topology and table
/// agree without talking to each other. What a shard is, exactly: docs/sharding.md.
public struct Placement: Sendable {
    /// The shards of one customer, as the entry of its cohort has them.
    public struct Assignment: Sendable, Equatable {
        /// The one epoch in which the customer is served.
        public var epoch: Epoch
        /// What `other` means.
        public var phase: UnitPhase
        /// The shard that has every record: in joint the old one.
        public var inForce: Shard
        /// The joining shard in joint, whose quorum is needed as well; the previous one in new, which only keeps its
        /// records; empty when stable.
        public var other: Shard

        /// Shards of one customer; `other` is empty when stable.
        public init(epoch: Epoch, phase: UnitPhase, inForce: Shard, other: Shard) {
            self.epoch = epoch
            self.phase = phase
            self.inForce = inForce
            self.other = other
        }

        init(_ pin: PlacementEntry.Pin) {
            self.init(
                epoch: pin.epoch, phase: pin.state.phase, inForce: pin.state.inForce.shard,
                other: pin.state.other?.shard ?? Shard())
        }

        /// The shard whose order of cells serves; in joint the joining one.
        public var serving: Shard { phase == .joint && !other.isEmpty ? other : inForce }

        /// The cells that take part in the customer's reads and writes.
        public func isMember(_ cell: CellIndex) -> Bool {
            inForce.contains(cell) || phase == .joint && other.contains(cell)
        }
    }

    /// The entries that it was made from.
    public private(set) var table: PlacementTable
    /// Cells of the topology, at most 1024.
    public var cellCount: Int { topology.cells.count }
    /// k, at most 16.
    public let size: Int

    var views: PlacementViews
    private(set) var pins: PinIndex
    /// Behind a reference: a copy of a placement costs a few counts, not one for each list of the topology.
    private var plan: Plan
    private var topology: MeshTopology { plan.topology }
    /// The names of the cells that serve a customer, the first first.
    ///
    /// - Parameter number: of the customer, from 1 on.
    package func cellNames(ofCustomer number: Int) -> [String] {
        shard(of: CustomerHash(number: number)).map { topology.cells[$0.position].name }
    }
    /// By groups of views, which is to say by the cells that take customers; see `known`.
    private var groups: [CohortShapes] = []
    /// The cells of any of their shards, as bits: so many words for each group.
    private var members: [UInt64] = []
    private static let wordsPerGroup = CellSet.capacity / 64
    private var units: [CohortViews] = []
    /// By the first view of a group: who serves in place of the regions that its cells leave out.
    private var nearby: [Int32: NearbyCells] = [:]
    /// Views by the cells that take customers: the first of several, for customers of no geography; the views of the
    /// geographies follow it.
    private var known: [Eligibility: Int32] = [:]
    /// In order of `Customers.geographies`: a customer whose draw is at most `last` is bound to this geography.
    private let geographies: [(last: UInt64, name: String)]
    private let geographySeed: UInt64

    private final class Plan: Sendable {
        let topology: MeshTopology
        init(_ topology: MeshTopology) { self.topology = topology }
    }

    /// What a lookup needs of one cohort.
    private struct CohortViews {
        var epoch: Epoch
        var phase: UnitPhase
        /// The number of the view in force, and of the other; -1 for none.
        var inForce: Int32
        var other: Int32
    }

    /// The placement of a new mesh: every cohort at the first epoch, no pins.
    public init(_ topology: MeshTopology) {
        // A new table names no region and no cell, hence nothing that could be refused.
        self.init(unchecked: topology, table: PlacementTable())
    }

    /// Refuses a table that does not fit the topology.
    public init(_ topology: MeshTopology, table: PlacementTable) throws(PlacementError) {
        self.init(unchecked: topology, table: table)
        for entry in table.entries { try check(entry) }
    }

    private init(unchecked topology: MeshTopology, table: PlacementTable) {
        self.table = table
        plan = Plan(topology)
        size = min(max(topology.sharding.size, 1), Shard.capacity)
        pins = PinIndex(table)
        geographySeed = StableHash.combine(topology.seed, StableHash.hash("geography"))
        var geographies: [(last: UInt64, name: String)] = []
        var sum = 0.0
        for share in topology.customers.geographies where share.share > 0 {
            sum += share.share
            geographies.append((sum >= 1 ? .max : UInt64(sum * 0x1p64), share.geography))
        }
        self.geographies = geographies
        views = PlacementViews(topology)
        units = table.entries.map { look($0) }
    }

    /// Takes an entry over where it is newer than the one here and fits the topology.
    /// - Returns: whether it was taken over; false for an older one.
    @discardableResult
    public mutating func install(_ entry: PlacementEntry) throws(PlacementError) -> Bool {
        guard table.entries.indices.contains(entry.cohort) else { throw .noSuchCohort(entry.cohort) }
        guard entry.version > table.entries[entry.cohort].version else { return false }
        try check(entry)
        let hadPins = !table.entries[entry.cohort].pins.isEmpty
        table.merge(entry)
        units[entry.cohort] = look(entry)
        if hadPins || !entry.pins.isEmpty { pins = PinIndex(table) }
        return true
    }

    private mutating func look(_ entry: PlacementEntry) -> CohortViews {
        let side = entry.state.inForce
        let other = entry.state.other
        let unit = CohortViews(
            epoch: entry.epoch, phase: entry.state.phase, inForce: view(side), other: other.map { view($0) } ?? -1)
        return unit
    }

    private mutating func view(_ side: PlacementSide) -> Int32 {
        if let number = known[side.eligibility] { return number }
        let number = Int32(views.add(topology, geography: nil, side.eligibility))
        for geography in geographies {
            _ = views.add(topology, geography: geography.name, side.eligibility)
        }
        let group = CohortShapes(views, Int(number)...(Int(number) + geographies.count))
        groups.append(group)
        members += group.cells.bits
        known[side.eligibility] = number
        let evacuated = side.evacuated.filter { topology.regions.indices.contains($0) }
        if evacuated.contains(where: { !topology.regions[$0].near.isEmpty }) {
            let home = view(PlacementSide(since: side.since, side.eligibility.leaving([])))
            nearby[number] = NearbyCells(topology, evacuated: evacuated, home: home)
        }
        return number
    }

    /// The shard of a customer in a view, in the order in which its cells serve.
    ///
    /// - Parameter first: of the group of views; the customer's own lies so far behind it.
    @inline(__always)
    private func shard(of customer: CustomerHash, in first: Int32, _ offset: Int) -> Shard {
        var shard = Shard()
        views.fill(&shard, of: customer, in: Int(first) + offset)
        if !nearby.isEmpty { shard = preferred(shard, of: customer, in: first, offset) }
        return shard
    }

    /// Of a customer who was served in a region that is left: cells of the regions near to that one come first.
    @inline(never)
    private func preferred(_ shard: Shard, of customer: CustomerHash, in first: Int32, _ offset: Int) -> Shard {
        guard let nearby = nearby[first] else { return shard }
        let home = views.shard(of: customer, in: Int(nearby.home) + offset)
        return nearby.ordered(shard, home: home)
    }

    /// This placement once the customers of every cohort have gone to other cells, all at once; a cohort of which that
    /// cannot be said, since it is under way, stays.
    ///
    /// - Parameter change: the cells that take a cohort's customers then, by those that do now.
    public func foreseen(_ change: (Eligibility) -> Eligibility) -> Placement {
        var after = self
        for entry in table.entries {
            var entry = entry
            guard (try? entry.begin(change(entry.state.target.eligibility))) != nil, (try? entry.switchOver()) != nil
            else { continue }
            _ = try? after.install(entry)
        }
        return after
    }

    /// The mesh has further cells. Customers stay where they are: only entries lead to other cells.
    ///
    /// - Parameter topology: begins with the cells of this placement's. Its cells are all that is taken over of it: the seed
    ///   that customers were placed by stays what it was.
    public mutating func grow(_ topology: MeshTopology) {
        var grown = topology
        grown.seed = self.topology.seed
        plan = Plan(grown)
        views.grow(grown)
    }

    /// The customer's cells in the customer's order, the first healthy one of which serves; in joint those of the
    /// joining shard. Fewer than k only where fewer cells are eligible: none, where every region of the customer's
    /// geography is evacuated.
    @inlinable public func shard(of customer: CustomerHash) -> Shard { servingShard(of: customer) }

    @usableFromInline func servingShard(of customer: CustomerHash) -> Shard {
        if !pins.isEmpty, let position = pins.position(of: customer) { return pins.pins[position].shard }
        let unit = units[table.cohort(of: customer)]
        return shard(
            of: customer, in: unit.phase == .joint ? unit.other : unit.inForce, geographyOffset(of: customer))
    }

    /// The shard as it would be if the excluded cells did not exist: the next cells take their places. This is the
    /// control of the poison experiment (`replacement: on-crash`). A pinned shard shrinks instead.
    public func shard(of customer: CustomerHash, excluding excluded: CellSet) -> Shard {
        if !pins.isEmpty, let position = pins.position(of: customer) {
            return pins.pins[position].shard.leaving(out: excluded)
        }
        let unit = units[table.cohort(of: customer)]
        let view = Int(unit.phase == .joint ? unit.other : unit.inForce) + geographyOffset(of: customer)
        return views.shard(of: customer, in: view, excluding: excluded)
    }

    /// Epoch and shards together, as the fence of a request needs them.
    public func assignment(of customer: CustomerHash) -> Assignment {
        if !pins.isEmpty, let pinned = pinnedAssignment(of: customer) { return pinned }
        return assignment(of: customer, in: units[table.cohort(of: customer)])
    }

    @inline(never) private func pinnedAssignment(of customer: CustomerHash) -> Assignment? {
        pins.position(of: customer).map { Assignment(pins.pins[$0]) }
    }

    /// Whether a cell takes part in the customer's reads and writes; see `Assignment.isMember`.
    public func isMember(_ cell: CellIndex, of customer: CustomerHash) -> Bool {
        assignment(of: customer).isMember(cell)
    }

    /// The shards of a customer by its cohort alone, as if it had no pin.
    public func cohortAssignment(of customer: CustomerHash) -> Assignment {
        assignment(of: customer, in: units[table.cohort(of: customer)])
    }

    /// Epoch and shards of a customer as another entry of its cohort has them, of whatever version. Nothing is installed;
    /// only views that the entry needs are kept for the next question.
    public mutating func assignment(of customer: CustomerHash, by entry: PlacementEntry) -> Assignment {
        if let pin = entry.pin(of: customer) { return Assignment(pin) }
        let unit = look(entry)
        return assignment(of: customer, in: unit)
    }

    @inline(__always)
    private func assignment(of customer: CustomerHash, in unit: CohortViews) -> Assignment {
        let offset = geographyOffset(of: customer)
        return Assignment(
            epoch: unit.epoch, phase: unit.phase, inForce: shard(of: customer, in: unit.inForce, offset),
            other: unit.other < 0 ? Shard() : shard(of: customer, in: unit.other, offset))
    }

    /// The epoch in force for a customer, that of its pin where it has one.
    @inline(__always) public func epoch(of customer: CustomerHash) -> Epoch {
        if !pins.isEmpty, let position = pins.position(of: customer) { return pins.pins[position].epoch }
        return units[table.cohort(of: customer)].epoch
    }

    /// Whether the customer's cohort or pin is on the way between two placements.
    public func isMoving(_ customer: CustomerHash) -> Bool {
        if !pins.isEmpty, let position = pins.position(of: customer) {
            return pins.pins[position].state.phase != .stable
        }
        return units[table.cohort(of: customer)].phase != .stable
    }

    /// The geography that the customer never leaves; nil for a customer of the whole mesh. A pure function of
    /// (mesh seed, customer, shares): the first share of the hash space is the first geography's, and so on.
    public func geography(of customer: CustomerHash) -> String? {
        let offset = geographyOffset(of: customer)
        return offset == 0 ? nil : geographies[offset - 1].name
    }

    /// The level at which the customer's shard spreads.
    public func spread(of customer: CustomerHash) -> ShardingPolicy.Spread {
        let view = Int(units[table.cohort(of: customer)].inForce) + geographyOffset(of: customer)
        return views.views[view].spread
    }

    /// Whether a customer of any geography keeps an eligible cell when these regions (positions) take none; nil where
    /// each does, or else a geography without one, empty for the whole mesh.
    public func geographyWithoutCells(evacuated: [Int]) -> String? {
        geographyWithoutCells(table.entries[0].state.target.eligibility.leaving(evacuated))
    }

    /// The same of any choice of cells.
    public func geographyWithoutCells(_ eligibility: Eligibility) -> String? {
        let cells = topology.eligible(eligibility).map { topology.cells[$0.position] }
        func isLeft(_ geography: String?) -> Bool {
            cells.contains { geography == nil || topology.regions[$0.region].geography == geography }
        }
        guard isLeft(nil) else { return "" }
        return geographies.first { !isLeft($0.name) }?.name
    }

    /// 0 for a customer of the whole mesh, else one more than the position of the customer's geography.
    @inline(__always) private func geographyOffset(of customer: CustomerHash) -> Int {
        if geographies.isEmpty { return 0 }
        let draw = StableHash.combine(geographySeed, customer.rawValue)
        for position in geographies.indices where draw <= geographies[position].last { return position + 1 }
        return 0
    }

    /// The views in use and the share of customers that each serves; the shares add up to 1.
    var viewShares: [(view: Int, share: Double)] {
        var shares = Array(repeating: 0.0, count: views.views.count)
        let perCohort = 1 / Double(units.count)
        for unit in units {
            let serving = Int(unit.phase == .joint ? unit.other : unit.inForce)
            var before = 0.0
            for (position, geography) in geographies.enumerated() {
                let upTo = Double(geography.last) * 0x1p-64
                shares[serving + position + 1] += (upTo - before) * perCohort
                before = upTo
            }
            shares[serving] += (1 - before) * perCohort
        }
        return shares.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) }
    }

    /// The group of the views of one side of a cohort's entry; nil where it has no such side.
    private func group(of cohort: Int, other: Bool) -> Int? {
        let first = other ? units[cohort].other : units[cohort].inForce
        // Views are added in groups of this size: for customers of no geography and of each.
        return first < 0 ? nil : Int(first) / (geographies.count + 1)
    }

    /// The shapes of the shards of one cohort on one side of its entry, the pinned customers' left out, of which nobody
    /// is a member for certain. With them one can say of cells that are missing whether any customer's shard may lack
    /// a majority.
    public func shapes(ofCohort cohort: Int, other: Bool) -> [ShardShape] {
        group(of: cohort, other: other).map { groups[$0].shapes } ?? []
    }

    /// Whether a cell is in the shard of some customer of a cohort on one side of its entry, the pinned customers' left
    /// out; false where there is no such side.
    public func mayHold(_ cohort: Int, _ cell: CellIndex, other: Bool) -> Bool {
        guard let group = group(of: cohort, other: other), cell.position < CellSet.capacity else { return false }
        return members[group * Self.wordsPerGroup + cell.position >> 6] >> UInt64(cell.position & 63) & 1 == 1
    }

    /// Where the cohort of this number stands between its two placements.
    public func phase(ofCohort cohort: Int) -> UnitPhase { units[cohort].phase }
}

/// Why a placement table does not fit its topology.
public enum PlacementError: Error, Equatable, Sendable {
    /// A cohort evacuates a region that the topology does not have.
    case noSuchRegion(Int)
    /// A pin names a cell, or a side gives one up, that the topology does not have.
    case noSuchCell(CellIndex)
    /// A pin would take a customer out of the geography that it must not leave.
    case leavesGeography(CellIndex, geography: String)
    /// The table has no cohort of this number.
    case noSuchCohort(Int)
}

extension Placement {
    private func check(_ entry: PlacementEntry) throws(PlacementError) {
        for side in [entry.state.inForce, entry.state.other].compactMap({ $0 }) {
            for region in side.evacuated where !topology.regions.indices.contains(region) {
                throw .noSuchRegion(region)
            }
            for cells in [side.eligibility.added, side.eligibility.drained] {
                for cell in cells where cell.position >= cellCount { throw .noSuchCell(cell) }
            }
        }
        for pin in entry.pins {
            let geography = geography(of: pin.customer)
            for shard in [pin.state.inForce.shard, pin.state.other?.shard ?? Shard(), pin.home] {
                for cell in shard {
                    guard cell.position < cellCount else { throw .noSuchCell(cell) }
                    if let geography, topology.regions[topology.cells[cell.position].region].geography != geography {
                        throw .leavesGeography(cell, geography: geography)
                    }
                }
            }
        }
    }
}
