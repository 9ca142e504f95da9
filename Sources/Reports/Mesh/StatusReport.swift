import Evacuation

/// `status -o json`.
package struct StatusReport: Codable, Sendable, Equatable {
    /// A service of a cell whose calls do not go well.
    package struct FailingService: Codable, Sendable, Equatable {
        package var service: String
        /// The share of its last calls that went well, 0...1.
        package var score: Double
        /// Calls that the share stands on, 0...100.
        package var count: Int

        package init(service: String, score: Double, count: Int) {
            self.service = service
            self.score = score
            self.count = count
        }

        private enum CodingKeys: String, CodingKey {
            case service
            case score = "health_score"
            case count = "of"
        }
    }
    package struct Cell: Codable, Sendable, Equatable {
        package var name: String
        package var region: String
        package var zone: String
        @Nullable package var pid: Int32?
        package var state: ProcessState
        /// `HOST:PORT`; nil where there is no process.
        @Nullable package var address: String?
        /// How many customers have this cell first in their shard; nil where no control plane counts them.
        @Nullable package var customers: Int?
        /// Whether it is one of the cells that take traffic: not drained, not waiting to come into use, and not in a
        /// region that was evacuated. Whatever becomes of the others is no customer's loss.
        package var takesCustomers: Bool
        /// The routers that reach it.
        package var reachedBy: [String]?
        /// Whether it says itself that it can serve; absent where it has told nothing.
        package var isReady: Bool?
        /// Records that some member may not have yet, and how long the oldest of them has waited, in milliseconds; absent
        /// where the cell has told nothing, or no tier of its store leaves hints.
        package var hints: Int?
        package var oldestHint: Int64?
        /// How well it says that it is: a number, 0...1, one of `healthy degraded unhealthy critical`, and the services that
        /// fail there; absent where it has told nothing.
        package var healthScore: Double?
        package var health: String?
        package var failing: [FailingService]?
        /// Why it did not start; absent where it did.
        package var reason: String?
        /// What keeps its store from doing what it should: `store-full` (it answers reads and refuses writes) or
        /// `store-broken`; absent where nothing does.
        package var trouble: String?
        /// Which version of its blueprint it runs, 1 for the one that it was founded with; absent where no mesh's cell has another.
        package var version: Int?

        package init(
            name: String, region: String, zone: String, pid: Int32?, state: ProcessState, address: String?,
            customers: Int?, takesCustomers: Bool, reachedBy: [String]? = nil, isReady: Bool? = nil, hints: Int? = nil,
            oldestHint: Int64? = nil, healthScore: Double? = nil, health: String? = nil,
            failing: [FailingService]? = nil, reason: String? = nil, trouble: String? = nil
        ) {
            self.name = name
            self.region = region
            self.zone = zone
            self.pid = pid
            self.state = state
            self.address = address
            self.customers = customers
            self.takesCustomers = takesCustomers
            self.reachedBy = reachedBy
            self.isReady = isReady
            self.hints = hints
            self.oldestHint = oldestHint
            self.healthScore = healthScore
            self.health = health
            self.failing = failing
            self.reason = reason
            self.trouble = trouble
        }

        /// Control planes of earlier releases say by the state alone who takes customers.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            region = try container.decode(String.self, forKey: .region)
            zone = try container.decode(String.self, forKey: .zone)
            pid = try container.decodeIfPresent(Int32.self, forKey: .pid)
            state = try container.decode(ProcessState.self, forKey: .state)
            address = try container.decodeIfPresent(String.self, forKey: .address)
            customers = try container.decodeIfPresent(Int.self, forKey: .customers)
            takesCustomers =
                try container.decodeIfPresent(Bool.self, forKey: .takesCustomers)
                ?? ![.drained, .evacuated].contains(state)
            reachedBy = try container.decodeIfPresent([String].self, forKey: .reachedBy)
            isReady = try container.decodeIfPresent(Bool.self, forKey: .isReady)
            hints = try container.decodeIfPresent(Int.self, forKey: .hints)
            oldestHint = try container.decodeIfPresent(Int64.self, forKey: .oldestHint)
            healthScore = try container.decodeIfPresent(Double.self, forKey: .healthScore)
            health = try container.decodeIfPresent(String.self, forKey: .health)
            failing = try container.decodeIfPresent([FailingService].self, forKey: .failing)
            reason = try container.decodeIfPresent(String.self, forKey: .reason)
            trouble = try container.decodeIfPresent(String.self, forKey: .trouble)
            version = try container.decodeIfPresent(Int.self, forKey: .version)
        }

        private enum CodingKeys: String, CodingKey {
            // In the order in which they are written.
            case name, region, zone, pid, state, address, customers
            case takesCustomers = "takes_customers"
            case reachedBy = "reached_by"
            case hints
            case oldestHint = "oldest_hint_ms"
            case reason
            case isReady = "ready"
            case healthScore = "health_score"
            case health, failing, trouble, version
        }
    }
    package struct Router: Codable, Sendable, Equatable {
        package var name: String
        @Nullable package var pid: Int32?
        /// Absent where no control plane tells it.
        package var state: ProcessState?
        @Nullable package var address: String?
        /// How many cells it reaches; nil where it has told nothing.
        package var reaches: Int?
        /// Why it did not start; absent where it did.
        package var reason: String?

        package init(
            name: String, pid: Int32?, state: ProcessState?, address: String?, reaches: Int? = nil,
            reason: String? = nil
        ) {
            self.name = name
            self.pid = pid
            self.state = state
            self.address = address
            self.reaches = reaches
            self.reason = reason
        }
    }
    /// What this life of the control plane has collected.
    package struct Tombstones: Codable, Sendable, Equatable {
        /// Rounds over all cohorts.
        package var rounds: UInt64
        /// Tombstones that cells have dropped, each counted where it was.
        package var swept: UInt64
        /// Old enough, and left by the last round, since not every member showed them.
        package var waiting: UInt64

        package init(rounds: UInt64, swept: UInt64, waiting: UInt64) {
            self.rounds = rounds
            self.swept = swept
            self.waiting = waiting
        }
    }
    /// The control plane; nothing where none runs.
    package struct Control: Codable, Sendable, Equatable {
        @Nullable package var address: String?
        @Nullable package var pid: Int32?

        package init(pid: Int32?, address: String?) {
            self.pid = pid
            self.address = address
        }
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    package var seed: UInt64
    /// The highest placement epoch.
    package var epoch: UInt32
    /// What `state` may be.
    package static let states = ["starting", "serving", "degraded", "stopping"]
    /// `starting serving degraded stopping`: degraded where any cell or router does not serve.
    package var state: String
    /// How the mesh is as a whole, as the page and `top` say it: also degraded where all serve, and answers are not whole.
    /// Absent where no control plane has judged it.
    package var headline: FeedHeadline?
    package var cells: [Cell]
    package var routers: [Router]
    package var control: Control
    /// The faults on the wire; absent where no control plane tells them.
    package var faults: [FaultReport]?
    /// No faults are let in; absent where they are.
    package var halt: Halt?
    /// The drill or game day that runs; absent where none does.
    package var drill: FeedDrill?
    /// The monkey that is loose; absent where none is.
    package var monkey: FeedSwitch?
    /// What fires; absent where nothing does.
    package var alerts: [FeedAlert]?
    /// Regions that no customer uses.
    package var evacuated: [String]?
    /// The evacuation or restore under way; absent where there is none.
    package var evacuation: EvacuationStatus?
    /// The rollout under way; absent where there is none.
    package var rollout: RolloutReport?
    /// Absent where others sweep.
    package var tombstones: Tombstones?

    package init(
        mesh: String, seed: UInt64, epoch: UInt32, state: String, cells: [Cell], routers: [Router], control: Control,
        faults: [FaultReport]? = []
    ) {
        self.mesh = mesh
        self.seed = seed
        self.epoch = epoch
        self.state = state
        self.cells = cells
        self.routers = routers
        self.control = control
        self.faults = faults
    }
}
