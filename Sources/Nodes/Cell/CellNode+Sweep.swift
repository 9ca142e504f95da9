import MeshBase
import Replication
import Sharding
import Wire

/// What a cell tells a coordinator of its tombstones, and how it drops those that all members have.
extension CellNode {
    /// Records looked at for one page; few of them need to be tombstones.
    private static let scanned = 2_048

    mutating func handle(
        sweep frame: borrowing FrameView, _ asker: CellAsker, now: Instant, into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        guard store != nil else { return refuse(asker, .noStore, frame.head, into: &sink) }
        guard
            let question = ListQuestion(frame.head.versionCounter, frame.head.versionWriter, cohorts: ledger.cohorts),
            let page = RecordPages.listing(frame.body)
        else { return refuse(asker, .malformed, frame.head, into: &sink) }
        let cohort = question.cohort
        guard question.version == ledger.table.entries[cohort].version else {
            return refuseEpoch(cohort, request: request, epoch: .first, to: link, into: &sink)
        }
        // Who lacks records does not know yet what it has no tombstone of.
        guard !needsFill(cohort) else { return refuse(asker, .moving, frame.head, into: &sink) }
        let fence = CohortFence(ledger.table, cohort: cohort)
        let purpose: PendingOrder.Purpose
        let operation: StoreOrder.Operation
        if frame.head.kind == .tombstones {
            let wall = (now.nanoseconds &+ wallOffset).subtractingReportingOverflow(Int64(bitPattern: page.floor))
            let below = wall.overflow ? 0 : HybridClock.counter(wall: wall.partialValue)
            purpose = .tombstones(link, request: request, question, below: below)
            operation = .list(fence, after: page.upTo, limit: Self.scanned, fingerprints: false)
        } else {
            guard !page.lines.isEmpty else { return refuse(asker, .malformed, frame.head, into: &sink) }
            purpose = .drop(link, request: request, cohort: cohort)
            operation = .drop(fence, page.lines)
        }
        guard let ticket = orders.insert(PendingOrder(purpose: purpose)) else {
            counters.refused += 1
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        give(operation, ticket, into: &sink)
    }

    /// The store has looked at a page of records: the old tombstones among them.
    mutating func listedTombstones(
        _ lines: [RecordLine], isLast: Bool, _ question: ListQuestion, below: UInt64, to link: ConnectionID,
        request: UInt64, into sink: inout some CellSink
    ) {
        let entry = ledger.table.entries[question.cohort]
        guard entry.version == question.version else {
            return refuseEpoch(question.cohort, request: request, epoch: .first, to: link, into: &sink)
        }
        var page = RecordPages.Listing(lines: [], upTo: lines.last?.position ?? .start, isLast: isLast)
        for line in lines where line.tombstone && line.version.counter < below {
            guard entry.pin(of: line.position.hash) == nil,
                ledger.placement.assignment(of: line.position.hash).inForce.contains(cell)
            else { continue }
            guard page.add(line) else { break }
        }
        answerBuffer.removeAll()
        RecordPages.append(page, into: &answerBuffer)
        sink.reply(Self.answer(request), to: link, note: .empty, body: answerBuffer.bytes)
    }

    mutating func droppedTombstones(
        _ count: Int, to link: ConnectionID, request: UInt64, into sink: inout some CellSink
    ) {
        counters.tombstonesSwept += UInt64(count)
        var head = Self.answer(request)
        head.versionCounter = UInt64(count)
        sink.reply(head, to: link, note: .empty, body: .empty)
    }
}
