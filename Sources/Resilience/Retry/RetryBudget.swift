import MeshBase

/// The attempts beyond the first that all calls of a scope may make together, so that a target in trouble gets at most
/// so much more than it would without retries; the first attempt of a call never asks. One per service in a router, one
/// per edge in a cell.
///
/// A token is taken when a retry or hedge is decided on, and `finish` follows once it has ended, or `giveBack` if it was
/// never sent.
public struct RetryBudget: Sendable {
    /// The bounds.
    public internal(set) var policy: RetryBudgetPolicy
    /// What was sent in the last 10 s.
    public private(set) var window = AttemptWindow()
    /// Retries and hedges that are decided on and not over.
    public private(set) var outstanding: Int64 = 0
    /// Calls that are not settled.
    public private(set) var active: Int64 = 0
    /// Whether more than 10 % of the calls are retried.
    public private(set) var isAlert = false

    /// Nothing was sent yet.
    public init(_ policy: RetryBudgetPolicy) { self.policy = policy }

    /// A call begins; `callEnded` follows.
    public mutating func callBegan() { active += 1 }

    /// A call is settled.
    public mutating func callEnded() {
        precondition(active > 0, "a call ended that never began")
        active -= 1
    }

    /// The first attempt of a call is sent: it is what retries are measured against.
    public mutating func sentFirst(now: Instant) {
        window.advance(now)
        window.noteFirst()
    }

    /// A call is retried for the first time.
    public mutating func callRetried(now: Instant) {
        window.advance(now)
        window.noteRetriedCall()
    }

    /// Takes a token for one attempt more, if there is one.
    ///
    /// - Parameter hedgeShare: nil for a retry; a hedge keeps within this share of the calls, too.
    public mutating func take(hedgeShare: Double? = nil, now: Instant) -> Bool {
        window.advance(now)
        guard used < limit else { return false }
        if let hedgeShare, hedgeShare < 1 {
            // A billionth for shares that are no binary fractions: 5 % of 20 calls is one.
            guard Double(window.hedges + 1) <= hedgeShare * Double(window.firsts) + 1e-9 else { return false }
        }
        window.noteExtra(isHedge: hedgeShare != nil)
        outstanding += 1
        return true
    }

    /// An attempt with a token is over.
    public mutating func finish() {
        precondition(outstanding > 0, "a token of the budget came back twice")
        outstanding -= 1
    }

    /// An attempt with a token was never sent.
    public mutating func giveBack(isHedge: Bool = false, now: Instant) {
        window.advance(now)
        window.takeBack(isHedge: isHedge)
        finish()
    }

    /// Tokens that are left, 0 or more.
    public mutating func left(now: Instant) -> Int64 {
        window.advance(now)
        return max(limit - used, 0)
    }

    /// Of the tokens that there may be now, the share that is left, 0...1; nil where there may be none.
    public mutating func share(now: Instant) -> Double? {
        window.advance(now)
        return limit > 0 ? Double(max(limit - used, 0)) / Double(limit) : nil
    }

    private var used: Int64 { policy.kind == .rate ? window.extras : outstanding }

    /// Whole tokens: half of one is none.
    private var limit: Int64 {
        switch policy.kind {
        case .rate:
            max(policy.ratioMillionths * window.firsts, policy.floorMillionths * 10) / 1_000_000
        case .concurrent: max(policy.ratioMillionths * active, policy.floorMillionths) / 1_000_000
        }
    }

    /// What the last 10 s had of attempts for each call: at most 1 + ratio above the floor. 1 where there was no call.
    public mutating func amplification(now: Instant) -> Double {
        window.advance(now)
        return window.firsts == 0 ? 1 : Double(window.firsts + window.extras) / Double(window.firsts)
    }

    /// Calls that were begun in the last 10 s, and retries and hedges beside them.
    public mutating func recent(now: Instant) -> (calls: Int64, extras: Int64) {
        window.advance(now)
        return (window.firsts, window.extras)
    }

    /// The share of the calls of the last 10 s that were retried, 0...1.
    public mutating func retryRatio(now: Instant) -> Double {
        window.advance(now)
        return window.firsts == 0 ? 0 : min(Double(window.retried) / Double(window.firsts), 1)
    }

    /// Whether the share of retried calls has gone beyond 10 %, or back to it; nil as long as nothing changes. Not before
    /// 20 calls, as one of three says nothing. For who looks every second.
    public mutating func alertChange(now: Instant) -> Bool? {
        let isAbove = retryRatio(now: now) > 0.1 && window.firsts >= 20
        guard isAbove != isAlert else { return nil }
        isAlert = isAbove
        return isAbove
    }

    /// Why there is no token, or how many are left.
    public mutating func explain(now: Instant) -> Explanation {
        window.advance(now)
        let sentence =
            policy.kind == .rate
            ? "\(used) retries and hedges beside \(window.firsts) calls in 10 s, \(limit) allowed"
            : "\(used) retries and hedges out beside \(active) calls, \(limit) allowed"
        return Explanation(
            sentence,
            [
                .init("used", Double(used)), .init("allowed", Double(limit)), .init("ratio", policy.ratio),
                .init("calls", Double(policy.kind == .rate ? window.firsts : active)),
            ])
    }
}
