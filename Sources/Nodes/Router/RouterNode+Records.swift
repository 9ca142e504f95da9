import MeshBase
import Replication
import Sharding
import Wire

extension RouterNode {
    mutating func startRecord(
        _ request: DataRequest, now: Instant, into sink: inout some RouterSink
    ) -> SlabKey? {
        let assignment = assignment(of: request.customer)
        let shard = assignment.serving
        guard shard.count > 0 else {
            refuseNoCell(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        guard let tier = tier(of: request, at: shard[0]) else {
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
        guard let terms = terms(of: request, tier: tier, kind, shard: shard, into: &sink) else { return nil }
        operationNumber &+= 1
        let members = QuorumMembers(assignment)
        let asksAll = request.consistency == .weak && kind == .read
        let (usable, reserve) = usable(of: members, terms.rule, asksAll: asksAll)
        var register = RegisterOperation(
            kind: kind, rule: terms.rule, quorum: members.quorum, usable: usable, reserve: reserve,
            writer: UInt64(boot) << 32 | UInt64(operationNumber))
        if let session = terms.session, session.isInForce, !ignoresSessions {
            register.demand = session.record.demand(ofKey: session.key)
        }
        var record = RouterOperation.RecordWork(register: register, members: members)
        record.session = terms.session
        record.asksAll = asksAll
        record.isAboveTier = request.consistency == .strong && tier != .critical
        let operation = RouterOperation(
            request: request.id, customer: request.customer, method: request.method, priority: request.priority,
            isIdempotent: true, shard: shard, epoch: assignment.epoch, started: now,
            deadline: now + min(request.deadline ?? policy.requestTimeout, policy.requestTimeout),
            work: .record(record))
        guard let key = operations.insert(operation) else {
            refuseOverloaded(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        let step = advance(key, now: now) { $0.begin() }
        perform(step, key, now: now, into: &sink)
        return key
    }

    /// The positions to ask: those that answer in time, and the others that can be asked where these are too few. One
    /// is enough where the rule wants no more, unless the first answer of all is wanted. The others are the reserve.
    private func usable(
        of members: QuorumMembers, _ rule: QuorumRule, asksAll: Bool
    ) -> (usable: Positions, reserve: Positions) {
        var sound: Positions = 0
        var all: Positions = 0
        for position in 0..<members.count {
            let cell = members[position].position
            guard links[cell].canBeAsked else { continue }
            all |= 1 << position
            if !links[cell].pulse.isDemoted { sound |= 1 << position }
        }
        let isEnough = members.quorum.isComplete(sound, rule.read) && members.quorum.isComplete(sound, rule.write)
        if asksAll { return (all, 0) }
        let chosen = isEnough ? sound : all
        guard rule.write == .count(1), rule.read == .count(1), !rule.writesBack, !rule.readsAll else {
            return (chosen, all & ~chosen)
        }
        func first(of set: Positions) -> Positions { chosen & set & (~(chosen & set) &+ 1) }
        let one = first(of: members.quorum.first) | first(of: members.quorum.second)
        return (one, all & ~one)
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
        guard case .record(var work) = operations[key]!.work, let position = work.members.position(of: cell) else {
            return
        }
        // A cell that lost its disk refills itself once this time is over: an acknowledgement that is counted later could
        // stand beside one of a disk that is gone.
        guard now < operations[key]!.deadline else { return recordTimedOut(key, now: now, into: &sink) }
        links[cell.position].pulse.answered()
        // An answer of another epoch belongs to a phase that is over.
        guard frame.head.epoch == operations[key]!.epoch else {
            counters.lateFrames += 1
            if frame.head.kind == .refusal, Refusal(rawValue: frame.head.status) == .otherEpoch { learn(frame.body) }
            return
        }
        let isAbsent = frame.head.versionCounter == 0
        let version =
            isAbsent
            ? .none : RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter)
        let absent = isAbsent ? frame.head.versionWriter : 0
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
                position, version: version, tombstone: frame.head.flags.contains(.tombstone), absent: absent)
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
            if refusal == .otherEpoch || refusal == .moving {
                work.metMove = true
                if work.register.kind != .read, work.pausedAt == nil { work.pausedAt = now }
            }
            if refusal == .otherEpoch {
                operations[key]!.work = .record(work)
                return recordMoved(key, position, frame, by: cell, now: now, into: &sink)
            }
            work.refusal = refusal
            work.shed = refusal == .shed ? RouterOperation.Shed(frame.head) : nil
            tick(&work.register, .none, now: now)
            step = work.register.failed(position, changedNothing: refusal.map { $0 != .storeBroken } ?? false)
        }
        operations[key]!.work = .record(work)
        perform(step, key, now: now, into: &sink)
    }

    /// The cell serves the customer in another epoch: whoever is behind learns from the other, and the operation goes on.
    private mutating func recordMoved(
        _ key: SlabKey, _ position: Int, _ frame: borrowing FrameView, by cell: CellIndex, now: Instant,
        into sink: inout some RouterSink
    ) {
        learn(frame.body)
        let assignment = assignment(of: operations[key]!.customer)
        guard case .record(var work) = operations[key]!.work, !work.isWaiting else { return }
        if assignment.epoch > operations[key]!.epoch {
            return restart(key, assignment, now: now, into: &sink)
        }
        if work.told & (1 << position) == 0 {
            // The cell is behind: on the same link first what it lacks, then the request again.
            work.told |= 1 << position
            operations[key]!.work = .record(work)
            tell(cell, of: operations[key]!.customer, into: &sink)
            let remaining = UInt32(clamping: max(1, (operations[key]!.deadline - now).nanoseconds / 1_000_000))
            let unsent =
                work.register.isStoring
                ? store(key, 1 << position, work.register.version, remaining: remaining, into: &sink)
                : ask(key, 1 << position, remaining: remaining, into: &sink)
            guard unsent != 0 else { return }
        }
        work.refusal = .otherEpoch
        operations[key]!.work = .record(work)
        let step = advance(key, now: now) { $0.failed(position, changedNothing: true) }
        perform(step, key, now: now, into: &sink)
    }

    /// Goes on in a newer epoch. Epochs rise, so that restarts end with the deadline at the latest.
    private mutating func restart(
        _ key: SlabKey, _ assignment: Placement.Assignment, now: Instant, into sink: inout some RouterSink
    ) {
        guard case .record(var work) = operations[key]!.work else { return }
        counters.epochRestarts += 1
        let entry = ledger.entry(of: operations[key]!.customer)
        operations[key]!.epoch = assignment.epoch
        operations[key]!.shard = assignment.serving
        work.members = QuorumMembers(assignment)
        work.told = 0
        let step: RegisterOperation.Step
        if work.register.hasChosen, work.register.kind != .read, entry.swept > work.chosenEpoch {
            // A tombstone above this version may have been collected since.
            work.metMove = false
            step = work.register.giveUp()
        } else {
            if work.register.kind == .read {
                heldBytes -= work.value.count
                work.value = []
            }
            tick(&work.register, .none, now: now)
            let (usable, reserve) = usable(of: work.members, work.register.rule, asksAll: work.asksAll)
            step =
                work.isWaiting
                ? work.register.resume(quorum: work.members.quorum, usable: usable, reserve: reserve)
                : work.register.restart(quorum: work.members.quorum, usable: usable, reserve: reserve)
        }
        work.isWaiting = false
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
        if register.kind != .read {
            register.clock = max(versionClock.next(wall: wall), register.demand.counter + 1)
        }
    }

    mutating func recordPositionFailed(
        _ key: SlabKey, _ position: Int, now: Instant, into sink: inout some RouterSink
    ) {
        let step = advance(key, now: now) { $0.failed(position) }
        perform(step, key, now: now, into: &sink)
    }

    mutating func recordTimedOut(_ key: SlabKey, now: Instant, into sink: inout some RouterSink) {
        if goOnAfterWait(key, now: now, into: &sink) { return }
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
            noteChoice(key)
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

    /// A write that has chosen its version keeps it; from which epoch it is says whether it may still be sent.
    private mutating func noteChoice(_ key: SlabKey) {
        guard case .record(var work) = operations[key]!.work, work.register.kind != .read, !work.isSending else {
            return
        }
        work.isSending = true
        work.chosenEpoch = operations[key]!.epoch
        operations[key]!.work = .record(work)
    }

    private mutating func query(
        _ key: SlabKey, _ positions: Positions, now: Instant, into sink: inout some RouterSink
    ) {
        let remaining = beginAttempt(key, now: now)
        let unsent = ask(key, positions, remaining: remaining, into: &sink)
        fail(key, unsent, now: now, into: &sink)
    }

    /// - Returns: the positions whose link could not take the frame.
    private mutating func ask(
        _ key: SlabKey, _ positions: Positions, remaining: UInt32, into sink: inout some RouterSink
    ) -> Positions {
        guard case .record(let work) = operations[key]!.work else { return 0 }
        let head = FrameHead(
            kind: work.register.kind == .read ? .recordRead : .recordVersion,
            flags: .priority(operations[key]!.priority), request: key.rawValue, customer: operations[key]!.customer,
            epoch: operations[key]!.epoch, deadline: remaining)
        return send(head, key, positions, payload: .none, into: &sink)
    }

    /// Positions whose link could not take a frame have failed in the same turn, and keep what they had.
    private mutating func fail(
        _ key: SlabKey, _ positions: Positions, now: Instant, into sink: inout some RouterSink
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
        _ key: SlabKey, _ positions: Positions, _ version: RecordVersion, remaining: UInt32,
        into sink: inout some RouterSink
    ) -> Positions {
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
        _ head: FrameHead, _ key: SlabKey, _ positions: Positions, payload: FramePayload,
        into sink: inout some RouterSink
    ) -> Positions {
        guard case .record(let work) = operations[key]!.work else { return 0 }
        let request = operations[key]!.request
        var unsent: Positions = 0
        for position in 0..<work.members.count where positions & (1 << position) != 0 {
            counters.attempts += 1
            let cell = work.members[position]
            guard !sink.send(head, to: cell, request: request, payload: payload) else {
                links[cell.position].usedAt = clock
                continue
            }
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
        case .written, .found, .missing, .unknown, .behind: return nil
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

    /// A cell that drops what it must not keep, or has not heard of an entry, is back in a moment: the operation is asked
    /// again then, a write as the same version.
    private mutating func wait(_ key: SlabKey, _ outcome: RegisterOperation.Outcome) {
        guard case .record(var work) = operations[key]!.work else { return }
        work.isWaiting = true
        work.lack = outcome
        work.waits += 1
        operations[key]!.work = .record(work)
        operations[key]!.attempt &+= 1
        attempts.arm(key, attempt: operations[key]!.attempt, at: clock + Self.moveWait)
    }

    /// The wait is over; false where there was none.
    private mutating func goOnAfterWait(_ key: SlabKey, now: Instant, into sink: inout some RouterSink) -> Bool {
        guard case .record(let work) = operations[key]!.work, work.isWaiting else { return false }
        guard now < operations[key]!.deadline else {
            // Nothing is sent any more that nobody could answer in time.
            complete(key, work.lack, into: &sink)
            return true
        }
        restart(key, assignment(of: operations[key]!.customer), now: now, into: &sink)
        return true
    }

    private static var moveWait: TimeAmount { .milliseconds(10) }
    private static var mostWaits: Int { 200 }

    private mutating func complete(
        _ key: SlabKey, _ outcome: RegisterOperation.Outcome, into sink: inout some RouterSink
    ) {
        guard case .record(let work) = operations[key]!.work else { return }
        let shard = operations[key]!.shard
        let request = operations[key]!.request
        let customer = operations[key]!.customer
        if work.metMove, outcome.isLack, work.waits < Self.mostWaits,
            clock + Self.moveWait < operations[key]!.deadline
        {
            return wait(key, outcome)
        }
        if let paused = work.pausedAt { writePauses.record(clock - paused) }
        var response = RouterResponse(status: 200)
        if outcome.isRefusal, let shed = work.shed {
            finish(key)
            return refuseShed(
                request, shard: shard, customer: customer, shed,
                "too few of the \(shard.count) cells of this shard took it", into: &sink)
        }
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
                            + (work.register.kind == .read ? "" : " Nothing was changed.")
                            + (work.isAboveTier
                                ? " The tier itself answers from any cell that lives: leave X-Consistency: strong out."
                                : ""),
                        policy: "quorum"), into: &sink)
        case .behind:
            counters.sessionsBehind += 1
            finish(key)
            return refuse(
                request, status: 503, shard: shard, customer: customer, retryAfter: 1, .behindSession, into: &sink)
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
        if var session = work.session {
            if session.isInForce, let version = response.version { session.record.note(version, ofKey: session.key) }
            response.session = sessionSeal.text(session.record)
        }
        response.cell = work.members[work.source]
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
