import MeshBase

/// Turns each failure into one declared outcome and keeps both sides of the account: what came in as a failure goes out
/// as exactly one answer, so nothing is swallowed.
///
///     let failure = transformer.begin(.connection, isEntry: true, isRead: true, isRepeatable: true)
///     // look for the last good answer; there is none:
///     transformer.settle(failure, as: .tryAgain)
///
/// Counting allocates nothing.
public struct FailureTransformer: Sendable, Equatable {
    /// One failure on its way to an answer. Settled once.
    public struct Failure: Sendable, Equatable {
        /// What kind it is.
        public let cause: FailureCause
        /// What it is to become, where that can be had.
        public let wanted: Transformed
    }

    /// What failures become here.
    public let policy: TransformationPolicy
    /// Failures by cause.
    private var taken = SIMD8<UInt64>.zero
    /// Failures that are not answered yet, by cause.
    private var open = SIMD8<UInt64>.zero
    /// Answers, a row of four a cause.
    private var given = SIMD32<UInt64>.zero
    /// Answers without a failure that was still open: a mistake of the holder's, and counted nowhere else.
    public private(set) var unmatched: UInt64 = 0

    /// An account with nothing in it.
    public init(_ policy: TransformationPolicy) { self.policy = policy }

    /// Takes a failure in. Its outcome may turn out not to be had (no last good answer, a full queue): then it is settled
    /// as `tryAgain`.
    ///
    /// - Parameters:
    ///   - narrower: what is written for the call that failed, in place of this policy; nil: nothing is.
    ///   - isEntry, isRead, isRepeatable: see `TransformationPolicy.outcome`.
    public mutating func begin(
        _ cause: FailureCause, by narrower: TransformationPolicy? = nil, isEntry: Bool, isRead: Bool,
        isRepeatable: Bool
    ) -> Failure {
        taken[Int(cause.rawValue)] += 1
        open[Int(cause.rawValue)] += 1
        let policy = narrower ?? policy
        return Failure(
            cause: cause,
            wanted: policy.outcome(of: cause, isEntry: isEntry, isRead: isRead, isRepeatable: isRepeatable))
    }

    /// The failure was answered.
    ///
    /// - Returns: false where no failure of the cause was open; nothing is counted then but `unmatched`.
    @discardableResult
    public mutating func settle(_ failure: Failure, as outcome: Transformed) -> Bool {
        let row = Int(failure.cause.rawValue)
        guard open[row] > 0 else {
            unmatched += 1
            return false
        }
        open[row] -= 1
        given[row * 4 + Int(outcome.rawValue)] += 1
        return true
    }

    /// Failures of a cause that came in.
    public func count(in cause: FailureCause) -> UInt64 { taken[Int(cause.rawValue)] }

    /// Failures of a cause that went out as this.
    public func count(from cause: FailureCause, to outcome: Transformed) -> UInt64 {
        given[Int(cause.rawValue) * 4 + Int(outcome.rawValue)]
    }

    /// Failures of a cause that are not answered yet.
    public func count(open cause: FailureCause) -> UInt64 { open[Int(cause.rawValue)] }

    /// Whether, of every cause, what came in went out or is still open: the invariant that oracles ask for.
    public var isConserved: Bool {
        unmatched == 0
            && FailureCause.allCases.allSatisfy { cause in
                let out = Transformed.allCases.reduce(0) { $0 + count(from: cause, to: $1) }
                return count(in: cause) == out + count(open: cause)
            }
    }

    /// Why a failure was answered so: `connection becomes try-again: no last good answer`.
    public func explanation(_ failure: Failure, as outcome: Transformed) -> Explanation {
        var detail = "\(failure.cause.name) becomes \(outcome.name)"
        if outcome != failure.wanted {
            switch failure.wanted {
            case .stale: detail += ": no last good answer"
            case .queued: detail += ": the queue is full"
            default: break
            }
        }
        var numbers = [Explanation.Number]()
        if outcome == .tryAgain { numbers.append(.init("retry_after_ms", policy.retryAfter.milliseconds)) }
        if outcome == .queued { numbers.append(.init("estimate_ms", policy.estimate.milliseconds)) }
        return Explanation(detail, numbers)
    }
}
