import Topology

/// What an evacuation would do: `evacuate --dry-run -o json`.
public struct EvacuationForecast: Sendable, Codable, Equatable {
    /// Whether the checks would let it begin.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        case proceeds, refused
    }
    /// One cell's load before and after.
    public struct Cell: Sendable, Codable, Equatable {
        /// Its name.
        public var cell: String
        /// after / before of its load; null for a cell that had none.
        public var factor: Double?
        /// Measured or declared use as a ratio of capacity; null where unknown.
        public var before: Double?
        /// Predicted use; null where unknown.
        public var after: Double?

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(cell, forKey: .cell)
            try container.encode(factor, forKey: .factor)
            try container.encode(before, forKey: .before)
            try container.encode(after, forKey: .after)
        }
        private enum CodingKeys: String, CodingKey { case cell, factor, before, after }
    }
    /// The load of the cells that take over.
    public struct Load: Sendable, Codable, Equatable {
        /// Of all of them together.
        public var factor: Double
        /// Mean use now, a ratio of capacity; null where unknown.
        public var before: Double?
        /// Mean use predicted; null where unknown.
        public var after: Double?
        /// How much may be used: 1 - headroom.
        public var limit: Double
        /// What share of requests would be shed, 0...1; null where unknown.
        public var shed: Double?
        /// Every cell that takes over, in order of the topology.
        public var cells: [Cell]

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(factor, forKey: .factor)
            try container.encode(before, forKey: .before)
            try container.encode(after, forKey: .after)
            try container.encode(limit, forKey: .limit)
            try container.encode(shed, forKey: .shed)
            try container.encode(cells, forKey: .cells)
        }
        private enum CodingKeys: String, CodingKey { case factor, before, after, limit, shed, cells }
    }
    /// A stage to come.
    public struct Stage: Sendable, Codable, Equatable {
        /// Of the cohorts, at its end.
        public var percent: Int
        /// How many begin in it.
        public var cohorts: Int
    }

    /// `cellmesh/1`.
    public let schema: String
    /// Off the region or back to it.
    public let kind: EvacuationPlan.Kind
    /// Its name.
    public let region: String
    /// The cells that are added or drained; absent where a whole region is meant.
    public let cells: [String]?
    /// Whether it would begin.
    public let outcome: Outcome
    /// All refusals in one line; null where it would begin.
    public let reason: String?
    /// What the checks refuse.
    public let refusals: [EvacuationRefusal]
    /// What there is to know.
    public let notes: [EvacuationNote]
    /// Customers whose shard would change, of those looked up; null without a prediction.
    public let customersMoved: Int?
    /// In order.
    public let phases: [EvacuationPhase]
    /// In order.
    public let stages: [Stage]
    /// Null without a prediction.
    public let load: Load?

    /// The facts, what the checks say of them, and the plan.
    public init(plan: EvacuationPlan, facts: EvacuationFacts, verdict: EvacuationVerdict) {
        schema = "cellmesh/1"
        kind = plan.kind
        region = plan.regionName
        cells = plan.kind.isOfCells ? plan.cellNames : nil
        outcome = verdict.mayBegin ? .proceeds : .refused
        reason = verdict.reason
        refusals = verdict.refusals
        notes = verdict.notes
        // Who is held back is counted among those whose shard would be another.
        customersMoved = facts.load.map { max($0.moved - facts.heldBack, 0) }
        phases = plan.phases
        stages = (1...plan.stages.count).map { number in
            Stage(percent: plan.stages.percents[number - 1], cohorts: plan.stages.cohorts(of: number).count)
        }
        load = facts.load.map { load in
            let topology = facts.topology
            let after = load.utilisation(after: facts.cells.map(\.utilisation))
            let cells = load.cells.filter { cell in
                switch plan.kind {
                case .evacuate: topology.cells[cell.cell.position].region != plan.region
                case .drain: !facts.changing.contains(cell.cell)
                case .restore, .add: true
                }
            }
            return Load(
                factor: load.factor, before: verdict.capacity?.before, after: verdict.capacity?.after,
                limit: 1 - topology.evacuation.headroom, shed: verdict.capacity?.excess,
                cells: cells.filter { $0.before > 0 || $0.after > 0 }.map { cell in
                    Cell(
                        cell: topology.cells[cell.cell.position].name, factor: cell.factor,
                        before: facts.cell(cell.cell).utilisation, after: after[cell.cell.position])
                })
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(kind, forKey: .kind)
        try container.encode(region, forKey: .region)
        try container.encodeIfPresent(cells, forKey: .cells)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(reason, forKey: .reason)
        try container.encode(refusals, forKey: .refusals)
        try container.encode(notes, forKey: .notes)
        try container.encode(customersMoved, forKey: .customersMoved)
        try container.encode(phases, forKey: .phases)
        try container.encode(stages, forKey: .stages)
        try container.encode(load, forKey: .load)
    }
    private enum CodingKeys: String, CodingKey {
        case schema, kind, region, cells, outcome, reason, refusals, notes, phases, stages, load
        case customersMoved = "customers_moved"
    }
}
