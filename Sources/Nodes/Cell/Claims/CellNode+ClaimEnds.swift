import MeshBase
import Replication
import Resilience
import Topology
import Wire

/// How a call under a key ends: its answer is kept, or the key given back where nothing came of it.
extension CellNode {
    /// The call has ended here: what it is answered with is kept first.
    mutating func claimEnded(
        _ ticket: SlabKey, _ end: ServiceGraph.End, note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer,
        now: Instant, into sink: inout some CellSink
    ) {
        if putOff(ticket, end, now: now, into: &sink) { return }
        switch end.outcome {
        case .rejected:
            counters.refused += 1
            takeBack(ticket, into: &sink)
            settle(ticket, .free, turned: .refused(.overloaded), now: now, into: &sink)
        case .noProgram:
            takeBack(ticket, into: &sink)
            settle(ticket, .free, turned: .refused(.noProgram), now: now, into: &sink)
        case .givenUp:
            takeBack(ticket, into: &sink)
            settle(ticket, .free, turned: .refused(.givenUp), now: now, into: &sink)
        case .shed(let priority):
            takeBack(ticket, into: &sink)
            settle(ticket, .free, turned: .shed(priority), now: now, into: &sink)
        case .dependency where !end.hasEffects:
            takeBack(ticket, into: &sink)
            let failure = ClaimTask.Failure(
                status: end.outcome.status, wait: patience(end), note: Array(note), body: Array(body))
            settle(ticket, .free, turned: .failed(failure), now: now, into: &sink)
        default:
            let answer = ClaimValue.Answer(
                status: end.outcome.status(of: end.answer),
                isJSON: end.answer?.isJSON ?? true || end.outcome.status >= 500, note: Array(note), body: Array(body),
                room: ClaimValue.room(bodyLimit: topology.routing.bodyLimit))
            if answer.isCut { claims.tasks[ticket]?.whole = (Array(note), Array(body)) }
            settle(ticket, .done(answer), turned: nil, now: now, into: &sink)
        }
    }

    private func takeBack(_ ticket: SlabKey, into sink: inout some CellSink) {
        if let task = claims.tasks[ticket] { sink.claimed(task.position, hasBegun: false) }
    }

    mutating func settle(
        _ ticket: SlabKey, _ state: ClaimValue.State, turned: ClaimTask.Turned?, now: Instant,
        into sink: inout some CellSink
    ) {
        guard claims.tasks[ticket] != nil else { return }
        claims.tasks[ticket]!.value.state = state
        // What was given back is of no use to anybody.
        if state == .free { claims.tasks[ticket]!.value.expires = wall(now) + ClaimDesk.promiseTime }
        claims.tasks[ticket]!.turned = turned
        claims.tasks[ticket]!.stage = .settling
        claims.tasks[ticket]!.giveUpAt = now + ClaimDesk.settleTime
        beginRound(ticket, now: now, into: &sink)
    }

    /// The time of a call's rounds is over.
    mutating func giveUp(_ ticket: SlabKey, _ task: ClaimTask, now: Instant, into sink: inout some CellSink) {
        switch task.stage {
        case .claiming, .reading:
            let why = ClaimTask.Turned.refused(task.hindrance ?? .keyUndecided)
            count(task, as: \.undecided)
            guard task.change.isUncertain else { return end(ticket, why, into: &sink) }
            // The claim may be decided yet, and would stand for nobody: it is given back.
            tellTurned(why, task.waiters, into: &sink)
            claims.tasks[ticket]!.waiters = []
            settle(ticket, .free, turned: why, now: now, into: &sink)
        case .confirming:
            jobs.tried(task.position, isDone: false, now: now)
            end(ticket, .refused(task.hindrance ?? .keyUndecided), into: &sink)
        case .working: break
        case .settling:
            if task.value.isSettled { claimCounters.unsettled += 1 }
            if task.former != nil { return end(ticket, .refused(.keyClaimed), retryAfter: 1_000, into: &sink) }
            // Whatever was done of it: it is still a job in the shard. What was done is kept, and not done again.
            if task.isJob {
                if task.value.isSettled { jobs.keep(task.value, of: task.position) }
                jobs.tried(task.position, isDone: false, now: now)
            }
            end(ticket, .refused(.keyUnsettled), into: &sink)
        }
    }

    // MARK: Ends

    mutating func end(
        _ ticket: SlabKey, _ turned: ClaimTask.Turned, retryAfter: UInt32 = 0, into sink: inout some CellSink
    ) {
        guard let task = claims.tasks[ticket] else { return }
        removeClaim(ticket, task)
        if let trace = task.trace { noteKeyEnd(task.turned ?? turned, trace) }
        let turned = task.turned ?? turned
        switch turned {
        case .shed, .failed:
            // Once the key is given back there is room for who matters more.
            tellTurned(turned, task.waiters.filter { !task.urgent.contains($0) }, into: &sink)
            tellTurned(.refused(.keyClaimed), task.urgent, retryAfter: 1_000, into: &sink)
        case .refused: tellTurned(turned, task.waiters, retryAfter: retryAfter, into: &sink)
        }
    }

    mutating func removeClaim(_ ticket: SlabKey, _ task: ClaimTask) {
        if let failure = claims.tasks[ticket]?.failure {
            // The shard did not take it: there is no job.
            graph.settle(failure, as: .tryAgain, of: task.service)
            jobs.withdraw()
        }
        claims.forget(task.asked)
        claims.timers.cancel(ticket)
        claims.byKey[task.position] = nil
        _ = claims.tasks.remove(ticket)
    }

    func tellTurned(
        _ turned: ClaimTask.Turned, _ waiters: [CellAsker], retryAfter: UInt32 = 0, into sink: inout some CellSink
    ) {
        for case .frame(let link, let request) in waiters {
            switch turned {
            case .refused(let why): sink.refuse(why, request: request, retryAfter: retryAfter, to: link)
            case .shed(let priority):
                sink.shed(priority, request: request, wait: graph.policies.retryAfter, to: link)
            case .failed(let failure):
                reply(
                    failure.status, .json, wait: failure.wait, note: failure.note, body: failure.body, to: request,
                    link,
                    into: &sink)
            }
        }
    }

    private func reply(
        _ status: UInt16, _ flags: FrameFlags, wait: TimeAmount = .zero, note: [UInt8], body: [UInt8],
        to request: UInt64, _ link: ConnectionID, into sink: inout some CellSink
    ) {
        var head = FrameHead(
            kind: .reply, flags: flags, status: status, request: request, customer: CustomerHash(rawValue: 0),
            epoch: .first)
        head.deadline = UInt32(clamping: wait.millisecondsRoundedUp)
        note.withUnsafeBytes { note in body.withUnsafeBytes { sink.reply(head, to: link, note: note, body: $0) } }
    }

    func tell(
        _ answer: ClaimValue.Answer, _ whole: (note: [UInt8], body: [UInt8])?, to asker: CellAsker, isReplayed: Bool,
        into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        if answer.isCut, whole == nil { return sink.refuse(.keyAnswerCut, request: request, to: link) }
        var flags = answer.isJSON ? FrameFlags.json : []
        if isReplayed { flags.insert(.replayed) }
        reply(
            answer.status, flags, note: whole?.note ?? answer.note, body: whole?.body ?? answer.body, to: request, link,
            into: &sink)
    }
}
