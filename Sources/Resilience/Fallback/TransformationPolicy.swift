import MeshBase

/// What kind of failure a client would have seen.
public enum FailureCause: UInt8, Sendable, CaseIterable {
    /// No answer in time.
    case timeout
    /// The target is not there: no link, a lost one, a dependency that is gone, an open breaker.
    case connection
    /// The store could not.
    case store
    /// No room, or a rate that is used up.
    case limit
    /// The target's own error.
    case other

    /// The word in files and metrics.
    public var name: StaticString {
        switch self {
        case .timeout: "timeout"
        case .connection: "connection"
        case .store: "store"
        case .limit: "limit"
        case .other: "other"
        }
    }

    /// The cause behind the end of a call.
    ///
    /// - Parameter policy: whose refusal it was, where the call was blocked or refused by one; it says whether room was
    ///   lacking or the target.
    public init(_ kind: FailureKind, by policy: PolicyName? = nil) {
        switch policy {
        case .bulkhead, .concurrency, .queue, .throttle, .shedding, .earlyShed, .rateLimit, .capital, .value:
            self = .limit
            return
        case .attemptTimeout, .deadline:
            self = .timeout
            return
        default: break
        }
        switch kind {
        case .timeout: self = .timeout
        case .connect, .reset, .unavailable, .blocked, .elsewhere: self = .connection
        case .deadlock: self = .store
        case .overloaded, .limited, .shed: self = .limit
        case .failed, .none: self = .other
        }
    }
}

/// What a failure is turned into.
public enum Transformed: UInt8, Sendable, CaseIterable {
    /// An error that says when to try again.
    case tryAgain
    /// The last good answer of the customer, with a warning.
    case stale
    /// Accepted, and carried out later.
    case queued
    /// Nobody waited for the answer any more.
    case abandoned

    /// The word in files and metrics.
    public var name: StaticString {
        switch self {
        case .tryAgain: "try-again"
        case .stale: "stale"
        case .queued: "queue"
        case .abandoned: "abandoned"
        }
    }
}

/// What each kind of failure is turned into, of a core edge or of a service where requests come in. A kind without a
/// word of its own takes what the place can offer: a store or a connection that fails the last good answer, a limit the
/// queue; a timeout, which may have begun, an error.
public struct TransformationPolicy: Sendable, Equatable {
    /// Key `failure.timeout`; nil for the default.
    public var timeout: Transformed?
    /// Key `failure.connection`, also for the store; nil for the default.
    public var connection: Transformed?
    /// Key `failure.limit`; nil for the default.
    public var limit: Transformed?
    /// Told with `tryAgain`; at least 0.
    public var retryAfter: TimeAmount
    /// Told with `queued`: how long it may take until the work is done; at least 0.
    public var estimate: TimeAmount
    /// Last good answers are kept here.
    public var hasCache: Bool
    /// A durable queue is declared here.
    public var hasQueue: Bool

    /// With the times of one machine and nothing that could stand in; negative times count as none.
    public init(
        timeout: Transformed? = nil, connection: Transformed? = nil, limit: Transformed? = nil,
        retryAfter: TimeAmount = .seconds(1), estimate: TimeAmount = .seconds(5), hasCache: Bool = false,
        hasQueue: Bool = false
    ) {
        self.timeout = timeout
        self.connection = connection
        self.limit = limit
        self.retryAfter = max(retryAfter, .zero)
        self.estimate = max(estimate, .zero)
        self.hasCache = hasCache
        self.hasQueue = hasQueue
    }

    /// 1 s, 5 s.
    public static let local = TransformationPolicy()
    /// As published: 30 s, 300 s.
    public static let seed = TransformationPolicy(retryAfter: .seconds(30), estimate: .seconds(300))

    /// What is written and is not there: `stale` without a cache, `queue` without a queue. Such a word counts as
    /// `try-again`.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        for (key, word) in [("timeout", timeout), ("connection", connection), ("limit", limit)] {
            switch word {
            case .stale where !hasCache: problems.append(("failure.\(key)", "stale, and no `cache` keeps answers"))
            case .queued where !hasQueue: problems.append(("failure.\(key)", "queue, and there is no `queue`"))
            case .abandoned: problems.append(("failure.\(key)", "abandoned is nothing to choose"))
            default: break
            }
        }
        return problems
    }

    /// Whether a last good answer may stand in for some failure of a read.
    public var mayBeStale: Bool {
        FailureCause.allCases.contains { outcome(of: $0, isEntry: true, isRead: true, isRepeatable: false) == .stale }
    }

    /// What a failure is to become, of a request that allows it.
    ///
    /// - Parameters:
    ///   - isEntry: the failure would reach the client; a core edge has no stale answer, for its caller would act on it.
    ///   - isRead: GET. Only then is an old answer an answer.
    ///   - isRepeatable: the work may be carried out later without being done twice: it has an idempotency key or was
    ///     never begun. Without, it is not queued.
    public func outcome(of cause: FailureCause, isEntry: Bool, isRead: Bool, isRepeatable: Bool) -> Transformed {
        let wanted: Transformed
        switch cause {
        case .timeout: wanted = timeout ?? .tryAgain
        case .connection, .store: wanted = connection ?? .stale
        case .limit: wanted = limit ?? .queued
        case .other: wanted = .tryAgain
        }
        switch wanted {
        // A read is not queued: nobody would be there for its answer.
        case .stale where hasCache && isEntry && isRead: return .stale
        case .queued where hasQueue && isRepeatable && !isRead: return .queued
        default: return .tryAgain
        }
    }
}
