import MeshBase
import Resilience

/// What a call of an edge came to, for its caller.
enum EdgeOutcome: Sendable {
    struct Failure: Sendable {
        let kind: FailureKind
        let blame: EdgeBlame
        /// It, or what it depends on, did not end in time.
        var isTimeout = false
        /// There was room, kept for what matters more than this class.
        var isShed = false

        init(_ kind: FailureKind, _ blame: EdgeBlame) {
            self.kind = kind
            self.blame = blame
        }
    }

    case ok
    case failed(Failure)
    /// Its caller gave it up.
    case withdrawn

    init(_ call: EdgeCall, _ how: CallSettlement, gate: Int) {
        switch how {
        case .withdrawn: self = .withdrawn
        case .answer(let token):
            guard let last = call.last, last.token == token, last.outcome != .ok else {
                self = .ok
                return
            }
            let end = AttemptEnd(last.outcome, blame: last.blame, retryAfter: .zero)
            self = Self.failed(
                end.kind, last, EdgeBlame(policy: end.kind.policy, gate: gate, retryAfter: end.retryAfter))
        case .fallback(let failure), .fail(let failure):
            self = Self.failed(
                failure.kind, failure.token == call.last?.token ? call.last : nil,
                EdgeBlame(policy: failure.policy, gate: gate, retryAfter: failure.retryAfter))
        }
    }

    /// - Parameter last: what the attempt brought after which the call failed; nil: nothing came of it.
    private static func failed(_ kind: FailureKind, _ last: EdgeAnswer?, _ own: EdgeBlame) -> EdgeOutcome {
        // Where the callee failed for an edge of its own, that one is to blame.
        var failure = Failure(kind, kind == .unavailable ? last?.blame ?? own : own)
        failure.isTimeout =
            own.policy == .attemptTimeout || own.policy == .deadline || last?.outcome == .timedOut
        if case .shed = last?.outcome { failure.isShed = true }
        return .failed(failure)
    }
}
