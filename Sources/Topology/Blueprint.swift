import MeshBase

/// What runs inside a cell: its services, store and limits.
public struct Blueprint: Sendable, Codable, Equatable {
    public var name: String
    public var services: [Service]
    /// Nil where the blueprint has no store: records are refused.
    public var store: StoreSettings?
    public var shedding: SheddingThresholds
    public var objectives: Objectives?
    /// Calls of services and orders on records a second that one such cell is known to carry, at least 1; nil where only
    /// its pools say how much of it is used.
    public var capacity: Int?
    /// What is written for all gates of such a cell, and for the cell itself; nil: nothing.
    public var policies: PoliciesBlock?
    /// What can be had worse or not at all, at most `TopologyLimits.features`; nil: the services of calls that are not core.
    public var features: [FeatureSettings]?
    /// Pools of connections, by their use; nil: none.
    public var connections: [PeakSettings.Named<ConnectionSettings>]?
    /// Last good answers; nil: none are kept.
    public var cache: CacheSettings?
    /// Work that is kept for later; nil: there is none.
    public var queue: QueueSettings?
    /// Bytes that all work of such a cell may hold; nil: nobody counts.
    public var memory: Int?

    public init(
        name: String, services: [Service], store: StoreSettings? = nil,
        shedding: SheddingThresholds = SheddingThresholds(), objectives: Objectives? = nil, capacity: Int? = nil
    ) {
        self.name = name
        self.services = services
        self.store = store
        self.shedding = shedding
        self.objectives = objectives
        self.capacity = capacity
    }
}

/// One service of a cell, with a worker pool of its own.
public struct Service: Sendable, Codable, Equatable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case stateless, cache, stateful, database
    }
    public enum Path: String, Sendable, Codable, CaseIterable {
        /// Waits in no queue: what finds no worker is refused.
        case hot
        /// A deep queue.
        case cold
    }
    public var name: String
    public var kind: Kind
    public var path: Path
    public var pool: Pool
    public var work: Work
    /// Made one after the other, in this order, after the service's own work; those of a group in `parallel` at once.
    public var calls: [Edge]
    /// Groups of calls that stand side by side, in rising order and apart from each other; nil: none.
    public var parallel: [ParallelCalls]?
    /// Of a request that names none, and the most that a client may ask for; nil: normal, and any.
    public var priority: Priority?
    /// Under which key calls are carried out once; nil for the default.
    public var idempotency: Idempotency?
    /// Of one attempt at this service, by routers and callers that name no other; nil: theirs.
    public var attemptTimeout: TimeAmount?
    /// What is written for the gates before this service, wherever they stand; nil: nothing.
    public var policies: PoliciesBlock?
    /// The use in `Blueprint.connections` of which its own work holds a connection; nil: it needs none.
    public var connection: String?
    /// Whether identical calls of one request are made once; nil: where the service is a cache.
    public var cacheable: Bool?
    /// What it does less of under pressure; nil: nothing.
    public var quality: QualitySettings?
    /// Ways to answer, the best one first; nil: there is one.
    public var ladder: [LadderRung]?
    /// The program that is this service; nil: its `work` is.
    public var program: ProgramSettings?

    public init(
        name: String, kind: Kind = .stateless, path: Path = .hot, pool: Pool = Pool(), work: Work = Work(),
        calls: [Edge] = [], priority: Priority? = nil, idempotency: Idempotency? = nil
    ) {
        self.idempotency = idempotency
        self.name = name
        self.kind = kind
        self.path = path
        self.pool = pool
        self.work = work
        self.calls = calls
        self.priority = priority
    }

    /// The 99th percentile of its waiting, and time on a processor: what it takes by itself.
    public var ownTime: TimeAmount { work.time }

    /// The same of each way of its `ladder`, of which the first does the service's work where it names none; without a
    /// ladder there is one way.
    public var ways: [TimeAmount] {
        guard let ladder else { return [ownTime] }
        return ladder.enumerated().map { ($1.work ?? ($0 == 0 ? work : nil))?.time ?? .zero }
    }
}

/// Under which key a call of a service is carried out at most once.
public struct Idempotency: Sendable, Codable, Equatable {
    /// Where the key comes from.
    public enum Mode: String, Sendable, Codable, CaseIterable {
        /// From `Idempotency-Key`, else from `X-Request-ID` of a request that is not safe to repeat; without one a call is
        /// one of its own.
        case key
        /// As `key`; without one it is the hash of what was sent.
        case body
        /// As `key`; a request that needs one and has none is refused.
        case required
        /// A request with `Idempotency-Key` is refused.
        case off
    }
    /// Where the key comes from.
    public var mode: Mode
    /// For how long a key is known, 1 s to 7 days.
    public var ttl: TimeAmount

    /// By default keys are taken where they are given, and kept for a day.
    public init(mode: Mode = .key, ttl: TimeAmount = .seconds(86_400)) {
        self.mode = mode
        self.ttl = ttl
    }
}

/// A worker pool: `workers` run at once, up to `queue` wait.
public struct Pool: Sendable, Codable, Equatable {
    public enum Overflow: String, Sendable, Codable, CaseIterable {
        case rejectNew = "reject-new"
        case dropOldest = "drop-oldest"
        case dropNewest = "drop-newest"
        case priority
        case ageLimit = "age-limit"
    }
    public var workers: Int
    public var queue: Int
    public var overflow: Overflow
    /// How long a job may wait under `ageLimit`.
    public var age: TimeAmount
    /// Between which sizes it moves by itself; nil: it does not.
    public var dynamic: DynamicPoolSettings?
    public init(
        workers: Int = 64, queue: Int = 0, overflow: Overflow = .rejectNew, age: TimeAmount = Pool.standardAge
    ) {
        self.workers = workers
        self.queue = queue
        self.overflow = overflow
        self.age = age
    }

    /// Models written by a release that knew no age have the standard one.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            workers: try values.decode(Int.self, forKey: .workers), queue: try values.decode(Int.self, forKey: .queue),
            overflow: try values.decode(Overflow.self, forKey: .overflow),
            age: try values.decodeIfPresent(TimeAmount.self, forKey: .age) ?? Pool.standardAge)
        dynamic = try values.decodeIfPresent(DynamicPoolSettings.self, forKey: .dynamic)
    }
}

/// What one call of a service costs by itself.
public struct Work: Sendable, Codable, Equatable {
    /// Waiting without using a processor, as for a disk or another host: log-normal through both quantiles.
    public struct Wait: Sendable, Codable, Equatable {
        public var p50: TimeAmount
        public var p99: TimeAmount
        public init(p50: TimeAmount, p99: TimeAmount) {
            self.p50 = p50
            self.p99 = p99
        }
    }
    public var wait: Wait?
    /// Real processor time per call.
    public var cpu: TimeAmount
    /// The ratio of calls that fail by themselves, 0...1.
    public var errors: Double
    public init(wait: Wait? = nil, cpu: TimeAmount = .zero, errors: Double = 0) {
        self.wait = wait
        self.cpu = cpu
        self.errors = errors
    }

    /// The 99th percentile of its waiting, and time on a processor.
    public var time: TimeAmount { (wait?.p99 ?? .zero) + cpu }
}

/// A call from one service to another of the same cell.
public struct Edge: Sendable, Codable, Equatable {
    public enum Criticality: String, Sendable, Codable, CaseIterable {
        /// When it fails, the caller fails.
        case core
        /// When it fails, the caller answers without it and says so.
        case enhanced, luxury
    }
    /// Answers to use, in this order, instead of a call that failed.
    public enum Fallback: String, Sendable, Codable, CaseIterable {
        case cached, generic, `static`, empty
    }
    /// The timeout of a call whose blueprint names none.
    public static let standardTimeout = TimeAmount.seconds(1)

    /// A position in `Blueprint.services`.
    public var to: Int
    public var timeout: TimeAmount
    public var criticality: Criticality
    public var fallback: [Fallback]
    /// The service to call when this call succeeded and a later core call of the same caller failed; a position in
    /// `Blueprint.services`.
    public var compensation: Int?
    /// Whether nobody wrote a timeout, so that `timeout` stands for the profile's; nil: somebody did.
    public var hasDefaultTimeout: Bool?
    /// Of one attempt; nil: the target's, else `timeout`.
    public var attemptTimeout: TimeAmount?
    /// What is written for the gate of this call; nil: nothing.
    public var policies: PoliciesBlock?
    /// The service to call for the fallback `generic`; nil: its answer is fixed. A position in `Blueprint.services`.
    public var genericService: Int?
    /// In a group: not awaited for longer, from the end of the last core member on; nil: as the group is.
    public var joinWithin: TimeAmount?

    public init(
        to: Int, timeout: TimeAmount = .seconds(1), criticality: Criticality = .core, fallback: [Fallback] = [],
        compensation: Int? = nil
    ) {
        self.to = to
        self.timeout = timeout
        self.criticality = criticality
        self.fallback = fallback
        self.compensation = compensation
    }
}

/// Utilisation from which on each priority is shed, as ratios; at 1 it never is, and critical never is at all.
public struct SheddingThresholds: Sendable, Codable, Equatable {
    public var critical: Double
    public var high: Double
    public var normal: Double
    public var low: Double
    public init(critical: Double = 1, high: Double = 0.95, normal: Double = 0.85, low: Double = 0.7) {
        self.critical = critical
        self.high = high
        self.normal = normal
        self.low = low
    }

    /// Nothing is shed.
    public static let never = SheddingThresholds(critical: 1, high: 1, normal: 1, low: 1)
}

public struct Objectives: Sendable, Codable, Equatable {
    public var p99: TimeAmount?
    /// A ratio, 0...1.
    public var errorRate: Double?
    /// Requests a second that are to be carried where they are offered.
    public var throughput: Double?
    public init(p99: TimeAmount? = nil, errorRate: Double? = nil, throughput: Double? = nil) {
        self.p99 = p99
        self.errorRate = errorRate
        self.throughput = throughput
    }
}

extension MeshTopology {
    /// The strictest share of failures, 0...1, that a blueprint of the mesh declares; nil where none does.
    package var strictestErrorRate: Double? {
        blueprints.compactMap { $0.objectives?.errorRate }.filter { $0 > 0 }.min()
    }
}
