import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// Calls under an idempotency key: claimed in the customer's shard before they begin, answered from there ever after.
///
/// Which cell carries a call out, the shard decides once; it never moves to another. So a key whose claimer died with the
/// work in hand stays claimed until its time is over: nobody can know how far the work had come.
extension CellNode {
    /// Milliseconds since 1970.
    func wall(_ now: Instant) -> Int64 { (now.nanoseconds &+ wallOffset) / 1_000_000 }

    /// The shards of this cell's customers keep claims. Cells of tier cache fill nobody who joins, and shards that replace
    /// dead cells are whatever a router thinks.
    private var keepsClaims: Bool { store != nil && tier != .cache && topology.sharding.replacement == .never }

    /// A service of which calls that may do harm when repeated are carried out under a key alone.
    func needsKey(_ service: Int) -> Bool {
        switch idempotency(of: service).mode {
        case .body, .required: true
        case .key, .off: false
        }
    }

    private func idempotency(of service: Int) -> Idempotency {
        var settings = graph.services[service].idempotency ?? Idempotency()
        if !graph.policies.services[service].hasKeys { settings.mode = .off }
        return settings
    }

    /// Takes a call up if it is to be carried out once; false where it is a call like any other.
    mutating func claim(
        _ service: Int, _ frame: borrowing FrameView, _ asker: CellAsker, deadline: Instant,
        trace: FrameTrace?, now: Instant, into sink: inout some CellSink
    ) -> Bool {
        let settings = idempotency(of: service)
        let note = KeyedNote(frame.note, isKeyed: frame.head.flags.contains(.keyed))
        guard !note.key.isEmpty || needsKey(service) else { return false }
        let isSafe = HTTPMethod(rawValue: UInt8(truncatingIfNeeded: frame.head.status))?.isIdempotent ?? false
        // What the key is used for: method, path and body.
        let print = StableHash.hash(
            frame.body, seed: StableHash.hash(note.path, seed: UInt64(frame.head.status)))
        let key: [UInt8]
        switch ClaimVerdict(
            settings, key: note.key, isExplicit: note.isExplicit, isSafe: isSafe, isKept: keepsClaims, print: print)
        {
        case .plain: return false
        case .refused(let why):
            claimCounters.unfit += 1
            turnAway(asker, why, frame.head, trace, now: now, into: &sink)
            return true
        case .key(let bytes): key = bytes
        }
        let name = Array(graph.services[service].name.utf8)
        let position = RecordPosition(
            hash: frame.head.customer, customer: Array(frame.customer), key: ClaimKey.bytes(service: name, key: key))
        if let known = claims.byKey[position], let task = claims.tasks[known] {
            noteKey(trace, .joined, "a call of this key is under way", now: now)
            join(known, task, print, asker, frame.head, trace, now: now, into: &sink)
            return true
        }
        let assignment = ledger.placement.assignment(of: position.hash)
        var task = ClaimTask(
            position: position, service: service, priority: frame.head.flags.priority, deadline: deadline,
            value: ClaimValue(
                claimer: ClaimValue.Claimer(cell: cell, call: claims.nextCall()), fingerprint: print,
                expires: wall(now) + settings.ttl.nanoseconds / 1_000_000, state: .claimed),
            request: programRequest(service, frame), waiters: [asker], members: QuorumMembers(assignment),
            epoch: assignment.epoch, began: now,
            giveUpAt: now
                + ClaimDesk.claimTime(
                    attempt: min(topology.routing.attemptTimeout, topology.routing.requestTimeout), left: deadline - now
                ))
        task.trace = trace
        let members = task.members.count
        noteKey(trace, .waited, "asks \(members) cells of the customer's shard for the key", now: now)
        guard let ticket = claims.insert(task) else {
            counters.refused += 1
            turnAway(asker, .overloaded, frame.head, trace, now: now, into: &sink)
            return true
        }
        beginRound(ticket, now: now, into: &sink)
        return true
    }

    /// A call under a key is refused, and that is all that this cell does for it.
    private mutating func turnAway(
        _ asker: CellAsker, _ why: Refusal, _ head: FrameHead, _ trace: FrameTrace?, now: Instant,
        into sink: inout some CellSink
    ) {
        if let trace { noteRefusal(why, trace, attempt: head.attempt, now: now) }
        refuse(asker, why, head, into: &sink)
    }

    /// Another call has the key for a moment.
    private mutating func isUnderWay(
        _ asker: CellAsker, _ head: FrameHead, _ trace: FrameTrace?, _ now: Instant, into sink: inout some CellSink
    ) {
        claimCounters.unknown += 1
        if let trace { noteRefusal(.keyClaimed, trace, attempt: head.attempt, now: now) }
        guard case .frame(let link, let request) = asker else { return }
        sink.refuse(.keyClaimed, request: request, retryAfter: 1_000, to: link)
    }

    private mutating func join(
        _ ticket: SlabKey, _ task: ClaimTask, _ print: UInt64, _ asker: CellAsker, _ head: FrameHead,
        _ trace: FrameTrace?, now: Instant, into sink: inout some CellSink
    ) {
        guard task.value.fingerprint == print else {
            // The shard has not decided yet whose the key is.
            if task.stage == .claiming || task.stage == .reading {
                return isUnderWay(asker, head, trace, now, into: &sink)
            }
            claimCounters.reused += 1
            return turnAway(asker, .keyReused, head, trace, now: now, into: &sink)
        }
        let declared = graph.services[task.service].priority
        let priority = Priority.granted(head.flags.priority, declared: declared)
        if let turned = task.turned {
            // It is given back, and then room is there for who matters more.
            switch turned {
            case .shed(let refused) where priority < refused: return isUnderWay(asker, head, trace, now, into: &sink)
            case .failed where priority < Priority.granted(task.priority, declared: declared):
                return isUnderWay(asker, head, trace, now, into: &sink)
            default: break
            }
            if let trace { noteKeyEnd(turned, trace) }
            // It gives the key back, for which there may be no majority for long: there is nothing to wait for.
            claimCounters.undecided += 1
            return tellTurned(turned, [asker], into: &sink)
        }
        guard task.waiters.count < ClaimDesk.mostWaiters else {
            counters.refused += 1
            return turnAway(asker, .overloaded, head, trace, now: now, into: &sink)
        }
        switch task.stage {
        case .confirming, .working, .settling:
            claimCounters.joined += 1
            if priority < Priority.granted(task.priority, declared: declared) {
                claims.tasks[ticket]!.urgent.append(asker)
            }
        // Counted with those that it waits with.
        case .claiming, .reading:
            // Whoever matters more is not shed for having come second.
            guard priority < Priority.granted(task.priority, declared: declared) else { break }
            claims.tasks[ticket]!.priority = head.flags.priority
        }
        claims.tasks[ticket]!.waiters.append(asker)
    }

    // MARK: What the shard decides

    /// What the value is to be, by what it is; nil where the call ends here.
    mutating func decide(
        _ current: [UInt8]?, _ ticket: SlabKey, _ task: ClaimTask, now: Instant, into sink: inout some CellSink
    ) -> ClaimChange.Step? {
        let found = current.flatMap { ClaimValue($0) }
        if current != nil, found == nil {
            // Of a later release, or damaged: it is nobody's to overwrite.
            count(task, as: \.undecided)
            end(ticket, .refused(.storeBroken), into: &sink)
            return nil
        }
        if task.stage == .confirming {
            guard let found, found.job != nil, found.claimer.cell == cell else {
                // Another cell has stood in for this one.
                jobs.remove(task.position)
                end(ticket, .refused(.keyClaimed), retryAfter: 1_000, into: &sink)
                return nil
            }
            return claims.tasks[ticket]!.change.accept(task.value.encoded())
        }
        let isOwn = found?.claimer == task.value.claimer
        if let former = task.former, !isOwn, found?.job == nil || found?.claimer != former {
            // Another cell was faster, or it is done: whoever joined meanwhile asks again, and is told.
            end(ticket, .refused(.keyClaimed), retryAfter: 1_000, into: &sink)
            return nil
        }
        if task.stage == .settling, task.former == nil {
            if isOwn, task.isJob, let found, found.isSettled {
                // By this cell before, or by one that stood in for it; perhaps a minority has it only, as yet.
                return claims.tasks[ticket]!.change.accept(found.encoded())
            }
            guard isOwn else {
                // It never was its own, or its time is over.
                if task.isJob { jobs.remove(task.position) }
                if task.value.isSettled { claimCounters.unsettled += 1 }
                end(ticket, .refused(.keyUnsettled), into: &sink)
                return nil
            }
        } else if let found, !isOwn, task.former == nil, found.expires >= wall(now), found.state != .free,
            defect != .ignoresClaims
        {
            guard found.fingerprint == task.value.fingerprint else {
                count(task, as: \.reused)
                end(ticket, .refused(.keyReused), into: &sink)
                return nil
            }
            guard found.isSettled || found.job != nil else {
                count(task, as: \.unknown)
                end(ticket, .refused(.keyClaimed), retryAfter: patience(found, now: now), into: &sink)
                return nil
            }
            claims.tasks[ticket]!.stage = .reading
            return claims.tasks[ticket]!.change.accept(found.encoded())
        }
        return claims.tasks[ticket]!.change.accept(task.value.encoded())
    }

    /// Calls are counted once each, when they are answered; those that work was begun for, when it was.
    mutating func count(_ task: ClaimTask, as result: WritableKeyPath<ClaimCounters, UInt64>) {
        switch task.stage {
        case .claiming, .reading: claimCounters[keyPath: result] += UInt64(task.waiters.count)
        case .confirming, .working, .settling: break
        }
    }

    /// After how many milliseconds another attempt may be worth it: soon, while its claimer may settle it; when its time is
    /// over, where that was a former life of this cell or a cell that has left. Of one that does not answer the mesh cannot
    /// know whether it is dead or stands still: then it may be back at any time.
    private func patience(_ found: ClaimValue, now: Instant) -> UInt32 {
        let left = max(found.expires - wall(now), 1_000)
        guard found.claimer.cell != cell else { return claims.isOwn(found.claimer) ? 1_000 : UInt32(clamping: left) }
        guard topology.cells.indices.contains(found.claimer.cell.position) else { return 1_000 }
        switch gossip.swim.member(named: topology.cells[found.claimer.cell.position].name)?.status {
        case .left: return UInt32(clamping: left)
        case .dead: return UInt32(clamping: min(left, ClaimDesk.patience))
        default: return 1_000
        }
    }

    /// A quorum has accepted a value.
    mutating func chosen(
        _ value: [UInt8], _ ticket: SlabKey, _ task: ClaimTask, now: Instant, into sink: inout some CellSink
    ) {
        claims.timers.cancel(ticket)
        claims.forget(task.asked)
        switch task.stage {
        case .claiming:
            guard now < task.deadline, !task.waiters.isEmpty else {
                count(task, as: \.undecided)
                return settle(ticket, .free, turned: .refused(.deadline), now: now, into: &sink)
            }
            claims.tasks[ticket]!.stage = .working
            claimCounters.claimed += 1
            claimCounters.joined += UInt64(task.waiters.count - 1)
            noteKey(task.trace, .admitted, "the key is this call's own", now: now)
            carryOut(ticket, task, now: now, into: &sink)
        case .confirming:
            claims.tasks[ticket]!.stage = .working
            carryOut(ticket, task, now: now, into: &sink)
        case .reading, .settling:
            if let value = ClaimValue(value), let job = value.job {
                if task.stage == .reading { count(task, as: \.replayed) }
                return acknowledged(value, job, ticket, task, now: now, into: &sink)
            }
            if task.isJob { jobs.tried(task.position, isDone: true, now: now) }
            guard case .done(let answer)? = ClaimValue(value)?.state else {
                return end(ticket, .refused(.keyUndecided), into: &sink)
            }
            let isFirst = task.stage == .settling
            count(task, as: \.replayed)
            noteKey(
                task.trace, .settled,
                isFirst ? "the answer is kept under the key" : "answered as the key was before", now: now)
            removeClaim(ticket, task)
            for (place, asker) in task.waiters.enumerated() {
                tell(answer, task.whole, to: asker, isReplayed: !isFirst || place > 0, into: &sink)
            }
        case .working: break
        }
    }

    private mutating func carryOut(
        _ ticket: SlabKey, _ task: ClaimTask, now: Instant, into sink: inout some CellSink
    ) {
        sink.claimed(task.position, hasBegun: true)
        task.position.customer.withUnsafeBytes {
            call(
                task.service, for: .claim(ticket), customer: task.position.hash, priority: task.priority,
                deadline: task.deadline, name: $0, program: task.request, trace: task.trace, now: now, into: &sink)
        }
    }
}
