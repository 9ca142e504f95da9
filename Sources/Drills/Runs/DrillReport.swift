import MeshBase

/// What a drill did and found: `drill run -o json`, and what is kept of it. Every key is there, as null where it has no
/// value.
public struct DrillReport: Sendable, Codable, Equatable {
    /// One step that was taken, or skipped.
    public struct Step: Sendable, Codable, Equatable {
        /// How it went.
        public enum Outcome: String, Sendable, Codable, CaseIterable {
            case done, failed, skipped
        }
        /// What a step is to the mesh.
        public enum Part: String, Sendable, Codable, CaseIterable {
            /// Nothing is changed yet.
            case before
            /// From here on something has to be taken back.
            case injects
            /// While it is in force.
            case during
            /// Ends it, also after a failure or Ctrl-C.
            case takesBack = "takes-back"
            /// What is to be seen afterwards.
            case after
            /// Removes what the drill's own load has left for others to do; also after a failure or Ctrl-C.
            case tidies
        }
        /// Which one, in a word or a few.
        public var name: String
        /// What it is to the mesh.
        public var part: Part
        /// How it went.
        public var outcome: Outcome
        /// Since the drill began, in milliseconds.
        public var startMilliseconds: Double
        /// How long it took.
        public var durationMilliseconds: Double
        /// What was done and seen, or why it failed, for people.
        public var detail: String

        /// One step.
        public init(
            name: String, part: Part, outcome: Outcome, startMilliseconds: Double, durationMilliseconds: Double,
            detail: String
        ) {
            self.name = name
            self.part = part
            self.outcome = outcome
            self.startMilliseconds = startMilliseconds
            self.durationMilliseconds = durationMilliseconds
            self.detail = detail
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            // Reports of earlier releases do not say it.
            part = try container.decodeIfPresent(Part.self, forKey: .part) ?? .during
            outcome = try container.decode(Outcome.self, forKey: .outcome)
            startMilliseconds = try container.decode(Double.self, forKey: .startMilliseconds)
            durationMilliseconds = try container.decode(Double.self, forKey: .durationMilliseconds)
            detail = try container.decode(String.self, forKey: .detail)
        }

        private enum CodingKeys: String, CodingKey {
            case name, part, outcome
            case startMilliseconds = "start_ms"
            case durationMilliseconds = "duration_ms"
            case detail
        }
    }

    /// What the same scenario came to in virtual time, from several seeds.
    public struct Rehearsal: Sendable, Codable, Equatable {
        /// A seed that did not pass.
        public struct Other: Sendable, Codable, Equatable {
            /// Of the run.
            public var seed: UInt64
            /// How it ended, and why.
            public var outcome: String
            /// See `outcome`; empty where nobody says.
            public var reason: String

            /// One seed.
            public init(seed: UInt64, outcome: String, reason: String) {
                self.seed = seed
                self.outcome = outcome
                self.reason = reason
            }
        }

        /// Seeds that were run, from 1 on.
        public var runs: Int
        /// Those that passed.
        public var passed: Int
        /// Of the others the first ones.
        public var others: [Other]

        /// What became of so many seeds.
        public init(runs: Int, passed: Int, others: [Other]) {
            self.runs = runs
            self.passed = passed
            self.others = others
        }

        /// `simulated: 49 of 50 passed, seed 31 deviated`.
        public var sentence: String {
            let rest = others.prefix(3).map { "seed \($0.seed) \($0.outcome)" }.joined(separator: ", ")
            return "simulated: \(passed) of \(runs) passed" + (rest.isEmpty ? "" : ", \(rest)")
        }
    }

    /// `cellmesh/1`.
    public let schema: String
    /// Its name among the kept ones.
    public let id: String
    /// The drill's name.
    public let drill: String
    /// The mesh that it was run on.
    public let mesh: String
    /// What it was done to, such as a region; nil for the whole mesh.
    public package(set) var target: String?
    /// When it began, RFC 3339.
    public let began: String
    /// How it ended.
    public package(set) var outcome: DrillOutcome
    /// Whether it has passed or deviated with all claims decided, somebody exposed to what was done, and nobody else doing anything.
    public package(set) var conclusive: Bool
    /// Why it did not pass, or is not conclusive; nil where neither.
    public package(set) var reason: String?
    /// What was claimed and seen, in order.
    public package(set) var claims: [DrillClaim]
    /// Whether what was injected reached somebody.
    public package(set) var exposed: Bool
    /// Why somebody was not exposed to it, in words; nil where all were, and where nobody says more.
    public package(set) var exposure: String?
    /// Beside the real run; nil where nobody asked for it.
    package var rehearsal: Rehearsal?
    /// A digest of the topology with its blueprints that the mesh had: equal digests are equal meshes. Nil of what is simulated, and in
    /// reports of earlier releases.
    package var topology: String?
    /// Where it is kept: the path of this document; nil where it could not be.
    public var report: String?
    /// All of the drill, in order.
    public package(set) var steps: [Step]
    /// What clients of each tier saw on each side; empty for drills without sides.
    public package(set) var tiers: [TierChoice]
    /// What cells were made and called; nil for drills that make nothing of cells.
    public package(set) var animals: [DrillAnimal]?
    /// Services that fell meanwhile, in the order in which they did; nil where none did.
    public package(set) var falls: [DrillFall]?
    /// How its failures grew; nil of drills that nothing was injected by, and of those that look at no seconds.
    public package(set) var wave: FailureWave?
    /// From its first step to its last.
    public package(set) var durationMilliseconds: Double
    /// How busy the machine was.
    public package(set) var noise: DrillNoise
    /// The command that repeats it.
    public let command: String

    /// Of a drill that begins.
    package init(
        id: String, drill: String, mesh: String, target: String?, began: String, command: String
    ) {
        schema = "cellmesh/1"
        self.id = id
        self.drill = drill
        self.mesh = mesh
        self.target = target
        self.began = began
        self.command = command
        outcome = .passed
        conclusive = false
        claims = []
        exposed = false
        steps = []
        tiers = []
        durationMilliseconds = 0
        noise = DrillNoise()
    }

    /// What a command ends with; see `DrillOutcome`.
    public var exitCode: Int32 { outcome.exitCode(conclusive: conclusive) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(drill, forKey: .drill)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(conclusive, forKey: .conclusive)
        try container.encode(reason, forKey: .reason)
        try container.encode(claims, forKey: .claims)
        try container.encode(exposed, forKey: .exposed)
        try container.encode(exposure, forKey: .exposure)
        try container.encode(rehearsal, forKey: .rehearsal)
        try container.encode(report, forKey: .report)
        try container.encode(id, forKey: .id)
        try container.encode(mesh, forKey: .mesh)
        try container.encode(target, forKey: .target)
        try container.encodeIfPresent(topology, forKey: .topology)
        try container.encode(began, forKey: .began)
        try container.encode(durationMilliseconds, forKey: .durationMilliseconds)
        try container.encode(steps, forKey: .steps)
        try container.encode(tiers, forKey: .tiers)
        try container.encodeIfPresent(animals, forKey: .animals)
        try container.encodeIfPresent(falls, forKey: .falls)
        try container.encodeIfPresent(wave, forKey: .wave)
        try container.encode(noise, forKey: .noise)
        try container.encode(command, forKey: .command)
    }

    private enum CodingKeys: String, CodingKey {
        case schema, id, drill, mesh, target, began, outcome, conclusive, reason, claims, exposed, exposure, rehearsal,
            topology, report, steps, tiers, animals, falls, wave
        case noise, command
        case durationMilliseconds = "duration_ms"
    }
}

/// What clients of one tier saw on one side of a cut, while it was in force.
public struct TierChoice: Sendable, Codable, Equatable {
    /// `critical`, `important` or `cache`.
    public var tier: String
    /// The region that was cut off, or the others together.
    public var side: String
    /// Requests for records.
    public var requests: UInt64
    /// Answered as the mesh means to.
    public var ok: UInt64
    /// Answered by a refusal that says that nothing was changed.
    public var refused: UInt64
    /// Without an answer, or with one that leaves open what happened.
    public var failed: UInt64
    /// Reads that gave less than what had been acknowledged before they began, on either side.
    public var stale: UInt64
    /// Acknowledged writes of the whole drill that were not there at the end.
    public var lost: Int

    /// 0 or more each.
    public init(
        tier: String, side: String, requests: UInt64, ok: UInt64, refused: UInt64, failed: UInt64, stale: UInt64,
        lost: Int
    ) {
        self.tier = tier
        self.side = side
        self.requests = requests
        self.ok = ok
        self.refused = refused
        self.failed = failed
        self.stale = stale
        self.lost = lost
    }
}
