import MeshBase
import Replication
import Resilience
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
        let merges = handling(of: request, at: shard[0]) != .lastWriterWins
        guard let seen = seen(by: request, kind, merges: merges, shard: shard, into: &sink) else { return nil }
        guard let terms = terms(of: request, tier: tier, kind, shard: shard, into: &sink) else { return nil }
        operationNumber &+= 1
        let members = members(of: assignment)
        let asksAll = request.consistency == .weak && kind == .read
        let priority = gates.priority(request.priority, kind: gates.kind(shard[0], 0))
        var none: ValueBreaker.Permit?
        guard admit(request, shard, priority, now: now, into: &sink),
            admit(request, shard, kind: nil, worth: &none, now: now, into: &sink)
        else { return nil }
        let (usable, reserve) = usable(of: members, terms.rule, asksAll: asksAll, priority, now: now)
        var register = RegisterOperation(
            kind: kind, rule: terms.rule, quorum: members.quorum, usable: usable, reserve: reserve,
            writer: UInt64(boot) << 32 | UInt64(operationNumber))
        if let session = terms.session, session.isInForce, !ignoresSessions {
            register.demand = session.record.demand(ofKey: session.key)
        }
        register.merges = merges
        register.demand.isExact = merges
        if kind != .read { register.demand.floor = max(register.demand.floor, seen) }
        var record = RouterOperation.RecordWork(register: register, members: members)
        if merges { record.key = Self.keyHash(request) }
        record.session = terms.session
        record.asksAll = asksAll
        record.isAboveTier = request.consistency == .strong && tier != .critical
        record.priority = priority
        var operation = RouterOperation(
            request: request.id, customer: request.customer, method: request.method, priority: request.priority,
            shard: shard, epoch: assignment.epoch, started: now,
            deadline: now + min(request.deadline ?? policy.requestTimeout, policy.requestTimeout),
            work: .record(record))
        operation.trace = request.trace
        operation.isCheck = request.isCheck
        guard let key = operations.insert(operation) else {
            refuseOverloaded(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        if gates.kinds[gates.kind(shard[0], 0)].isGated { record.attempts = recordCalls.insert() }
        operations[key]!.work = .record(record)
        let step = advance(key, now: now) { $0.begin() }
        perform(step, key, now: now, into: &sink)
        return key
    }

    /// The positions to ask: those that answer in time, and the others that can be asked where these are too few. One
    /// is enough where the rule wants no more, unless the first answer of all is wanted. The others are the reserve.
    mutating func usable(
        of members: QuorumMembers, _ rule: QuorumRule, asksAll: Bool, _ priority: Priority, now: Instant
    ) -> (usable: Positions, reserve: Positions) {
        var sound: Positions = 0
        var blocked: Positions = 0
        var all: Positions = 0
        for position in 0..<members.count {
            let cell = members[position].position
            guard links[cell].canBeAsked else { continue }
            all |= 1 << position
            if !links[cell].pulse.isDemoted { sound |= 1 << position }
            if isBlocking(members[position], priority, now: now) { blocked |= 1 << position }
        }
        let every = all
        if blocked != 0, !asksAll {
            // What a gate keeps from a cell the others do, where they are enough.
            let rest = all & ~blocked
            if members.quorum.isComplete(rest, rule.read), members.quorum.isComplete(rest, rule.write) {
                all = rest
                sound &= rest
            }
        }
        let isEnough = members.quorum.isComplete(sound, rule.read) && members.quorum.isComplete(sound, rule.write)
        if asksAll { return (all, 0) }
        let chosen = isEnough ? sound : all
        guard rule.write == .count(1), rule.read == .count(1), !rule.writesBack, !rule.readsAll else {
            return (chosen, every & ~chosen)
        }
        func first(of set: Positions) -> Positions { chosen & set & (~(chosen & set) &+ 1) }
        let one = first(of: members.quorum.first) | first(of: members.quorum.second)
        return (one, every & ~one)
    }

    mutating func advance(
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
        let head = frame.head
        if head.epoch == operations[key]!.epoch, head.flags.contains(.acknowledgement) == work.register.isStoring {
            let end = AttemptEnd(record: head)
            figures.ended(.record, cell, end.outcome, isError: end.isError, took: now - operations[key]!.attemptBegan)
            if end.outcome == .ok || end.outcome == .failed {
                conducts[cell.position].answered(
                    isGood: end.outcome == .ok, slot: 0, took: now - operations[key]!.attemptBegan, now: now)
            }
            endRecord(work.attempts, position, end, now: now, into: &sink)
        }
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
            if work.register.merges, work.register.kind == .read {
                step = merge(
                    frame.body, version, tombstone: frame.head.flags.contains(.tombstone), absent: absent, position,
                    &work)
                break
            }
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
            if frame.head.flags.contains(.add), work.register.spread == .none {
                heldBytes += frame.body.count - work.value.count
                work.value = Array(frame.body)
            }
            step = work.register.stored(position, made: version)
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
            noteRefusal(refusal, by: cell, key, now: now)
            work.refusal = refusal
            work.shed = refusal == .shed ? RouterOperation.Shed(frame.head) : nil
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
    mutating func tick(_ register: inout RegisterOperation, _ heard: RecordVersion, now: Instant) {
        guard !register.isStoring else { return }
        let wall = wall(now)
        if heard.counter < RecordVersion.highestCounter { versionClock.follow(heard.counter, wall: wall) }
        if register.kind != .read {
            register.clock = max(versionClock.next(wall: wall), register.demand.counter + 1)
        }
    }

    /// - Parameter isLost: with its link; otherwise it has answered and there is no room for what it said.
    mutating func recordPositionFailed(
        _ key: SlabKey, _ position: Int, isLost: Bool = false, now: Instant, into sink: inout some RouterSink
    ) {
        if isLost, case .record(let work) = operations[key]!.work {
            if work.register.pending & (1 << position) != 0 { figures.ended(.record, work.members[position], .failed) }
            endRecord(work.attempts, position, .linkLost, now: now, into: &sink)
        }
        let step = advance(key, now: now) { $0.failed(position) }
        perform(step, key, now: now, into: &sink)
    }

    /// The timer of a record's operation has come.
    mutating func recordElapsed(_ key: SlabKey, now: Instant, into sink: inout some RouterSink) {
        guard case .record(let work) = operations[key]!.work else { return }
        if !work.isWaiting, work.attempts >= 0, now < recordCalls[work.attempts].until {
            countOverdueRecords(work.attempts, now: now, into: &sink)
            return armRecord(key)
        }
        if !work.isWaiting { counters.attemptTimeouts += 1 }
        let blamed = isLate ? Shard() : unheard(key, now: now)
        recordTimedOut(key, now: now, into: &sink)
        for cell in blamed { cellTimedOut(cell, gate: gates.known(cell, 0), now: now, into: &sink) }
    }

    /// For the end of the phase, or for when one of those that are out is slow.
    private mutating func armRecord(_ key: SlabKey) {
        guard case .record(let work) = operations[key]!.work, work.attempts >= 0 else { return }
        wake(key, at: min(recordCalls[work.attempts].until, recordCalls[work.attempts].overdueAt))
    }

    /// The cells that a phase waited for in vain for its full time; none where the client allowed less.
    private func unheard(_ key: SlabKey, now: Instant) -> Shard {
        var unheard = Shard()
        guard let operation = operations[key], case .record(let work) = operation.work,
            now - operation.attemptBegan >= policy.attemptTimeout
        else { return unheard }
        // A shard holds sixteen; of two joint ones the first sixteen are blamed.
        for position in 0..<work.members.count where work.register.pending & (1 << position) != 0 {
            unheard.append(work.members[position])
        }
        return unheard
    }

    mutating func recordTimedOut(_ key: SlabKey, now: Instant, into sink: inout some RouterSink) {
        if goOnAfterWait(key, now: now, into: &sink) { return }
        if case .record(let work) = operations[key]!.work {
            // Where this process was late itself the answers may lie in its buffers.
            for position in 0..<work.members.count where work.register.pending & (1 << position) != 0 {
                figures.ended(.record, work.members[position], isLate ? .cancelled : .failed)
                conducts[work.members[position].position].gaveUp(
                    slot: 0, after: now - operations[key]!.attemptBegan, now: now)
            }
            endPhase(work.attempts, now: now, into: &sink)
        }
        let step = advance(key, now: now) { $0.timedOut() }
        perform(step, key, now: now, into: &sink)
    }

    mutating func perform(
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
            armRecord(key)
            fail(key, unsent, now: now, into: &sink)
        case .finish(let outcome):
            complete(key, outcome, into: &sink)
        case .finishAndRepair(let outcome, let positions):
            if case .record(let work) = operations[key]!.work {
                // Nobody waits for a repair: the next read finds what it has missed.
                _ = store(key, positions, work.register.version, remaining: 0, isAwaited: false, into: &sink)
            }
            complete(key, outcome, into: &sink)
        }
    }

    private mutating func query(
        _ key: SlabKey, _ positions: Positions, now: Instant, into sink: inout some RouterSink
    ) {
        let remaining = beginAttempt(key, now: now)
        let unsent = ask(key, positions, remaining: remaining, into: &sink)
        armRecord(key)
        fail(key, unsent, now: now, into: &sink)
    }

    /// - Returns: the positions whose link could not take the frame.
    mutating func ask(
        _ key: SlabKey, _ positions: Positions, remaining: UInt32, into sink: inout some RouterSink
    ) -> Positions {
        guard case .record(let work) = operations[key]!.work else { return 0 }
        let head = FrameHead(
            kind: work.register.kind == .read ? .recordRead : .recordVersion,
            flags: .priority(operations[key]!.priority), request: key.rawValue, customer: operations[key]!.customer,
            epoch: operations[key]!.epoch, deadline: remaining,
            trace: operations[key]!.trace)
        return send(head, key, positions, payload: .none, into: &sink)
    }

    /// Positions whose link could not take a frame have failed in the same turn, and keep what they had.
    mutating func fail(
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

    mutating func store(
        _ key: SlabKey, _ positions: Positions, _ version: RecordVersion, remaining: UInt32, isAwaited: Bool = true,
        into sink: inout some RouterSink
    ) -> Positions {
        guard case .record(let work) = operations[key]!.work else { return 0 }
        var flags = FrameFlags.priority(operations[key]!.priority)
        var version = version
        let payload: FramePayload
        switch work.register.kind {
        case .write where work.register.merges, .delete where work.register.merges:
            if work.register.spread == .none {
                flags.insert(.add)
                if work.register.kind == .delete { flags.insert(.tombstone) }
                payload = work.register.kind == .write ? .request : .none
            } else {
                version = work.register.spread
                payload = .bytes(work.value)
            }
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
            versionWriter: version.writer, trace: operations[key]!.trace)
        return send(head, key, positions, payload: payload, isAwaited: isAwaited, into: &sink)
    }

    /// - Returns: the positions whose link could not take the frame, or whose gate lets nothing through.
    private mutating func send(
        _ head: FrameHead, _ key: SlabKey, _ positions: Positions, payload: FramePayload, isAwaited: Bool = true,
        into sink: inout some RouterSink
    ) -> Positions {
        guard case .record(let work) = operations[key]!.work else { return 0 }
        let request = operations[key]!.request
        let passed = isAwaited ? passGates(key, positions, now: clock, into: &sink) : positions
        var unsent = positions & ~passed
        notePhase(key, passed, head.kind == .recordWrite ? "stores" : "asks", now: clock)
        for position in 0..<work.members.count where passed & (1 << position) != 0 {
            counters.attempts += 1
            let cell = work.members[position]
            figures.began(cell)
            conducts[cell.position].asked(now: clock)
            guard !sink.send(head, to: cell, request: request, payload: payload) else {
                links[cell.position].usedAt = clock
                continue
            }
            counters.unsent += 1
            unsent |= 1 << position
            figures.ended(.record, cell, .failed)
            if isAwaited { endRecord(work.attempts, position, .unsent, now: clock, into: &sink) }
        }
        return unsent
    }
}
