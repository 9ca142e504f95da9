import MeshBase
import Resilience
import Wire

/// How calls that have ended are answered.
extension CellNode {
    mutating func answerFinished(now: Instant, into sink: inout some CellSink) {
        // By index: a claim that is settled may end others.
        var index = 0
        while index < graph.finished.count {
            let end = graph.finished[index]
            index += 1
            switch end.owner {
            case .asker(let asker):
                note(end, now: now)
                answer(asker, end, now: now, into: &sink)
            case .probe: syntheticEnded(end.outcome, now: now, into: &sink)
            case .attempt, .nobody: break
            }
        }
        graph.finished.removeAll(keepingCapacity: true)
        if !graph.news.isEmpty { tellOfEdges(now: now, into: &sink) }
    }

    private mutating func answer(
        _ asker: CellAsker, _ end: ServiceGraph.End, now: Instant, into sink: inout some CellSink
    ) {
        if let kept = graph.transform(end, now: now) {
            graph.noteStale(end, status: kept.status, now: now)
            return tell(stale: kept, of: end, to: asker, into: &sink)
        }
        let (service, outcome, results) = (end.service, end.outcome, end.results)
        let trace = endTrace(of: end, asker, now: now, into: &sink)
        let (refusal, patience) = (outcome.refusal, patience(end))
        if let refusal, case .frame(let link, let request) = asker {
            if refusal == .overloaded { counters.refused += 1 }
            if case .shed(let priority) = outcome {
                return sink.shed(priority, request: request, wait: patience, to: link)
            }
            let wait = UInt32(clamping: patience.millisecondsRoundedUp)
            return sink.refuse(refusal, request: request, retryAfter: wait, to: link)
        }
        // What it said of its own failure is for nobody: a problem tells of that.
        let given = outcome.status(of: end.answer) < 500 ? end.answer : nil
        let status = outcome.status(of: given)
        answerBuffer.removeAll()
        let noteEnd = writeNote(end, now: now)
        if let given {
            given.body.withUnsafeBytes { answerBuffer.append($0) }
        } else {
            writeBody(service, outcome, results, end.served)
        }
        let bytes = answerBuffer.bytes
        let note = UnsafeRawBufferPointer(rebasing: bytes[..<noteEnd])
        let body = UnsafeRawBufferPointer(rebasing: bytes[noteEnd...])
        if end.kept != nil, status < 300, noteEnd == 0 {
            graph.keep(
                KeptAnswer(status: status, isJSON: given?.isJSON ?? true, body: Array(body)), of: end, now: now)
        }
        switch asker {
        case .frame(let link, let request):
            var head = FrameHead(
                kind: .reply, flags: given?.isJSON == false ? [] : .json, status: status, request: request,
                customer: CustomerHash(rawValue: 0), epoch: .first)
            head.deadline = UInt32(clamping: patience.millisecondsRoundedUp)
            sink.reply(head, to: link, note: note, body: body)
        case .claim(let ticket):
            let (note, body) = (Array(note), Array(body))
            note.withUnsafeBytes { note in
                body.withUnsafeBytes { claimEnded(ticket, end, note: note, body: $0, now: now, into: &sink) }
            }
        case .http(let connection):
            var response = CellResponse(status: status)
            response.refusal = refusal
            response.isGiven = given != nil
            response.isJSON = given?.isJSON ?? true
            response.note = note
            response.body = body
            response.wait = ComeBack.wait(
                patience, status: status, isUnsafe: refusal == nil && end.mustNotBeRepeated,
                isTooLate: outcome.policy(end.blame) == .deadline)
            response.trace = trace.flatMap { told($0, status: status) }
            sink.respond(connection, response)
        }
    }

    /// When another attempt may be worth it, for all that this cell knows; zero where it knows nothing of that.
    func patience(_ end: ServiceGraph.End) -> TimeAmount {
        switch end.outcome {
        case .rejected: .zero
        case .shed, .givenUp: graph.policies.retryAfter
        case .noProgram: Self.programRetryAfter
        // What may be done by now is not to be asked for again.
        default: end.outcome.status >= 500 && !end.mustNotBeRepeated ? end.blame?.retryAfter ?? .zero : .zero
        }
    }

    /// The last good answer stands in for a failure, with a word that it is one.
    private mutating func tell(
        stale answer: KeptAnswer, of end: ServiceGraph.End, to asker: CellAsker, into sink: inout some CellSink
    ) {
        answerBuffer.removeAll()
        answerBuffer.append(graph.services[end.service].name)
        answerBuffer.append("=stale")
        let note = UnsafeRawBufferPointer(answerBuffer.bytes)
        answer.body.withUnsafeBytes { body in
            switch asker {
            case .frame(let link, let request):
                let head = FrameHead(
                    kind: .reply, flags: answer.isJSON ? .json : [], status: answer.status, request: request,
                    customer: CustomerHash(rawValue: 0), epoch: .first)
                sink.reply(head, to: link, note: note, body: body)
            case .http(let connection):
                var response = CellResponse(status: answer.status)
                response.isGiven = true
                response.isJSON = answer.isJSON
                response.note = note
                response.body = body
                response.trace = end.trace.flatMap { told($0, status: answer.status) }
                sink.respond(connection, response)
            // Nothing is kept of what is carried out once.
            case .claim: break
            }
        }
    }

    /// A program that has ended is started again after so long at first.
    private static var programRetryAfter: TimeAmount { .milliseconds(100) }
}

extension ServiceOutcome {
    /// What the call is answered with: a program that did well says itself how well.
    func status(of answer: ProgramAnswer?) -> UInt16 {
        if self == .ok, let answer { answer.status } else { status }
    }

    /// Why nothing was begun; nil where something was.
    var refusal: Refusal? {
        switch self {
        case .rejected: .overloaded
        case .shed: .shed
        case .noProgram: .noProgram
        case .givenUp: .givenUp
        case .ok, .failed, .faulted, .timedOut, .dependency, .cancelled, .answered, .programLost: nil
        }
    }
}
