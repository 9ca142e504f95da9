import MeshBase

/// How an attempt at a target ended, as policies see it: whatever speaks on the wire says it once in these words.
public enum Outcome: UInt8, Sendable, CaseIterable {
    /// The target did what it was asked.
    case ok
    /// It could not: its own error, a lost link, no answer in time.
    case failed
    /// It would not, and says so before it began: no room, or room that is kept for what matters more.
    case refused
    /// Nothing about the target: the client's error, another epoch, a dependency of the target's.
    case ignored
    /// It answered, or was still out, after the time that counts as slow.
    case slow
    /// Nobody waits for it any more.
    case cancelled

    /// The word that metrics and traces have for it.
    public var name: StaticString {
        switch self {
        case .ok: "ok"
        case .failed: "failed"
        case .refused: "refused"
        case .ignored: "ignored"
        case .slow: "slow"
        case .cancelled: "cancelled"
        }
    }
}

/// Why an attempt did not end well, as `retry.on` lists it.
public enum FailureKind: UInt8, Sendable, CaseIterable {
    /// It did end well, or nobody may try again: the client's error, the target's own failure of another kind.
    case none
    /// No answer within the attempt's limit.
    case timeout
    /// No link could be had, or it could take no more: nothing was begun.
    case connect
    /// The link broke, or the program ended, while the answer was due.
    case reset
    /// No room for anybody: queue, memory or store.
    case overloaded
    /// Asked more often than it takes (429): room is kept for others.
    case limited
    /// 502, 503 or 504 of the target: what it depends on is not there.
    case unavailable
    /// The store gave the transaction up so that another could go on.
    case deadlock
    /// The target's own error (500 and what is not listed else).
    case failed
    /// A gate in front of the target let nothing through.
    case blocked
    /// The target is not who should be asked (stopping, another epoch, not ready): the next one is asked, at no cost.
    case elsewhere
    /// Turned away for its class: room is kept for what matters more. `retry.on` has it with `limited`.
    case shed

    /// The word in files, metrics and traces.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .timeout: "timeout"
        case .connect: "connect"
        case .reset: "reset"
        case .overloaded: "overloaded"
        case .limited: "limited"
        case .unavailable: "unavailable"
        case .deadlock: "deadlock"
        case .failed: "failed"
        case .blocked: "blocked"
        case .elsewhere: "elsewhere"
        case .shed: "shed"
        }
    }
}

/// A set of kinds of failure: `retry.on`.
public struct FailureKinds: OptionSet, Sendable, Hashable {
    /// Bit n: the kind of raw value n.
    public let rawValue: UInt16
    /// From bits, as `rawValue` says.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// The set of one kind; of `none` the empty one.
    @inlinable public init(_ kind: FailureKind) { self.init(rawValue: kind == .none ? 0 : 1 << UInt16(kind.rawValue)) }

    /// What is retried unless something else is said; never `failed` and `blocked`.
    public static let transient: FailureKinds = [
        Self(.timeout), Self(.connect), Self(.reset), Self(.overloaded), Self(.limited), Self(.shed),
        Self(.unavailable), Self(.deadlock),
    ]

    /// Whether a kind is listed; `none` never is.
    @inlinable public func contains(_ kind: FailureKind) -> Bool {
        rawValue & (1 << UInt16(kind.rawValue)) != 0
    }
}

/// What an attempt counts for in a breaker, a recovery and an ejection.
public enum Mark: UInt8, Sendable, CaseIterable {
    case success
    case failure
    /// Slow, whatever it ended in.
    case slow
    /// Neither: permits go back and nothing is counted.
    case nothing
}

/// The end of one attempt, whole.
public struct AttemptEnd: Sendable, Equatable {
    /// How it ended.
    public var outcome: Outcome
    /// Why it did not end well.
    public var kind: FailureKind
    /// The target may have begun the work: repeating it may do it twice.
    public var began: Bool
    /// How long the target asks to be left alone; zero where it says nothing.
    public var retryAfter: TimeAmount

    /// The end of an attempt.
    ///
    /// - Parameter retryAfter: at least zero.
    @inlinable public init(
        _ outcome: Outcome, _ kind: FailureKind = .none, began: Bool = true, retryAfter: TimeAmount = .zero
    ) {
        self.outcome = outcome
        self.kind = kind
        self.began = began
        self.retryAfter = retryAfter
    }

    /// A success in time.
    public static let ok = AttemptEnd(.ok)

    /// What it counts for. A timeout was counted as slow when it was overdue; where slow calls count as nothing it is a
    /// failure.
    ///
    /// - Parameter countsSlow: whether slow calls are counted at this target, so that an attempt that ran into its limit
    ///   has been counted already.
    @inlinable public func mark(countsSlow: Bool) -> Mark {
        switch outcome {
        case .ok: .success
        case .failed: kind == .timeout && countsSlow ? .nothing : .failure
        // No room is no failure: who is busy does what it can, and to cut it off would leave that undone.
        case .refused: kind == .limited || kind == .shed || kind == .overloaded ? .nothing : .failure
        case .slow: countsSlow ? .slow : .success
        case .ignored, .cancelled: .nothing
        }
    }
}
