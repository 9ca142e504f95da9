import MeshBase

/// One placement of a cohort: what decides the shards of its customers besides the topology.
public struct PlacementSide: Equatable, Sendable {
    /// The epoch at which this placement joined. What a cell holds of it is continuous from then on.
    public var since: Epoch
    /// The cells that take customers of this cohort.
    public let eligibility: Eligibility

    /// Most regions that one placement leaves out.
    public static let maximumRegions = 255

    /// Positions in `MeshTopology.regions` whose cells take no customer of this cohort; ascending, each once.
    public var evacuated: [Int] { eligibility.evacuated }

    /// A side of these cells.
    public init(since: Epoch, _ eligibility: Eligibility = .founding) {
        self.since = since
        self.eligibility = eligibility
    }

    /// A side of the founding cells without those of some regions.
    public init(since: Epoch, evacuated: some Sequence<Int>) {
        self.init(since: since, Eligibility(evacuated: evacuated))
    }
}

/// One placement of a pinned customer: cells chosen by hand.
public struct PinSide: Equatable, Sendable {
    /// The epoch at which these cells joined.
    public var since: Epoch
    /// The cells, in the customer's order.
    public var shard: Shard

    /// A shard of at least one cell.
    public init(since: Epoch, shard: Shard) {
        self.since = since
        self.shard = shard
    }
}

/// Where a unit stands between two placements, P and N. What each state needs of whom: docs/moves.md.
public enum UnitState<Side: Equatable & Sendable>: Equatable, Sendable {
    /// P alone; nothing is under way.
    case stable(Side)
    /// Quorums of both shards are needed; N is being filled out of P.
    case joint(old: Side, new: Side)
    /// N alone is in force; P still keeps its records.
    case new(Side, previous: Side)

    /// The side that has every record: the old one in joint.
    public var inForce: Side {
        switch self {
        case .stable(let side), .joint(let side, _), .new(let side, _): side
        }
    }
    /// The other side: N in joint, P in new, nil when stable.
    public var other: Side? {
        switch self {
        case .stable: nil
        case .joint(_, let new): new
        case .new(_, let previous): previous
        }
    }
    /// The side that is to hold the customers: N in joint and new.
    public var target: Side {
        switch self {
        case .stable(let side), .joint(_, let side), .new(let side, _): side
        }
    }
    /// Which of the three it is.
    public var phase: UnitPhase {
        switch self {
        case .stable: .stable
        case .joint: .joint
        case .new: .new
        }
    }
}

/// The three states of a unit, without their placements.
public enum UnitPhase: UInt8, Hashable, Sendable { case stable = 0, joint, new }
