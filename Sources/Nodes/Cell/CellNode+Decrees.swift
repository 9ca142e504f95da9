import Consensus
import MeshBase
import Replication
import Wire

/// The cell as a decider: what it promises and accepts is its store's, in its transaction.
extension CellNode {
    /// The body is a proof of the set that the question names, then the question.
    mutating func decide(_ frame: borrowing FrameView, _ asker: CellAsker, into sink: inout some CellSink) {
        guard case .frame(let link, let request) = asker else { return }
        guard store != nil else { return refuse(asker, .noStore, frame.head, into: &sink) }
        let body = Array(frame.body)
        let proof = Array(body.prefix(EntrySeal.size))
        let bytes = Array(body.dropFirst(EntrySeal.size))
        guard let question = DecreeQuestion(decoding: bytes),
            question.set.map({ ledger.isGenuine(deciders: $0.encoded(), proof: proof) }) ?? true
        else {
            counters.unexpectedFrames += 1
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        guard let ticket = orders.insert(PendingOrder(purpose: .decree(link, request: request))) else {
            counters.refused += 1
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        give(.decree(bytes, cell: cell), ticket, into: &sink)
    }
}
