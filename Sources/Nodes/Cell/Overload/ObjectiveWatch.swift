import MeshBase
import Resilience

/// Holds the objectives of a cell (C22): counts what it is asked and answers, and looks at it from time to time. Where
/// nothing is declared it costs a branch.
struct ObjectiveWatch: Sendable {
    private(set) var controller: ObjectiveController?
    private(set) var nextLook = Instant.distantFuture
    /// Of the last look.
    private(set) var verdict: ObjectiveVerdict?

    /// - Parameter policy: nil, or one without any objective: nobody judges.
    init(_ policy: ObjectivesPolicy?) {
        guard let policy, policy.p99 != nil || policy.errorRate != nil || policy.throughput != nil else { return }
        controller = ObjectiveController(policy)
    }

    mutating func begin(now: Instant) {
        if let controller { nextLook = now + controller.policy.every }
    }

    /// A call came, whatever becomes of it.
    mutating func offered(now: Instant) {
        if controller != nil { controller!.offered(now: now) }
    }

    /// A call was answered; a refusal is an answer that is not ok.
    mutating func answered(ok: Bool, took: TimeAmount, now: Instant) {
        if controller != nil { controller!.answered(ok: ok, took: took, now: now) }
    }

    /// - Returns: nil where nobody judges.
    mutating func look(now: Instant) -> ObjectiveController.Look? {
        guard let look = controller?.look(now: now) else { return nil }
        nextLook = now + (controller?.policy.every ?? .seconds(1))
        verdict = look.verdict
        return look
    }
}
