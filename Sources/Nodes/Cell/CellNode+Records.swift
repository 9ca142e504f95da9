import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// Who waits for an order of the store.
struct PendingOrder: Sendable {
    enum Purpose: Sendable {
        case record(ConnectionID, request: UInt64, customer: CustomerHash, epoch: Epoch, isWrite: Bool)
        /// Who reads a cohort is known to `CohortListings`.
        case list(cohort: Int)
        case fetch(ConnectionID, request: UInt64, cohort: Int, asked: Int)
        /// The cell's own refill: a page up to a position, a question, or a change of the store's life.
        case refill(RecordPosition, isChange: Bool, isLast: Bool)
        case install(cohort: Int)
        case purge(cohort: Int, after: RecordPosition)
        case count(ConnectionID, request: UInt64, cohort: Int)
        case decree(ConnectionID, request: UInt64)
        /// A coordinator that collects tombstones: those below a counter, and which of them are to go.
        case tombstones(ConnectionID, request: UInt64, ListQuestion, below: UInt64)
        case drop(ConnectionID, request: UInt64, cohort: Int)
        /// Another cell that asks which of its records this one lacks.
        case lacks(ConnectionID, request: UInt64)
        /// The cell's own hints: a page of them, those of a cohort of which records are to go, the record of one, and those
        /// that are settled.
        case hints
        case leaving(cohort: Int)
        /// The cell's own repair: a page to be compared, and records taken over. Another cell that wants a digest.
        case repairPage(cohort: Int)
        case repaired(count: Int)
        case digest(ConnectionID, request: UInt64, DigestQuestion)
        case hinted(line: Int, to: CellIndex, batch: UInt64)
        case settled
        /// Another cell that asks about an idempotency key, and the cell's own round; and those whose time is over.
        case claim(ConnectionID, request: UInt64, customer: CustomerHash, epoch: Epoch)
        case ownClaim(SlabKey, ballot: RecordVersion)
        case expireClaims
        /// Those that were acknowledged and are yet to be carried out.
        case queuedClaims
        /// The cell's own deep probe.
        case probe
        /// Whether the store has room again.
        case room
    }
    var purpose: Purpose
    /// Of the value to be written.
    var bytes = 0
    /// Of the cell's memory, until the store has answered.
    var held = 0
    /// When it was given, of records.
    var began = Instant.zero
    /// Nil where nobody follows the request.
    var trace: FrameTrace?
}

extension CellNode {
    /// Hands what a router asks of the records to the store.
    mutating func order(
        _ frame: borrowing FrameView, _ asker: CellAsker, now: Instant, into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        guard store != nil else { return refuse(asker, .noStore, frame.head, into: &sink) }
        // The keys of claims are no client's.
        guard frame.customer.count > 0, frame.name.count > 0, frame.name[0] != ClaimKey.mark else {
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        // Before the store is asked: what the cell knows may be newer than what the store has installed, never older.
        guard isCurrent(frame.head, asker, isRecord: true, into: &sink) else { return }
        let isWrite = frame.head.kind == .recordWrite
        let trace = follow(frame.head, nil, now: now)
        var dots: [RecordVersion] = []
        if frame.head.flags.contains(.add) {
            guard isWrite, tiers?.handling(ofKey: frame.name) ?? .lastWriterWins != .lastWriterWins,
                let read = frame.note.isEmpty ? [] : SiblingTag.dots(ofCondition: frame.note)
            else { return refuse(asker, .malformed, frame.head, into: &sink) }
            // Whose they are the router has looked at.
            dots = read.map(\.version)
        }
        // Only what begins is shed: to refuse the second half of a write would waste the first, and leave in doubt what
        // became of it.
        let priority = Priority.granted(frame.head.flags.priority, declared: storePriority)
        guard isWrite || storeShedder.admit(priority, inWork: storeFill) else {
            noteOrder(trace, .shed, priority, now: now)
            return sink.shed(priority, request: request, epoch: frame.head.epoch, to: link)
        }
        if isWrite, defect == .dropsWrites {
            let version = RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter)
            if CellDefect.drops(version) {
                return answerRecord(
                    .written(version), to: link, request: request, customer: frame.head.customer,
                    epoch: frame.head.epoch, isWrite: true, now: now, into: &sink)
            }
        }
        let purpose = PendingOrder.Purpose.record(
            link, request: request, customer: frame.head.customer, epoch: frame.head.epoch, isWrite: isWrite)
        let bytes = isWrite ? frame.body.count : 0
        guard graph.take(value: bytes) else {
            counters.refused += 1
            counters.noMemory += 1
            noteOrder(trace, .refused, priority, now: now)
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        guard
            let ticket = orders.insert(
                PendingOrder(purpose: purpose, bytes: bytes, held: bytes, began: now, trace: trace))
        else {
            graph.giveBack(value: bytes)
            counters.refused += 1
            noteOrder(trace, .refused, priority, now: now)
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        storeBytes += bytes
        noteOrder(trace, .waited, priority, now: now)
        counters.recordOrders += 1
        let operation: StoreOrder.Operation
        switch frame.head.kind {
        case .recordVersion: operation = .version
        case .recordRead: operation = .read
        case .recordWrite where frame.head.flags.contains(.add):
            operation = .add(
                dot: RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter),
                value: Array(frame.body), tombstone: frame.head.flags.contains(.tombstone), superseding: dots)
        default:
            operation = .write(
                version: RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter),
                value: Array(frame.body), tombstone: frame.head.flags.contains(.tombstone))
        }
        var order = StoreOrder(
            ticket: ticket.rawValue, customer: Array(frame.customer), key: Array(frame.name), epoch: frame.head.epoch,
            operation: operation)
        // Whoever else acknowledges it, this cell answers for it until every member has it.
        if isWrite, hints.isOn, tiers?.tier(ofKey: frame.name) == .important { order.hintedAt = hintClock }
        give(order, of: frame.head.customer, into: &sink)
    }

    /// Of `orders.limit`: as many orders as are in hand, or as their values fill of what the store's queue takes.
    var storeFill: Int {
        let (high, low) = orders.limit.multipliedFullWidth(by: storeBytes)
        guard high == 0 else { return .max }
        return max(orders.count, Int(clamping: low / UInt(max(1, storeByteLimit))))
    }

    /// Whether a request is of the one epoch in which the customer is served here, by a cell of its shard; otherwise it
    /// is refused, with the cell's own entry for the asker to learn from, or to know that the cell has to learn.
    mutating func isCurrent(
        _ head: FrameHead, _ asker: CellAsker, isRecord: Bool, into sink: inout some CellSink
    ) -> Bool {
        guard topology.sharding.replacement == .never else {
            // Shards that replace dead cells are the router's own.
            return true
        }
        let isWrite = head.kind == .recordWrite
        guard case .frame(let link, let request) = asker else { return true }
        let epoch = ledger.placement.epoch(of: head.customer)
        if defect == .trustsNumbers, isRecord, head.epoch >= epoch { return true }
        guard epoch == head.epoch else {
            counters.staleEpochs += 1
            refuseEpoch(
                ledger.table.cohort(of: head.customer), request: request, isWrite: isWrite, epoch: head.epoch, to: link,
                into: &sink)
            return false
        }
        guard ledger.placement.isMember(cell, of: head.customer) else {
            counters.notMember += 1
            sink.refuse(.notMember, request: request, acknowledgement: isWrite, epoch: head.epoch, to: link)
            return false
        }
        return true
    }

    /// Refuses with what the cell knows of a cohort; nothing where that is what everybody knows.
    func refuseEpoch(
        _ cohort: Int, request: UInt64, isWrite: Bool = false, epoch: Epoch, to link: ConnectionID,
        into sink: inout some CellSink
    ) {
        var body = ByteBuffer()
        if let sealed = ledger.sealed(cohort) { EntryExchange.append(sealed, to: &body) }
        sink.refuse(.otherEpoch, request: request, acknowledgement: isWrite, epoch: epoch, body: body.bytes, to: link)
    }

    /// The store has carried out an order, durably if it was a write.
    package mutating func stored(_ answer: StoreAnswer, now: Instant, into sink: inout some CellSink) {
        guard let pending = orders.remove(SlabKey(rawValue: answer.ticket)) else { return }
        storeBytes -= pending.bytes
        graph.giveBack(value: pending.held)
        let isFill =
            if case .refill(let position, _, let isLast) = pending.purpose { position != .start || isLast } else {
                false
            }
        condition.answered(answer.outcome, isFill: isFill)
        switch (pending.purpose, answer.outcome) {
        case (.record(let link, let request, let customer, let epoch, let isWrite), _):
            if graph.qualities.isActive { graph.qualities.db.record(now - pending.began) }
            noteStored(answer.outcome, pending.trace, now: now)
            graph.figures.answered(isFailed: answer.outcome.isFailed, took: now - pending.began)
            answerRecord(
                answer.outcome, to: link, request: request, customer: customer, epoch: epoch, isWrite: isWrite,
                now: now, into: &sink)
        case (.refill(let position, let isChange, let isLast), _):
            refilled(answer.outcome, upTo: position, isChange: isChange, isLast: isLast, now: now, into: &sink)
        case (.list(let cohort), _):
            listed(answer.outcome, SlabKey(rawValue: answer.ticket), cohort, now: now, into: &sink)
        case (.install(let cohort), _): installed(answer.outcome, cohort, now: now, into: &sink)
        case (.purge(let cohort, let after), _): purged(answer.outcome, cohort, after: after, now: now, into: &sink)
        case (.count(let link, let request, let cohort), _):
            counted(answer.outcome, cohort, to: link, request: request, into: &sink)
        case (.hints, _): tookHints(answer.outcome, now: now, into: &sink)
        case (.repairPage(let cohort), _): tookRepairPage(answer.outcome, cohort, now: now, into: &sink)
        case (.repaired(let count), _): repaired(answer.outcome, count)
        case (.digest(let link, let request, let asked), .listed(let lines, let isLast, _)):
            tellDigest(lines, isLast: isLast, asked, to: link, request: request, into: &sink)
        case (.digest(let link, let request, _), _):
            sink.refuse(Self.refusal(of: answer.outcome), request: request, to: link)
        case (.leaving(let cohort), _): tookLeaving(answer.outcome, cohort, now: now, into: &sink)
        case (.hinted(let line, let peer, let batch), _):
            deliver(answer.outcome, line, to: peer, batch: batch, now: now, into: &sink)
        case (.settled, _): settled(answer.outcome, now: now)
        case (.claim(let link, let request, let customer, let epoch), _):
            keptClaim(answer.outcome, to: link, request: request, customer: customer, epoch: epoch, into: &sink)
        case (.ownClaim(let ticket, let ballot), _):
            ownClaim(answer.outcome, ticket, ballot, now: now, into: &sink)
        case (.expireClaims, _): expiredClaims(answer.outcome, now: now)
        case (.queuedClaims, _): foundJobs(answer.outcome, now: now, into: &sink)
        case (.room, let outcome):
            isRoomProbed = false
            if case .failed = outcome { condition.probedRoom(false) } else { condition.probedRoom(true) }
        case (.probe, _): storeProbed(answer.outcome, now: now, into: &sink)
        case (.lacks(let link, let request), .compared(let lacking)):
            lacking.map(\.rawValue).withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
                sink.reply(Self.answer(request), to: link, note: .empty, body: bytes)
            }
        case (.decree(let link, let request), .decree(let bytes?)):
            bytes.withUnsafeBytes { sink.reply(Self.answer(request), to: link, note: .empty, body: $0) }
        case (.fetch(let link, let request, _, let asked), .fetched(let records, let taken)):
            fetched(records, isComplete: taken == asked, to: link, request: request, into: &sink)
        case (.tombstones(let link, let request, let question, let below), .listed(let lines, let isLast, _)):
            listedTombstones(
                lines, isLast: isLast, question, below: below, to: link, request: request, into: &sink)
        case (.drop(let link, let request, _), .dropped(let count)):
            droppedTombstones(count, to: link, request: request, into: &sink)
        case (.tombstones(let link, let request, let question, _), .otherEntry):
            refuseEpoch(question.cohort, request: request, epoch: .first, to: link, into: &sink)
        case (.fetch(let link, let request, let cohort, _), .otherEntry),
            (.drop(let link, let request, let cohort), .otherEntry):
            refuseEpoch(cohort, request: request, epoch: .first, to: link, into: &sink)
        case (.fetch(let link, let request, _, _), _), (.decree(let link, let request), _),
            (.tombstones(let link, let request, _, _), _), (.drop(let link, let request, _), _),
            (.lacks(let link, let request), _):
            sink.refuse(Self.refusal(of: answer.outcome), request: request, to: link)
        }
    }

    static func refusal(of outcome: StoreAnswer.Outcome) -> Refusal {
        switch outcome {
        case .noVote: .refilling
        case .purging: .moving
        case .otherEpoch, .otherEntry: .otherEpoch
        case .failed(.full): .storeFull
        case .failed(.overloaded): .overloaded
        case .decree(nil): .malformed
        default: .storeBroken
        }
    }

    private mutating func answerRecord(
        _ outcome: StoreAnswer.Outcome, to link: ConnectionID, request: UInt64, customer: CustomerHash, epoch: Epoch,
        isWrite: Bool, now: Instant, into sink: inout some CellSink
    ) {
        // The epoch says of which phase of the router's operation this is the answer.
        var head = FrameHead(
            kind: .reply, flags: isWrite ? .acknowledgement : FrameFlags(), status: 200,
            request: request,
            customer: CustomerHash(rawValue: 0), epoch: epoch)
        // A reply has no deadline: in its place stands what time it is here, for routers whose clock is off.
        head.deadline = ClockConsensus.stamp(wall: now.nanoseconds &+ wallOffset)
        switch outcome {
        case .version(let version, let tombstone, let absent):
            head.set(version, absent: absent)
            if tombstone { head.flags.insert(.tombstone) }
            sink.reply(head, to: link, note: .empty, body: .empty)
        case .written(let version):
            head.set(version)
            sink.reply(head, to: link, note: .empty, body: .empty)
        case .added(let version, let set):
            head.set(version)
            head.flags.insert(.add)
            set.withUnsafeBytes { sink.reply(head, to: link, note: .empty, body: $0) }
        case .record(let version, let value, let tombstone, let absent):
            guard value.count <= recordLimit else {
                // Written when the limit was higher: a frame beyond it would cost the whole link.
                counters.recordFailures += 1
                return sink.refuse(.tooLarge, request: request, epoch: epoch, to: link)
            }
            head.set(version, absent: absent)
            if tombstone { head.flags.insert(.tombstone) }
            value.withUnsafeBytes { sink.reply(head, to: link, note: .empty, body: $0) }
        case .otherEpoch:
            counters.staleEpochs += 1
            refuseEpoch(
                ledger.table.cohort(of: customer), request: request, isWrite: isWrite, epoch: epoch, to: link,
                into: &sink)
        case .noVote:
            counters.withoutVote += 1
            sink.refuse(.refilling, request: request, acknowledgement: isWrite, epoch: epoch, to: link)
        case .purging:
            sink.refuse(.moving, request: request, acknowledgement: isWrite, epoch: epoch, to: link)
        case .failed:
            counters.recordFailures += 1
            sink.refuse(
                Self.refusal(of: outcome), request: request, acknowledgement: isWrite, epoch: epoch, to: link)
        default:
            preconditionFailure("a record's order was answered with what one cell tells another")
        }
    }
}

extension FrameHead {
    /// Of a record that is not there the answer says in place of a writer what was collected; see `RouterNode`.
    mutating func set(_ version: RecordVersion, absent: UInt64 = 0) {
        versionCounter = version.counter
        versionWriter = version == .none ? absent : version.writer
    }
}

extension StoreAnswer.Outcome {
    /// The store could not; that the customer is served elsewhere is no failure.
    var isFailed: Bool {
        if case .failed = self { return true }
        return false
    }
}
