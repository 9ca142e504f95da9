import MeshBase
import Resilience

/// A driver in virtual time: asks gates, "sends", keeps the time, and writes down what it was told.
struct CallDriver {
    /// What an attempt meets at its target.
    struct Reply {
        var end: AttemptEnd
        var took: TimeAmount

        static func ok(_ milliseconds: Int64) -> Reply { Reply(end: .ok, took: .milliseconds(milliseconds)) }
        static func fails(_ kind: FailureKind, _ milliseconds: Int64) -> Reply {
            Reply(end: AttemptEnd(.failed, kind), took: .milliseconds(milliseconds))
        }
        static let hangs = Reply(end: .ok, took: .hours(1))
    }

    private struct Attempt {
        let token: CallToken
        let target: Int
        var permit: GatePermit
        let began: Instant
        let reply: Reply
    }

    let policy: GatePolicy
    var scope: CallScope
    var gates: [TargetGate]
    var now = Instant.zero
    var table = Table("ms", "directive", "why")
    private var random = Generator(seed: 1)
    private var running: [Attempt] = []

    init(_ plan: CallPlan, _ policy: GatePolicy = .local, targets: Int = 1) {
        scope = CallScope(plan)
        self.policy = policy
        gates = (0..<targets).map { _ in TargetGate(policy, now: .zero) }
    }

    /// One call, from its begin until nothing of it runs any more.
    ///
    /// - Parameter replies: of the targets, by number of attempt and target.
    mutating func call(
        deadline: Instant = .distantFuture, _ safety: CallSafety = .read, replies: (Int, Int) -> Reply
    ) {
        var call = CallState(targets: gates.count, deadline: deadline, safety: safety, in: &scope, now: now)
        var timer = Instant.distantFuture
        while true {
            while let directive = call.next(in: &scope, now: now) {
                if let word = CallState.decision(directive) {
                    table.row(ms(now), "\(word)", call.explain(directive, in: scope, now: now).detail)
                }
                obey(directive, &call, &timer, replies)
            }
            let ends = running.map { $0.began + $0.reply.took }.min() ?? .distantFuture
            guard !call.isSettled || !running.isEmpty, min(timer, ends) < .distantFuture else { return }
            now = max(now, min(timer, ends))
            if ends <= now, let index = running.firstIndex(where: { $0.began + $0.reply.took <= now }) {
                let over = running.remove(at: index)
                let mark = call.ended(over.token, over.reply.end, in: &scope, now: now, using: &random)
                close(over, over.reply.end, mark)
            } else {
                timer = .distantFuture
                call.elapsed(in: &scope, now: now, using: &random)
            }
        }
    }

    private mutating func obey(
        _ directive: CallDirective, _ call: inout CallState, _ timer: inout Instant, _ replies: (Int, Int) -> Reply
    ) {
        switch directive {
        case .start(let start): begin(start, &call, replies)
        case .cancel(let cancel):
            guard let index = running.firstIndex(where: { $0.token == cancel.token }) else { return }
            close(running.remove(at: index), AttemptEnd(.cancelled), cancel.mark)
        case .overdue(let token):
            guard let index = running.firstIndex(where: { $0.token == token }) else { return }
            _ = gates[running[index].target].overdue(&running[index].permit, policy, now: now, using: &random)
        case .arm(let instant): timer = instant
        case .settle: break
        }
    }

    private mutating func begin(_ start: CallStart, _ call: inout CallState, _ replies: (Int, Int) -> Reply) {
        let target = start.targets.first ?? 0
        let answer = gates[target].ask(
            UInt64(start.token.rawValue), policy, priority: .normal, now: now, using: &random)
        switch answer.verdict {
        case .run(let permit):
            let timing = gates[target].timing(policy, now: now)
            guard call.sent(start.token, to: target, timing, in: &scope, now: now) != nil else {
                return gates[target].giveBack(permit, policy, now: now)
            }
            let reply = replies(call.attemptCount - 1, target)
            running.append(Attempt(token: start.token, target: target, permit: permit, began: now, reply: reply))
        case .wait(let until, _):
            call.waiting(start.token, at: target, until: until)
        case .blocked(let policy, let until):
            call.blocked(start.token, at: target, by: policy, until: until, in: &scope, now: now, using: &random)
        }
    }

    private mutating func close(_ attempt: Attempt, _ end: AttemptEnd, _ mark: Mark) {
        gates[attempt.target].ended(
            attempt.permit, end, took: now - attempt.began, mark: mark, policy, now: now, using: &random)
    }
}
