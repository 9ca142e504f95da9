import MeshBase
import Replication
import Sharding
import Wire

/// Records whose customer changes its placement while they are read or written.
extension RouterNode {
    /// The cell serves the customer in another epoch: whoever is behind learns from the other, and the operation goes on.
    mutating func recordMoved(
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
    mutating func restart(
        _ key: SlabKey, _ assignment: Placement.Assignment, now: Instant, into sink: inout some RouterSink
    ) {
        guard case .record(var work) = operations[key]!.work else { return }
        counters.epochRestarts += 1
        let entry = ledger.entry(of: operations[key]!.customer)
        operations[key]!.epoch = assignment.epoch
        operations[key]!.shard = assignment.serving
        let before = work.members
        work.members = members(of: assignment)
        work.source = 0
        work.told = 0
        let step: RegisterOperation.Step
        if work.register.hasChosen, work.register.kind != .read, entry.swept > work.chosenEpoch,
            defect != .rerunsSwept
        {
            // A tombstone above this version may have been collected since.
            work.metMove = false
            step = work.register.giveUp()
        } else {
            if work.register.kind == .read, defect != .mixesAnswers {
                heldBytes -= work.value.count
                work.value = []
            }
            tick(&work.register, .none, now: now)
            let (usable, reserve) = usable(
                of: work.members, work.register.rule, asksAll: work.asksAll, work.priority, now: now)
            step =
                work.isWaiting
                ? work.register.resume(quorum: work.members.quorum, usable: usable, reserve: reserve)
                : restarted(&work.register, from: before, to: work.members, usable: usable, reserve: reserve)
        }
        work.isWaiting = false
        operations[key]!.work = .record(work)
        perform(step, key, now: now, into: &sink)
    }

    /// A write that has chosen its version keeps it; from which epoch it is says whether it may still be sent.
    mutating func noteChoice(_ key: SlabKey) {
        guard case .record(var work) = operations[key]!.work, work.register.kind != .read, !work.isSending else {
            return
        }
        work.isSending = true
        work.chosenEpoch = operations[key]!.epoch
        operations[key]!.work = .record(work)
    }

    /// A cell that drops what it must not keep, or has not heard of an entry, is back in a moment: the operation is asked
    /// again then, a write as the same version.
    mutating func wait(_ key: SlabKey, _ outcome: RegisterOperation.Outcome) {
        guard case .record(var work) = operations[key]!.work else { return }
        work.isWaiting = true
        work.lack = outcome
        work.waits += 1
        operations[key]!.work = .record(work)
        wake(key, at: clock + Self.moveWait)
    }

    /// The wait is over; false where there was none.
    mutating func goOnAfterWait(_ key: SlabKey, now: Instant, into sink: inout some RouterSink) -> Bool {
        guard case .record(let work) = operations[key]!.work, work.isWaiting else { return false }
        guard now < operations[key]!.deadline else {
            // Nothing is sent any more that nobody could answer in time.
            complete(key, work.lack, into: &sink)
            return true
        }
        if let others = work.others, !others.isOver { return goOnAfterAsking(key, others, now: now, into: &sink) }
        restart(key, assignment(of: operations[key]!.customer), now: now, into: &sink)
        return true
    }

    // MARK: Too few answers

    /// Too few cells answer. Perhaps the customer has moved, and nobody of its old shard is left to say so: two cells
    /// beside it are asked for newer entries, once for each request, before it is told that there is no quorum.
    /// - Returns: whether they are waited for.
    mutating func asksOthers(
        _ key: SlabKey, _ outcome: RegisterOperation.Outcome, into sink: inout some RouterSink
    ) -> Bool {
        guard case .record(var work) = operations[key]!.work, work.others == nil,
            topology.sharding.replacement == .never
        else { return false }
        switch outcome {
        case .noQuorum: break
        case .refused: guard work.refusal == nil else { return false }
        case .written, .found, .missing, .unknown, .behind: return false
        }
        let until = min(clock + policy.attemptTimeout, operations[key]!.deadline)
        var others = RouterOperation.Others(cells: [], until: until)
        for step in links.indices where others.cells.count < 2 {
            // Not always the same two.
            let cell = CellIndex((Int(operationNumber) + step) % links.count)
            guard links[cell.position].canBeAsked, work.members.position(of: cell) == nil else { continue }
            others.cells.append((cell, links[cell.position].exchanges))
        }
        guard !others.cells.isEmpty, clock < until else { return false }
        counters.othersAsked += 1
        work.others = others
        work.isWaiting = true
        work.lack = outcome
        operations[key]!.work = .record(work)
        for (cell, _) in others.cells { ask(cell, ledger.question, into: &sink) }
        lookAgain(key)
        return true
    }

    private mutating func lookAgain(_ key: SlabKey) {
        wake(key, at: clock + Self.othersWait)
    }

    /// Goes on in the customer's newer epoch as soon as one is known, and ends as it would have ended once both have
    /// answered and know of none.
    private mutating func goOnAfterAsking(
        _ key: SlabKey, _ others: RouterOperation.Others, now: Instant, into sink: inout some RouterSink
    ) -> Bool {
        let assignment = assignment(of: operations[key]!.customer)
        let isOpen =
            now < others.until
            && others.cells.contains {
                links[$0.cell.position].state == .up && links[$0.cell.position].exchanges == $0.heard
            }
        guard assignment.epoch > operations[key]!.epoch || !isOpen else {
            lookAgain(key)
            return true
        }
        guard case .record(var work) = operations[key]!.work else { return false }
        work.others?.isOver = true
        if assignment.epoch > operations[key]!.epoch {
            operations[key]!.work = .record(work)
            restart(key, assignment, now: now, into: &sink)
        } else {
            work.isWaiting = false
            operations[key]!.work = .record(work)
            complete(key, work.lack, into: &sink)
        }
        return true
    }

    static var othersWait: TimeAmount { .milliseconds(2) }
    static var moveWait: TimeAmount { .milliseconds(10) }
    static var mostWaits: Int { 200 }
}
