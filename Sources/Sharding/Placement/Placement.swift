import MeshBase
import Topology

/// Which cells hold a customer: a pure function of (mesh seed, customer, topology, placement table).
///
/// A lookup allocates nothing and stores nothing per customer; two processes that hold the same topology and table
/// agree without talking to each other. What a shard is, exactly: docs/sharding.md.
public struct Placement: Sendable {
    /// The shards of one customer during a change of placement.
    public struct Assignment: Sendable, Equatable {
        /// The epoch in force for the customer.
        public var epoch: Epoch
        /// The shard whose order of cells serves.
        public var shard: Shard
        /// In a joint epoch, the shard whose quorum is needed as well.
        public var joining: Shard?
    }

    /// The epochs and pins it was made from.
    public let table: PlacementTable
    /// Cells of the topology, at most 1024.
    public let cellCount: Int
    /// k, at most 16.
    public let size: Int

    let views: PlacementViews
    let pins: PinIndex
    /// Per cohort, the numbers of the view that serves and, in joint, of the one that joins (else -1), both for
    /// customers of no geography; the views of the geographies follow each.
    private let cohortViews: [(serving: Int32, joining: Int32)]
    /// In order of `Customers.geographies`: a customer whose draw is at most `last` is bound to this geography.
    private let geographies: [(last: UInt64, name: String)]
    private let geographySeed: UInt64

    /// The placement of a new mesh: every cohort at the first epoch, no pins.
    public init(_ topology: MeshTopology) {
        // A new table names no region and no cell, hence nothing that could be refused.
        self.init(unchecked: topology, table: PlacementTable())
    }

    /// Refuses a table that does not fit the topology.
    public init(_ topology: MeshTopology, table: PlacementTable) throws(PlacementError) {
        self.init(unchecked: topology, table: table)
        try check(topology)
    }

    private init(unchecked topology: MeshTopology, table: PlacementTable) {
        self.table = table
        cellCount = topology.cells.count
        size = min(max(topology.sharding.size, 1), Shard.capacity)
        pins = PinIndex(table.pins)
        geographySeed = StableHash.combine(topology.seed, StableHash.hash("geography"))
        var geographies: [(last: UInt64, name: String)] = []
        var sum = 0.0
        for share in topology.customers.geographies where share.share > 0 {
            sum += share.share
            geographies.append((sum >= 1 ? .max : UInt64(sum * 0x1p64), share.geography))
        }
        self.geographies = geographies

        var views = PlacementViews(topology)
        var known: [[Int]: Int32] = [:]
        func view(_ placement: CohortPlacement) -> Int32 {
            if let number = known[placement.evacuated] { return number }
            let number = Int32(views.add(topology, geography: nil, evacuated: placement.evacuated))
            for geography in geographies {
                _ = views.add(topology, geography: geography.name, evacuated: placement.evacuated)
            }
            known[placement.evacuated] = number
            return number
        }
        cohortViews = table.cohorts.map { cohort in (view(cohort.serving), cohort.joining.map { view($0) } ?? -1) }
        self.views = views
    }

    /// The customer's cells in the customer's order; of an old or joint placement, the old ones. Fewer than k only
    /// where fewer cells are eligible: none, where every region of the customer's geography is evacuated.
    public func shard(of customer: CustomerHash) -> Shard {
        if !pins.isEmpty, let position = pins.position(of: customer) { return table.pins[position].shard }
        let view = Int(cohortViews[table.cohort(of: customer)].serving) + geographyOffset(of: customer)
        return views.shard(of: customer, in: view)
    }

    /// The shard as it would be if the excluded cells did not exist: the next cells take their places. This is the
    /// control of the poison experiment (`replacement: on-crash`). A pinned shard shrinks instead.
    public func shard(of customer: CustomerHash, excluding excluded: CellSet) -> Shard {
        if !pins.isEmpty, let position = pins.position(of: customer) {
            var left = Shard()
            for cell in table.pins[position].shard where !excluded.contains(cell) { left.append(cell) }
            return left
        }
        let view = Int(cohortViews[table.cohort(of: customer)].serving) + geographyOffset(of: customer)
        return views.shard(of: customer, in: view, excluding: excluded)
    }

    /// Epoch and shards together, as the fence of a write needs them.
    public func assignment(of customer: CustomerHash) -> Assignment {
        if !pins.isEmpty, let position = pins.position(of: customer) {
            let pin = table.pins[position]
            return Assignment(epoch: pin.epoch, shard: pin.shard, joining: nil)
        }
        let cohort = table.cohort(of: customer)
        let offset = geographyOffset(of: customer)
        let numbers = cohortViews[cohort]
        return Assignment(
            epoch: table.cohorts[cohort].epoch, shard: views.shard(of: customer, in: Int(numbers.serving) + offset),
            joining: numbers.joining < 0 ? nil : views.shard(of: customer, in: Int(numbers.joining) + offset))
    }

    /// The epoch in force for a customer, that of its pin where it has one.
    public func epoch(of customer: CustomerHash) -> Epoch {
        if !pins.isEmpty, let position = pins.position(of: customer) { return table.pins[position].epoch }
        return table.cohorts[table.cohort(of: customer)].epoch
    }

    /// The geography that the customer never leaves; nil for a customer of the whole mesh. A pure function of
    /// (mesh seed, customer, shares): the first share of the hash space is the first geography's, and so on.
    public func geography(of customer: CustomerHash) -> String? {
        let offset = geographyOffset(of: customer)
        return offset == 0 ? nil : geographies[offset - 1].name
    }

    /// The level at which the customer's shard spreads.
    public func spread(of customer: CustomerHash) -> ShardingPolicy.Spread {
        let view = Int(cohortViews[table.cohort(of: customer)].serving) + geographyOffset(of: customer)
        return views.views[view].spread
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
        let perCohort = 1 / Double(cohortViews.count)
        for cohort in cohortViews {
            var before = 0.0
            for (position, geography) in geographies.enumerated() {
                let upTo = Double(geography.last) * 0x1p-64
                shares[Int(cohort.serving) + position + 1] += (upTo - before) * perCohort
                before = upTo
            }
            shares[Int(cohort.serving)] += (1 - before) * perCohort
        }
        return shares.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) }
    }
}

/// Why a placement table does not fit its topology.
public enum PlacementError: Error, Equatable, Sendable {
    /// A cohort evacuates a region that the topology does not have.
    case noSuchRegion(Int)
    /// A pin names a cell that the topology does not have.
    case noSuchCell(CellIndex)
    /// A pin would take a customer out of the geography that it must not leave.
    case leavesGeography(CellIndex, geography: String)
}

extension Placement {
    private func check(_ topology: MeshTopology) throws(PlacementError) {
        for cohort in table.cohorts {
            for placement in cohort.placements {
                for region in placement.evacuated where !topology.regions.indices.contains(region) {
                    throw .noSuchRegion(region)
                }
            }
        }
        for pin in table.pins {
            let geography = geography(of: pin.customer)
            for cell in pin.shard {
                guard cell.position < topology.cells.count else { throw .noSuchCell(cell) }
                if let geography, topology.regions[topology.cells[cell.position].region].geography != geography {
                    throw .leavesGeography(cell, geography: geography)
                }
            }
        }
    }
}
