import Checkers
import MeshBase
import UVDriver
import Wire

extension LoadRun {
    func send(_ request: LoadRequest, on index: Int, now: Instant) {
        guard let stream = state.pointee.connections[index].stream else { return }
        state.pointee.number += 1
        let number = state.pointee.number
        state.pointee.connections[index].request = request
        state.pointee.connections[index].number = number
        state.pointee.setPhase(index, .busy, since: now)
        state.pointee.inFlight += 1
        if state.pointee.registers != nil, isRegister(request) { invoke(request, number) }
        let token = hasSession(request) ? state.pointee.sessions?.begin(request, number: number) : nil
        state.pointee.connections[index].hasSession = token != nil
        let condition =
            request.kind == .write && isJudgedAsSiblings(request)
            ? state.pointee.siblings?.begin(request.record, number: number) : nil
        state.pointee.renderer.append(
            request, number: number, session: token, condition: condition, into: &stream.pointee.output)
        pool.wrote(stream)
    }

    /// Gives a free connection what waits, or puts it into the line.
    func becomeIdle(_ index: Int, now: Instant) {
        state.pointee.setPhase(index, .idle, since: now)
        while let request = state.pointee.queue.pop() {
            guard now - request.intended <= configuration.timeout else {
                fail(request, .queueTimeout, now: now)
                continue
            }
            return send(request, on: index, now: now)
        }
        if state.pointee.phase == .verifying, let record = state.pointee.verification.take(now: now) {
            return send(.verification(of: record, at: now), on: index, now: now)
        }
        state.pointee.list(index)
    }

    func verifyOnIdle(_ now: Instant) {
        while let index = state.pointee.takeIdle() {
            guard let record = state.pointee.verification.take(now: now) else {
                return state.pointee.list(index)
            }
            send(.verification(of: record, at: now), on: index, now: now)
        }
    }

    func read(_ stream: StreamPointer) {
        guard let index = index(of: stream) else { return }
        let now = loop.now()
        let bytes = stream.pointee.input.mutableBytes
        switch state.pointee.connections[index].parser.parse(bytes, limits: limits) {
        case .incomplete:
            return
        case .failure:
            state.pointee.opened.lost += 1
            if state.pointee.connections[index].phase == .busy { failInFlight(index, .malformed, now: now) }
            close(index)
            reopen(index, now: now)
        case .complete(let response):
            // An answer that nobody asked for (408, say) is the server's way to part.
            let isExpected = state.pointee.connections[index].phase == .busy && bytes.count == response.consumed
            if state.pointee.connections[index].phase == .busy {
                answered(index, response, UnsafeRawBufferPointer(bytes), now: now)
            }
            guard isExpected, response.keepAlive else {
                state.pointee.opened.lost += 1
                close(index)
                return reopen(index, now: now)
            }
            pool.consume(stream, response.consumed)
            becomeIdle(index, now: now)
        }
    }

    /// Books an answer; the connection is not yet free.
    func answered(_ index: Int, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer, now: Instant) {
        let request = state.pointee.connections[index].request
        let number = state.pointee.connections[index].number
        state.pointee.inFlight -= 1
        state.pointee.connections[index].failures = 0
        let body = response.body.bytes(in: bytes)
        guard request.kind != .verification else { return verified(request, response, bytes, now: now) }

        // Siblings are an answer as well.
        var isOK = response.status >= 200 && response.status <= 300
        var problem: String?
        if !isOK {
            problem = AnswerNotes.problem(body)
            // A record that was never written is an answer as good as any; cells without a store are not.
            isOK = response.status == 404 && request.kind == .read && (problem == nil || problem == "no-record")
        }
        state.pointee.accounts.answer(request, status: response.status, isOK: isOK, after: now - request.intended)
        if !isOK { state.pointee.accounts.note(problem: problem ?? "http-\(response.status)", of: request) }
        state.pointee.series.note(
            Int(request.customer), service: request.service, kind: request.kind, priority: request.priority,
            cell: response.cell.bytes(in: bytes), isOK: isOK, isShed: problem == "shed",
            failure: AnswerNotes.failure(response.status, problem, body), after: now - request.intended, now: now)

        noteCall(request, response, bytes, isOK: isOK, now: now)
        if response.shard.isPresent, let shard = AnswerNotes.shard(response.shard.bytes(in: bytes)) {
            state.pointee.ledger.note(
                Int(request.customer), serving: shard.serving, size: shard.size, isRefused: !isOK)
        }
        let version = response.etag.isPresent ? AnswerNotes.version(response.etag.bytes(in: bytes)) : nil
        let isUnknown = !isOK && !Self.refusedWhole(response.status, problem)
        let began = state.pointee.connections[index].since
        if request.kind == .write, isOK {
            book(request, number, version ?? .none, began: began, ended: now)
        } else if request.kind == .write, isUnknown, isKept(request), !configuration.keepsSiblings(request.item) {
            state.pointee.writes.unknown(request.record, value: number)
        }
        if isJudgedAsSiblings(request) {
            bookSiblings(request, number, response, bytes, isOK: isOK, isUnknown: isUnknown)
        }
        let isStale = request.kind == .read && isOK && isStale(request, version, response.status, began: began)
        note(isOK ? .ok : isUnknown ? .failed : .refused, request, isStale: isStale)
        let isJudged = state.pointee.registers != nil && isRegister(request)
        let carried = state.pointee.connections[index].hasSession
        guard isJudged || carried,
            let outcome = outcome(of: request, response.status, isOK: isOK, isUnknown: isUnknown, version, body)
        else { return }
        if isJudged { state.pointee.registers?.complete(OperationID(number), outcome) }
        if carried {
            state.pointee.sessions?.end(
                request, number: number, outcome, token: response.session.bytes(in: bytes))
        }
    }

    /// Books an acknowledged write.
    private func book(
        _ request: LoadRequest, _ number: UInt64, _ version: VersionWitness, began: Instant, ended: Instant
    ) {
        guard !configuration.keepsSiblings(request.item) else { return }
        if isKept(request) {
            state.pointee.writes.acknowledged(
                request.record, value: number, version: version, began: began, ended: ended)
        } else if configuration.readsCacheBack {
            state.pointee.accepted.acknowledged(
                request.record, value: number, version: version, began: began, ended: ended)
        }
        floors?.acknowledged(request.record, version, at: ended)
    }

    /// A record that is there, without a version, says nothing.
    private func isStale(
        _ request: LoadRequest, _ version: VersionWitness?, _ status: Int, began: Instant
    ) -> Bool {
        guard let floors, version != nil || status == 404, !configuration.keepsSiblings(request.item) else {
            return false
        }
        return floors.isStale(request.record, status == 404 ? .none : version ?? .none, began: began)
    }

    /// Tells the part of the run that is under way.
    private func note(_ ending: LoadWindows.Ending, _ request: LoadRequest, isStale: Bool = false) {
        guard !state.pointee.windows.windows.isEmpty else { return }
        state.pointee.windows.note(
            LoadWindows.Note(
                ending: ending, tier: request.kind == .service ? nil : configuration.tier(ofKey: request.item),
                customerClass: configuration.customerClass?(Int(request.customer)) ?? 0, intended: request.intended,
                isStale: isStale))
    }

    /// One register per record is what tier critical promises.
    private func isRegister(_ request: LoadRequest) -> Bool {
        configuration.tier(ofKey: request.item).map { $0 == .critical } ?? true
    }

    /// What promises nothing has no sessions, and reading back is nobody's.
    private func hasSession(_ request: LoadRequest) -> Bool {
        guard state.pointee.sessions != nil, request.kind == .read || request.kind == .write else { return false }
        return configuration.tier(ofKey: request.item) != .cache && !configuration.keepsSiblings(request.item)
    }

    /// The keys of tier cache are accepted losses, where others are none.
    private func isKept(_ request: LoadRequest) -> Bool {
        configuration.keyTiers.count < 2 || configuration.tier(ofKey: request.item) != .cache
    }

    /// Whether an answer says that nothing was changed.
    private static func refusedWhole(_ status: Int, _ problem: String?) -> Bool {
        if problem == "outcome-unknown" { return false }
        return status == 503 || status >= 400 && status < 500 && status != 408
    }

    func failInFlight(_ index: Int, _ failure: LoadFailure, now: Instant) {
        let request = state.pointee.connections[index].request
        let number = state.pointee.connections[index].number
        state.pointee.inFlight -= 1
        guard request.kind != .verification else {
            return state.pointee.verification.failed(request.record, now: now)
        }
        if request.kind == .write {
            if isJudgedAsSiblings(request) {
                state.pointee.siblings?.lost(number: number)
            } else if isKept(request), !configuration.keepsSiblings(request.item) {
                state.pointee.writes.unknown(request.record, value: number)
            }
        }
        if state.pointee.connections[index].hasSession {
            state.pointee.sessions?.end(
                request, number: number, .unknown, token: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        if request.kind != .service, isRegister(request) {
            state.pointee.registers?.complete(OperationID(number), .unknown)
        }
        fail(request, failure, now: now)
    }

    func fail(_ request: LoadRequest, _ failure: LoadFailure, now: Instant) {
        state.pointee.accounts.fail(request, failure, after: now - request.intended)
        switch failure {
        case .unfinished: break
        case .dropped: state.pointee.series.noteDropped()
        case .timeout, .queueTimeout, .connectionLost, .unreachable, .malformed:
            let isSlow = failure == .timeout || failure == .queueTimeout
            state.pointee.series.note(
                Int(request.customer), service: request.service, kind: request.kind, priority: request.priority,
                cell: UnsafeRawBufferPointer(start: nil, count: 0), isOK: false, failure: failure.name,
                after: isSlow ? now - request.intended : nil, now: now)
        }
        if failure != .unfinished, failure != .dropped {
            noteArm(request, isOK: false, degraded: UnsafeRawBufferPointer(start: nil, count: 0), now: now)
        }
        if failure != .unfinished { note(.failed, request) }
    }

    private func verified(
        _ request: LoadRequest, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer, now: Instant
    ) {
        if isJudgedAsSiblings(request) { return verifiedSiblings(request, response, bytes, now: now) }
        let body = response.body.bytes(in: bytes)
        let version =
            (response.etag.isPresent ? AnswerNotes.version(response.etag.bytes(in: bytes)) : nil) ?? .none
        let found: AcknowledgedWrites.ReadBack
        switch response.status {
        case 200:
            if let value = RecordValue.parse(body) {
                found = value.run == state.pointee.run ? .found(version, value: value.number) : .foreign(version)
            } else {
                found = .corrupt(version)
            }
        case 404 where AnswerNotes.problem(body) ?? "no-record" == "no-record":
            found = .missing
        default:
            return state.pointee.verification.failed(request.record, now: now)
        }
        if isKept(request) {
            state.pointee.verification.answered(request.record, found, &state.pointee.writes, now: now)
        } else {
            state.pointee.verification.answered(
                request.record, found, &state.pointee.accepted, now: now, mayAskAgain: false)
        }
    }

    // MARK: Registers

    private func invoke(_ request: LoadRequest, _ number: UInt64) {
        switch request.kind {
        case .read: state.pointee.registers?.invoke(OperationID(number), .read, on: request.record)
        case .write:
            state.pointee.registers?.invoke(OperationID(number), .write(value: number), on: request.record)
        case .service, .verification: break
        }
    }

    /// What an answer says of an operation on a record; nil for other requests.
    private func outcome(
        of request: LoadRequest, _ status: Int, isOK: Bool, isUnknown: Bool, _ version: VersionWitness?,
        _ body: UnsafeRawBufferPointer
    ) -> History.Outcome? {
        switch request.kind {
        case .service, .verification:
            return nil
        case .write:
            // Without a version an acknowledgement proves no order.
            return isOK ? version.map { .acknowledged($0) } ?? .unknown : isUnknown ? .unknown : .failed
        case .read:
            if status == 404, isOK {
                return .missing(version ?? .none)
            } else if isOK, let version, let value = RecordValue.parse(body), value.run == state.pointee.run {
                return .found(version, value: value.number)
            }
            // Refused, or the value of another run, about which nothing is known here.
            return .failed
        }
    }
}
