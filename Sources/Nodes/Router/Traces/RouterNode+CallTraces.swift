import MeshBase
import Resilience
import Sharding
import Wire

/// What traces are told of calls to services.
extension RouterNode {
    /// A directive of the call engine, but for the start of an attempt, which the choice of a cell belongs to.
    mutating func note(
        _ directive: CallDirective, _ trace: FrameTrace, _ key: SlabKey, _ place: Int32, now: Instant
    ) {
        let token: CallToken?
        switch directive {
        case .arm, .start: return
        case .cancel(let cancel): token = cancel.token
        case .overdue(let overdue): token = overdue
        case .settle: token = nil
        }
        guard let verb = TraceDecision.Verb(directive) else { return }
        let state = calls[place].state
        let why = state.explain(directive, in: gates.scopes[calls[place].kind], now: now)
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: token.map { gateName($0, place) } ?? blamedGate(directive, place),
                attempt: token?.rawValue, named: directive.policy, verb, why, remaining: state.end - now))
    }

    /// An attempt begins, at the cell at this position; nil where none of those that it could go to can be asked.
    mutating func note(
        _ start: CallStart, at position: Int?, _ trace: FrameTrace, _ key: SlabKey, _ place: Int32, now: Instant
    ) {
        let shard = operations[key]!.shard
        let slot = calls[place].slot
        let state = calls[place].state
        let scope = calls[place].kind
        var why = state.explain(.start(start), in: gates.scopes[scope], now: now)
        why = gates.scopes[scope].told(why, of: start, now: now)
        let choice = choice(among: start.targets, of: shard, place, now: now)
        why.numbers += choice.numbers
        why.numbers.append(.init("epoch", Double(operations[key]!.epoch.rawValue)))
        guard let position else {
            why.detail += "; none of \(start.targets.count) cells can be asked"
            traces.log.note(
                trace,
                TraceDecision(
                    at: now, attempt: start.token.rawValue, .failover, .refused, why, remaining: state.end - now))
            return
        }
        why.detail += "; \(topology.cells[shard[position].position].name), \(choice.detail)"
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: gateName(shard[position], slot), attempt: start.token.rawValue,
                named: CallDirective.start(start).policy, TraceDecision.Verb(.start(start)) ?? .started, why,
                remaining: state.end - now))
    }

    /// What stood for and against the cells that an attempt could go to.
    private func choice(among targets: TargetSet, of shard: Shard, _ place: Int32, now: Instant) -> Explanation {
        let (slot, priority) = (calls[place].slot, calls[place].priority)
        var (ejected, blocking, doubtful) = (0, 0, 0)
        var notes: [String] = []
        var rest = targets
        while let position = rest.popFirst(), position < shard.count {
            let cell = shard[position]
            let kind = gates.kind(cell, slot)
            let gate = gates.known(cell, slot)
            if gate >= 0, gates.isBlocking(gate, priority, now: now) {
                blocking += 1
            }
            if !links[cell.position].isReached || !links[cell.position].isSound { doubtful += 1 }
            if let policy = gates.kinds[kind].ejectionPolicy, gates.ejections[kind].isOut(cell.position) {
                ejected += 1
                let why = gates.ejections[kind].explanation(cell.position, policy, now: now)
                notes.append("\(topology.cells[cell.position].name) is ejected: \(why.detail)")
            }
        }
        var detail = "of \(targets.count) that can be asked"
        if blocking > 0 { detail += ", \(blocking) of them behind gates that turn away" }
        if doubtful > 0 { detail += ", \(doubtful) of them in doubt" }
        if !notes.isEmpty { detail += "; " + notes.joined(separator: "; ") }
        return Explanation(
            detail,
            [
                .init("cells", Double(targets.count)), .init("ejected", Double(ejected)),
                .init("blocking", Double(blocking)), .init("in_doubt", Double(doubtful)),
            ])
    }

    /// What the gate of an attempt said.
    mutating func note(
        _ answer: GateAnswer, gate: Int, _ token: CallToken, _ place: Int32, now: Instant
    ) {
        guard let trace = calls[place].trace else { return }
        let end = calls[place].state.end
        if let transition = answer.transition,
            let decision = decision(transition, gate: gate, attempt: token.rawValue, until: end, now: now)
        {
            traces.log.note(trace, decision)
        }
        traces.log.note(
            trace,
            decision(
                answer.verdict, gate: gate, attempt: token.rawValue, calls[place].priority, until: end, now: now))
    }

    /// An attempt has ended, as the router sees it.
    mutating func note(_ end: AttemptEnd, of token: CallToken, _ place: Int32, now: Instant) {
        guard let trace = calls[place].trace else { return }
        // What ended with its link was not answered: the last word is of another attempt.
        let word = end != .unsent && end != .linkLost ? calls[place].word : ""
        note(end, word, of: token, trace, place, now: now)
    }

    /// - Parameter word: what the cell said.
    private mutating func note(
        _ end: AttemptEnd, _ word: String, of token: CallToken, _ trace: FrameTrace, _ place: Int32, now: Instant
    ) {
        var why = end.explanation
        why.detail += word
        why.numbers.append(.init("took_ms", (now - calls[place].sent[Int(token.rawValue)].at).milliseconds))
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: gateName(token, place), attempt: token.rawValue, end.policy, .settled, why,
                remaining: calls[place].state.end - now))
    }

    /// Why a call that ends so is kept; nil for one that ends like most.
    @inline(__always)
    func reason(
        to how: CallSettlement, _ key: SlabKey, _ place: Int32, _ answer: CellAnswer?, now: Instant
    ) -> TraceReason? {
        if case .fail = how { return .failed }
        let isSlow = now - operations[key]!.started >= gates.kinds[calls[place].kind].slow
        guard isSlow || calls[place].state.attemptCount > 1 || answer?.frame.note.isEmpty == false else { return nil }
        return reason(to: how, place, answer, isSlow: isSlow)
    }

    @inline(never)
    private func reason(
        to how: CallSettlement, _ place: Int32, _ answer: CellAnswer?, isSlow: Bool
    ) -> TraceReason? {
        if case .withdrawn = how { return nil }
        if let answer, !ReplyNote(answer.frame.note).degraded.isEmpty { return .degraded }
        if isSlow { return .slow }
        let state = calls[place].state
        guard state.attemptCount > 1 else { return nil }
        let isHedged = (1..<state.attemptCount).contains { state.kind(of: CallToken(UInt8($0))) == .hedge }
        return isHedged ? .hedged : .failedOver
    }

    /// A call that nobody followed has ended unlike the others: what is known of it now is kept, and what its attempts were
    /// called, under which the cells keep their parts.
    @inline(never)
    mutating func keep(
        _ reason: TraceReason, _ how: CallSettlement, _ mark: Mark, _ key: SlabKey, _ place: Int32, now: Instant,
        into sink: inout some RouterSink
    ) {
        if let trace = calls[place].trace { return traces.log.mark(trace, reason) }
        answering(key)
        guard let trace = refusedTrace(reason, now: now, into: &sink) else { return }
        operations[key]!.trace = trace
        let state = calls[place].state
        noteAttempts(trace, key, place)
        if case .fail(let failure) = how, failure.kind == .blocked, let token = failure.token {
            let gate = Int(calls[place].sent[Int(token.rawValue)].gate)
            if gate >= 0, failure.policy != .failover {
                traces.log.note(
                    trace,
                    decision(
                        .blocked(failure.policy, until: now), gate: gate, attempt: token.rawValue,
                        calls[place].priority, until: state.end, now: now))
            }
        }
        note(.settle(how, mark), trace, key, place, now: now)
    }

    /// When each attempt began, and when and why it ended, in the order of time.
    private mutating func noteAttempts(_ trace: FrameTrace, _ key: SlabKey, _ place: Int32) {
        var events: [(at: Instant, token: CallToken, isEnd: Bool)] = []
        for index in 0..<calls[place].state.attemptCount {
            let token = CallToken(UInt8(index))
            let sent = calls[place].sent[index]
            // Nobody could be asked.
            guard sent.isOut || sent.gate >= 0 else { continue }
            events.append((sent.at, token, false))
            if case .no = sent.over { continue }
            events.append((sent.overAt, token, true))
        }
        // Attempts of one instant come by their numbers: a retry begins when the one before it has ended.
        events.sort { ($0.at, $0.token.rawValue, $0.isEnd ? 1 : 0) < ($1.at, $1.token.rawValue, $1.isEnd ? 1 : 0) }
        for event in events {
            if event.isEnd {
                noteEnd(of: event.token, trace, key, place)
            } else {
                noteStart(of: event.token, trace, key, place)
            }
        }
    }

    private mutating func noteStart(of token: CallToken, _ trace: FrameTrace, _ key: SlabKey, _ place: Int32) {
        let sent = calls[place].sent[Int(token.rawValue)]
        let kind = calls[place].state.kind(of: token)
        traces.log.note(
            trace,
            TraceDecision(
                at: sent.at, gate: gateName(token, place), attempt: token.rawValue,
                named: kind == .first ? "placement" : "\(kind.name)",
                kind == .first ? .started : kind == .retry ? .retried : .hedged,
                Explanation(sent.isOut ? "sent" : "not sent"), remaining: calls[place].state.end - sent.at))
        guard sent.isOut else { return }
        traces.log.link(
            trace, FrameTrace(customer: operations[key]!.customer, request: AttemptNumber(key, token).rawValue))
    }

    private mutating func noteEnd(of token: CallToken, _ trace: FrameTrace, _ key: SlabKey, _ place: Int32) {
        let sent = calls[place].sent[Int(token.rawValue)]
        switch sent.over {
        case .no: break
        // What its cell said is known of the last one alone, and the settlement tells that.
        case .ended(let end): note(end, "", of: token, trace, place, now: sent.overAt)
        case .cancelled(let cancel): note(.cancel(cancel), trace, key, place, now: sent.overAt)
        }
    }

    private func gateName(_ token: CallToken, _ place: Int32) -> String {
        gateName(calls[place].sent[Int(token.rawValue)].cell, calls[place].slot)
    }

    private func blamedGate(_ directive: CallDirective, _ place: Int32) -> String {
        guard case .settle(let how, _) = directive else { return "" }
        switch how {
        case .answer(let token): return gateName(token, place)
        case .fail(let failure), .fallback(let failure): return failure.token.map { gateName($0, place) } ?? ""
        case .withdrawn: return ""
        }
    }
}

extension ServiceCall {
    /// What the last attempt that was answered has said, for a trace.
    var word: String {
        switch last {
        case .nothing: ""
        case .reply(let status): "; the cell answered \(status)"
        case .refusal(let refusal, _): "; the cell refused: \(refusal.map { "\($0)" } ?? "unknown here")"
        }
    }
}
