import MeshBase

/// What all calls of one service (in a router) or of one edge (in a cell) share: the plan that they go by, the budget of
/// their retries and hedges, and what became of them.
public struct CallScope: Sendable {
    /// How they go. Of a new plan limits, waits and budget hold from the next attempt on, the rest from the next call on.
    public var plan: CallPlan {
        didSet { budget.policy = plan.retry.budget }
    }
    /// Of retries and hedges.
    public internal(set) var budget: RetryBudget
    /// Since the start.
    public internal(set) var counters = CallCounters()

    /// Nothing has been called yet: budgets are full.
    public init(_ plan: CallPlan) {
        self.plan = plan
        budget = RetryBudget(plan.retry.budget)
    }

    /// As `RetryBudget.alertChange`, for who looks every second.
    public mutating func retryAlertChange(now: Instant) -> Bool? { budget.alertChange(now: now) }
    /// As `RetryBudget.amplification`.
    public mutating func amplification(now: Instant) -> Double { budget.amplification(now: now) }
    /// As `RetryBudget.retryRatio`.
    public mutating func retryRatio(now: Instant) -> Double { budget.retryRatio(now: now) }
    /// As `RetryBudget.left`.
    public mutating func budgetLeft(now: Instant) -> Int64 { budget.left(now: now) }
    /// As `RetryBudget.share`.
    public mutating func budgetShare(now: Instant) -> Double? { budget.share(now: now) }
    /// Calls that were begun in the last 10 s, and retries and hedges beside them.
    public mutating func recent(now: Instant) -> (calls: Int64, extras: Int64) { budget.recent(now: now) }
}

/// What became of the calls of a scope since the start.
public struct CallCounters: Sendable, Equatable {
    /// Attempts that began, those among them that a gate blocked.
    public internal(set) var first: UInt64 = 0
    /// Attempts after a failure.
    public internal(set) var retries: UInt64 = 0
    /// Attempts beside one that was out.
    public internal(set) var hedges: UInt64 = 0
    /// Attempts that a gate let not through.
    public internal(set) var blocked: UInt64 = 0
    /// Attempts that ran into their limit.
    public internal(set) var attemptTimeouts: UInt64 = 0
    /// Calls that ran out of time.
    public internal(set) var callTimeouts: UInt64 = 0
    /// Calls that were not begun for want of time.
    public internal(set) var deadlineRefused: UInt64 = 0
    /// Calls that were answered by a retry.
    public internal(set) var recovered: UInt64 = 0
    /// Calls that failed with their attempts used up,
    public internal(set) var exhausted: UInt64 = 0
    /// for want of budget,
    public internal(set) var overBudget: UInt64 = 0
    /// because twice would not have been as once,
    public internal(set) var unsafe: UInt64 = 0
    /// and because too little time was left to try again.
    public internal(set) var noTime: UInt64 = 0
    /// Hedges that answered first,
    public internal(set) var hedgesWon: UInt64 = 0
    /// that did not,
    public internal(set) var hedgesLost: UInt64 = 0
    /// and that would have been made within a larger budget.
    public internal(set) var hedgesWithheld: UInt64 = 0

    init() {}

    /// Nothing was called.
    public static let none = CallCounters()

    mutating func count(_ kind: AttemptKind) {
        switch kind {
        case .first: first += 1
        case .retry: retries += 1
        case .hedge: hedges += 1
        }
    }

    mutating func count(_ verdict: RetryVerdict) {
        switch verdict {
        case .none: break
        case .recovered: recovered += 1
        case .exhausted: exhausted += 1
        case .overBudget: overBudget += 1
        case .unsafe: unsafe += 1
        case .noTime: noTime += 1
        }
    }
}
