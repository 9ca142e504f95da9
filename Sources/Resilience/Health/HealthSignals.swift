import MeshBase

/// What a process knows of itself when a liveness or readiness probe asks. What it has not is left out and harms nothing.
public struct HealthSignals: Sendable, Equatable {
    /// CPU, lag of the loop and memory over the last second.
    public var load: LoadSignals
    /// For how long the fullest pool has had all workers busy and freed none.
    public var poolStalled: TimeAmount
    /// How long the longest piece of work has been held, over the limit that it has; 0 without any.
    public var heldOverLimit: Double
    /// Whether the store takes orders; nil without a store.
    public var store: Bool?
    /// Whether the cache answers; nil without a cache.
    public var cache: Bool?
    /// Work that waits over the places for it, 0...1: of the fullest queue.
    public var queue: Double
    /// The probability, 0...1, that it fails within a minute (C11's, of the worst of its gates and pools).
    public var failing: Double
    /// Probes of it that are down and mean that it cannot serve: `startup`, `shallow`, `deep`.
    public var down: HealthReasons

    /// Signals of a process that is well, unless given.
    public init(
        load: LoadSignals = LoadSignals(), poolStalled: TimeAmount = .zero, heldOverLimit: Double = 0,
        store: Bool? = nil, cache: Bool? = nil, queue: Double = 0, failing: Double = 0,
        down: HealthReasons = []
    ) {
        self.load = load
        self.poolStalled = poolStalled
        self.heldOverLimit = heldOverLimit
        self.store = store
        self.cache = cache
        self.queue = queue
        self.failing = failing
        self.down = down
    }
}

/// From where on a signal means that a process does not live, or cannot serve. Liveness is far out: what it finds ends
/// in a restart, and no restart mends an overload.
public struct HealthPolicy: Sendable, Equatable {
    /// The loop is as good as dead when it is later than this; at least 1 ms.
    public var deadLag: TimeAmount
    /// Share of the declared memory from which on only a restart helps, at least 0.5.
    public var deadMemory: Double
    /// A full pool that frees no worker for so long is dead: a task's own limit; at least 1 ms.
    public var deadPool: TimeAmount
    /// Work held so many times longer than it may is stuck, at least 1: a leak, as bulkheads judge.
    public var stuck: Double
    /// Share of a core above which it cannot serve more, while the loop is late.
    public var cpu: Double
    /// The loop is late from here on, as for shedding.
    public var loopLag: TimeAmount
    /// Share of a queue's places from which on it cannot serve more, 0...1.
    public var queue: Double
    /// Probability of a failure within a minute above which it is not sent more, 0...1.
    public var failing: Double

    /// Out of range: the nearest that is sound.
    public init(
        deadLag: TimeAmount = .seconds(1), deadMemory: Double = 1, deadPool: TimeAmount = .seconds(30),
        stuck: Double = 10, cpu: Double = 0.95, loopLag: TimeAmount = .milliseconds(10), queue: Double = 0.95,
        failing: Double = 0.7
    ) {
        self.deadLag = max(deadLag, .milliseconds(1))
        self.deadMemory = deadMemory > 0.5 ? deadMemory : 0.5
        self.deadPool = max(deadPool, .milliseconds(1))
        self.stuck = stuck > 1 ? stuck : 1
        self.cpu = cpu > 0 ? cpu : 0
        self.loopLag = max(loopLag, .zero)
        self.queue = queue > 0 ? min(queue, 1) : 0
        self.failing = failing > 0 ? min(failing, 1) : 0
    }

    /// The same in both profiles.
    public static let local = HealthPolicy()
    /// The same in both profiles.
    public static let seed = HealthPolicy()

    /// Why the process does not live; empty if it does.
    public func liveness(_ signals: HealthSignals) -> HealthReasons {
        var reasons: HealthReasons = []
        if signals.load.loopLag >= deadLag { reasons.insert(.loopLag) }
        if (signals.load.memory ?? 0) >= deadMemory { reasons.insert(.memory) }
        if signals.poolStalled >= deadPool { reasons.insert(.pool) }
        if signals.heldOverLimit > stuck { reasons.insert(.stuck) }
        return reasons
    }

    /// Why it cannot serve; empty if it can.
    public func readiness(_ signals: HealthSignals) -> HealthReasons {
        var reasons = signals.down
        if signals.store == false { reasons.insert(.store) }
        if signals.cache == false { reasons.insert(.cache) }
        if signals.load.cpu > cpu, signals.load.loopLag > loopLag { reasons.insert(.cpu) }
        if signals.queue >= queue { reasons.insert(.queue) }
        if signals.failing > failing { reasons.insert(.failing) }
        return reasons
    }

    /// Why a set of reasons was found in signals.
    public func explain(_ reasons: HealthReasons, _ signals: HealthSignals) -> Explanation {
        let load = signals.load
        let all: [(HealthReasons, String, Explanation.Number)] = [
            (.loopLag, "event loop late", .init("loop_lag_seconds", load.loopLag.seconds)),
            (.memory, "memory full", .init("memory", load.memory ?? 0)),
            (.pool, "pool stalled", .init("pool_stalled_seconds", signals.poolStalled.seconds)),
            (.stuck, "work stuck", .init("held_over_limit", signals.heldOverLimit)),
            (.store, "store takes nothing", .init("store", signals.store == false ? 0 : 1)),
            (.cache, "cache does not answer", .init("cache", signals.cache == false ? 0 : 1)),
            (.cpu, "CPU exhausted", .init("cpu", load.cpu)),
            (.queue, "queue full", .init("queue", signals.queue)),
            (.failing, "failure expected within a minute", .init("failing", signals.failing)),
            (.startup, "not started in time", .init("startup", 0)),
            (.shallow, "shallow probe down", .init("shallow", 0)),
            (.deep, "deep probe down", .init("deep", 0)),
            (.peers, "nobody is reached to serve with", .init("peers", 0)),
        ]
        let found = all.filter { reasons.contains($0.0) }
        let words = found.map { "\($0.1) (\($0.2.name) \(ShortNumber.text($0.2.value)))" }
        return Explanation(words.isEmpty ? "well" : words.joined(separator: ", "), found.map(\.2))
    }
}

/// Why a process does not live or cannot serve.
public struct HealthReasons: OptionSet, Sendable, Hashable {
    /// One bit a reason.
    public let rawValue: UInt16
    /// From bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// The event loop answers too late.
    public static let loopLag = HealthReasons(rawValue: 1)
    /// The declared memory is used up.
    public static let memory = HealthReasons(rawValue: 2)
    /// A full pool frees no worker.
    public static let pool = HealthReasons(rawValue: 4)
    /// A piece of work is held many times longer than it may be.
    public static let stuck = HealthReasons(rawValue: 8)
    /// The store takes no orders.
    public static let store = HealthReasons(rawValue: 16)
    /// The cache does not answer.
    public static let cache = HealthReasons(rawValue: 32)
    /// The core is used up and the loop is late.
    public static let cpu = HealthReasons(rawValue: 64)
    /// A queue is full.
    public static let queue = HealthReasons(rawValue: 128)
    /// It is expected to fail within a minute.
    public static let failing = HealthReasons(rawValue: 256)
    /// It has not started in the time that it has for that.
    public static let startup = HealthReasons(rawValue: 512)
    /// Its shallow probe is down.
    public static let shallow = HealthReasons(rawValue: 1024)
    /// Its deep probe is down.
    public static let deep = HealthReasons(rawValue: 2048)
    /// Nobody is reached that it serves with.
    public static let peers = HealthReasons(rawValue: 4096)
}
