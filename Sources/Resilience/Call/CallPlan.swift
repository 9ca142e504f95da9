import MeshBase

/// How the calls of one scope go: of one service in a router, or of one edge in a cell. Made once, when settings are
/// read; a call looks things up in it and nowhere else.
public struct CallPlan: Sendable, Equatable {
    /// Whether there are several targets, each with a gate of its own (a router: the cells of the shard), or one (an edge).
    public let isSpread: Bool
    /// In which order the policies stand.
    public let order: PolicyOrder
    /// A whole call.
    public let timeout: TimeAmount
    /// One attempt, where its target's gate says nothing else.
    public let attempt: TimeAmount
    /// Longer for later attempts.
    public let progressive: ProgressiveFactors
    /// What a call keeps of the time of its caller, and the least that is worth beginning.
    public let deadline: DeadlinePolicy
    /// Which failures are tried again, how often and when.
    public let retry: RetryPolicy
    /// When a slow call is asked once more beside itself.
    public let hedge: HedgePolicy
    /// Whether there is something to give instead of an answer.
    public let hasFallback: Bool

    /// - Parameters:
    ///   - isSpread: a router's; its order is `cellmesh` always.
    ///   - timeouts: as `TimeoutPolicy.sound` has them.
    public init(
        isSpread: Bool, order: PolicyOrder = .cellmesh, timeouts: TimeoutPolicy, deadline: DeadlinePolicy,
        retry: RetryPolicy, hedge: HedgePolicy, hasFallback: Bool = false
    ) {
        let timeouts = timeouts.sound
        self.isSpread = isSpread
        // A gate is one cell's: a permit for the whole call would be that of the wrong cell after the first retry.
        self.order = isSpread ? .cellmesh : order
        timeout = timeouts.call
        attempt = timeouts.attemptBase
        progressive = timeouts.progressive
        self.deadline = deadline
        self.retry = retry
        self.hedge = hedge
        self.hasFallback = hasFallback
    }

    /// A router's on one machine: request 5 s, attempt 1 s.
    public static let localRouter = CallPlan(
        isSpread: true, timeouts: routerTimeouts(.local), deadline: .local, retry: .localRouter, hedge: .local)
    /// A router's as production has it.
    public static let seedRouter = CallPlan(
        isSpread: true, timeouts: routerTimeouts(.seed), deadline: .seed, retry: .seed, hedge: .seed)
    /// An edge's on one machine; hedges where they are declared.
    public static let local = CallPlan(
        isSpread: false, timeouts: .local, deadline: .local, retry: .local, hedge: .off)
    /// An edge's as production has it.
    public static let seed = CallPlan(isSpread: false, timeouts: .seed, deadline: .seed, retry: .seed, hedge: .off)

    /// An edge's in the order `orchestra`: 5 s, of which an attempt has what remains.
    public static let orchestra: CallPlan = {
        var timeouts = TimeoutPolicy.seed
        timeouts.call = .seconds(5)
        return CallPlan(
            isSpread: false, order: .orchestra, timeouts: timeouts, deadline: .seed, retry: .orchestra, hedge: .off)
    }()

    /// With policies off: one attempt and one limit; a target that says who else should be asked is believed.
    public static func off(isSpread: Bool, timeout: TimeAmount = .seconds(5)) -> CallPlan {
        var timeouts = TimeoutPolicy.local
        timeouts.call = timeout
        return CallPlan(isSpread: isSpread, timeouts: timeouts, deadline: .none, retry: .off, hedge: .off)
    }

    private static func routerTimeouts(_ timeouts: TimeoutPolicy) -> TimeoutPolicy {
        var timeouts = timeouts
        timeouts.call = .seconds(5)
        timeouts.attempt = .seconds(1)
        return timeouts
    }
}

/// What the gate of a target knows that an attempt goes by.
public struct TargetTiming: Sendable, Equatable {
    /// One attempt, before `progressive`; nil: as planned.
    public var limit: TimeAmount?
    /// From when on it is slow; zero: slow calls are not counted.
    public var slowAfter: TimeAmount
    /// When the first hedge begins; nil: nothing is known yet.
    public var hedgeAfter: TimeAmount?
    /// Of the target's last results so many were failures, 0...1: for adaptive backoff.
    public var failureShare: Float
    /// Whether the attempt is one by which a breaker finds out how the target is. Where something stands in for its answer
    /// the attempt has no longer than `slowAfter`: it is judged then, and whoever waits on learns nothing more by it.
    public var isProbe: Bool

    /// Compiles what the policies say about one edge, or about one service of a router.
    public init(
        limit: TimeAmount? = nil, slowAfter: TimeAmount = .zero, hedgeAfter: TimeAmount? = nil, failureShare: Float = 0,
        isProbe: Bool = false
    ) {
        self.limit = limit
        self.slowAfter = slowAfter
        self.hedgeAfter = hedgeAfter
        self.failureShare = failureShare
        self.isProbe = isProbe
    }

    /// A target of which nothing is known.
    public static let unknown = TargetTiming()
}
