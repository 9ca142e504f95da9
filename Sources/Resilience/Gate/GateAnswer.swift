import MeshBase

/// What lets one attempt through a gate. It goes back exactly once: `ended` or `giveBack`.
public struct GatePermit: Sendable, Equatable {
    /// The breaker's, where there is one.
    public internal(set) var breaker: BreakerPermit?
    /// That it was asked for with.
    public let priority: Priority
    /// When it was given.
    public let began: Instant

    /// When the attempt is slow: call `overdue` then. `distantFuture` where slow attempts are not counted.
    @inlinable public var overdueAt: Instant { breaker?.overdueAt ?? .distantFuture }
}

/// What a gate answers who wants to call its target.
public struct GateAnswer: Sendable, Equatable {
    /// What becomes of the attempt.
    public enum Verdict: Sendable, Equatable {
        /// It goes.
        case run(GatePermit)
        /// It waits until then at most: `next` gives it its turn, or its timer ends it (`withdraw`). `inPlaceOf` has
        /// waited until now and is turned away, displaced.
        case wait(until: Instant, inPlaceOf: UInt64?)
        /// Not now, says this policy; not worth a try before `until`.
        case blocked(PolicyName, until: Instant)
    }
    /// What becomes of the attempt.
    public let verdict: Verdict
    /// What changed at the breaker by asking, to be told once.
    public let transition: BreakerTransition?

    @inline(__always)
    init(_ verdict: Verdict, _ transition: BreakerTransition? = nil) {
        self.verdict = verdict
        self.transition = transition
    }

    /// What lets it through, if it goes now.
    public var permit: GatePermit? {
        if case .run(let permit) = verdict { permit } else { nil }
    }
}

/// The turn of one that waited.
public struct GateTurn: Sendable, Equatable {
    /// As `ask` was given it.
    public let ticket: UInt64
    /// `run` or `blocked`.
    public let answer: GateAnswer
}

/// What the end of an attempt has changed, to be told once each.
public struct GateChange: Sendable, Equatable {
    /// Of the breaker.
    public var transition: BreakerTransition?
    /// Of the limit of an attempt, by more than a fifth.
    public var timeout: AdaptiveTimeout.Change?
    @inline(__always) init() {}
}

/// What a look at a gate has found, to be told once each.
public enum GateEvent: Sendable, Equatable {
    /// Nearly all places in use, or no longer.
    case full(Bool)
    /// So many places do not come back.
    case leak(Int)
    /// Critical work waits for low work, or no longer.
    case inversion(Bool)
    /// The limit moved.
    case resized(from: Int, to: Int)
    /// The breaker changed as one that had waited was not let through.
    case breaker(BreakerTransition)
    /// Something else is wrong with the target than before, or nothing any more.
    case finding(DependencyFinding, why: String)
    /// Requests of a class are held back, or no longer.
    case throttle(Priority, Bool)
}

/// Results of attempts since the start, and attempts that were not let through, by class of result: label `outcome` of
/// `breaker_calls_total`.
public struct GateCounts: Sendable, Equatable {
    private var counts = SIMD8<UInt64>.zero

    /// All zero.
    public init() {}

    /// As success, failure, slow or nothing (`ignored`).
    public subscript(_ mark: Mark) -> UInt64 {
        get { counts[Int(mark.rawValue)] }
        set { counts[Int(mark.rawValue)] = newValue }
    }
    /// Refused by the breaker.
    public internal(set) var refused: UInt64 {
        get { counts[4] }
        set { counts[4] = newValue }
    }
    /// Let through.
    public internal(set) var admitted: UInt64 {
        get { counts[5] }
        set { counts[5] = newValue }
    }
    /// Turned away by the queue before the bulkhead.
    public internal(set) var queued: UInt64 {
        get { counts[6] }
        set { counts[6] = newValue }
    }
}
