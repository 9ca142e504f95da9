import MeshBase
import Resilience

/// The driver of the calls.
extension ChainRun {
    @discardableResult mutating func begin(
        hop: Int, parent: AttemptName?, deadline: Instant, request: UInt64
    ) -> CallName {
        tally.at(now) { $0.calls[hop] += 1 }
        let state = CallState(
            targets: hops[hop].gates.count, deadline: deadline, safety: .read, in: &hops[hop].scope, now: now)
        let name: CallName
        if let index = freeCalls.popLast() {
            name = CallName(index: index, generation: calls[index].generation &+ 1)
            calls[index] = Call(
                state: state, generation: name.generation, isUsed: true, hop: hop, began: now, parent: parent,
                request: request)
        } else {
            name = CallName(index: calls.count, generation: 0)
            calls.append(
                Call(
                    state: state, generation: 0, isUsed: true, hop: hop, began: now, parent: parent, request: request))
        }
        drain(name)
        return name
    }

    func isThere(_ name: CallName) -> Bool {
        calls[name.index].generation == name.generation && calls[name.index].isUsed
    }

    mutating func elapsed(_ name: CallName, _ at: Instant) {
        guard isThere(name), calls[name.index].armed == at else { return }
        calls[name.index].armed = .distantFuture
        calls[name.index].state.elapsed(in: &hops[calls[name.index].hop].scope, now: now, using: &random)
        drain(name)
    }

    mutating func withdraw(_ name: CallName) {
        guard isThere(name) else { return }
        calls[name.index].state.withdrawn(in: &hops[calls[name.index].hop].scope, now: now)
        drain(name)
    }

    mutating func drain(_ name: CallName) {
        let index = name.index
        let hop = calls[index].hop
        while isThere(name), let directive = calls[index].state.next(in: &hops[hop].scope, now: now) {
            switch directive {
            case .start(let start): launch(name, start)
            case .cancel(let cancel): give(up: name, cancel)
            case .overdue(let token):
                guard let held = calls[index].held[token.rawValue], var permit = held.permit else { continue }
                _ = hops[hop].gates[held.position].overdue(
                    &permit, model.hops[hop].gate, now: now, using: &random)
                calls[index].held[token.rawValue]?.permit = permit
            case .arm(let at):
                calls[index].armed = at
                agenda.add(.timer(name, at: at), at: at)
            case .settle(let how, let mark): settle(name, how, mark)
            }
        }
    }

    // MARK: Attempts

    private mutating func launch(_ name: CallName, _ start: CallStart) {
        let hop = calls[name.index].hop
        let position = choose(hop, start.targets)
        let attempt = AttemptName(call: name, token: start.token)
        guard start.isGated else { return send(attempt, position, permit: nil) }
        nextTicket += 1
        let answer = hops[hop].gates[position].ask(
            nextTicket, model.hops[hop].gate, priority: .normal, now: now, using: &random)
        switch answer.verdict {
        case .run(let permit): send(attempt, position, permit: permit)
        case .wait(let until, let other):
            tickets[nextTicket] = attempt
            calls[name.index].held[start.token.rawValue] = Held(position: position, sent: now, ticket: nextTicket)
            calls[name.index].state.waiting(start.token, at: position, until: until)
            if let other, let displaced = tickets.removeValue(forKey: other) {
                block(displaced, position, by: .bulkhead, until: now)
            }
        case .blocked(let policy, let until): block(attempt, position, by: policy, until: until)
        }
    }

    /// By turns, as nobody knows which is the better one.
    private mutating func choose(_ hop: Int, _ targets: TargetSet) -> Int {
        let count = hops[hop].gates.count
        hops[hop].turn += 1
        for offset in 0..<count {
            let position = (hops[hop].turn + offset) % count
            if targets.contains(position: position) { return position }
        }
        return targets.first ?? 0
    }

    private mutating func block(_ attempt: AttemptName, _ position: Int, by policy: PolicyName, until: Instant) {
        let index = attempt.call.index
        calls[index].held[attempt.token.rawValue] = nil
        calls[index].state.blocked(
            attempt.token, at: position, by: policy, until: until, in: &hops[calls[index].hop].scope, now: now,
            using: &random)
    }

    private mutating func send(_ attempt: AttemptName, _ position: Int, permit: GatePermit?) {
        let index = attempt.call.index
        let hop = calls[index].hop
        let timing = hops[hop].gates[position].timing(model.hops[hop].gate, now: now)
        let limit = calls[index].state.sent(attempt.token, to: position, timing, in: &hops[hop].scope, now: now)
        guard let limit else {
            if let permit { hops[hop].gates[position].giveBack(permit, model.hops[hop].gate, now: now) }
            return
        }
        tally.at(now) { $0.attempts[hop] += 1 }
        if hop == lastHop, permit != nil { tally.permits += 1 }
        var held = Held(permit: permit, position: position, sent: now)
        if model.hops[hop].plan.order.gates == .call, let permit {
            calls[index].permit = permit
            calls[index].permitAt = position
            held.permit = nil
        }
        calls[index].held[attempt.token.rawValue] = held
        if hop == lastHop {
            let job = ask(attempt, position)
            calls[index].held[attempt.token.rawValue]?.job = job
        } else {
            let deadline = model.withdraws ? now + limit : .distantFuture
            let child = begin(hop: hop + 1, parent: attempt, deadline: deadline, request: calls[index].request)
            calls[index].held[attempt.token.rawValue]?.child = child
        }
    }

    /// Those that waited at a gate, now that a place is free.
    mutating func turns(_ hop: Int, _ gate: Int) {
        while let turn = hops[hop].gates[gate].next(model.hops[hop].gate, now: now, using: &random) {
            guard let attempt = tickets.removeValue(forKey: turn.ticket), isThere(attempt.call) else {
                if let permit = turn.answer.permit {
                    hops[hop].gates[gate].giveBack(permit, model.hops[hop].gate, now: now)
                }
                continue
            }
            switch turn.answer.verdict {
            case .run(let permit): send(attempt, gate, permit: permit)
            case .blocked(let policy, let until): block(attempt, gate, by: policy, until: until)
            case .wait: continue
            }
            drain(attempt.call)
        }
    }

    // MARK: Ends

    mutating func ended(_ attempt: AttemptName, _ end: AttemptEnd) {
        let index = attempt.call.index
        guard isThere(attempt.call), let held = calls[index].held.removeValue(forKey: attempt.token.rawValue) else {
            return
        }
        let hop = calls[index].hop
        calls[index].lastEnd = end
        let mark = calls[index].state.ended(attempt.token, end, in: &hops[hop].scope, now: now, using: &random)
        close(hop, held, end, mark, calls[index].permit)
        drain(attempt.call)
        turns(hop, held.position)
    }

    /// What an attempt leaves at its gate.
    private mutating func close(
        _ hop: Int, _ held: Held, _ end: AttemptEnd, _ mark: Mark, _ permitOfCall: GatePermit?
    ) {
        let took = now - held.sent
        if let permit = held.permit {
            if hop == lastHop { tally.held = tally.held + (now - permit.began) }
            hops[hop].gates[held.position].ended(
                permit, end, took: took, mark: mark, model.hops[hop].gate, now: now, using: &random)
        } else if let permitOfCall, model.hops[hop].plan.order.records == .attempt {
            hops[hop].gates[held.position].count(
                permitOfCall, end, took: took, mark: mark, model.hops[hop].gate, now: now, using: &random)
        }
    }

    private mutating func give(up name: CallName, _ cancel: CallCancel) {
        let hop = calls[name.index].hop
        guard let held = calls[name.index].held.removeValue(forKey: cancel.token.rawValue) else { return }
        if let ticket = held.ticket {
            tickets[ticket] = nil
            hops[hop].gates[held.position].withdraw(ticket, now: now)
            return
        }
        let end = cancel.reason == .limit ? AttemptEnd(.failed, .timeout) : AttemptEnd(.cancelled)
        close(hop, held, end, cancel.mark, calls[name.index].permit)
        if model.withdraws {
            if let child = held.child { withdraw(child) }
            if let job = held.job { replicas[job.replica].withdraw { $0 == job } }
        }
        turns(hop, held.position)
    }

    private mutating func settle(_ name: CallName, _ how: CallSettlement, _ mark: Mark) {
        let call = calls[name.index]
        calls[name.index].isUsed = false
        freeCalls.append(name.index)
        var end = AttemptEnd.ok
        switch how {
        case .answer: end = call.lastEnd
        // To its caller it is a dependency that is not there.
        case .fail(let failure), .fallback(let failure):
            end = AttemptEnd(.ignored, .unavailable, retryAfter: failure.kind == .blocked ? failure.retryAfter : .zero)
        case .withdrawn: end = AttemptEnd(.cancelled)
        }
        if let permit = call.permit {
            if call.hop == lastHop { tally.held = tally.held + (now - permit.began) }
            let counted = model.hops[call.hop].plan.order.records == .call ? mark : .nothing
            hops[call.hop].gates[call.permitAt].ended(
                permit, end, took: now - call.began, mark: counted, model.hops[call.hop].gate, now: now, using: &random)
            turns(call.hop, call.permitAt)
        }
        if let parent = call.parent {
            agenda.add(.ended(parent, end), at: now)
        } else {
            let isAnswered = end.outcome == .ok || end.outcome == .slow
            tally.at(now) { if isAnswered { $0.answered += 1 } else { $0.failed += 1 } }
            if isAnswered, call.began >= model.measuresFrom { tally.latencies.append(now - call.began) }
        }
        if call.parent == nil { attemptsOf[call.request] = nil }
    }
}
