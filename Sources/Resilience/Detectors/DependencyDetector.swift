import MeshBase

/// What is wrong with a dependency, in one word.
public enum DependencyFinding: UInt8, Sendable, CaseIterable {
    /// Too few results.
    case unknown
    case healthy
    /// It answers, but its median is far above what its p99 was.
    case degraded
    /// It succeeds, near its timeout.
    case slow
    /// Some requests fail, the rest is as fast as ever.
    case partial
    /// It is up and down.
    case flapping
    /// Its probes pass, its requests fail.
    case gray
    case dead

    /// The word in events and tables.
    public var name: StaticString {
        switch self {
        case .unknown: "unknown"
        case .healthy: "healthy"
        case .degraded: "degraded"
        case .slow: "slow"
        case .partial: "partial"
        case .flapping: "flapping"
        case .gray: "gray"
        case .dead: "dead"
        }
    }
}

/// The detectors of one gate together: they see the same results, and the most telling finding has its name. Bounded, and
/// takes no clock: the holder asks once a second and tells of what changed.
public struct DependencyDetector: Sendable {
    /// By shares and the timeout.
    public private(set) var modes: FailureModeDetector
    /// By the median against the baseline.
    public private(set) var slow: SlowFailureDetector
    /// By probes against requests.
    public private(set) var gray = GrayFailureDetector()
    private var told = DependencyFinding.unknown

    /// - Parameter timeout: of a call.
    public init(timeout: TimeAmount = .seconds(1), consecutive: Int = 5, factor: Double = 1.5) {
        modes = FailureModeDetector(timeout: timeout, consecutive: consecutive)
        slow = SlowFailureDetector(factor: factor)
    }

    /// Takes the end of a call; what says nothing about the target is left out. Detectors wait for the end, unlike
    /// breakers: while a call is only overdue, nobody knows whether it is slow or lost.
    ///
    /// - Parameters:
    ///   - mark: `AttemptEnd.mark(countsSlow: false)`: a slow answer is a success that took long, a timeout a failure.
    ///   - took: until it ended; of one that timed out, at least the timeout.
    public mutating func record(_ mark: Mark, took: TimeAmount) {
        switch mark {
        case .nothing: return
        case .success, .slow:
            modes.record(true, took: took)
            slow.record(took)
            gray.recordRequest(true)
        case .failure:
            modes.record(false, took: took)
            gray.recordRequest(false)
        }
    }

    /// Takes the result of a dependency probe.
    public mutating func recordProbe(_ isGood: Bool) { gray.recordProbe(isGood) }

    /// What is wrong. Gray goes first: requests fail as with the dead, but who trusts probes would not see it.
    public var finding: DependencyFinding {
        if gray.isGray { return .gray }
        switch modes.finding {
        case .unknown: return .unknown
        case .healthy: return slow.isDegraded ? .degraded : .healthy
        case .slow: return .slow
        case .partial: return .partial
        case .flapping: return .flapping
        case .dead: return .dead
        }
    }

    /// The finding, if it is another than when this was last asked. That nothing is found yet is not told.
    public mutating func change() -> DependencyFinding? {
        let finding = finding
        guard finding != told, finding != .unknown else { return nil }
        defer { told = finding }
        // That all is well is news only after something was not.
        return told == .unknown && finding == .healthy ? nil : finding
    }

    /// What the finding stands on.
    public func explain() -> Explanation {
        switch finding {
        case .gray: gray.explain()
        case .degraded: slow.explain()
        default: modes.explain()
        }
    }
}
