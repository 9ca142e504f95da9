import MeshBase

/// `rollout -o json`, and what `GET /v1/rollout` answers: the rollout under way, or the last one.
package struct RolloutReport: Codable, Sendable, Equatable {
    /// Where a rollout stands.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// There has been none.
        case none
        /// The cells are watched as they are.
        case before
        /// A cell is being changed.
        case changing
        /// The stage is watched.
        case watching
        /// Between two stages.
        case waiting
        /// What was changed is being changed back.
        case rollingBack = "rolling-back"
        /// All of it is changed.
        case done
        /// Nothing is changed any more.
        case rolledBack = "rolled-back"

        /// Whether nothing is to come.
        package var isFinal: Bool { self == .none || self == .done || self == .rolledBack }
    }

    /// What was held against a bound.
    package struct Gate: Codable, Sendable, Equatable {
        /// Whether it is kept.
        package enum Verdict: String, Codable, Sendable, CaseIterable {
            case met, failed
            /// Either may be so.
            case undecided
        }
        /// `success rate`, `p99 of services`, ...
        package var name: String
        /// `<=` or `>=`.
        package var comparison: String
        /// A ratio.
        package var bound: Double
        /// A share of attempts, or how many times the figure of the others; nil where nothing was seen, and where those had none.
        @Nullable package var observed: Double?
        /// The lower end of what agrees with what was seen; nil for as little as there can be.
        @Nullable package var low: Double?
        /// The upper end; nil for as much as there can be.
        @Nullable package var high: Double?
        /// Of the changed cells: what it stands on.
        package var samples: UInt64
        /// Whether it is kept.
        package var verdict: Verdict
        /// About so many would have decided; absent where nobody can say, and where it is decided.
        package var needed: UInt64?
        /// With the figures behind it, for people.
        package var text: String

        /// One of them.
        package init(
            name: String, comparison: String, bound: Double, observed: Double?, low: Double?, high: Double?,
            samples: UInt64, verdict: Verdict, needed: UInt64? = nil, text: String
        ) {
            self.name = name
            self.comparison = comparison
            self.bound = bound
            self.observed = observed
            self.low = low
            self.high = high
            self.samples = samples
            self.verdict = verdict
            self.needed = needed
            self.text = text
        }
    }

    /// A stage that has begun.
    package struct Stage: Codable, Sendable, Equatable {
        /// How a stage stands.
        package enum State: String, Codable, Sendable, CaseIterable {
            case changing, watching, passed, failed
            /// Its gates were left undecided, and it went on all the same.
            case undecided
            /// It was ended for something else than its gates.
            case ended
        }
        /// Percent of the cells that are changed after it, as asked for.
        package var percent: Int
        /// What it changes, in that order: cells, and in the last stage routers that go by what has changed.
        package var changes: [String]
        /// How it stands.
        package var state: State
        /// For how long it was watched, in milliseconds.
        package var watchedMilliseconds: Int64
        /// Cells that the changed ones are compared with; empty where that is what they were before.
        package var compared: [String]
        /// As they were found last.
        package var gates: [Gate]

        /// One that begins.
        package init(percent: Int, changes: [String]) {
            self.percent = percent
            self.changes = changes
            state = .changing
            watchedMilliseconds = 0
            compared = []
            gates = []
        }

        private enum CodingKeys: String, CodingKey {
            case percent, changes, state
            case watchedMilliseconds = "watched_ms"
            case compared, gates
        }
    }

    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// Where it stands.
    package var state: State
    /// The blueprint that is replaced; empty where there was no rollout.
    package var blueprint: String
    /// The version that is rolled out; 0 where there was none.
    package var version: Int
    /// Where it was read from.
    package var source: String
    /// RFC 3339.
    @Nullable package var began: String?
    /// RFC 3339; nil while it goes on.
    @Nullable package var ended: String?
    /// All cells that it is about, in the order in which they are changed.
    package var cells: [String]
    /// Those of them, and routers, that have the new version now.
    package var changed: [String]
    /// Those that have begun.
    package var stages: [Stage]
    /// How many there are.
    package var of: Int
    /// Why it was rolled back, or went on undecided; nil where there is nothing to add.
    @Nullable package var reason: String?
    /// What could not be changed back while it ran: it has the former version from its next start on.
    package var left: [String]
    /// The stage under way is watched until then at least, in milliseconds from now; nil where none is watched.
    package var remainingMilliseconds: Int64?

    /// None that there was.
    package static let nothing = RolloutReport(state: .none, blueprint: "", version: 0, source: "", cells: [])

    /// One that begins.
    package init(state: State, blueprint: String, version: Int, source: String, cells: [String]) {
        self.state = state
        self.blueprint = blueprint
        self.version = version
        self.source = source
        self.cells = cells
        changed = []
        stages = []
        of = 0
        left = []
    }

    private enum CodingKeys: String, CodingKey {
        case schema, state, blueprint, version, source, began, ended, cells, changed, stages, of, reason, left
        case remainingMilliseconds = "remaining_ms"
    }
}

/// The body of `POST /v1/rollout`.
package struct RolloutOrder: Codable, Sendable, Equatable {
    /// What becomes of a stage that is left undecided.
    package enum Undecided: String, Codable, Sendable, CaseIterable {
        case rollback
        case goOn = "go-on"
    }
    /// The blueprint as its file has it, in YAML.
    package var yaml: String
    /// Where that was read from: relative paths in it start there.
    package var source: String
    /// The blueprint that it replaces; nil for the one of its own name.
    package var blueprint: String?
    /// The cells, or words for them; nil for all that have the blueprint.
    package var cells: [String]?
    /// Percent of the cells, rising to 100; nil for 5, 25, 50, 75, 100.
    package var stages: [Int]?
    /// How long the first stage is watched; nil for 10 s.
    package var watchMilliseconds: Int64?
    /// Between two stages; nil for 2 s.
    package var waitMilliseconds: Int64?
    /// Nil for `rollback`.
    package var undecided: Undecided?
    /// Only whether it would be begun is asked.
    package var isDryRun: Bool?

    /// A blueprint of a file.
    package init(yaml: String, source: String) {
        self.yaml = yaml
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case yaml, source, blueprint, cells, stages, undecided
        case watchMilliseconds = "watch_ms"
        case waitMilliseconds = "wait_ms"
        case isDryRun = "dry_run"
    }
}
