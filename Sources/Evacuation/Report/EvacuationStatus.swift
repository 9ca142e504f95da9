import MeshBase

/// Where an evacuation or a restore stands: `evacuation status -o json`. Every key is there, as null where it has no
/// value.
public struct EvacuationStatus: Sendable, Codable, Equatable {
    /// Whether something is to come of it still.
    public var isUnderWay: Bool { outcome == .running || outcome == .paused }

    /// How many cohorts are at their new placement.
    public struct Cohorts: Sendable, Codable, Equatable {
        /// Switched or later.
        public var moved: Int
        /// All of the mesh.
        public var of: Int
        /// 0...`of` each.
        public init(moved: Int, of: Int) {
            self.moved = moved
            self.of = of
        }
    }
    /// Rows so far; nil where no control plane runs that cells count them to.
    public struct Records: Sendable, Codable, Equatable {
        /// Written to cells that lacked them.
        public var copied: Int?
        /// Compared on both sides and found right.
        public var verified: Int?
        /// Compared and found to have two values at one version; absent where nobody counts.
        public var different: Int?
        /// 0 or more each.
        public init(copied: Int?, verified: Int?, different: Int? = nil) {
            self.copied = copied
            self.verified = verified
            self.different = different
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(copied, forKey: .copied)
            try container.encode(verified, forKey: .verified)
            try container.encodeIfPresent(different, forKey: .different)
        }
        private enum CodingKeys: String, CodingKey { case copied, verified, different }
    }
    /// What the gate goes by, as people read it.
    public struct Figure: Sendable, Codable, Equatable {
        /// Such as `errors`.
        public var name: String
        /// With its unit.
        public var value: String
        /// What it may be at most, with its unit.
        public var bound: String
        /// It does not speak against the stage.
        public var ok: Bool
    }
    /// A cell that takes over.
    public struct Target: Sendable, Codable, Equatable {
        /// Its name.
        public var cell: String
        /// How much of it is used, a ratio of its capacity, to one part in 10 000.
        public var load: Double
        /// How much may be used.
        public var headroom: Double
        /// Ratios of the cell's capacity.
        public init(cell: String, load: Double, headroom: Double) {
            self.cell = cell
            self.load = load.isFinite ? (load * 10_000).rounded() / 10_000 : load
            self.headroom = headroom
        }
    }
    /// Most cells that take over are told, the most used first.
    public static let mostTargets = 12

    /// `cellmesh/1`.
    public let schema: String
    /// Nil where there is none.
    public var region: String?
    /// The cells that are added or drained; absent where a whole region is meant.
    public var cells: [String]?
    /// Nil where there is none.
    public var kind: EvacuationPlan.Kind?
    /// Where it stands.
    public var outcome: EvacuationOutcome
    /// The stage under way, from 1; 0 before the first, nil where there is none.
    public var stage: Int?
    /// Of the cohorts, at the end of that stage; 0 before the first.
    public var percent: Int
    /// What is done at the moment, in one word or two: `checks`, `fill`, `switch`, `watch`, `verify`, `release`.
    public var step: String?
    /// How many cohorts have moved.
    public var cohorts: Cohorts
    /// How many rows have moved.
    public var records: Records
    /// How long it is likely to take still; nil where unknown or ended.
    public var remainingMilliseconds: Double?
    /// Why it waits or did not complete.
    public var reason: String?
    /// Of the cohorts, at the end of each stage; absent where there is no plan.
    public var stages: [Int]?
    /// What the gate goes by, of the stage under way; absent while none is.
    public var gate: [Figure]?
    /// The cells that take over, as far as it is known how much they are used; absent where the plan is over.
    public var targets: [Target]?
    /// How long writes waited that met the move; absent where none has or nobody counts.
    public var writePause: EvacuationReport.Pause?

    /// No evacuation.
    public static func none(cohorts: Int) -> EvacuationStatus {
        EvacuationStatus(
            outcome: .none, percent: 0, cohorts: Cohorts(moved: 0, of: cohorts),
            records: Records(copied: 0, verified: 0))
    }

    /// A plan at one of its stages: 0 before the first.
    public init(
        plan: EvacuationPlan, outcome: EvacuationOutcome, stage: Int, step: String?, moved: Int, records: Records,
        remaining: TimeAmount? = nil, reason: String? = nil
    ) {
        self.init(
            outcome: outcome, percent: 0, cohorts: Cohorts(moved: moved, of: plan.stages.order.count),
            records: records)
        let stage = min(max(stage, 0), plan.stages.count)
        region = plan.regionName
        if plan.kind.isOfCells { cells = plan.cellNames }
        kind = plan.kind
        self.stage = stage
        percent = stage > 0 ? plan.stages.percents[stage - 1] : 0
        self.step = step
        stages = plan.stages.percents
        remainingMilliseconds = outcome.isFinal ? nil : remaining?.milliseconds
        self.reason = reason
    }

    private init(outcome: EvacuationOutcome, percent: Int, cohorts: Cohorts, records: Records) {
        schema = "cellmesh/1"
        self.outcome = outcome
        self.percent = percent
        self.cohorts = cohorts
        self.records = records
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(region, forKey: .region)
        try container.encodeIfPresent(cells, forKey: .cells)
        try container.encode(kind, forKey: .kind)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(stage, forKey: .stage)
        try container.encode(percent, forKey: .percent)
        try container.encode(step, forKey: .step)
        try container.encode(cohorts, forKey: .cohorts)
        try container.encode(records, forKey: .records)
        try container.encode(remainingMilliseconds, forKey: .remainingMilliseconds)
        try container.encode(reason, forKey: .reason)
        try container.encodeIfPresent(stages, forKey: .stages)
        try container.encodeIfPresent(gate, forKey: .gate)
        try container.encodeIfPresent(targets, forKey: .targets)
        try container.encodeIfPresent(writePause, forKey: .writePause)
    }

    private enum CodingKeys: String, CodingKey {
        case schema, region, cells, kind, outcome, stage, percent, step, cohorts, records, reason, stages, gate, targets
        case writePause = "write_pause_ms"
        case remainingMilliseconds = "eta_ms"
    }
}

/// How long a plan is likely to take still.
public enum EvacuationEstimate {
    /// The cohorts that are left, each as long as one took so far, and the watches that are left.
    ///
    /// - Parameters:
    ///   - moving: the time spent so far, watches and pauses left out.
    ///   - moved: cohorts that it moved; nil is returned for none.
    ///   - stagesLeft: stages whose watch has not begun.
    ///   - watch: how long each is watched.
    ///   - watchLeft: what is left of the watch under way.
    public static func remaining(
        moving: TimeAmount, moved: Int, of cohorts: Int, stagesLeft: Int, watch: TimeAmount,
        watchLeft: TimeAmount = .zero
    ) -> TimeAmount? {
        guard moved > 0 else { return nil }
        let left = max(cohorts - moved, 0)
        return moving * (Double(left) / Double(moved)) + watch * max(stagesLeft, 0) + max(watchLeft, .zero)
    }
}
