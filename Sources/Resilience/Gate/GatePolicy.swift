import MeshBase

/// Everything that is set for a gate: one value for all gates of a kind.
public struct GatePolicy: Sendable, Equatable {
    /// How many may be out and who may wait.
    public var bulkhead: BulkheadPolicy
    /// What moves that, beginning at its base.
    public var limit: LimitPolicy
    /// Whether a breaker stands behind the bulkhead.
    public var hasBreaker: Bool
    /// How it decides.
    public var breaker: BreakerPolicy
    /// Whether requests are held back that would mostly be refused.
    public var hasThrottle: Bool
    /// From when on, and how strictly.
    public var throttle: ThrottlePolicy
    /// A queue before the bulkhead; then nobody waits in the bulkhead itself.
    public var queue: BackpressurePolicy?
    /// One attempt as declared, before what adapts it.
    public var attempt: TimeAmount
    /// How the limit of an attempt follows what the target takes; nil: not at all.
    public var timeout: AdaptiveTimeoutPolicy?
    /// When an attempt has another beside it.
    public var hedge: HedgePolicy
    /// How long a call holds a place at most where all is well; a leak is ten times of it.
    public var held: TimeAmount
    /// Whether what is wrong with the target is named (B3-B5).
    public var detects = true
    /// How failures are foreseen (C11); nil: they are not.
    public var predictor: PredictorPolicy?
    /// Whether `TargetGate.timing` tells the share of failures, as adaptive backoff needs it.
    public var tellsFailureShare = false

    /// - Parameters:
    ///   - limit: left out, fixed at what the bulkhead says.
    ///   - breaker: nil: there is none.
    ///   - throttle: nil: there is none.
    ///   - attempt: at least 1 ms.
    public init(
        bulkhead: BulkheadPolicy, limit: LimitPolicy? = nil, breaker: BreakerPolicy?, throttle: ThrottlePolicy?,
        queue: BackpressurePolicy? = nil, attempt: TimeAmount, timeout: AdaptiveTimeoutPolicy?,
        hedge: HedgePolicy = .off, predictor: PredictorPolicy? = nil
    ) {
        self.bulkhead = bulkhead
        self.limit = limit ?? LimitPolicy.of(.fixed, bulkhead.concurrent, isLocal: true)
        hasBreaker = breaker != nil
        self.breaker = breaker ?? .local
        hasThrottle = throttle != nil
        self.throttle = throttle ?? .local
        self.queue = queue
        self.attempt = max(attempt, .milliseconds(1))
        self.timeout = timeout
        self.hedge = hedge
        self.predictor = predictor
        held = self.attempt
    }

    /// An edge as production has it: 20 at once by steps, attempts of 3 s.
    public static let seed = GatePolicy(
        bulkhead: .seed, limit: .seed(BulkheadPolicy.seed.concurrent), breaker: .seed, throttle: .seed,
        attempt: .seconds(3), timeout: .seed, hedge: .seed, predictor: .seed)

    /// An edge on one machine: attempts of 1 s, as many at once as errors and the caller's workers allow.
    public static let local = local(workers: BulkheadPolicy.local.concurrent, isCore: true)

    /// An edge on one machine, by what its caller has.
    public static func local(workers: Int, isCore: Bool, attempt: TimeAmount = .seconds(1)) -> GatePolicy {
        let bulkhead = BulkheadPolicy.local(workers: workers, isCore: isCore)
        return GatePolicy(
            bulkhead: bulkhead, limit: .local(bulkhead.concurrent, workers: workers), breaker: .local,
            throttle: .local, attempt: attempt, timeout: .local, hedge: .local, predictor: .local)
    }

    /// A router at a service of a cell.
    public static func router(
        workers: Int, queue: Int, isLocal: Bool = true, attempt: TimeAmount = .seconds(1)
    ) -> GatePolicy {
        GatePolicy(
            bulkhead: .router(workers: workers, queue: queue), breaker: isLocal ? .local : .seed,
            throttle: isLocal ? .local : .seed, attempt: attempt, timeout: isLocal ? .local : .seed,
            hedge: isLocal ? .local : .seed, predictor: isLocal ? .local : .seed)
    }

    /// A router at the records of a cell.
    public static func records(isLocal: Bool = true, attempt: TimeAmount = .seconds(1)) -> GatePolicy {
        GatePolicy(
            bulkhead: .records, breaker: isLocal ? .local : .seed, throttle: isLocal ? .local : .seed,
            attempt: attempt, timeout: isLocal ? .local : .seed, predictor: isLocal ? .local : .seed)
    }

    /// A gate that lets everything through.
    public static let off: GatePolicy = {
        var policy = GatePolicy(
            bulkhead: BulkheadPolicy(concurrent: 1_000_000, wait: .zero, places: 0), breaker: nil, throttle: nil,
            attempt: .seconds(5), timeout: nil)
        policy.detects = false
        return policy
    }()
}
