import MeshBase

/// What decides the shards of one cohort besides the topology.
public struct CohortPlacement: Hashable, Sendable, Codable {
    /// The epoch at which this placement came into force.
    public var epoch: Epoch
    /// Positions in `MeshTopology.regions` whose cells take no customer of this cohort; ascending, each once.
    public let evacuated: [Int]

    /// Regions are sorted, and each is kept once.
    public init(epoch: Epoch, evacuated: some Sequence<Int> = []) {
        self.epoch = epoch
        var sorted: [Int] = []
        for region in evacuated.sorted() where sorted.last != region { sorted.append(region) }
        self.evacuated = sorted
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            epoch: Epoch(try container.decode(UInt32.self, forKey: .epoch)),
            evacuated: try container.decode([Int].self, forKey: .evacuated))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(epoch.rawValue, forKey: .epoch)
        try container.encode(evacuated, forKey: .evacuated)
    }
    private enum CodingKeys: String, CodingKey { case epoch, evacuated }
}

/// Where a cohort stands between two placements. A change goes stable, old, joint, new, stable; each step but the
/// last has an epoch of its own, higher than the one before.
public enum CohortState: Hashable, Sendable, Codable {
    /// One placement; nothing is under way.
    case stable(at: CohortPlacement)
    /// A change is decided, the first placement is still the only one in force.
    case old(at: CohortPlacement, joint: UInt32, next: CohortPlacement)
    /// Reads and writes need a quorum of both placements.
    case joint(epoch: UInt32, old: CohortPlacement, new: CohortPlacement)
    /// The new placement is in force alone; the members that only the previous one had are not released yet.
    case new(at: CohortPlacement, previous: CohortPlacement)

    /// The epoch in force.
    public var epoch: Epoch {
        switch self {
        case .stable(let placement), .old(let placement, _, _), .new(let placement, _): placement.epoch
        case .joint(let epoch, _, _): Epoch(epoch)
        }
    }

    /// The placement whose order of cells serves; in joint the old one, which has every record.
    public var serving: CohortPlacement {
        switch self {
        case .stable(let placement), .old(let placement, _, _), .new(let placement, _): placement
        case .joint(_, let old, _): old
        }
    }

    /// The second placement whose quorum is needed, in joint only.
    public var joining: CohortPlacement? {
        if case .joint(_, _, let new) = self { new } else { nil }
    }

    /// Every placement that the state names, in order of their epochs.
    public var placements: [CohortPlacement] {
        switch self {
        case .stable(let placement): [placement]
        case .old(let first, _, let second), .joint(_, let first, let second), .new(let second, let first):
            [first, second]
        }
    }

    /// Whether the epochs rise as the state's meaning demands.
    var isConsistent: Bool {
        switch self {
        case .stable: true
        case .old(let first, let joint, let second), .joint(let joint, let first, let second):
            first.epoch.rawValue < joint && joint < second.epoch.rawValue
        case .new(let second, let first): first.epoch < second.epoch
        }
    }

    /// The highest epoch that the state names.
    var lastEpoch: Epoch {
        switch self {
        case .stable(let placement), .old(_, _, let placement), .joint(_, _, let placement), .new(let placement, _):
            placement.epoch
        }
    }
}
