import MeshBase
import Replication
import Sharding
import Wire

extension RouterNode {
    mutating func startRecord(
        _ request: DataRequest, now: Instant, into sink: inout some RouterSink
    ) -> SlabKey? {
        let shard = shard(of: request.customer)
        guard shard.count > 0 else {
            refuseNoCell(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        guard let rule = rule(of: shard) else {
            refuse(
                request.id, status: 404, shard: nil, customer: request.customer,
                .noStore, into: &sink)
            return nil
        }
        let kind: RegisterOperation.Kind
        switch request.method {
        case .get, .head: kind = .read
        case .put: kind = .write
        case .delete: kind = .delete
        default:
            refuse(
                request.id, status: 405, shard: nil, customer: request.customer,
                DataProblem(
                    "method", title: "Records know GET, HEAD, PUT and DELETE",
                    detail: "Use PUT to write a record.", policy: "routing"), into: &sink)
            return nil
        }
        operationNumber &+= 1
        let register = RegisterOperation(
            kind: kind, rule: rule,
            usable: usable(of: shard, rule),
            writer: UInt64(boot) << 32 | UInt64(operationNumber))
        let operation = RouterOperation(
            request: request.id, customer: request.customer, method: request.method, priority: request.priority,
            isIdempotent: true, shard: shard, epoch: placement.table.epoch(of: request.customer), started: now,
            deadline: now + min(request.deadline ?? policy.requestTimeout, policy.requestTimeout),
            work: .record(RouterOperation.RecordWork(register: register)))
        guard let key = operations.insert(operation) else {
            refuseOverloaded(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        let step = advance(key, now: now) { $0.begin() }
        perform(step, key, now: now, into: &sink)
        return key
    }

    /// The positions to ask: those that answer in time, and the others that can be asked where these are too few. One
    /// is enough where the rule wants no more.
    private func usable(of shard: Shard, _ rule: QuorumRule) -> RegisterOperation.Positions {
        let isOneEnough = rule.write == 1 && !rule.writesBack && !rule.readsAll
        var sound: RegisterOperation.Positions = 0
        var all: RegisterOperation.Positions = 0
        for position in 0..<shard.count where links[shard[position].position].canBeAsked {
            all |= 1 << position
            if !links[shard[position].position].pulse.isDemoted { sound |= 1 << position }
        }
        let chosen = sound.nonzeroBitCount >= max(rule.read, rule.write) ? sound : all
        return isOneEnough ? chosen & (~chosen &+ 1) : chosen
    }

    private mutating func advance(
        _ key: SlabKey, now: Instant, _ body: (inout RegisterOperation) -> RegisterOperation.Step
    ) -> RegisterOperation.Step {
        guard case .record(var work) = operations[key]!.work else {
            preconditionFailure("operation \(key) is not a record's")
        }
        tick(&work.register, .none, now: now)
        let result = body(&work.register)
        operations[key]!.work = .record(work)
        return result
    }

    mutating func recordAnswered(
        _ key: SlabKey, _ frame: borrowing FrameView, by cell: CellIndex, now: Instant,
        into sink: inout some RouterSink
    ) {
        guard case .record(var work) = operations[key]!.work,
            let position = operations[key]!.shard.firstIndex(of: cell)
        else { return }
        // A cell that lost its disk refills itself once this time is over: an acknowledgement that is counted later could
        // stand beside one of a disk that is gone.
        guard now < operations[key]!.deadline else { return recordTimedOut(key, now: now, into: &sink) }
        links[cell.position].pulse.answered()
        let version = RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter)
        let isAcknowledgement = frame.head.flags.contains(.acknowledgement)
        let step: RegisterOperation.Step
        switch (frame.head.kind, isAcknowledgement) {
        case (.reply, false):
            guard heldBytes + frame.body.count <= heldLimit || work.register.kind != .read else {
                counters.valuesRefused += 1
                return recordPositionFailed(key, position, now: now, into: &sink)
            }
            hear(cell, stamp: frame.head.deadline, asked: operations[key]!.started, now: now)
            tick(&work.register, version, now: now)
            let (next, keep) = work.register.answered(
                position, version: version, tombstone: frame.head.flags.contains(.tombstone))
            step = next
            if keep, work.register.kind == .read {
                heldBytes += frame.body.count - work.value.count
                work.value = Array(frame.body)
                work.source = position
            }
        case (.reply, true):
            if work.register.kind != .read { work.source = position }
            step = work.register.stored(position)
        default:
            counters.refusals += 1
            // A refusal of the query that comes while storing says nothing about the store.
            guard frame.head.kind == .refusal, isAcknowledgement == work.register.isStoring else { return }
            let refusal = Refusal(rawValue: frame.head.status)
            work.refusal = refusal
            tick(&work.register, .none, now: now)
            step = work.register.failed(position, changedNothing: refusal.map { $0 != .storeBroken } ?? false)
        }
        operations[key]!.work = .record(work)
        perform(step, key, now: now, into: &sink)
    }

    /// A cell says what time it is. What was long on its way says nothing: only a difference beyond the tolerance counts.
    private mutating func hear(_ cell: CellIndex, stamp: UInt32, asked: Instant, now: Instant) {
        let way = now - asked
        guard way <= ClockConsensus.tolerance else { return }
        let wall = now.nanoseconds &+ wallOffset &- way.nanoseconds / 2
        if clocks.heard(cell.position, stamp: stamp, wall: wall, now: now), clocks.correction < .zero {
            versionClock.corrected(wall: self.wall(now))
        }
    }

    /// Before anything that may end a write's query: the lowest counter that its version may have.
    private mutating func tick(_ register: inout RegisterOperation, _ heard: RecordVersion, now: Instant) {
        guard !register.isStoring else { return }
        let wall = wall(now)
        if heard.counter < RecordVersion.highestCounter { versionClock.follow(heard.counter, wall: wall) }
        if register.kind != .read { register.clock = versionClock.next(wall: wall) }
    }

    mutating func recordPositionFailed(
        _ key: SlabKey, _ position: Int, now: Instant, into sink: inout some RouterSink
    ) {
        let step = advance(key, now: now) { $0.failed(position) }
        perform(step, key, now: now, into: &sink)
    }

    mutating func recordTimedOut(_ key: SlabKey, now: Instant, into sink: inout some RouterSink) {
        let step = advance(key, now: now) { $0.timedOut() }
        perform(step, key, now: now, into: &sink)
    }

    private mutating func perform(
        _ step: RegisterOperation.Step, _ key: SlabKey, now: Instant, into sink: inout some RouterSink
    ) {
        switch step {
        case .wait:
            break
        case .query(let positions):
            query(key, positions, now: now, into: &sink)
        case .store(let positions, let version):
            versionClock.follow(version.counter, wall: wall(now))
            let remaining = beginAttempt(key, now: now)
            let unsent = store(key, positions, version, remaining: remaining, into: &sink)
            fail(key, unsent, now: now, into: &sink)
        case .finish(let outcome):
            complete(key, outcome, into: &sink)
        case .finishAndRepair(let outcome, let positions):
            if case .record(let work) = operations[key]!.work {
                // Nobody waits for a repair: the next read finds what it has missed.
                _ = store(key, positions, work.register.version, remaining: 0, into: &sink)
            }
            complete(key, outcome, into: &sink)
        }
    }

    private mutating func query(
        _ key: SlabKey, _ positions: RegisterOperation.Positions, now: Instant, into sink: inout some RouterSink
    ) {
        let remaining = beginAttempt(key, now: now)
        guard case .record(let work) = operations[key]!.work else { return }
        let head = FrameHead(
            kind: work.register.kind == .read ? .recordRead : .recordVersion,
            flags: .priority(operations[key]!.priority), request: key.rawValue, customer: operations[key]!.customer,
            epoch: operations[key]!.epoch, deadline: remaining)
        let unsent = send(head, key, positions, payload: .none, into: &sink)
        fail(key, unsent, now: now, into: &sink)
    }

    /// Positions whose link could not take a frame have failed in the same turn, and keep what they had.
    private mutating func fail(
        _ key: SlabKey, _ positions: RegisterOperation.Positions, now: Instant, into sink: inout some RouterSink
    ) {
        var rest = positions
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest - 1
            let step = advance(key, now: now) { $0.failed(position, changedNothing: true) }
            guard step == .wait else { return perform(step, key, now: now, into: &sink) }
        }
    }

    private mutating func store(
        _ key: SlabKey, _ positions: RegisterOperation.Positions, _ version: RecordVersion, remaining: UInt32,
        into sink: inout some RouterSink
    ) -> RegisterOperation.Positions {
        guard case .record(let work) = operations[key]!.work else { return 0 }
        var flags = FrameFlags.priority(operations[key]!.priority)
        let payload: FramePayload
        switch work.register.kind {
        case .write: payload = .request
        case .delete:
            payload = .none
            flags.insert(.tombstone)
        case .read:
            counters.writeBacks += 1
            payload = .bytes(work.value)
            if work.register.foundTombstone { flags.insert(.tombstone) }
        }
        let head = FrameHead(
            kind: .recordWrite, flags: flags, request: key.rawValue, customer: operations[key]!.customer,
            epoch: operations[key]!.epoch, deadline: remaining, versionCounter: version.counter,
            versionWriter: version.writer)
        return send(head, key, positions, payload: payload, into: &sink)
    }

    /// - Returns: the positions whose link could not take the frame.
    private mutating func send(
        _ head: FrameHead, _ key: SlabKey, _ positions: RegisterOperation.Positions, payload: FramePayload,
        into sink: inout some RouterSink
    ) -> RegisterOperation.Positions {
        let shard = operations[key]!.shard
        let request = operations[key]!.request
        var unsent: RegisterOperation.Positions = 0
        for position in 0..<shard.count where positions & (1 << position) != 0 {
            counters.attempts += 1
            guard !sink.send(head, to: shard[position], request: request, payload: payload) else { continue }
            counters.unsent += 1
            unsent |= 1 << position
        }
        return unsent
    }

    /// Cells that lost their disks do not answer for what they may have held.
    private static func refilling(_ kind: RegisterOperation.Kind) -> DataProblem {
        DataProblem(
            "refilling", title: "Cells of this customer's shard have lost their disks",
            detail: "Too few of the others answer to tell what was written; the lost ones are refilled from them."
                + (kind == .read ? "" : " Nothing was changed.")
                + " 'cellmesh store --lost' tells which cells wait for which.",
            policy: "refill")
    }

    /// What no cell of the shard will do is told as what it is, and not as a want of cells.
    private static func explain(
        _ outcome: RegisterOperation.Outcome, _ refusal: Refusal?
    ) -> (UInt16, DataProblem)? {
        switch outcome {
        case .noQuorum, .refused: break
        case .written, .found, .missing, .unknown: return nil
        }
        let problem: DataProblem
        switch refusal {
        case .malformed: problem = .malformed
        case .noStore: problem = .noStore
        case .tooLarge: problem = .tooLarge
        default: return nil
        }
        return refusal.map { ($0.status, problem) }
    }

    private mutating func complete(
        _ key: SlabKey, _ outcome: RegisterOperation.Outcome, into sink: inout some RouterSink
    ) {
        guard case .record(let work) = operations[key]!.work else { return }
        let shard = operations[key]!.shard
        let request = operations[key]!.request
        let customer = operations[key]!.customer
        var response = RouterResponse(status: 200)
        if let (status, problem) = Self.explain(outcome, work.refusal) {
            finish(key)
            return refuse(request, status: status, shard: shard, customer: customer, problem, into: &sink)
        }
        switch outcome {
        case .written(let version, let replaced):
            response.status = work.register.kind == .write && !replaced ? 201 : 204
            response.version = version
        case .found(let version):
            response.version = version
            response.content = .bytes
        case .missing(let version):
            response.status = 404
            response.version = version == .none ? nil : version
            response.problem = DataProblem(
                "no-record", title: "No such record",
                detail: version == .none ? "It was never written." : "It was deleted.", policy: "store")
        case .noQuorum(let needed, let available):
            counters.noQuorum += 1
            finish(key)
            return refuse(
                request, status: 503, shard: shard, customer: customer, retryAfter: 1, lacksQuorum: true,
                work.refusal == .refilling
                    ? Self.refilling(work.register.kind)
                    : DataProblem(
                        "no-quorum", title: "Too few cells of this customer's shard answer",
                        detail: "\(needed) of \(shard.count) cells are needed and \(available) answered."
                            + (work.register.kind == .read ? "" : " Nothing was changed."),
                        policy: "quorum"), into: &sink)
        case .refused where work.refusal == .refilling:
            finish(key)
            return refuse(
                request, status: 503, shard: shard, customer: customer, retryAfter: 1, lacksQuorum: true,
                Self.refilling(work.register.kind), into: &sink)
        case .refused:
            finish(key)
            let isFull = work.refusal == .storeFull
            return refuse(
                request, status: isFull ? 507 : 503, shard: shard, customer: customer, retryAfter: 1,
                DataProblem(
                    isFull ? "store-full" : "store-refused", title: "The cells of this shard refuse the write",
                    detail: (work.refusal.map { "The last refused with \($0)" } ?? "The links to them are full or gone")
                        + ". Nothing was changed.",
                    policy: "store"), into: &sink)
        case .unknown:
            finish(key)
            return refuse(
                request, status: 504, shard: shard, customer: customer,
                DataProblem(
                    "outcome-unknown", title: "The write was not acknowledged by enough cells",
                    detail: "It may or may not have been kept; repeating it is safe.", policy: "quorum"), into: &sink)
        }
        response.cell = shard[work.source]
        response.epoch = operations[key]!.epoch
        response.serving = serving(of: shard)
        response.shardSize = shard.count
        noteAnswer(customer, since: operations[key]!.started, response)
        counters.count(status: response.status)
        finish(key)
        work.value.withUnsafeBytes { value in
            response.body = response.status == 200 ? value : UnsafeRawBufferPointer(start: nil, count: 0)
            sink.respond(to: request, response)
        }
    }
}
