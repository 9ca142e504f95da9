import MeshBase
import Sharding
import Wire

extension RouterNode {
    mutating func startService(
        _ request: DataRequest, now: Instant, into sink: inout some RouterSink
    ) -> SlabKey? {
        let assignment = assignment(of: request.customer)
        let shard = Self.services(of: assignment)
        guard let position = choose(from: shard, tried: 0) else {
            refuseNoCell(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        var work = RouterOperation.ServiceWork()
        work.current = position
        var operation = RouterOperation(
            request: request.id, customer: request.customer, method: request.method, priority: request.priority,
            isIdempotent: request.isIdempotent || isClaimed(request), shard: shard, epoch: assignment.epoch,
            started: now,
            deadline: now + min(request.deadline ?? policy.requestTimeout, policy.requestTimeout),
            work: .service(work))
        operation.isKeyed = request.isKeyed
        guard let key = operations.insert(operation) else {
            refuseOverloaded(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        sendService(key, to: position, now: now, into: &sink)
        return key
    }

    /// Whichever cells are asked, one of them carries it out, or none: what was begun may be given to another.
    private func isClaimed(_ request: DataRequest) -> Bool {
        request.isKeyed && (request.isExplicit || keyedServices[request.service]?.takesRequestIDs == true)
            || keyedServices[request.service]?.isByBody == true
    }

    /// The order in which cells are asked: that of the shard in force, or in joint that of the joining one and then of who
    /// is only in the other.
    static func services(of assignment: Placement.Assignment) -> Shard {
        var shard = assignment.serving
        if assignment.phase == .joint { for cell in assignment.inForce { shard.append(cell) } }
        return shard
    }

    /// The position of the least rank that was not tried, and the first of equals.
    private func choose(from shard: Shard, tried: UInt16) -> Int? {
        var best: (position: Int, rank: Int)?
        for position in 0..<shard.count where tried & (1 << position) == 0 {
            guard let rank = links[shard[position].position].rank else { continue }
            if rank == 0 { return position }
            if best.map({ rank < $0.rank }) ?? true { best = (position, rank) }
        }
        return best?.position
    }

    private mutating func sendService(
        _ key: SlabKey, to position: Int, now: Instant, into sink: inout some RouterSink
    ) {
        let remaining = beginAttempt(key, now: now)
        guard case .service(var work) = operations[key]!.work else { return }
        work.current = position
        work.tried |= 1 << position
        operations[key]!.work = .service(work)
        counters.attempts += 1
        let head = FrameHead(
            kind: .serviceCall, flags: operations[key]!.flags,
            status: UInt16(operations[key]!.method.rawValue), request: key.rawValue,
            customer: operations[key]!.customer, epoch: operations[key]!.epoch, deadline: remaining)
        let cell = operations[key]!.shard[position]
        let isSent = sink.send(head, to: cell, request: operations[key]!.request, payload: .request)
        guard !isSent else {
            links[cell.position].usedAt = now
            return
        }
        // Goes on with a position that was not tried, so that it comes back here at most once for each.
        counters.unsent += 1
        serviceAttemptFailed(key, .unsent, now: now, into: &sink)
    }

    /// Tells the cell that works on a service call that nobody waits for it any more. A word that cannot be sent costs
    /// work, and nothing else.
    mutating func cancelAttempt(_ key: SlabKey, into sink: inout some RouterSink) {
        guard let operation = operations[key], case .service(let work) = operation.work else { return }
        let head = FrameHead(
            kind: .cancel, request: key.rawValue, customer: operation.customer, epoch: operation.epoch)
        if sink.send(head, to: operation.shard[work.current], body: .empty) {
            counters.cancels += 1
        } else {
            counters.cancelsUnsent += 1
        }
    }

    mutating func serviceAnswered(
        _ key: SlabKey, _ frame: borrowing FrameView, by cell: CellIndex, now: Instant,
        into sink: inout some RouterSink
    ) {
        guard case .service(let work) = operations[key]!.work else { return }
        let shard = operations[key]!.shard
        switch frame.head.kind {
        case .reply:
            if shard[work.current] == cell { links[cell.position].pulse.answered() }
            // An earlier attempt's answer is as good: the request was one that may be done twice.
            var response = RouterResponse(status: frame.head.status)
            response.cell = cell
            response.epoch = operations[key]!.epoch
            response.serving = serving(of: shard)
            response.shardSize = shard.count
            response.content = frame.head.flags.contains(.json) ? .json : .bytes
            response.degraded = frame.note
            response.isReplayed = frame.head.flags.contains(.replayed)
            response.body = frame.body
            if frame.head.status >= 500 {
                response.problem = .serviceFailed(frame.body, isShed: frame.head.deadline > 0)
                response.retryAfter = Int((UInt64(frame.head.deadline) + 999) / 1000)
            }
            noteAnswer(operations[key]!.customer, since: operations[key]!.started, response)
            counters.count(status: response.status)
            let request = operations[key]!.request
            finish(key)
            sink.respond(to: request, response)
        case .refusal:
            guard shard[work.current] == cell else { return }
            links[cell.position].pulse.answered()
            if Refusal(rawValue: frame.head.status) == .otherEpoch {
                return serviceMoved(key, frame, by: cell, now: now, into: &sink)
            }
            counters.refusals += 1
            let refusal = Refusal(rawValue: frame.head.status)
            if refusal == .shed { return serviceShed(key, RouterOperation.Shed(frame.head), now: now, into: &sink) }
            if refusal == .keyClaimed, case .service(var work) = operations[key]!.work {
                work.patience = frame.head.deadline
                operations[key]!.work = .service(work)
            }
            serviceAttemptFailed(key, .refused(refusal), now: now, into: &sink)
        default:
            counters.lateFrames += 1
        }
    }

    /// The cell serves the customer in another epoch: whoever is behind learns from the other, and the request goes on. It
    /// was not begun, so that this is safe for any.
    private mutating func serviceMoved(
        _ key: SlabKey, _ frame: borrowing FrameView, by cell: CellIndex, now: Instant,
        into sink: inout some RouterSink
    ) {
        learn(frame.body)
        guard frame.head.epoch == operations[key]!.epoch, case .service(var work) = operations[key]!.work else {
            counters.lateFrames += 1
            return
        }
        let assignment = assignment(of: operations[key]!.customer)
        if assignment.epoch > operations[key]!.epoch {
            counters.epochRestarts += 1
            operations[key]!.epoch = assignment.epoch
            operations[key]!.shard = Self.services(of: assignment)
            work.tried = 0
            work.told = 0
            operations[key]!.work = .service(work)
            if now < operations[key]!.deadline, let next = choose(from: operations[key]!.shard, tried: 0) {
                return sendService(key, to: next, now: now, into: &sink)
            }
        } else if work.told & (1 << work.current) == 0 {
            work.told |= 1 << work.current
            operations[key]!.work = .service(work)
            tell(cell, of: operations[key]!.customer, into: &sink)
            return sendService(key, to: work.current, now: now, into: &sink)
        }
        counters.refusals += 1
        serviceAttemptFailed(key, .refused(.otherEpoch), now: now, into: &sink)
    }

    /// A cell keeps its room for what matters more. One other cell of the shard may have more of it; to go on asking
    /// would add load where there is too much.
    private mutating func serviceShed(
        _ key: SlabKey, _ shed: RouterOperation.Shed, now: Instant, into sink: inout some RouterSink
    ) {
        guard case .service(var work) = operations[key]!.work else { return }
        work.shed = shed
        work.sheds += 1
        operations[key]!.work = .service(work)
        serviceAttemptFailed(key, .refused(.shed), now: now, into: &sink)
    }

    /// Answers a client whose request was shed, by the cells that were asked or, of a record, by too many of them.
    mutating func refuseShed(
        _ request: RequestID, shard: Shard, customer: CustomerHash, _ shed: RouterOperation.Shed, _ asked: String,
        into sink: inout some RouterSink
    ) {
        counters.shed[shed.priority] += 1
        refuse(
            request, status: Refusal.shed.status, shard: shard, customer: customer, retryAfter: max(1, shed.seconds),
            .shed(shed.priority, asked), into: &sink)
    }

    /// Goes on with the next cell where that is safe, and answers the client where it is not.
    mutating func serviceAttemptFailed(
        _ key: SlabKey, _ failure: AttemptFailure, now: Instant, into sink: inout some RouterSink
    ) {
        guard case .service(var work) = operations[key]!.work else { return }
        if failure == .reset { counters.attemptResets += 1 }
        work.lastFailure = failure
        operations[key]!.work = .service(work)
        let shard = operations[key]!.shard
        var mayRepeat = operations[key]!.isIdempotent
        switch failure {
        case .refused(.shed): mayRepeat = work.sheds < 2
        case .refused(let why): mayRepeat = why?.mayRepeat ?? true
        case .unsent: mayRepeat = true
        case .none, .reset, .timeout: break
        }
        if mayRepeat, now < operations[key]!.deadline, let next = choose(from: shard, tried: work.tried) {
            counters.failovers += 1
            sendService(key, to: next, now: now, into: &sink)
            return
        }
        let (request, customer) = (operations[key]!.request, operations[key]!.customer)
        finish(key)
        if failure == .refused(.shed), let shed = work.shed {
            return refuseShed(
                request, shard: shard, customer: customer, shed,
                "\(work.tried.nonzeroBitCount) of the \(shard.count) cells of this shard were asked", into: &sink)
        }
        let (status, problem) = Self.explain(failure, tried: work.tried.nonzeroBitCount, of: shard.count)
        refuse(
            request, status: status, shard: shard, customer: customer,
            retryAfter: status == 503 || status == 507 ? 1 : Int((UInt64(work.patience) + 999) / 1000), problem,
            into: &sink)
    }

    private static func explain(
        _ failure: AttemptFailure, tried: Int, of size: Int
    ) -> (UInt16, DataProblem) {
        let cells = "\(tried) of the \(size) cells of this shard were asked"
        switch failure {
        case .timeout:
            return (
                504,
                DataProblem(
                    "attempt-timeout", title: "No cell answered in time",
                    detail: "\(cells); the last did not answer within its time limit.", policy: "attempt-timeout")
            )
        case .reset, .none:
            return (
                502,
                DataProblem(
                    "cell-lost", title: "The cell went away while it worked",
                    detail: "\(cells); the link to the last broke before it answered.", policy: "failover")
            )
        case .unsent:
            return (
                503,
                DataProblem(
                    "link-full", title: "The links to the cells can take no more",
                    detail: "\(cells); the link to the last is full or gone. Nothing was begun.", policy: "admission")
            )
        case .refused(let why):
            return (why?.status ?? 503, explain(why, cells))
        }
    }

    private static func explain(_ refusal: Refusal?, _ cells: String) -> DataProblem {
        switch refusal {
        case .unknownService: .unknownService
        case .malformed: .malformed
        case .noStore: .noStore
        case .tooLarge: .tooLarge
        case .keyClaimed, .keyReused, .keyRequired, .keyUnkept, .keyUndecided, .keyUnsettled, .keyAnswerCut:
            .key(refusal!)
        case .storeFull: .storeFull
        case .refilling: refilling(.write)
        case .deadline:
            DataProblem(
                "deadline", title: "Too little time was left",
                detail: "\(cells); the last saw that the deadline could not be met.", policy: "deadline")
        default:
            DataProblem(
                "cell-refused", title: "No cell accepted the request",
                detail: "\(cells); the last refused: \(refusal.map { "\($0)" } ?? "for a reason unknown here").",
                policy: "bulkhead")
        }
    }

    mutating func refuseNoCell(
        _ request: RequestID, shard: Shard, customer: CustomerHash, into sink: inout some RouterSink
    ) {
        refuse(
            request, status: 503, shard: shard, customer: customer, retryAfter: 1,
            DataProblem(
                "shard-down", title: "No cell of this customer's shard serves",
                detail: "None of the \(shard.count) cells that hold this customer can be reached.",
                policy: "placement"), into: &sink)
    }

    mutating func refuseOverloaded(
        _ request: RequestID, shard: Shard, customer: CustomerHash, into sink: inout some RouterSink
    ) {
        counters.overloaded += 1
        refuse(
            request, status: 503, shard: shard, customer: customer, retryAfter: 1,
            DataProblem(
                "router-overloaded", title: "The router has too many requests in work",
                detail: "\(operations.limit) requests are in work; try again later.", policy: "admission"), into: &sink)
    }
}
