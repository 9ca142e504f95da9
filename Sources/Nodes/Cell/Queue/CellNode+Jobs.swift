import MeshBase
import Replication
import Resilience
import Sharding
import Topology
import Wire

/// Calls that cannot be carried out now and are accepted all the same (C25, `queue`).
///
/// An acknowledgement (202) is given once a majority of the customer's shard has the job as the value of its key's claim: as
/// durable as anything that the shard keeps. The cell that has acknowledged it carries it out when that can be done, at least
/// once: before each attempt it asks the shard whether the job is still its own, and an answer that no majority could take is
/// kept until one can. For a cell that is gone a member of the shard that lives takes the job over, which the shard lets
/// one of them do.
extension CellNode {
    /// A call under a key has failed: it is put off, where that is declared and there is room.
    ///
    /// - Returns: whether it is; else it is told as it is.
    mutating func putOff(
        _ ticket: SlabKey, _ end: ServiceGraph.End, now: Instant, into sink: inout some CellSink
    ) -> Bool {
        guard let task = claims.tasks[ticket], let cause = end.outcome.cause(end.blame) else { return false }
        if task.isJob {
            // It stays what it is in the shard, and is tried again.
            retry(ticket, task, end, now: now, into: &sink)
            return true
        }
        guard let failure = graph.beginTransforming(end, cause) else { return false }
        let job = ClaimValue.Job(
            since: wall(now), method: task.request?.method.rawValue ?? HTTPMethod.post.rawValue,
            priority: Priority.granted(task.priority, declared: graph.services[task.service].priority).rawValue,
            path: task.request?.path ?? [], body: task.request?.body ?? [])
        guard failure.wanted == .queued, jobs.isOn,
            job.bytes <= ClaimValue.room(bodyLimit: topology.routing.bodyLimit)
        else {
            graph.settle(failure, as: .tryAgain, of: end.service)
            return false
        }
        let estimate = graph.entryTransformers[end.service]?.policy.estimate ?? .zero
        switch jobs.ask(
            task.service, priority: job.priority,
            isOld: { $0 + estimate.nanoseconds / 1_000_000 < job.since })
        {
        case .taken: break
        case .inPlaceOf(let other): displace(other, now: now, into: &sink)
        case .refused:
            graph.settle(failure, as: .tryAgain, of: end.service)
            return false
        }
        claims.tasks[ticket]?.failure = failure
        noteKey(task.trace, .settled, "what failed is put off, to be carried out later", now: now)
        sink.claimed(task.position, hasBegun: false)
        settle(ticket, .queued(job), turned: nil, now: now, into: &sink)
        return true
    }

    /// The shard has a job: whoever waits is told that it will be done.
    mutating func acknowledged(
        _ value: ClaimValue, _ job: ClaimValue.Job, _ ticket: SlabKey, _ task: ClaimTask, now: Instant,
        into sink: inout some CellSink
    ) {
        let isNew = task.stage == .settling && task.former == nil
        if let failure = task.failure { graph.settle(failure, as: .queued, of: task.service) }
        claims.tasks[ticket]?.failure = nil
        for (place, asker) in task.waiters.enumerated() {
            tellQueued(task.service, to: asker, isReplayed: !isNew || place > 0, into: &sink)
        }
        let isOpen = jobs.isOn && !jobs.has(task.position)
        if isOpen, value.claimer.cell != cell, isGone(value.claimer.cell, task.members) {
            return takeOver(value, job, ticket, now: now, into: &sink)
        }
        removeClaim(ticket, task)
        if isNew {
            jobs.counters.queued += 1
            jobs.add(.init(position: task.position, service: task.service, value: value), isAsked: true, now: now)
        } else if isOpen, value.claimer.cell == cell {
            jobs.counters.adopted += 1
            jobs.add(.init(position: task.position, service: task.service, value: value), isAsked: false, now: now)
        }
        tendJobs(now: now, into: &sink)
    }

    /// The job of a cell that is gone becomes this one's, in the shard: of several that would take it over one does, and
    /// the others see that somebody has it.
    private mutating func takeOver(
        _ value: ClaimValue, _ job: ClaimValue.Job, _ ticket: SlabKey, now: Instant, into sink: inout some CellSink
    ) {
        let claimer = ClaimValue.Claimer(cell: cell, call: claims.nextCall())
        claims.tasks[ticket]?.waiters = []
        claims.tasks[ticket]?.former = value.claimer
        claims.tasks[ticket]?.value = ClaimValue(
            claimer: claimer, fingerprint: value.fingerprint, expires: value.expires, state: .queued(job))
        settle(ticket, .queued(job), turned: nil, now: now, into: &sink)
    }

    private mutating func tellQueued(
        _ service: Int, to asker: CellAsker, isReplayed: Bool, into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        let estimate = graph.entryTransformers[service]?.policy.estimate ?? .zero
        let milliseconds = estimate.nanoseconds / 1_000_000
        let name = graph.services[service].name
        answerBuffer.removeAll()
        answerBuffer.append("\(name)=queued")
        let end = answerBuffer.count
        answerBuffer.append(
            "{\"service\":\"\(name)\",\"cell\":\"\(self.name)\",\"outcome\":\"queued\",\"estimate_ms\":\(milliseconds),"
                + "\"waiting\":\(jobs.depth(of: service))}\n")
        let head = FrameHead(
            kind: .reply, flags: isReplayed ? [.json, .replayed] : .json, status: 202, request: request,
            customer: CustomerHash(rawValue: 0), epoch: .first)
        let bytes = answerBuffer.bytes
        sink.reply(
            head, to: link, note: UnsafeRawBufferPointer(rebasing: bytes[..<end]),
            body: UnsafeRawBufferPointer(rebasing: bytes[end...]))
    }

    // MARK: Working them off

    /// Tries what may be tried now, and looks for what nobody has at hand.
    mutating func tendJobs(now: Instant, into sink: inout some CellSink) {
        guard jobs.isOn else { return }
        if now >= jobs.sweepAt { sweepJobs(now: now, into: &sink) }
        guard !isStopping else { return }
        while let job = jobs.next(now: now) { begin(job, now: now, into: &sink) }
    }

    private mutating func begin(_ job: JobDesk.Job, now: Instant, into sink: inout some CellSink) {
        guard claims.byKey[job.position] == nil, let kept = job.value.job else {
            // Somebody asks for it just now.
            return jobs.tried(job.position, isDone: false, now: now)
        }
        let deadline = now + topology.routing.requestTimeout
        var task = self.task(of: job, priority: Priority(rawValue: kept.priority), deadline: deadline, now: now)
        if graph.catalogue.reachesProgram[job.service] {
            task.request = ProgramRequest(
                customer: job.position.customer, method: HTTPMethod(rawValue: kept.method) ?? .post, path: kept.path,
                key: Array(ClaimKey.key(of: job.position.key) ?? []), body: kept.body)
        }
        guard wall(now) <= job.value.expires else {
            jobs.counters.expired += 1
            return end(
                job, task, with: 504, "its key's time was over before it could be carried out", now: now, into: &sink)
        }
        if let settled = job.settled {
            task.value = settled
            task.stage = .settling
            task.giveUpAt = now + ClaimDesk.settleTime
        }
        guard let ticket = claims.insert(task) else {
            return jobs.tried(job.position, isDone: false, now: now)
        }
        beginRound(ticket, now: now, into: &sink)
    }

    /// The task that carries a job out, or ends it.
    private func task(of job: JobDesk.Job, priority: Priority?, deadline: Instant, now: Instant) -> ClaimTask {
        let assignment = ledger.placement.assignment(of: job.position.hash)
        var task = ClaimTask(
            position: job.position, service: job.service, priority: priority, deadline: deadline, value: job.value,
            waiters: [], members: QuorumMembers(assignment), epoch: assignment.epoch, began: now,
            giveUpAt: now + ClaimDesk.claimTime(attempt: topology.routing.attemptTimeout, left: deadline - now))
        // Whoever stood still does not know whether another cell has done it meanwhile.
        task.stage = .confirming
        task.isJob = true
        return task
    }

    /// It could not be done: later again.
    private mutating func retry(
        _ ticket: SlabKey, _ task: ClaimTask, _ end: ServiceGraph.End, now: Instant, into sink: inout some CellSink
    ) {
        switch end.outcome {
        case .rejected, .shed, .noProgram: sink.claimed(task.position, hasBegun: false)
        default: break
        }
        jobs.tried(task.position, isDone: false, blockedFor: Self.blocked(end), now: now)
        removeClaim(ticket, task)
        for asker in task.waiters { tellQueued(task.service, to: asker, isReplayed: true, into: &sink) }
    }

    /// How long the gate of a call that the job needs lets nothing through; nil where none stood in the way.
    private static func blocked(_ end: ServiceGraph.End) -> TimeAmount? {
        guard case .dependency = end.outcome, let blame = end.blame, blame.retryAfter > .zero else { return nil }
        switch blame.policy {
        case .breaker, .bulkhead, .concurrency, .throttle, .queue: return blame.retryAfter
        default: return nil
        }
    }

    /// Ends a job that is not carried out: whoever asks under its key is told so.
    private mutating func end(
        _ job: JobDesk.Job, _ task: ClaimTask, with status: UInt16, _ why: String, now: Instant,
        into sink: inout some CellSink
    ) {
        jobs.remove(job.position)
        guard claims.byKey[job.position] == nil, let ticket = claims.insert(task) else { return }
        let name = graph.services[job.service].name
        let body = "{\"service\":\"\(name)\",\"outcome\":\"given-up\",\"detail\":\"\(why)\"}\n"
        settle(
            ticket, .done(.init(status: status, isJSON: true, note: [], body: Array(body.utf8))), turned: nil, now: now,
            into: &sink)
    }

    private mutating func displace(_ position: RecordPosition, now: Instant, into sink: inout some CellSink) {
        guard let job = jobs.jobs[position] else { return }
        end(
            job, task(of: job, priority: nil, deadline: now, now: now), with: 503,
            "it gave way to others in a full queue", now: now, into: &sink)
    }

    // MARK: Those that nobody has at hand

    private mutating func sweepJobs(now: Instant, into sink: inout some CellSink) {
        jobs.sweepAt = now + JobDesk.sweepInterval
        guard store?.life == .votes, let order = orders.insert(PendingOrder(purpose: .queuedClaims)) else { return }
        give(.queuedClaims(limit: JobDesk.sweepSlice), order, into: &sink)
    }

    /// What this cell's store has of jobs: those of a former life of this cell, and of cells that are gone.
    mutating func foundJobs(_ outcome: StoreAnswer.Outcome, now: Instant, into sink: inout some CellSink) {
        guard case .fetched(let records, _) = outcome else { return }
        for record in records {
            let position = record.line.position
            guard let value = ClaimValue(record.value), value.job != nil, !jobs.has(position),
                claims.byKey[position] == nil, let service = service(ofClaim: position.key),
                isTurn(position, value.claimer)
            else { continue }
            read(position, service, value, now: now, into: &sink)
        }
    }

    /// Asks the shard what it has of a job: this store may have missed that it was done. What is a job still is adopted.
    private mutating func read(
        _ position: RecordPosition, _ service: Int, _ found: ClaimValue, now: Instant, into sink: inout some CellSink
    ) {
        let assignment = ledger.placement.assignment(of: position.hash)
        let deadline = now + topology.routing.requestTimeout
        let task = ClaimTask(
            position: position, service: service, priority: nil, deadline: deadline,
            value: ClaimValue(
                claimer: ClaimValue.Claimer(cell: cell, call: claims.nextCall()), fingerprint: found.fingerprint,
                expires: found.expires, state: .claimed),
            waiters: [], members: QuorumMembers(assignment), epoch: assignment.epoch, began: now, giveUpAt: deadline)
        guard let ticket = claims.insert(task) else { return }
        beginRound(ticket, now: now, into: &sink)
    }

    /// Its own, or of a cell that is gone for which this one stands in.
    private mutating func isTurn(_ position: RecordPosition, _ claimer: ClaimValue.Claimer) -> Bool {
        if claimer.cell == cell { return true }
        let members = QuorumMembers(ledger.placement.assignment(of: position.hash))
        guard isGone(claimer.cell, members) else { return false }
        let living = (0..<members.count).map { members[$0] }.filter { !isGone($0, members) }
        guard let rank = living.firstIndex(of: cell) else { return false }
        return jobs.isTurn(position, rank: rank)
    }

    private func isGone(_ other: CellIndex, _ members: QuorumMembers) -> Bool {
        guard other != cell else { return false }
        guard topology.cells.indices.contains(other.position), members.position(of: other) != nil else { return true }
        switch gossip.swim.member(named: topology.cells[other.position].name)?.status {
        case .dead, .left: return true
        default: return false
        }
    }

    private func service(ofClaim key: [UInt8]) -> Int? {
        guard ClaimKey.isClaim(key), let end = key.dropFirst().firstIndex(of: ClaimKey.mark) else { return nil }
        return key[1..<end].withUnsafeBytes { graph.service(named: $0) }
    }

    /// How many jobs this cell has at hand, and what became of others; nil where there is no queue.
    package func queue() -> QueueView? {
        guard jobs.isOn else { return nil }
        let counters = jobs.counters
        return QueueView(
            depth: jobs.depth, capacity: jobs.capacity,
            results: [
                ("queued", counters.queued), ("adopted", counters.adopted), ("done", counters.done),
                ("failed", counters.failed), ("displaced", counters.displaced), ("expired", counters.expired),
                ("refused", counters.refused),
            ])
    }
}

/// The durable queue of a cell, for metrics.
package struct QueueView: Sendable {
    package let depth: Int
    package let capacity: Int
    package let results: [(result: StaticString, count: UInt64)]
}
