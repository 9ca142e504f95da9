import Chaos
import MeshBase
import Resilience
import Sharding
import Topology
import Wire

/// Calls of the cell's services: how they come in, and how they are answered.
extension CellNode {
    /// A service call by a client of the cell's own listener; it has no longer than a router would give it.
    ///
    /// - Parameters:
    ///   - isSafe: its method may be repeated; what needs an idempotency key is claimed by routers' calls only.
    package mutating func handle(
        serviceCall service: UnsafeRawBufferPointer, customer: UnsafeRawBufferPointer, priority: Priority?,
        isSafe: Bool = true, isRead: Bool = false, deadline: TimeAmount, program request: ProgramRequest? = nil,
        connection: ConnectionID, now: Instant, into sink: inout some CellSink
    ) {
        counters.httpCalls += 1
        guard !isStopping else {
            return respond(connection, .stopping, "this cell is stopping", into: &sink)
        }
        guard let index = graph.service(named: service) else {
            return respond(connection, .unknownService, "no such service", into: &sink)
        }
        guard !isStarting else {
            counters.notReady += 1
            return respond(connection, .notReady, "this cell has not started", into: &sink)
        }
        guard isSafe || !needsKey(index) else {
            claimCounters.unfit += 1
            return respond(connection, .keyUnkept, "this cell alone claims no keys", into: &sink)
        }
        call(
            index, for: .http(connection), customer: CustomerHash(customer), priority: priority,
            safety: isSafe ? .idempotent : .once, isRead: isRead,
            deadline: now + min(deadline, topology.routing.requestTimeout),
            name: customer, program: request, now: now, into: &sink)
    }

    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?,
        safety: CallSafety = .keyed, isRead: Bool = false, deadline: Instant, name: UnsafeRawBufferPointer,
        program request: ProgramRequest? = nil, trace: FrameTrace? = nil, now: Instant,
        into sink: inout some CellSink
    ) {
        if !poison.isEmpty, poison.contains(customer.rawValue) {
            sink.emit(.poisoned(customer: String(decoding: name, as: UTF8.self)))
            sink.crash()
            return
        }
        found.sum += Double(graph.pools[service].busy) / Double(max(graph.pools[service].workers, 1))
        found.count += 1
        objectives.offered(now: now)
        graph.call(
            service, for: asker, customer: customer, priority: priority, safety: safety, isRead: isRead,
            deadline: deadline, request: request, trace: trace, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// The processor time of one call has been used.
    package mutating func burned(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        graph.burned(ticket, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// The processor time of one call was refused: too many wait for it, or the call's deadline has passed.
    package mutating func burnRefused(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        graph.burnRefused(ticket, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// Replaces the faults on services that are in force, by the position of each service in the blueprint; what they held
    /// back and hold no more goes on.
    package mutating func strike(_ effects: [ServiceEffect], now: Instant, into sink: inout some CellSink) {
        graph.strike(effects, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// What faults have done to each service, in the order of the blueprint; for metrics.
    package func faultsOnServices() -> [(name: String, counters: ServiceFaultCounters)] {
        graph.services.indices.map { (graph.services[$0].name, graph.faults.counters[$0]) }
    }

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

    /// What has changed at the gates of edges.
    private mutating func tellOfEdges(now: Instant, into sink: inout some CellSink) {
        // By index: what one breaker does may be news of others.
        var index = 0
        while index < graph.news.count {
            let news = graph.news[index]
            index += 1
            switch news {
            case .gate(let gate, let event):
                sink.emit(.gate(name: graph.gateName(gate), event))
                if case .breaker(let change) = event { coordinate(gate, change, now: now, into: &sink) }
            case .timeout(let gate, let change): sink.emit(.timeoutAdapted(gate: graph.gateName(gate), change))
            case .pool(let service, let from, let to):
                sink.emit(.gate(name: graph.poolName(service), .resized(from: from, to: to)))
            case .peak(let peak, let event): sink.emit(.peak(cell: name, name: peak, event))
            case .retries(let route, let isAlert):
                sink.emit(.retries(scope: graph.edgeName(route: route), isAlert: isAlert))
            }
        }
        graph.news.removeAll(keepingCapacity: true)
    }

    private mutating func answer(
        _ asker: CellAsker, _ end: ServiceGraph.End, now: Instant, into sink: inout some CellSink
    ) {
        if let kept = graph.transform(end, now: now) {
            return tell(stale: kept, of: end.service, to: asker, into: &sink)
        }
        let (service, outcome, results) = (end.service, end.outcome, end.results)
        if let trace = end.trace {
            let status = outcome.status(of: end.answer)
            graph.traces.log.end(
                trace, status: status, policy: status < 500 ? "" : "\(outcome.policy(end.blame).name)", now: now)
        }
        var refusal: Refusal?
        switch outcome {
        case .rejected:
            refusal = .overloaded
            guard case .frame(let link, let request) = asker else { break }
            counters.refused += 1
            return sink.refuse(.overloaded, request: request, to: link)
        case .shed(let priority):
            refusal = .shed
            guard case .frame(let link, let request) = asker else { break }
            return sink.shed(priority, request: request, wait: graph.policies.retryAfter, to: link)
        case .noProgram:
            refusal = .noProgram
            guard case .frame(let link, let request) = asker else { break }
            return sink.refuse(.noProgram, request: request, retryAfter: Self.programRetryAfter, to: link)
        case .givenUp:
            refusal = .givenUp
            guard case .frame(let link, let request) = asker else { break }
            let wait = UInt32(clamping: graph.policies.retryAfter.nanoseconds / 1_000_000)
            return sink.refuse(.givenUp, request: request, retryAfter: wait, to: link)
        default: break
        }
        // What it said of its own failure is for nobody: a problem tells of that.
        let given = outcome.status(of: end.answer) < 500 ? end.answer : nil
        let status = outcome.status(of: given)
        answerBuffer.removeAll()
        let noteEnd = writeNote(end)
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
            if let blame = end.blame, outcome.status >= 500 {
                head.deadline = UInt32(clamping: blame.retryAfter.millisecondsRoundedUp)
            }
            sink.reply(head, to: link, note: note, body: body)
        case .claim(let ticket):
            let (note, body) = (Array(note), Array(body))
            note.withUnsafeBytes { note in
                body.withUnsafeBytes { claimEnded(ticket, end, note: note, body: $0, now: now, into: &sink) }
            }
        case .http(let connection):
            if let given {
                sink.respond(connection, status: status, isJSON: given.isJSON, note: note, body: body)
            } else {
                sink.respond(connection, status: status, refusal, note: note, body: body)
            }
        }
    }

    /// The last good answer stands in for a failure, with a word that it is one.
    private mutating func tell(
        stale answer: KeptAnswer, of service: Int, to asker: CellAsker, into sink: inout some CellSink
    ) {
        answerBuffer.removeAll()
        answerBuffer.append(graph.services[service].name)
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
                sink.respond(connection, status: answer.status, isJSON: answer.isJSON, note: note, body: body)
            // Nothing is kept of what is carried out once.
            case .claim: break
            }
        }
    }

    /// In milliseconds: a program that has ended is started again after 100 ms at first.
    private static var programRetryAfter: UInt32 { 100 }

    /// `shipping=static, inventory=empty`: the fallbacks that were used; of a failure also who said no, see `ReplyNote`.
    private mutating func writeNote(_ end: ServiceGraph.End) -> Int {
        let results = end.results
        if end.served != .full, end.outcome == .ok {
            answerBuffer.append(graph.services[end.service].name)
            answerBuffer.append(byte: UInt8(ascii: "="))
            writeServed(end.service, end.served)
        }
        for (index, edge) in graph.services[end.service].calls.enumerated() where results[index].isDegraded {
            if !answerBuffer.isEmpty { answerBuffer.append(", ") }
            answerBuffer.append(graph.services[edge.to].name)
            answerBuffer.append(byte: UInt8(ascii: "="))
            write(results, index, edge.to)
        }
        if let blame = end.blame, end.outcome.status >= 500 {
            let gate = graph.routes.gates[blame.gate]
            ReplyNote.append(
                blame.policy, name, graph.services[gate.caller].name, graph.services[gate.callee].name,
                into: &answerBuffer)
        }
        return answerBuffer.count
    }

    private mutating func writeBody(
        _ service: Int, _ outcome: ServiceOutcome, _ results: EdgeResults, _ served: Served
    ) {
        answerBuffer.append("{\"service\":\"")
        answerBuffer.append(graph.services[service].name)
        answerBuffer.append("\",\"cell\":\"")
        answerBuffer.append(name)
        answerBuffer.append("\",\"outcome\":\"")
        switch outcome {
        case .ok: answerBuffer.append("ok")
        case .failed, .faulted: answerBuffer.append("failed")
        case .rejected: answerBuffer.append("rejected")
        case .shed: answerBuffer.append("shed")
        case .timedOut: answerBuffer.append("timed-out")
        case .dependency: answerBuffer.append("dependency-failed")
        case .cancelled: answerBuffer.append("cancelled")
        case .answered(let status):
            answerBuffer.append("program-answered-")
            answerBuffer.append(decimal: UInt64(status))
        case .noProgram: answerBuffer.append("program-not-ready")
        case .givenUp: answerBuffer.append("given-up")
        case .programLost: answerBuffer.append("program-lost")
        }
        answerBuffer.append("\"")
        if outcome == .ok, graph.qualities.isActive { writeFigures(service, served) }
        let calls = graph.services[service].calls
        if !calls.isEmpty {
            answerBuffer.append(",\"calls\":{")
            for (index, edge) in calls.enumerated() {
                if index > 0 { answerBuffer.append(",") }
                answerBuffer.append("\"")
                answerBuffer.append(graph.services[edge.to].name)
                answerBuffer.append("\":\"")
                write(results, index, edge.to)
                answerBuffer.append("\"")
            }
            answerBuffer.append("}")
        }
        answerBuffer.append("}\n")
    }

    private func respond(
        _ connection: ConnectionID, _ why: Refusal, _ text: StaticString, into sink: inout some CellSink
    ) {
        sink.respond(
            connection, status: why.status, why, note: .empty,
            body: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The services' names, pools and counters, for metrics.
    package func services() -> [(name: String, busy: Int, waiting: Int, workers: Int, counters: ServiceCounters)] {
        graph.services.indices.map {
            (
                graph.services[$0].name, graph.pools[$0].busy, graph.pools[$0].waiting, graph.pools[$0].workers,
                graph.counters[$0]
            )
        }
    }
}

extension ServiceOutcome {
    /// What the call is answered with: a program that did well says itself how well.
    func status(of answer: ProgramAnswer?) -> UInt16 {
        if self == .ok, let answer { answer.status } else { status }
    }
}

extension ShedThresholds {
    init(_ thresholds: SheddingThresholds) {
        self.init(high: thresholds.high, normal: thresholds.normal, low: thresholds.low)
    }
}
