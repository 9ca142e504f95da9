import MeshBase
import Resilience
import Wire

/// When a client whose request failed may come back: one rule for what routers say and for what cells say to clients of
/// their own.
enum ComeBack {
    /// What is told where coming back is worth it and nobody knows when.
    static let usual = TimeAmount.seconds(1)

    /// After what time the client is told to come back; zero where nothing is said.
    ///
    /// - Parameters:
    ///   - said: as whoever refused it has said, who says nothing where it may have been carried out; zero where nobody has.
    ///   - isUnsafe: it may have been carried out, and twice is not as once.
    ///   - isTooLate: its own time was too near.
    static func wait(_ said: TimeAmount, status: UInt16, isUnsafe: Bool, isTooLate: Bool) -> TimeAmount {
        guard said == .zero else { return said }
        // Whoever comes back without a key may have it done twice: no time makes that well.
        if isUnsafe { return .zero }
        switch status {
        case 503, 507: return usual
        case 502, 504: return isTooLate ? .zero : usual
        default: return .zero
        }
    }

    /// The same in seconds, rounded up, as `Retry-After` has it; 0 for none.
    static func seconds(_ wait: TimeAmount) -> Int {
        Int((max(wait, .zero).nanoseconds + 999_999_999) / 1_000_000_000)
    }
}

extension HTTPProblem {
    /// - Parameters:
    ///   - wait: after which another attempt may be worth it; zero where nothing is said.
    ///   - trace: that its client is told of; it stands in the problem of who wanted to be explained.
    init(_ problem: DataProblem, status: UInt16, wait: TimeAmount, trace: FrameTrace?) {
        self.init(
            status: Int(status), type: problem.type, title: problem.title, detail: .made(problem.detail),
            policy: problem.policy, gate: problem.gate, retryAfter: wait > .zero ? ComeBack.seconds(wait) : nil,
            retryAfterMilliseconds: wait > .zero ? UInt64(wait.millisecondsRoundedUp) : nil)
        if let trace, trace.isExplained { self.trace = trace.text }
    }
}
