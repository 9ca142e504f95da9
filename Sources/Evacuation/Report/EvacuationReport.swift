/// What an evacuation or a restore did: `evacuate -o json`, and what is kept of it. Every key of the contract is
/// there, as null where it has no value.
public struct EvacuationReport: Sendable, Codable, Equatable {
    /// How long writes waited that met a change of placement, in milliseconds.
    public struct Pause: Sendable, Codable, Equatable {
        /// The median.
        public var p50: Double
        /// The 99th percentile.
        public var p99: Double
        /// The longest.
        public var max: Double
        /// How many writes these are of: of less than a hundred the 99th percentile is the longest. Nil in older reports.
        public var writes: Int?
        /// The lower end of the 99th percentile's interval, one-sided at 95 %; nil where no write is surely below it.
        public var low: Double?

        /// Milliseconds, 0 or more.
        public init(p50: Double, p99: Double, max: Double, writes: Int? = nil, low: Double? = nil) {
            self.p50 = p50
            self.p99 = p99
            self.max = max
            self.writes = writes
            self.low = low
        }

        private enum CodingKeys: String, CodingKey {
            case p50, p99, max, writes
            case low = "p99_low"
        }
    }

    /// One service, or the store of records, in one phase.
    public struct Phase: Sendable, Codable, Equatable {
        /// How it went.
        public enum Outcome: String, Sendable, Codable, CaseIterable {
            case completed, skipped
            case rolledBack = "rolled-back"
            /// A check of this phase said no.
            case failed
        }
        /// As in the plan.
        public var name: String
        /// The service, or `records`.
        public var service: String
        /// How it got off the region.
        public var strategy: EvacuationStrategy
        /// How it went.
        public var outcome: Outcome
        /// From the command to its first cohort; nil where none has come to it.
        public var startMilliseconds: Double?
        /// From its first cohort to its last check.
        public var durationMilliseconds: Double
        /// What this mesh did.
        public var does: String

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(service, forKey: .service)
            try container.encode(strategy, forKey: .strategy)
            try container.encode(outcome, forKey: .outcome)
            try container.encode(startMilliseconds, forKey: .startMilliseconds)
            try container.encode(durationMilliseconds, forKey: .durationMilliseconds)
            try container.encode(does, forKey: .does)
        }
        private enum CodingKeys: String, CodingKey {
            case name, service, strategy, outcome, does
            case startMilliseconds = "start_ms"
            case durationMilliseconds = "duration_ms"
        }
    }

    /// One part of a plan, with its own start and duration.
    public struct Span: Sendable, Codable, Equatable {
        /// Which part.
        public enum Name: String, Sendable, Codable, CaseIterable {
            /// From the command to the decision.
            case plan
            /// Others decide in the place of the region's deciders.
            case deciders
            /// The first to the last cohort of a stage begins.
            case begin
            /// Its cells are filled beside service.
            case fill
            /// Its cohorts are cut over.
            case `switch`
            /// It is watched.
            case watch
            /// What has moved is compared row by row.
            case verify
            /// What the cells that were left still hold goes.
            case release
            /// All goes back.
            case reverse
        }
        /// Which part.
        public var name: Name
        /// Of which stage; nil for the whole plan.
        public var percent: Int?
        /// From the command to its begin.
        public var startMilliseconds: Double
        /// From its begin to its end; parts may overlap.
        public var durationMilliseconds: Double

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(percent, forKey: .percent)
            try container.encode(startMilliseconds, forKey: .startMilliseconds)
            try container.encode(durationMilliseconds, forKey: .durationMilliseconds)
        }
        private enum CodingKeys: String, CodingKey {
            case name
            case percent = "stage"
            case startMilliseconds = "start_ms"
            case durationMilliseconds = "duration_ms"
        }
    }

    /// One stage that began.
    public struct Stage: Sendable, Codable, Equatable {
        /// How it went.
        public enum Outcome: String, Sendable, Codable, CaseIterable {
            case green, red, aborted
        }
        /// Of the cohorts, at its end.
        public var percent: Int
        /// Of the moved customers' requests during its watch, 0...1; nil without a request.
        public var errorRate: Double?
        /// How it went.
        public var outcome: Outcome
        /// The gate's figures and bounds, for people.
        public var detail: String

        /// A stage at its end, by what the gate said last.
        public init(percent: Int, requests: UInt64, gate: EvacuationGate.Verdict, outcome: Outcome? = nil) {
            self.percent = percent
            errorRate = requests > 0 ? gate.errors.share : nil
            self.outcome = outcome ?? (gate.decision == .red ? .red : .green)
            detail = gate.text
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(percent, forKey: .percent)
            try container.encode(errorRate, forKey: .errorRate)
            try container.encode(outcome, forKey: .outcome)
            try container.encode(detail, forKey: .detail)
        }
        private enum CodingKeys: String, CodingKey {
            case percent, outcome, detail
            case errorRate = "error_rate"
        }
    }

    /// `cellmesh/1`.
    public let schema: String
    /// Off the region or back to it.
    public var kind: EvacuationPlan.Kind
    /// As it was asked for.
    public var region: String
    /// The cells that were added or drained; absent where a whole region is meant.
    public var cells: [String]?
    /// How it ended.
    public var outcome: EvacuationOutcome
    /// Why it did not complete; nil where it did.
    public var reason: String?
    /// Customers whose shard has changed for good.
    public var customersMoved: Int
    /// Rows written to cells that lacked them.
    public var recordsCopied: Int
    /// Rows compared on both sides and found right.
    public var recordsVerified: Int
    /// Acknowledged writes that the verification did not find; nil where nothing was verified.
    public var acknowledgedWritesLost: Int?
    /// From the first begin to the last request that any router sent to a cell of the region; nil where none moved.
    public var reroutedMilliseconds: Double?
    /// From the command to the end.
    public var durationMilliseconds: Double
    /// Nil where no write met a change.
    public var writePause: Pause?
    /// One line for each service of each phase, in order.
    public var phases: [Phase]
    /// Every part with its own start and duration; nil in what an older release has kept.
    public var spans: [Span]?
    /// How many control planes have carried it out; nil in what an older release has kept.
    public var controlPlanes: Int?
    /// Those that began, in order.
    public var stages: [Stage]
    /// What the checks refused.
    public var refusals: [EvacuationRefusal]
    /// What there was to know.
    public var notes: [EvacuationNote]
    /// Customers who stayed, for want of a quorum of their old shard: at most 100 names.
    public var heldBack: [String]

    /// How many names of customers are kept.
    public static let mostHeldBack = 100

    /// A report of a plan that did nothing yet: every phase skipped, no stage.
    public init(plan: EvacuationPlan, outcome: EvacuationOutcome = .running, notes: [EvacuationNote] = []) {
        self.init(kind: plan.kind, region: plan.regionName, outcome: outcome)
        if plan.kind.isOfCells { cells = plan.cellNames }
        phases = plan.phases.flatMap { phase in
            phase.services.map { service in
                Phase(
                    name: phase.name, service: service, strategy: phase.strategy, outcome: .skipped,
                    durationMilliseconds: 0, does: phase.does)
            }
        }
        self.notes = notes
    }

    /// A report of what did not begin; the verdict must refuse.
    public init(refused plan: EvacuationPlan, verdict: EvacuationVerdict) {
        self.init(kind: plan.kind, region: plan.regionName, outcome: .refused)
        if plan.kind.isOfCells { cells = plan.cellNames }
        reason = verdict.reason
        refusals = verdict.refusals
        notes = verdict.notes
    }

    private init(kind: EvacuationPlan.Kind, region: String, outcome: EvacuationOutcome) {
        schema = "cellmesh/1"
        self.kind = kind
        self.region = region
        self.outcome = outcome
        customersMoved = 0
        recordsCopied = 0
        recordsVerified = 0
        durationMilliseconds = 0
        phases = []
        stages = []
        spans = []
        refusals = []
        notes = []
        heldBack = []
    }

    /// Sets the outcome of all phases.
    public mutating func endPhases(_ outcome: Phase.Outcome) {
        for line in phases.indices { phases[line].outcome = outcome }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(region, forKey: .region)
        try container.encodeIfPresent(cells, forKey: .cells)
        try container.encode(kind, forKey: .kind)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(reason, forKey: .reason)
        try container.encode(customersMoved, forKey: .customersMoved)
        try container.encode(recordsCopied, forKey: .recordsCopied)
        try container.encode(recordsVerified, forKey: .recordsVerified)
        try container.encode(acknowledgedWritesLost, forKey: .acknowledgedWritesLost)
        try container.encode(reroutedMilliseconds, forKey: .reroutedMilliseconds)
        try container.encode(durationMilliseconds, forKey: .durationMilliseconds)
        try container.encode(writePause, forKey: .writePause)
        try container.encode(phases, forKey: .phases)
        try container.encode(stages, forKey: .stages)
        try container.encode(spans ?? [], forKey: .spans)
        try container.encode(controlPlanes, forKey: .controlPlanes)
        try container.encode(refusals, forKey: .refusals)
        try container.encode(notes, forKey: .notes)
        try container.encode(Array(heldBack.prefix(Self.mostHeldBack)), forKey: .heldBack)
    }

    private enum CodingKeys: String, CodingKey {
        case schema, kind, region, cells, outcome, reason, phases, stages, refusals, notes
        case customersMoved = "customers_moved"
        case recordsCopied = "records_copied"
        case recordsVerified = "records_verified"
        case acknowledgedWritesLost = "acknowledged_writes_lost"
        case reroutedMilliseconds = "rerouted_ms"
        case durationMilliseconds = "duration_ms"
        case writePause = "write_pause_ms"
        case spans = "timeline"
        case controlPlanes = "control_planes"
        case heldBack = "held_back"
    }
}
