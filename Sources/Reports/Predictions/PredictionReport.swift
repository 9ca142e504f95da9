/// The body of `POST /v1/predict`: something that may be done to the mesh, as the command of its name takes it.
package struct PredictionRequest: Codable, Sendable, Equatable {
    /// What can be predicted.
    package enum Action: String, Codable, Sendable, CaseIterable {
        case kill, pause, resume, restart, fault, partition, heal, evacuate, restore, breaker, degrade, drill
    }
    /// The figures of the action, as its own body has them.
    package struct Options: Codable, Sendable, Equatable {
        /// Of a fault: all but its targets, as of `FaultAddition`.
        package var kind: String?
        /// See `kind`.
        package var isOneWay: Bool?
        /// See `kind`.
        package var delay: Double?
        /// See `kind`.
        package var jitter: Double?
        /// See `kind`.
        package var distribution: String?
        /// See `kind`.
        package var rate: Double?
        /// See `kind`.
        package var bandwidth: Int?
        /// See `kind`.
        package var status: Int?
        /// See `kind`.
        package var amount: Double?
        /// After how long it heals by itself.
        package var lease: Int64?
        /// Of an evacuation: in spite of what can be forced.
        package var force: Bool?
        /// Of a breaker: what it is held in, of `degrade` the level, as `POST /v1/settings` has them; nil takes it back.
        package var value: String?
        /// Of a level: whatever the controller says.
        package var pin: Bool?

        private enum CodingKeys: String, CodingKey {
            case kind, distribution, rate, bandwidth, status, force, value, pin
            case isOneWay = "one_way"
            case delay = "delay_ms"
            case jitter = "jitter_ms"
            case amount = "amount_ms"
            case lease = "for_ms"
        }

        /// Nothing is said.
        package init() {}
    }

    /// What is to be done: a word of `Action`.
    package var action: String
    /// To whom, as the action's own body names them; of `heal` the ids of faults, none for all; of `breaker` gates, of
    /// `degrade` scopes; of `drill` its name.
    package var targets: [String]
    /// How.
    package var options: Options?

    /// Something that may be done.
    package init(action: String, targets: [String], options: Options? = nil) {
        self.action = action
        self.targets = targets
        self.options = options
    }
}

/// The answer to `POST /v1/predict`: what an action would do to the mesh as it is.
package struct PredictionReport: Codable, Sendable, Equatable {
    /// For so long a prediction stands for its action, in milliseconds.
    package static let validMilliseconds = 30_000

    /// What the mesh was; once it is another, the prediction is stale.
    package struct Basis: Codable, Sendable, Equatable {
        /// The highest epoch of the placement.
        package var epoch: UInt32
        /// Cells that are to serve and do not, and routers that do not run (`router/r1`), by name.
        package var down: [String]
        /// Ids of the faults in force.
        package var faults: [String]

        /// A mesh as it is.
        package init(epoch: UInt32, down: [String], faults: [String]) {
            self.epoch = epoch
            self.down = down
            self.faults = faults
        }
    }
    /// Of one cell, uses of its capacity; nil where unknown.
    package struct Hottest: Codable, Sendable, Equatable {
        /// Its name.
        package var cell: String
        /// As it is, measured or declared.
        @Nullable package var before: Double?
        /// As it would be.
        @Nullable package var after: Double?

        /// One cell.
        package init(cell: String, before: Double?, after: Double?) {
            self.cell = cell
            self.before = before
            self.after = after
        }
    }
    /// What the cells that are left would carry.
    package struct Load: Codable, Sendable, Equatable {
        /// By what the load of all of them together is multiplied.
        package var factor: Double
        /// The one that would be used most; nil where none is left.
        @Nullable package var hottest: Hottest?

        /// What was predicted.
        package init(factor: Double, hottest: Hottest?) {
            self.factor = factor
            self.hottest = hottest
        }
    }
    /// Why the action would be refused.
    package struct Refusal: Codable, Sendable, Equatable {
        /// A stable word, such as `unknown-target`.
        package var code: String
        /// One sentence without a full stop.
        package var detail: String

        /// One reason.
        package init(_ code: String, _ detail: String) {
            self.code = code
            self.detail = detail
        }
    }
    /// How a person is asked.
    package enum Confirmation: String, Codable, Sendable, CaseIterable {
        /// Not at all.
        case none
        /// A button names what is done.
        case click
        /// `word` has to be typed.
        case type
    }

    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// What the action carries to stand for this prediction.
    package var prediction: String
    /// For how long, in milliseconds.
    package var valid: Int
    /// What words such as `cell/{busiest}` were taken to mean, which is what has to be named to stand for this prediction; absent
    /// where nothing was left to be chosen.
    package var chosen: [String]?
    /// What the mesh was.
    package var basis: Basis
    /// All customers as they would be: with these cells out, and those that are out already.
    package var customers: FeedImpact.Counts
    /// Of an evacuation or a restore: customers that would move; absent of other actions, and where nobody counted.
    package var moved: Int?
    /// What the cells that are left would carry.
    package var load: Load
    /// Calls that a latency takes past their timeout: `[from, to]`.
    package var lateEdges: [[String]]
    /// Cells that are out for some router then, by name; absent where none is.
    package var out: [String]?
    /// Cells of which some service does not answer whole then, by name; absent where none is.
    package var impaired: [String]?
    /// Of a drill: what each of its steps would do, in words; absent of other actions.
    package var steps: [String]?
    /// Empty where the action would be begun.
    package var refusals: [Refusal]
    /// How a person is asked.
    package var confirm: Confirmation
    /// What is to be typed; nil unless `confirm` is `type`.
    @Nullable package var word: String?

    private enum CodingKeys: String, CodingKey {
        case schema, prediction, chosen, basis, customers, out, impaired, moved, load, steps, refusals, confirm, word
        case valid = "valid_ms"
        case lateEdges = "late_edges"
    }

    /// What an action would do.
    package init(
        prediction: String = "", basis: Basis, customers: FeedImpact.Counts, load: Load, lateEdges: [[String]] = [],
        refusals: [Refusal] = [], confirm: Confirmation, word: String? = nil
    ) {
        self.prediction = prediction
        valid = Self.validMilliseconds
        self.basis = basis
        self.customers = customers
        self.load = load
        self.lateEdges = lateEdges
        self.refusals = refusals
        self.confirm = confirm
        self.word = word
    }
}

extension PredictionRequest {
    /// Of a fault, as its own body has it.
    package init(_ addition: FaultAddition) {
        self.init(action: Action.fault.rawValue, targets: addition.targets)
        var options = Options()
        options.kind = addition.kind
        options.isOneWay = addition.isOneWay
        options.delay = addition.delay
        options.jitter = addition.jitter
        options.distribution = addition.distribution
        options.rate = addition.rate
        options.bandwidth = addition.bandwidth
        options.status = addition.status
        options.amount = addition.amount
        options.lease = addition.lease
        self.options = options
    }
}
