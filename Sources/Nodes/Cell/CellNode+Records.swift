import MeshBase
import Replication
import Topology
import Wire

/// Who waits for an order of the store.
struct PendingOrder: Sendable {
    enum Purpose: Sendable {
        case record(ConnectionID, request: UInt64, isWrite: Bool)
        /// Another cell that refills itself.
        case list(ConnectionID, request: UInt64, asker: CellIndex)
        case fetch(ConnectionID, request: UInt64, asked: Int)
        /// The cell's own refill: a page up to a position, a question, or a change of the store's life.
        case refill(RecordPosition, isChange: Bool)
    }
    var purpose: Purpose
}

extension CellNode {
    /// Hands what a router asks of the records to the store.
    mutating func order(_ frame: borrowing FrameView, _ asker: CellAsker, into sink: inout some CellSink) {
        guard case .frame(let link, let request) = asker else { return }
        guard store != nil else { return refuse(asker, .noStore, frame.head, into: &sink) }
        guard frame.customer.count > 0, frame.name.count > 0 else {
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        let isWrite = frame.head.kind == .recordWrite
        guard let ticket = orders.insert(PendingOrder(purpose: .record(link, request: request, isWrite: isWrite)))
        else {
            counters.refused += 1
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        counters.recordOrders += 1
        let operation: StoreOrder.Operation
        switch frame.head.kind {
        case .recordVersion: operation = .version
        case .recordRead: operation = .read
        default:
            operation = .write(
                version: RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter),
                value: Array(frame.body), tombstone: frame.head.flags.contains(.tombstone))
        }
        sink.store(
            StoreOrder(
                ticket: ticket.rawValue, customer: Array(frame.customer), key: Array(frame.name),
                epoch: frame.head.epoch, operation: operation))
    }

    /// The store has carried out an order, durably if it was a write.
    package mutating func stored(_ answer: StoreAnswer, now: Instant, into sink: inout some CellSink) {
        guard let pending = orders.remove(SlabKey(rawValue: answer.ticket)) else { return }
        condition.answered(answer.outcome)
        switch (pending.purpose, answer.outcome) {
        case (.record(let link, let request, let isWrite), _):
            answerRecord(answer.outcome, to: link, request: request, isWrite: isWrite, now: now, into: &sink)
        case (.refill(let position, let isChange), _):
            refilled(answer.outcome, upTo: position, isChange: isChange, now: now, into: &sink)
        case (.list(let link, let request, let asker), .listed(let lines, let isLast)):
            listed(lines, isLast: isLast, to: link, request: request, asker: asker, into: &sink)
        case (.fetch(let link, let request, let asked), .fetched(let records, let taken)):
            fetched(records, isComplete: taken == asked, to: link, request: request, into: &sink)
        case (.list(let link, let request, _), _), (.fetch(let link, let request, _), _):
            sink.refuse(Self.refusal(of: answer.outcome), request: request, to: link)
        }
    }

    private static func refusal(of outcome: StoreAnswer.Outcome) -> Refusal {
        switch outcome {
        case .noVote: .refilling
        case .failed(.full): .storeFull
        case .failed(.overloaded): .overloaded
        default: .storeBroken
        }
    }

    private mutating func answerRecord(
        _ outcome: StoreAnswer.Outcome, to link: ConnectionID, request: UInt64, isWrite: Bool, now: Instant,
        into sink: inout some CellSink
    ) {
        var head = FrameHead(
            kind: .reply, flags: isWrite ? .acknowledgement : FrameFlags(), status: 200,
            request: request,
            customer: CustomerHash(rawValue: 0), epoch: .first)
        // A reply has no deadline: in its place stands what time it is here, for routers whose clock is off.
        head.deadline = ClockConsensus.stamp(wall: now.nanoseconds &+ wallOffset)
        switch outcome {
        case .version(let version, let tombstone):
            head.set(version)
            if tombstone { head.flags.insert(.tombstone) }
            sink.reply(head, to: link, note: .empty, body: .empty)
        case .written(let version):
            head.set(version)
            sink.reply(head, to: link, note: .empty, body: .empty)
        case .record(let version, let value, let tombstone):
            guard value.count <= topology.routing.bodyLimit else {
                // Written when the limit was higher: a frame beyond it would cost the whole link.
                counters.recordFailures += 1
                return sink.refuse(.tooLarge, request: request, to: link)
            }
            head.set(version)
            if tombstone { head.flags.insert(.tombstone) }
            value.withUnsafeBytes { sink.reply(head, to: link, note: .empty, body: $0) }
        case .staleEpoch(let current):
            counters.staleEpochs += 1
            sink.refuse(
                .staleEpoch, request: request, acknowledgement: isWrite, epoch: current,
                to: link)
        case .noVote:
            counters.withoutVote += 1
            sink.refuse(.refilling, request: request, acknowledgement: isWrite, to: link)
        case .failed:
            counters.recordFailures += 1
            sink.refuse(Self.refusal(of: outcome), request: request, acknowledgement: isWrite, to: link)
        case .listed, .fetched, .life:
            preconditionFailure("a record's order was answered with what one cell tells another")
        }
    }
}

extension FrameHead {
    mutating func set(_ version: RecordVersion) {
        versionCounter = version.counter
        versionWriter = version.writer
    }
}
