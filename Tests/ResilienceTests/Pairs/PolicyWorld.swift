import MeshBase

@testable import Resilience

/// Many calls of one scope, in the order of cellmesh, through gates to modelled targets, in virtual time: what several policies do together.
final class PolicyWorld {
    /// What becomes of an attempt that reaches its target.
    struct Reply {
        var end: AttemptEnd
        var took: TimeAmount

        static func ok(_ milliseconds: Int64) -> Reply { Reply(end: .ok, took: .milliseconds(milliseconds)) }
        static func fails(_ kind: FailureKind, _ milliseconds: Int64, began: Bool = true) -> Reply {
            Reply(end: AttemptEnd(.failed, kind, began: began), took: .milliseconds(milliseconds))
        }
        static func refuses(_ kind: FailureKind, retryAfter: Int64 = 0) -> Reply {
            let wait = TimeAmount.milliseconds(retryAfter)
            return Reply(
                end: AttemptEnd(.refused, kind, began: false, retryAfter: wait), took: .milliseconds(1))
        }
        /// Longer than any limit.
        static let hangs = Reply(end: .ok, took: .hours(1))
    }

    /// An attempt that has reached its target.
    struct Execution {
        let target: Int
        let kind: AttemptKind
        let priority: Priority
        let began: Instant
        let deadline: Instant
        var ended: Instant?
        var isCancelled = false
    }

    /// How a call ended, and how long it took.
    struct Settled {
        let call: Int
        let priority: Priority
        let how: CallSettlement
        let began: Instant
        let at: Instant
        var took: TimeAmount { at - began }
        var isAnswer: Bool { if case .answer = how { true } else { false } }
        var isFallback: Bool { if case .fallback = how { true } else { false } }
        var failure: CallFailure? {
            switch how {
            case .fail(let failure), .fallback(let failure): failure
            case .answer, .withdrawn: nil
            }
        }
    }

    private struct Call {
        let id: Int
        var state: CallState
        let priority: Priority
        let began: Instant
        let deadline: Instant
        var timer = Instant.distantFuture
        var isSettled = false
    }

    private struct Attempt {
        let call: Int
        let token: CallToken
        let target: Int
        var permit: GatePermit?
        let ticket: UInt64
        var execution = -1
        var began = Instant.zero
        var reply = Reply.hangs
        var endsAt: Instant { permit == nil ? .distantFuture : began + reply.took }
    }

    let policy: GatePolicy
    private(set) var scope: CallScope
    private(set) var gates: [TargetGate]
    private(set) var now = Instant.zero
    private(set) var executions: [Execution] = []
    private(set) var settled: [Settled] = []
    private(set) var transitions: [BreakerTransition] = []
    /// Calls that the throttle kept back.
    private(set) var heldBack: [Priority: Int] = [:]
    private var calls: [Call] = []
    private var attempts: [Attempt] = []
    private var random: Generator
    private var tickets: UInt64 = 0
    private var begun = 0
    private var dirty: [Int] = []
    private var isDraining = false
    /// Target, time and class of an attempt, and how many the target works on beside it.
    private let target: (Int, Instant, Priority, Int) -> Reply

    init(
        _ plan: CallPlan, _ policy: GatePolicy, targets: Int = 1, seed: UInt64 = 1,
        _ target: @escaping (_ target: Int, _ now: Instant, _ priority: Priority, _ atWork: Int) -> Reply
    ) {
        scope = CallScope(plan)
        self.policy = policy
        gates = (0..<targets).map { TargetGate(policy, now: .zero, salt: UInt64($0)) }
        random = Generator(seed: seed, concern: "pairs")
        self.target = target
    }

    // MARK: Time

    /// Begins a call each `every` until `end`, and goes on until all have ended.
    func run(
        every: TimeAmount, until end: Instant, deadline: TimeAmount? = nil, safety: CallSafety = .read,
        priority: (Int) -> Priority = { _ in .normal }
    ) {
        var next = now
        while true {
            let arrival = next < end ? next : .distantFuture
            let timer = calls.lazy.map(\.timer).min() ?? .distantFuture
            let ends = attempts.lazy.map(\.endsAt).min() ?? .distantFuture
            let wakes = gates.lazy.map(\.wakeAt).min() ?? .distantFuture
            let at = min(arrival, timer, ends, wakes)
            guard at < .distantFuture else { return }
            now = max(now, at)
            if ends <= now {
                endOne()
            } else if timer <= now {
                fire()
            } else if wakes <= now {
                for gate in gates.indices { turns(gate) }
            } else {
                begin(deadline.map { now + $0 } ?? .distantFuture, safety, priority(begun))
                next += every
            }
        }
    }

    private func begin(_ deadline: Instant, _ safety: CallSafety, _ priority: Priority) {
        let id = begun
        begun += 1
        if gates.count == 1, gates[0].holdsBack(policy, priority: priority, now: now, using: &random) {
            heldBack[priority, default: 0] += 1
            return
        }
        let state = CallState(targets: gates.count, deadline: deadline, safety: safety, in: &scope, now: now)
        calls.append(Call(id: id, state: state, priority: priority, began: now, deadline: deadline))
        drain(id)
    }

    private func endOne() {
        guard let index = attempts.firstIndex(where: { $0.endsAt <= now }) else { return }
        let attempt = attempts.remove(at: index)
        guard let permit = attempt.permit, let call = place(attempt.call) else { return }
        let mark = calls[call].state.ended(attempt.token, attempt.reply.end, in: &scope, now: now, using: &random)
        close(attempt, permit, attempt.reply.end, mark)
        drain(attempt.call)
    }

    private func fire() {
        guard let index = calls.firstIndex(where: { $0.timer <= now }) else { return }
        calls[index].timer = .distantFuture
        calls[index].state.elapsed(in: &scope, now: now, using: &random)
        drain(calls[index].id)
    }

    // MARK: Directives

    private func place(_ id: Int) -> Int? { calls.firstIndex { $0.id == id } }

    /// One call after the other: what one does may give another something to do, but never in the midst of it.
    private func drain(_ id: Int) {
        dirty.append(id)
        guard !isDraining else { return }
        isDraining = true
        while let id = dirty.popLast() {
            obey(id)
            guard let call = place(id), calls[call].isSettled, !attempts.contains(where: { $0.call == id }) else {
                continue
            }
            calls.remove(at: call)
        }
        isDraining = false
    }

    private func obey(_ id: Int) {
        guard let call = place(id) else { return }
        while let directive = calls[call].state.next(in: &scope, now: now) {
            switch directive {
            case .start(let start): self.start(start, call)
            case .cancel(let cancel): self.cancel(cancel, id)
            case .overdue(let token): overdue(token, id)
            case .arm(let at): calls[call].timer = at
            case .settle(let how, _):
                calls[call].isSettled = true
                calls[call].timer = .distantFuture
                settled.append(
                    Settled(
                        call: id, priority: calls[call].priority, how: how, began: calls[call].began, at: now))
            }
        }
    }

    private func start(_ start: CallStart, _ call: Int) {
        // The first whose gate lets it through; of one target that is the one.
        let target = start.targets.first ?? 0
        tickets += 1
        var attempt = Attempt(call: calls[call].id, token: start.token, target: target, ticket: tickets)
        let answer = gates[target].ask(
            tickets, policy, priority: calls[call].priority, now: now, deadline: calls[call].deadline,
            using: &random)
        note(answer.transition)
        switch answer.verdict {
        case .run(let permit): send(&attempt, permit, call)
        case .wait(let until, let displaced):
            calls[call].state.waiting(start.token, at: target, until: until)
            attempts.append(attempt)
            if let displaced { block(displaced, .bulkhead, nil) }
        case .blocked(let name, let until):
            calls[call].state.blocked(
                start.token, at: target, by: name, until: until, in: &scope, now: now, using: &random)
        }
    }

    private func send(_ attempt: inout Attempt, _ permit: GatePermit, _ call: Int) {
        let timing = gates[attempt.target].timing(policy, now: now)
        guard calls[call].state.sent(attempt.token, to: attempt.target, timing, in: &scope, now: now) != nil else {
            gates[attempt.target].giveBack(permit, policy, now: now)
            return
        }
        attempt.permit = permit
        attempt.began = now
        let atWork = attempts.count { $0.target == attempt.target && $0.permit != nil }
        attempt.reply = target(attempt.target, now, calls[call].priority, atWork)
        attempt.execution = executions.count
        executions.append(
            Execution(
                target: attempt.target, kind: calls[call].state.kind(of: attempt.token),
                priority: calls[call].priority, began: now, deadline: calls[call].deadline))
        attempts.append(attempt)
    }

    private func cancel(_ cancel: CallCancel, _ id: Int) {
        guard let index = attempts.firstIndex(where: { $0.call == id && $0.token == cancel.token }) else { return }
        let attempt = attempts.remove(at: index)
        if let permit = attempt.permit {
            executions[attempt.execution].isCancelled = true
            close(attempt, permit, AttemptEnd(.cancelled), cancel.mark)
        } else {
            gates[attempt.target].withdraw(attempt.ticket, now: now)
        }
    }

    private func overdue(_ token: CallToken, _ id: Int) {
        guard let index = attempts.firstIndex(where: { $0.call == id && $0.token == token }),
            var permit = attempts[index].permit
        else { return }
        note(gates[attempts[index].target].overdue(&permit, policy, now: now, using: &random))
        attempts[index].permit = permit
    }

    private func close(_ attempt: Attempt, _ permit: GatePermit, _ end: AttemptEnd, _ mark: Mark) {
        executions[attempt.execution].ended = now
        let change = gates[attempt.target].ended(
            permit, end, took: now - attempt.began, mark: mark, policy, now: now, using: &random)
        note(change.transition)
        turns(attempt.target)
    }

    /// Those whose turn it is at a gate.
    private func turns(_ gate: Int) {
        while let turn = gates[gate].next(policy, now: now, using: &random) {
            note(turn.answer.transition)
            guard let index = attempts.firstIndex(where: { $0.ticket == turn.ticket }) else {
                if let permit = turn.answer.permit { gates[gate].giveBack(permit, policy, now: now) }
                continue
            }
            switch turn.answer.verdict {
            case .run(let permit):
                var attempt = attempts.remove(at: index)
                guard let call = place(attempt.call) else {
                    gates[gate].giveBack(permit, policy, now: now)
                    continue
                }
                send(&attempt, permit, call)
                drain(attempt.call)
            case .blocked(let name, let until): block(turn.ticket, name, until)
            case .wait: break
            }
        }
    }

    private func block(_ ticket: UInt64, _ name: PolicyName, _ until: Instant?) {
        guard let index = attempts.firstIndex(where: { $0.ticket == ticket }) else { return }
        let attempt = attempts.remove(at: index)
        guard let call = place(attempt.call) else { return }
        calls[call].state.blocked(
            attempt.token, at: attempt.target, by: name, until: until, in: &scope, now: now, using: &random)
        drain(attempt.call)
    }

    private func note(_ transition: BreakerTransition?) { if let transition { transitions.append(transition) } }

    // MARK: What holds when all is quiet

    /// What was not given back or did not end; empty where all was.
    var lost: [String] {
        var lost: [String] = []
        for (n, gate) in gates.enumerated() {
            if gate.bulkhead.busy != 0 { lost.append("\(gate.bulkhead.busy) permits of gate \(n)") }
            if gate.waiting != 0 { lost.append("\(gate.waiting) that wait at gate \(n)") }
        }
        if scope.budget.outstanding != 0 { lost.append("\(scope.budget.outstanding) tokens of the budget") }
        if scope.budget.active != 0 { lost.append("\(scope.budget.active) calls of the budget") }
        if !calls.isEmpty || !attempts.isEmpty { lost.append("\(calls.count) calls, \(attempts.count) attempts") }
        let held = heldBack.values.reduce(0, +)
        if settled.count + held != begun { lost.append("\(begun - settled.count - held) calls have not settled") }
        if Set(settled.map(\.call)).count != settled.count { lost.append("a call settled twice") }
        return lost
    }

    func executed(_ kind: AttemptKind) -> Int { executions.count { $0.kind == kind } }
}
