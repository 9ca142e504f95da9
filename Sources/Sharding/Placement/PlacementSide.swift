import MeshBase

/// One placement of a cohort: what decides the shards of its customers besides the topology.
public struct PlacementSide: Equatable, Sendable, Codable {
    /// The epoch at which this placement joined. What a cell holds of it is continuous from then on.
    public var since: Epoch
    /// Positions in `MeshTopology.regions` whose cells take no customer of this cohort; ascending, each once.
    public let evacuated: [Int]
    /// Cells given up by force, whose records are taken for lost; ascending, each once. They leave the shards without
    /// being replaced.
    public let without: [CellIndex]

    /// Most regions that one placement leaves out.
    public static let maximumRegions = 255
    /// Most cells that can be given up in one placement.
    public static let maximumWithout = 255

    /// Regions and cells are sorted, and each is kept once.
    public init(since: Epoch, evacuated: some Sequence<Int> = [], without: some Sequence<CellIndex> = []) {
        self.since = since
        self.evacuated = Set(evacuated).sorted()
        self.without = Set(without.map(\.rawValue)).sorted().map { CellIndex($0) }
    }

    private enum CodingKeys: String, CodingKey { case since, evacuated, without }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            since: Epoch(try container.decode(UInt32.self, forKey: .since)),
            evacuated: try container.decode([Int].self, forKey: .evacuated),
            without: try container.decodeIfPresent([UInt16].self, forKey: .without)?.map { CellIndex($0) } ?? [])
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(since.rawValue, forKey: .since)
        try container.encode(evacuated, forKey: .evacuated)
        if !without.isEmpty { try container.encode(without.map(\.rawValue), forKey: .without) }
    }
}

/// One placement of a pinned customer: cells chosen by hand.
public struct PinSide: Equatable, Sendable, Codable {
    /// The epoch at which these cells joined.
    public var since: Epoch
    /// The cells, in the customer's order.
    public var shard: Shard

    /// A shard of at least one cell.
    public init(since: Epoch, shard: Shard) {
        self.since = since
        self.shard = shard
    }

    private enum CodingKeys: String, CodingKey { case since, shard }
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        since = Epoch(try container.decode(UInt32.self, forKey: .since))
        shard = try container.decode(Shard.self, forKey: .shard)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(since.rawValue, forKey: .since)
        try container.encode(shard, forKey: .shard)
    }
}

/// Where a unit stands between two placements, P and N. What each state needs of whom: docs/moves.md.
public enum UnitState<Side: Equatable & Sendable & Codable>: Equatable, Sendable, Codable {
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
public enum UnitPhase: UInt8, Hashable, Sendable, Codable { case stable = 0, joint, new }
