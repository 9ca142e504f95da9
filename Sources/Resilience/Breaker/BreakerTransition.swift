import MeshBase

/// Where a breaker stands.
public enum BreakerState: UInt8, Sendable, CaseIterable {
    /// Calls pass and are counted.
    case closed
    /// None passes until a time.
    case open
    /// A few probes pass and decide.
    case halfOpen
    /// A growing share passes.
    case slowRecovery
    /// None passes until somebody says so; by hand.
    case forcedOpen
    /// All pass and nothing is counted; by hand.
    case disabled
    /// All pass and are counted; by hand.
    case metricsOnly

    /// The word in events, metrics and rows.
    public var name: StaticString {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half-open"
        case .slowRecovery: "slow-recovery"
        case .forcedOpen: "forced-open"
        case .disabled: "disabled"
        case .metricsOnly: "metrics-only"
        }
    }
}

/// Why a breaker changed.
public enum BreakerCause: UInt8, Sendable, CaseIterable {
    case none, failureRate, slowRate, consecutive, ewma, sigmoid, outOfControl, bayes, predicted
    case timeOver, probesPassed, probeFailed, recovered, relapsed, byHand, handOver, influenced, released

    /// As a sentence goes on after the state: `open: failure rate`.
    public var name: StaticString {
        switch self {
        case .none: "nothing"
        case .failureRate: "failure rate"
        case .slowRate: "slow rate"
        case .consecutive: "bad results in a row"
        case .ewma: "weighted failure rate"
        case .sigmoid: "chance that grows with the failure rate"
        case .outOfControl: "failure rate out of control"
        case .bayes: "failure rate believed above the threshold"
        case .predicted: "predicted"
        case .timeOver: "time open is over"
        case .probesPassed: "probes passed"
        case .probeFailed: "probes failed"
        case .recovered: "successes in a row"
        case .relapsed: "failures while recovering"
        case .byHand: "by hand"
        case .handOver: "time by hand is over"
        case .influenced: "influenced by an opening"
        case .released: "influence is over"
        }
    }
}

/// One change of a breaker: one event. `from` and `to` are the same only where influence begins or ends, and where a
/// breaker of metrics alone crosses its threshold (cause `failureRate` or `slowRate`).
public struct BreakerTransition: Sendable, Equatable {
    /// The state that was left.
    public let from: BreakerState
    /// The state that was entered; never the same.
    public let to: BreakerState
    /// What made it change.
    public let cause: BreakerCause
    /// When it changed.
    public let at: Instant
    /// Until when it stays at least; of states that wait for no time, `at`.
    public let until: Instant
    /// Results that the shares are of; decayed weights are rounded.
    public let volume: Int
    /// 0...1.
    public let failureRate: Double
    /// 0...1.
    public let slowRate: Double

    /// The same, of several steps at once.
    ///
    /// - Parameter state: what the first of them left.
    public func leaving(_ state: BreakerState) -> BreakerTransition {
        BreakerTransition(
            from: state, to: to, cause: cause, at: at, until: until, volume: volume, failureRate: failureRate,
            slowRate: slowRate)
    }
}

/// What lets one call through; given back exactly once, with its result or without.
public struct BreakerPermit: Sendable, Equatable {
    /// When the call began.
    public let began: Instant
    /// When it is slow: call `Breaker.overdue` then. `distantFuture` where no call is slow.
    public let overdueAt: Instant
    /// The period of the breaker that gave it: results of former ones are ignored.
    let period: UInt32
    /// It is one of the few that decide.
    public let isProbe: Bool
    /// Its result is in already, or has been found to say nothing.
    public internal(set) var isJudged: Bool
}

/// What a breaker answers who wants to call.
public struct BreakerAnswer: Sendable {
    /// What is to be done with a call.
    public enum Verdict: Sendable {
        case permitted(BreakerPermit)
        /// Not before `until`, which is never earlier than now; a forced breaker without an end says `distantFuture`.
        case refused(until: Instant)
    }
    /// Whether the call may go, and with which permit.
    public let verdict: Verdict
    /// What changed by asking, if anything did.
    public let transition: BreakerTransition?

    @inline(__always)
    init(_ verdict: Verdict, _ transition: BreakerTransition? = nil) {
        self.verdict = verdict
        self.transition = transition
    }

    /// Of a call that may go; nil for one that is refused.
    public var permit: BreakerPermit? {
        if case .permitted(let permit) = verdict { permit } else { nil }
    }
    /// Of a call that is refused: when another may be let through; nil for one that may go.
    public var until: Instant? {
        if case .refused(let until) = verdict { until } else { nil }
    }
}
