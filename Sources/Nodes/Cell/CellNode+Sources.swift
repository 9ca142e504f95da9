import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// What a cell tells other cells of the records that they share.
extension CellNode {
    mutating func handle(
        peer frame: borrowing FrameView, _ asker: CellAsker, now: Instant, into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        guard let store else { return refuse(asker, .noStore, frame.head, into: &sink) }
        let name = String(decoding: frame.note, as: UTF8.self)
        guard let peer = topology.cellIndex(named: name) else {
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        let purpose: PendingOrder.Purpose
        let operation: StoreOrder.Operation
        switch frame.head.kind {
        case .recordList, .recordFetch:
            guard
                let question = ListQuestion(
                    frame.head.versionCounter, frame.head.versionWriter, cohorts: ledger.cohorts)
            else { return refuse(asker, .malformed, frame.head, into: &sink) }
            guard question.version == ledger.table.entries[question.cohort].version || defect == .listsUnfenced else {
                return refuseEpoch(question.cohort, request: request, epoch: .first, to: link, into: &sink)
            }
            let fence = CohortFence(ledger.table, cohort: question.cohort)
            if frame.head.kind == .recordList {
                let after = RecordPosition(
                    hash: frame.head.customer, customer: Array(frame.customer), key: Array(frame.name))
                let waiter = CohortListings.Waiter.cell(link, request: request, asker: peer, question)
                guard !list(fence, after: after, verifies: question.verifies, for: waiter, now: now, into: &sink) else {
                    return
                }
                counters.refused += 1
                return refuse(asker, .overloaded, frame.head, into: &sink)
            } else {
                guard let positions = RecordPages.positions(frame.body), !positions.isEmpty else {
                    return refuse(asker, .malformed, frame.head, into: &sink)
                }
                purpose = .fetch(link, request: request, cohort: question.cohort, asked: positions.count)
                operation = .fetch(fence, positions, bytes: pageBytes)
            }
        case .recordDigest:
            guard
                let question = ListQuestion(
                    frame.head.versionCounter, frame.head.versionWriter, cohorts: ledger.cohorts),
                let page = RecordPages.listing(frame.body)
            else { return refuse(asker, .malformed, frame.head, into: &sink) }
            guard question.version == ledger.table.entries[question.cohort].version else {
                return refuseEpoch(question.cohort, request: request, epoch: .first, to: link, into: &sink)
            }
            let after = RecordPosition(
                hash: frame.head.customer, customer: Array(frame.customer), key: Array(frame.name))
            let fence = CohortFence(ledger.table, cohort: question.cohort)
            purpose = .digest(
                link, request: request,
                DigestQuestion(
                    question: question, asker: peer, after: after, upTo: page.isLast ? nil : page.upTo,
                    cutoff: page.floor))
            operation = .list(fence, after: max(after, fence.start), limit: Repair.scanned, fingerprints: true)
        case .hints:
            guard let page = RecordPages.listing(frame.body), !page.lines.isEmpty else {
                return refuse(asker, .malformed, frame.head, into: &sink)
            }
            purpose = .lacks(link, request: request)
            operation = .lacks(page.lines)
        default:
            let asked = frame.head.versionCounter
            let knows: RefillPeer.State.Knowledge = store.peers[name].map { $0 == asked ? .same : .other } ?? .never
            let state = RefillPeer.State(
                storeID: store.id, life: defect == .listsWithoutVote ? .votes : store.life, knows: knows)
            var head = Self.answer(request)
            (head.versionCounter, head.versionWriter) = state.words
            return sink.reply(head, to: link, note: .empty, body: .empty)
        }
        guard let ticket = orders.insert(PendingOrder(purpose: purpose)) else {
            counters.refused += 1
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        give(operation, ticket, into: &sink)
    }

    private var pageBytes: Int { min(RecordPages.mostBytes, topology.routing.bodyLimit) }

    static func answer(_ request: UInt64) -> FrameHead {
        FrameHead(kind: .reply, status: 200, request: request, customer: CustomerHash(rawValue: 0), epoch: .first)
    }

    /// A page of lines for another cell: those of customers that both hold, this one on the side in force.
    mutating func tell(
        _ listing: CohortListings.Listing, _ question: ListQuestion, to link: ConnectionID, request: UInt64,
        asker: CellIndex, into sink: inout some CellSink
    ) {
        var page = RecordPages.Listing(
            lines: [], upTo: listing.lines.last?.position ?? .start, isLast: listing.isLast, floor: listing.floor)
        var bytes = 0
        var start = 0
        customers: for (hash, end) in listing.customers {
            let lines = start..<end
            start = end
            let assignment = ledger.placement.assignment(of: hash)
            let isHeld = assignment.inForce.contains(cell) || question.verifies && assignment.other.contains(cell)
            guard isHeld, assignment.inForce.contains(asker) || assignment.other.contains(asker) else { continue }
            for place in lines {
                guard defect != .leavesClaims || !ClaimKey.isClaim(listing.lines[place].position.key) else { continue }
                bytes += RecordPages.size(of: listing.lines[place])
                guard page.add(listing.lines[place], hasRoom: bytes <= pageBytes) else { break customers }
            }
        }
        answerBuffer.removeAll()
        RecordPages.append(page, into: &answerBuffer)
        sink.reply(Self.answer(request), to: link, note: .empty, body: answerBuffer.bytes)
    }

    mutating func fetched(
        _ records: [StoredRecord], isComplete: Bool, to link: ConnectionID, request: UInt64,
        into sink: inout some CellSink
    ) {
        // One that was written when the limit was higher fits no frame, and no router could read it.
        let sendable = records.filter { $0.value.count <= max(recordLimit, ClaimValue.smallest) }
        counters.recordFailures += UInt64(records.count - sendable.count)
        answerBuffer.removeAll()
        let sent = RecordPages.append(sendable, limit: pageBytes, into: &answerBuffer)
        var head = Self.answer(request)
        head.versionCounter = isComplete && sent == sendable.count ? 1 : 0
        sink.reply(head, to: link, note: .empty, body: answerBuffer.bytes)
    }
}
