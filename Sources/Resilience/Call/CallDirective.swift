import MeshBase

/// What a call wants of its driver.
public enum CallDirective: Sendable, Equatable {
    /// Pick one of the targets, ask its gate, send; then say which: `sent`, `waiting`, `blocked` or `ended`.
    case start(CallStart)
    /// Nobody waits for this attempt any more: withdraw it, tell its target, give the gate's permit back.
    case cancel(CallCancel)
    /// This attempt is out for longer than is slow: to be counted as slow now, once.
    case overdue(CallToken)
    /// Wake the call (`elapsed`) at this instant and not before; takes the place of the timer that it had.
    case arm(Instant)
    /// The call is over, with what it counts for where the order has one result for a call (`Chain.records`), and
    /// `nothing` elsewhere. Its timer is void; only `cancel` and `overdue` may follow.
    case settle(CallSettlement, Mark)
}

/// One attempt that begins.
public struct CallStart: Sendable, Equatable {
    /// Which attempt is to be started.
    public let token: CallToken
    /// Whether it is the first, a retry or a hedge.
    public let kind: AttemptKind
    /// Who may be asked, at least one; the driver picks among them. If none of them can be, they are `blocked`.
    public let targets: TargetSet
    /// Whether the gate is asked: false where it was asked for the whole call already.
    public let isGated: Bool
}

/// One attempt that is given up.
public struct CallCancel: Sendable, Equatable {
    /// Why it is.
    public enum Reason: UInt8, Sendable, CaseIterable {
        /// It has run into its own limit.
        case limit
        /// It has waited at the gate for as long as it may.
        case acquire
        /// Another one has decided the call.
        case lost
        /// The time of the whole call is over.
        case callTime
        /// The client has left, or whoever called.
        case withdrawn
    }

    /// Which attempt is given up.
    public let token: CallToken
    /// Why it is given up.
    public let reason: Reason
    /// What it counts for at its target.
    public let mark: Mark
}

/// How a call ends.
public enum CallSettlement: Sendable, Equatable {
    /// With what this attempt has brought: a success, or the target's word on the request itself, which nobody else would
    /// answer otherwise and no fallback may hide.
    case answer(CallToken)
    /// It has failed, and there is something to give instead.
    case fallback(CallFailure)
    /// It has failed.
    case fail(CallFailure)
    /// Nobody wants it any more.
    case withdrawn
}

/// Why a call has failed.
public struct CallFailure: Sendable, Equatable {
    /// Who said no. Where the target named a policy of its own, the driver tells that one.
    public let policy: PolicyName
    /// How the last attempt ended.
    public let kind: FailureKind
    /// Why it was not tried once more.
    public let verdict: RetryVerdict
    /// When it may be worth to come back; zero where nobody said so.
    public let retryAfter: TimeAmount
    /// The last attempt; nil where there was none.
    public let token: CallToken?
}

/// What became of the retries of a call.
public enum RetryVerdict: UInt8, Sendable, CaseIterable {
    /// There was nothing to retry.
    case none
    /// One of them has answered.
    case recovered
    /// All attempts are used up.
    case exhausted
    /// The budget of all calls is used up.
    case overBudget
    /// What was begun must not be begun twice.
    case unsafe
    /// The time that is left is too short.
    case noTime

    /// The word in metrics and traces.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .recovered: "recovered"
        case .exhausted: "exhausted"
        case .overBudget: "over-budget"
        case .unsafe: "unsafe"
        case .noTime: "no-time"
        }
    }
}

extension FailureKind {
    /// Who says no where the last attempt ended so and its target names nobody.
    public var policy: PolicyName {
        switch self {
        case .timeout: .attemptTimeout
        case .connect, .reset, .elsewhere: .failover
        case .overloaded: .bulkhead
        case .limited: .rateLimit
        case .shed: .shedding
        case .unavailable: .dependency
        case .blocked: .breaker
        case .deadlock, .failed, .none: .service
        }
    }
}
