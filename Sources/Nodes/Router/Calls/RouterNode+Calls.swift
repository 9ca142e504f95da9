import MeshBase
import Resilience
import Sharding
import Wire

/// Carries out what the call engine wants: picks cells, asks their gates, sends, counts and answers.
extension RouterNode {
    /// Does all that a call wants now.
    ///
    /// - Parameter answer: the frame that has just come, for whoever is answered with it.
    mutating func drive(
        _ key: SlabKey, _ place: Int32, _ answer: CellAnswer?, now: Instant, into sink: inout some RouterSink
    ) {
        let kind = calls[place].kind
        while let directive = calls[place].state.next(in: &gates.scopes[kind], now: now) {
            if let trace = calls[place].trace { note(directive, trace, key, place, now: now) }
            switch directive {
            case .start(let start): begin(start, key, place, now: now, into: &sink)
            case .cancel(let cancel): giveUp(cancel, key, place, now: now, into: &sink)
            case .overdue(let token): countOverdue(token, place, now: now, into: &sink)
            case .arm(let at):
                operations[key]!.timerAt = at
                timers.arm(key, at: at)
            case .settle(let how, let mark):
                if let reason = reason(to: how, key, place, answer, now: now) {
                    keep(reason, how, mark, key, place, now: now, into: &sink)
                }
                return settle(how, key, place, answer, now: now, into: &sink)
            }
        }
    }

    private mutating func begin(
        _ start: CallStart, _ key: SlabKey, _ place: Int32, now: Instant, into sink: inout some RouterSink
    ) {
        let shard = operations[key]!.shard
        let (kind, slot, priority) = (calls[place].kind, calls[place].slot, calls[place].priority)
        note(start, place, in: shard, into: &sink)
        // The place is of a former request.
        calls[place].sent[Int(start.token.rawValue)] = ServiceCall.Sent()
        let chosen = choose(from: shard, among: start.targets, slot: slot, priority: priority, now: now)
        if let trace = calls[place].trace { note(start, at: chosen, trace, key, place, now: now) }
        guard let position = chosen else {
            return calls[place].state.blocked(
                start.token, at: nil, by: .failover, in: &gates.scopes[kind], now: now, using: &random)
        }
        let cell = shard[position]
        let gate = gates.gate(cell, slot, now: now)
        let number = AttemptNumber(key, start.token)
        calls[place].sent[Int(start.token.rawValue)] = ServiceCall.Sent(
            gate: Int32(gate), cell: cell, at: now, epoch: operations[key]!.epoch)
        guard gate >= 0 else {
            return send(number, place, to: position, .unknown, now: now, into: &sink)
        }
        let policy = gates.kinds[gates.places[gate].kind].gate
        let verdict = gates.gates[gate].ask(
            number.rawValue, policy, priority: priority, now: now, deadline: calls[place].state.end, using: &random)
        if let transition = verdict.transition { tell(transition, gate: gate, into: &sink) }
        note(verdict, gate: gate, start.token, place, now: now)
        switch verdict.verdict {
        case .run(let permit):
            calls[place].sent[Int(start.token.rawValue)].permit = permit
            send(number, place, to: position, gates.gates[gate].timing(policy, now: now), now: now, into: &sink)
        case .wait(let until, let displaced):
            calls[place].state.waiting(start.token, at: position, until: until)
            if let displaced { turnedAway.append((displaced, gate)) }
        case .blocked(let by, let until):
            calls[place].state.blocked(
                start.token, at: position, by: by, until: until, in: &gates.scopes[kind], now: now, using: &random)
        }
    }

    private mutating func note(
        _ start: CallStart, _ place: Int32, in shard: Shard, into sink: inout some RouterSink
    ) {
        guard start.token.rawValue > 0 else { return }
        if calls[place].isRestarting {
            calls[place].isRestarting = false
        } else if start.kind != .hedge {
            counters.failovers += 1
        }
    }

    /// Sends an attempt that may go. One that cannot be sent has ended.
    private mutating func send(
        _ number: AttemptNumber, _ place: Int32, to position: Int, _ timing: TargetTiming, now: Instant,
        into sink: inout some RouterSink
    ) {
        let (key, token) = (number.operation, number.token)
        let kind = calls[place].kind
        guard
            let limit = calls[place].state.sent(token, to: position, timing, in: &gates.scopes[kind], now: now)
        else { return giveBack(place, token, now: now) }
        counters.attempts += 1
        let cell = calls[place].sent[Int(token.rawValue)].cell
        figures.began(cell)
        conducts[cell.position].asked(now: now)
        calls[place].sent[Int(token.rawValue)].isOut = true
        var head = serviceHead(number, limit: limit)
        head.epoch = calls[place].sent[Int(token.rawValue)].epoch
        if sink.send(head, to: cell, request: operations[key]!.request, payload: .request) {
            links[cell.position].usedAt = now
        } else {
            counters.unsent += 1
            end(token, place, .unsent, now: now, into: &sink)
        }
    }

    private func serviceHead(_ number: AttemptNumber, limit: TimeAmount) -> FrameHead {
        // Field by field: an operation is large.
        let key = number.operation
        return FrameHead(
            kind: .serviceCall, flags: operations[key]!.flags, status: UInt16(operations[key]!.method.rawValue),
            request: number.rawValue, customer: operations[key]!.customer, epoch: operations[key]!.epoch,
            deadline: UInt32(clamping: max(1, limit.nanoseconds / 1_000_000)), attempt: number.token.rawValue,
            trace: operations[key]!.trace)
    }

    /// Sends an attempt that is out once more, to a cell that was told of a newer entry first.
    mutating func sendAgain(
        _ number: AttemptNumber, _ place: Int32, now: Instant, into sink: inout some RouterSink
    ) {
        counters.attempts += 1
        let head = serviceHead(number, limit: calls[place].state.end - now)
        let cell = calls[place].sent[Int(number.token.rawValue)].cell
        figures.began(cell)
        conducts[cell.position].asked(now: now)
        guard !sink.send(head, to: cell, request: operations[number.operation]!.request, payload: .request) else {
            return
        }
        counters.unsent += 1
        end(number.token, place, .unsent, now: now, into: &sink)
    }

    /// An attempt has ended: its call hears it, and its gate what it counts for.
    ///
    /// - Parameters:
    ///   - isAnswer: its cell has said how.
    ///   - isError: a client would be told 5xx; nil: as the end has it.
    mutating func end(
        _ token: CallToken, _ place: Int32, _ end: AttemptEnd, isAnswer: Bool = false, isError: Bool? = nil,
        now: Instant,
        into sink: inout some RouterSink
    ) {
        let kind = calls[place].kind
        let index = Int(token.rawValue)
        let cell = calls[place].sent[index].cell
        figures.ended(
            .service, cell, end.outcome, isError: isError ?? end.isError,
            took: isAnswer ? now - calls[place].sent[index].at : nil)
        if isAnswer, end.outcome == .ok || end.outcome == .slow || end.kind == .failed {
            conducts[cell.position].answered(
                isGood: end.outcome != .failed, slot: calls[place].slot, took: now - calls[place].sent[index].at,
                now: now)
        }
        calls[place].sent[index].over = .ended(end)
        calls[place].sent[index].overAt = now
        note(end, of: token, place, now: now)
        if end.began, calls[place].state.safety != .read, end.kind == .timeout || end.kind == .reset {
            calls[place].mayHaveBegun = true
        }
        let mark = calls[place].state.ended(token, end, in: &gates.scopes[kind], now: now, using: &random)
        close(token, place, end, mark, now: now, into: &sink)
    }

    /// The gate of an attempt that is over hears of it, and so does who compares the cells.
    private mutating func close(
        _ token: CallToken, _ place: Int32, _ end: AttemptEnd, _ mark: Mark, now: Instant,
        into sink: inout some RouterSink
    ) {
        let index = Int(token.rawValue)
        let gate = Int(calls[place].sent[index].gate)
        guard gate >= 0, let permit = calls[place].sent[index].permit else { return }
        calls[place].sent[index].permit = nil
        let took = now - calls[place].sent[index].at
        let transition = count(permit, gate: gate, end, took: took, mark, now: now, into: &sink)
        guard let transition, let trace = calls[place].trace else { return }
        let until = calls[place].state.end
        let decision = decision(transition, gate: gate, attempt: token.rawValue, until: until, now: now)
        if let decision { traces.log.note(trace, decision) }
    }

    private mutating func giveBack(_ place: Int32, _ token: CallToken, now: Instant) {
        let index = Int(token.rawValue)
        let gate = Int(calls[place].sent[index].gate)
        guard gate >= 0, let permit = calls[place].sent[index].permit else { return }
        calls[place].sent[index].permit = nil
        giveBack(permit, gate: gate, now: now)
    }

    /// Withdraws an attempt: its cell is told that nobody waits for it any more.
    private mutating func giveUp(
        _ cancel: CallCancel, _ key: SlabKey, _ place: Int32, now: Instant, into sink: inout some RouterSink
    ) {
        let number = AttemptNumber(key, cancel.token)
        calls[place].sent[Int(cancel.token.rawValue)].over = .cancelled(cancel)
        calls[place].sent[Int(cancel.token.rawValue)].overAt = now
        let sent = calls[place].sent[Int(cancel.token.rawValue)]
        guard sent.permit != nil || sent.gate < 0 else {
            gates.gates[Int(sent.gate)].withdraw(number.rawValue, now: now)
            return
        }
        let head = FrameHead(
            kind: .cancel, request: number.rawValue, customer: operations[key]!.customer, epoch: sent.epoch,
            attempt: cancel.token.rawValue)
        // A word that cannot be sent costs work, and nothing else.
        if sink.send(head, to: sent.cell, body: .empty) {
            counters.cancels += 1
        } else {
            counters.cancelsUnsent += 1
        }
        conducts[sent.cell.position].gaveUp(slot: calls[place].slot, after: now - sent.at, now: now)
        let isLimit = cancel.reason == .limit
        figures.ended(.service, sent.cell, isLimit || cancel.reason == .callTime ? .failed : .cancelled)
        if defect == .keepsPermits { return }
        if defect == .endsTwice, let permit = sent.permit {
            _ = gates.gates[Int(sent.gate)].count(
                permit, .withdrawn, took: .zero, mark: .nothing, policy(ofGate: Int(sent.gate)), now: now,
                using: &random
            )
        }
        if isLimit || cancel.reason == .callTime { counters.attemptTimeouts += 1 }
        close(
            cancel.token, place, isLimit ? AttemptEnd(.failed, .timeout) : .withdrawn, cancel.mark, now: now,
            into: &sink)
        if isLimit, !isLate { cellTimedOut(sent.cell, gate: Int(sent.gate), now: now, into: &sink) }
    }

    private mutating func countOverdue(
        _ token: CallToken, _ place: Int32, now: Instant, into sink: inout some RouterSink
    ) {
        let index = Int(token.rawValue)
        let gate = Int(calls[place].sent[index].gate)
        guard gate >= 0, var permit = calls[place].sent[index].permit else { return }
        overdue(&permit, gate: gate, now: now, into: &sink)
        calls[place].sent[index].permit = permit
    }

    // MARK: Events

    /// The timer of a call has come.
    mutating func callElapsed(_ key: SlabKey, _ place: Int32, now: Instant, into sink: inout some RouterSink) {
        calls[place].state.elapsed(in: &gates.scopes[calls[place].kind], now: now, using: &random)
        drive(key, place, nil, now: now, into: &sink)
    }

    /// The link to a cell is gone, and with it all that was out there.
    mutating func callLost(
        _ key: SlabKey, _ place: Int32, at cell: CellIndex, now: Instant, into sink: inout some RouterSink
    ) {
        var isChanged = false
        for index in 0..<calls[place].state.attemptCount where calls[place].sent[index].cell == cell {
            let token = CallToken(UInt8(index))
            guard calls[place].state.isLive(token) else { continue }
            isChanged = true
            let sent = calls[place].sent[index]
            if sent.permit == nil, sent.gate >= 0 {
                gates.gates[Int(sent.gate)].withdraw(AttemptNumber(key, token).rawValue, now: now)
                let kind = calls[place].kind
                calls[place].state.blocked(
                    token, at: calls[place].state.target(of: token), by: .failover, in: &gates.scopes[kind], now: now,
                    using: &random)
            } else {
                counters.attemptResets += 1
                end(token, place, .linkLost, now: now, into: &sink)
            }
        }
        if isChanged { drive(key, place, nil, now: now, into: &sink) }
    }

    /// Nobody wants the answer any more.
    mutating func callWithdrawn(_ key: SlabKey, _ place: Int32, now: Instant, into sink: inout some RouterSink) {
        calls[place].state.withdrawn(in: &gates.scopes[calls[place].kind], now: now)
        drive(key, place, nil, now: now, into: &sink)
    }

    /// Those that waited at gates have their turn, or are turned away. At the end of whatever has moved something, so that
    /// no call is driven while another one is.
    mutating func takeTurns(now: Instant, into sink: inout some RouterSink) {
        while true {
            if let (ticket, gate) = turnedAway.popLast() {
                answerWaiting(ticket, gate, nil, .bulkhead, now, now: now, into: &sink)
            } else if let gate = vacant.last {
                guard let turn = gates.gates[gate].next(policy(ofGate: gate), now: now, using: &random) else {
                    vacant.removeLast()
                    continue
                }
                if let transition = turn.answer.transition { tell(transition, gate: gate, into: &sink) }
                switch turn.answer.verdict {
                case .run(let permit): answerWaiting(turn.ticket, gate, permit, .bulkhead, now, now: now, into: &sink)
                case .blocked(let by, let until):
                    answerWaiting(turn.ticket, gate, nil, by, until, now: now, into: &sink)
                case .wait: break
                }
            } else {
                return
            }
        }
    }

    /// - Parameter permit: nil where it is turned away.
    private mutating func answerWaiting(
        _ ticket: UInt64, _ gate: Int, _ permit: GatePermit?, _ by: PolicyName, _ until: Instant, now: Instant,
        into sink: inout some RouterSink
    ) {
        let number = AttemptNumber(rawValue: ticket)
        guard case .service(let place)? = operations[number.operation]?.work,
            calls[place].state.isLive(number.token), let position = calls[place].state.target(of: number.token)
        else {
            if let permit { giveBack(permit, gate: gate, now: now) }
            return
        }
        if let trace = calls[place].trace {
            let verdict = permit.map { GateAnswer.Verdict.run($0) } ?? .blocked(by, until: until)
            let decision = decision(
                verdict, gate: gate, attempt: number.token.rawValue, calls[place].priority,
                until: calls[place].state.end, now: now)
            traces.log.note(trace, decision)
        }
        if let permit {
            calls[place].sent[Int(number.token.rawValue)].permit = permit
            calls[place].sent[Int(number.token.rawValue)].at = now
            let timing = gates.gates[gate].timing(policy(ofGate: gate), now: now)
            send(number, place, to: position, timing, now: now, into: &sink)
        } else {
            let kind = calls[place].kind
            calls[place].state.blocked(
                number.token, at: position, by: by, until: until, in: &gates.scopes[kind], now: now, using: &random)
        }
        drive(number.operation, place, nil, now: now, into: &sink)
    }
}
