import MeshBase
import Replication
import Wire

/// Who waits for an order of the store.
struct PendingOrder: Sendable {
    var link: ConnectionID
    var request: UInt64
    var isWrite: Bool
}

extension CellNode {
    /// Hands what a router asks of the records to the store.
    mutating func order(_ frame: borrowing FrameView, _ asker: CellAsker, into sink: inout some CellSink) {
        guard case .frame(let link, let request) = asker else { return }
        guard hasStore else { return refuse(asker, .noStore, frame.head, into: &sink) }
        guard frame.customer.count > 0, frame.name.count > 0 else {
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        let isWrite = frame.head.kind == .recordWrite
        guard let ticket = orders.insert(PendingOrder(link: link, request: request, isWrite: isWrite)) else {
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
    package mutating func stored(_ answer: StoreAnswer, into sink: inout some CellSink) {
        guard let pending = orders.remove(SlabKey(rawValue: answer.ticket)) else { return }
        var head = FrameHead(
            kind: .reply, flags: pending.isWrite ? .acknowledgement : FrameFlags(), status: 200,
            request: pending.request,
            customer: CustomerHash(rawValue: 0), epoch: .first)
        if case .failed(let failure) = answer.outcome {
            if failure == .broken { condition.isStoreBroken = true }
        } else {
            condition.isStoreBroken = false
        }
        switch answer.outcome {
        case .version(let version):
            head.set(version)
            sink.reply(head, to: pending.link, note: .empty, body: .empty)
        case .written(let version):
            head.set(version)
            sink.reply(head, to: pending.link, note: .empty, body: .empty)
        case .record(let version, let value, let tombstone):
            guard value.count <= topology.routing.bodyLimit else {
                // Written when the limit was higher: a frame beyond it would cost the whole link.
                counters.recordFailures += 1
                return sink.refuse(.malformed, request: pending.request, to: pending.link)
            }
            head.set(version)
            if tombstone { head.flags.insert(.tombstone) }
            value.withUnsafeBytes { sink.reply(head, to: pending.link, note: .empty, body: $0) }
        case .staleEpoch(let current):
            counters.staleEpochs += 1
            sink.refuse(
                .staleEpoch, request: pending.request, acknowledgement: pending.isWrite, epoch: current,
                to: pending.link)
        case .failed(let failure):
            counters.recordFailures += 1
            let why: Refusal =
                switch failure {
                case .full: .storeFull
                case .broken: .storeBroken
                case .overloaded: .overloaded
                }
            sink.refuse(why, request: pending.request, acknowledgement: pending.isWrite, to: pending.link)
        }
    }
}

extension FrameHead {
    mutating func set(_ version: RecordVersion) {
        versionCounter = version.counter
        versionWriter = version.writer
    }
}
