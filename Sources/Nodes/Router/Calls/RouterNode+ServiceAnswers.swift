import MeshBase
import Resilience
import Sharding
import Wire

/// A frame of a cell, valid while it is being taken in.
struct CellAnswer {
    var frame: FrameView
    var cell: CellIndex
    var token: CallToken { AttemptNumber(rawValue: frame.head.request).token }
}

/// What cells say of service calls, and what clients are told.
extension RouterNode {
    mutating func serviceAnswered(
        _ number: AttemptNumber, _ place: Int32, _ frame: borrowing FrameView, by cell: CellIndex, now: Instant,
        into sink: inout some RouterSink
    ) {
        let (key, token) = (number.operation, number.token)
        let sent = calls[place].sent[Int(token.rawValue)]
        guard calls[place].state.isLive(token), sent.cell == cell, sent.isOut else {
            counters.lateFrames += 1
            return
        }
        let retryAfter = frame.head.deadline
        var outcome: AttemptEnd
        var isError: Bool?
        switch frame.head.kind {
        case .reply:
            outcome = AttemptEnd(status: frame.head.status, retryAfterMilliseconds: retryAfter)
            // Kept under its key, whatever it says: another attempt would be told the very same.
            if calls[place].state.safety == .keyed { outcome.kind = .none }
            isError = frame.head.status >= 500
            calls[place].last = .reply(status: frame.head.status)
        case .refusal:
            let refusal = Refusal(rawValue: frame.head.status)
            if refusal == .otherEpoch, serviceMoved(number, place, frame, now: now, into: &sink) { return }
            counters.refusals += 1
            outcome = AttemptEnd(refusal: refusal, retryAfterMilliseconds: retryAfter)
            calls[place].last = .refusal(refusal, refusal == .shed ? RouterOperation.Shed(frame.head) : nil)
        default:
            counters.lateFrames += 1
            return
        }
        calls[place].patience = .milliseconds(Int64(retryAfter))
        links[cell.position].pulse.answered()
        end(token, place, outcome, isAnswer: true, isError: isError, now: now, into: &sink)
        drive(key, place, CellAnswer(frame: copy frame, cell: cell), now: now, into: &sink)
    }

    /// The cell serves the customer in another epoch: whoever is behind learns from the other, and the request goes on. It
    /// was not begun, so that this is safe for any.
    ///
    /// - Returns: false where the attempt has just failed.
    private mutating func serviceMoved(
        _ number: AttemptNumber, _ place: Int32, _ frame: borrowing FrameView, now: Instant,
        into sink: inout some RouterSink
    ) -> Bool {
        let (key, token) = (number.operation, number.token)
        let sent = calls[place].sent[Int(token.rawValue)]
        links[sent.cell.position].pulse.answered()
        learn(frame.body)
        let assignment = assignment(of: operations[key]!.customer)
        if assignment.epoch > operations[key]!.epoch {
            counters.epochRestarts += 1
            operations[key]!.epoch = assignment.epoch
            operations[key]!.shard = Self.services(of: assignment)
            calls[place].state.retarget(among: askable(operations[key]!.shard))
            calls[place].told = 0
            calls[place].isRestarting = true
        } else if sent.epoch == operations[key]!.epoch, let position = calls[place].state.target(of: token),
            calls[place].told & (1 << UInt16(position)) == 0
        {
            // The attempt goes on: on the same link first what the cell lacks, then the request again.
            calls[place].told |= 1 << UInt16(position)
            tell(sent.cell, of: operations[key]!.customer, into: &sink)
            sendAgain(number, place, now: now, into: &sink)
            drive(key, place, nil, now: now, into: &sink)
            return true
        }
        return false
    }

    // MARK: The client

    /// Answers the client, once, and forgets the request.
    mutating func settle(
        _ how: CallSettlement, _ key: SlabKey, _ place: Int32, _ answer: CellAnswer?, now: Instant,
        into sink: inout some RouterSink
    ) {
        if let worth = calls[place].worth {
            calls[place].worth = nil
            endWorth(worth, Self.outcome(how, answer), kind: calls[place].kind, now: now)
        }
        switch how {
        case .answer:
            if let answer { return pass(answer, nil, key, place, now: now, into: &sink) }
            fail(nil, key, place, now: now, into: &sink)
        case .fail(let failure), .fallback(let failure):
            if let answer, answer.token == failure.token, failure.policy != .deadline {
                return pass(answer, failure, key, place, now: now, into: &sink)
            }
            fail(failure, key, place, now: now, into: &sink)
        case .withdrawn: finish(key)
        }
    }

    /// What the last attempt has brought, as the cell has said it.
    private mutating func pass(
        _ answer: CellAnswer, _ failure: CallFailure?, _ key: SlabKey, _ place: Int32, now: Instant,
        into sink: inout some RouterSink
    ) {
        let head = answer.frame.head
        guard head.kind == .reply else { return fail(failure, key, place, now: now, into: &sink) }
        let shard = operations[key]!.shard
        var response = RouterResponse(status: head.status)
        response.cell = answer.cell
        response.epoch = operations[key]!.epoch
        response.serving = serving(of: shard)
        response.shardSize = shard.count
        response.content = head.flags.contains(.json) ? .json : .bytes
        let note = ReplyNote(answer.frame.note)
        response.degraded = note.degraded
        response.isReplayed = head.flags.contains(.replayed)
        let came: ServiceTally.Answer = head.status >= 500 ? .failed : note.degraded.isEmpty ? .full : .reduced
        tally.note(gates.slot(ofKind: calls[place].kind), came, of: operations[key]!.customer)
        response.body = answer.frame.body
        if head.status >= 500 {
            // The time that a cell has for a call is that of the attempt, unless the whole call's is over with it.
            let isAttempts = calls[place].state.end > now + .milliseconds(1)
            var problem = DataProblem.serviceFailed(
                answer.frame.body, note, limit: isAttempts ? .attemptTimeout : .deadline)
            problem.detail += Self.remark(failure)
            response.problem = problem
        }
        // What is kept under a key will be the same at any time.
        if head.status >= 400, !response.isReplayed {
            response.wait = Self.wait(.milliseconds(Int64(head.deadline)), head.status, failure)
        }
        noteAnswer(
            operations[key]!.customer, since: operations[key]!.started, response, service: harm(came, by: shard))
        let request = operations[key]!.request
        finish(key)
        told(status: response.status)
        endTrace(&response, into: &sink)
        sink.respond(to: request, response)
    }

    private mutating func fail(
        _ failure: CallFailure?, _ key: SlabKey, _ place: Int32, now: Instant, into sink: inout some RouterSink
    ) {
        let (request, customer, shard) = (operations[key]!.request, operations[key]!.customer, operations[key]!.shard)
        let asked = calls[place].cellsAsked
        tally.note(gates.slot(ofKind: calls[place].kind), .failed, of: customer)
        let service = harm(.failed, by: shard)
        if case .refusal(.shed, let shed?) = calls[place].last, failure?.kind == .shed, !calls[place].mayHaveBegun {
            finish(key)
            return refuseShed(
                request, shard: shard, customer: customer, shed, service: service,
                "\(asked) of the \(shard.count) cells of this shard were asked", into: &sink)
        }
        var (status, problem) = explain(failure, place, asked: asked, of: shard.count)
        problem.detail += Self.remark(failure)
        let said = failure?.verdict == .unsafe ? .zero : failure?.retryAfter ?? calls[place].patience
        let wait = Self.wait(said, status, failure)
        finish(key)
        refuse(
            request, status: status, shard: shard, customer: customer, wait: wait, service: service, problem,
            into: &sink)
    }

    /// What faults on services have done to a customer by an answer. A failure is theirs where one lies on a cell of the shard; an
    /// answer that is not whole counts whoever has given it. Lost is nobody by a service: the cells of the shard serve.
    private func harm(_ answer: ServiceTally.Answer, by shard: Shard) -> ImpactObserver.Impact {
        guard impact.hasStruckServices else { return .untouched }
        switch answer {
        case .full: return .untouched
        case .reduced: return .degraded
        case .failed: return impact.strikesServices(of: shard) ? .degraded : .untouched
        }
    }

    private static func wait(_ said: TimeAmount, _ status: UInt16, _ failure: CallFailure?) -> TimeAmount {
        ComeBack.wait(
            said, status: status, isUnsafe: failure?.verdict == .unsafe, isTooLate: failure?.policy == .deadline)
    }

    private static func outcome(_ how: CallSettlement, _ answer: CellAnswer?) -> Outcome {
        switch how {
        case .answer:
            switch answer?.frame.head {
            case let head? where head.kind == .reply && head.status < 400: .ok
            // Kept under its key, so that nobody else was asked.
            case let head? where head.kind == .reply && head.status >= 500: .failed
            default: .ignored
            }
        case .fail(let failure), .fallback(let failure):
            failure.policy == .deadline && failure.token == nil ? .ignored : .failed
        case .withdrawn: .cancelled
        }
    }
}
