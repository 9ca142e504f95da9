import MeshBase
import Resilience

enum CallExample: Example {
    static let name = "call"
    static let shows = "one call through one gate, by hand"

    static func run() -> Table {
        // Shared by all calls to one target: a gate. By all calls of one edge: a scope.
        let policy = GatePolicy.local
        var gate = TargetGate(policy, now: .zero)
        var scope = CallScope(.local)
        var random = Generator(seed: 1)
        var now = Instant.zero
        var table = Table("ms", "directive", "why")

        // The target refuses the first attempt after 5 ms and answers the second after 20 ms.
        var replies: [(AttemptEnd, TimeAmount)] = [
            (AttemptEnd(.refused, .overloaded, began: false), .milliseconds(5)), (.ok, .milliseconds(20)),
        ]
        var running: (token: CallToken, permit: GatePermit, end: AttemptEnd, took: TimeAmount)?
        var timer = Instant.distantFuture
        var call = CallState(targets: 1, deadline: at(500), safety: .read, in: &scope, now: now)
        while true {
            while let directive = call.next(in: &scope, now: now) {
                if let word = CallState.decision(directive) {
                    table.row(ms(now, 1), "\(word)", call.explain(directive, in: scope, now: now).detail)
                }
                switch directive {
                case .start(let start):
                    let answer = gate.ask(1, policy, priority: .normal, now: now, using: &random)
                    guard let permit = answer.permit else { return table }
                    _ = call.sent(start.token, gate.timing(policy, now: now), in: &scope, now: now)
                    let (end, took) = replies.removeFirst()
                    running = (start.token, permit, end, took)
                case .arm(let instant): timer = instant
                case .settle: return table
                case .cancel, .overdue: break
                }
            }
            if let attempt = running {
                now += attempt.took
                let mark = call.ended(attempt.token, attempt.end, in: &scope, now: now, using: &random)
                gate.ended(
                    attempt.permit, attempt.end, took: attempt.took, mark: mark, policy, now: now, using: &random)
                running = nil
            } else {
                now = timer
                call.elapsed(in: &scope, now: now, using: &random)
            }
        }
    }
}
