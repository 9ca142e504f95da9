import Membership
import MeshBase
import Replication
import Topology

@testable import Nodes
@testable import Wire

/// Three cells that are each customer's shard, with links, gossip and stores of claims; a turn takes a millisecond.
final class ClaimMesh {
    struct Answer {
        var head: FrameHead
        var body: String
        var refusal: Refusal? { head.kind == .refusal ? Refusal(rawValue: head.status) : nil }
        var isReplayed: Bool { head.flags.contains(.replayed) }
    }
    private struct Row {
        var promised = RecordVersion.none
        var accepted = RecordVersion.none
        var value: [UInt8] = []
    }

    private(set) var cells: [CellHarness]
    private var stores: [[RecordPosition: Row]]
    private(set) var now = Instant.zero
    private(set) var answers: [UInt64: Answer] = [:]
    private(set) var epochs: [Epoch] = [.first, .first, .first]
    /// Orders for stores, by cell; they only rise.
    private(set) var kept = [0, 0, 0]
    /// Cells whose stores promise, and accept nothing.
    var full: Set<Int> = []
    /// Values that a store which takes none takes all the same, before it does not.
    var room = [0, 0, 0]
    /// Cells that do nothing, and whose links stay up.
    var still: Set<Int> = []
    /// Cells that nobody reaches, and that do nothing.
    var down: Set<Int> = [] {
        didSet {
            for cell in down.subtracting(oldValue) {
                for other in 0..<3 where other != cell {
                    cells[other].node.linkDown(CellIndex(cell), now: now, into: &cells[other].sink)
                }
            }
        }
    }
    private var requests: UInt64 = 0
    private let client = ConnectionID(index: 9, generation: 1)

    init(_ topology: MeshTopology) {
        cells = (0..<3).map { CellHarness(topology, cell: $0, port: UInt16(7100 + 10 * $0)) }
        stores = [[:], [:], [:]]
        for (number, cell) in cells.enumerated() {
            cell.node.start(seeds: number == 0 ? [] : [cells[0].endpoint], now: now, into: &cell.sink)
        }
        run(1500)
    }

    /// - Returns: the number of the request, for `answers`.
    func call(
        _ cell: Int, _ service: String = "echo", key: String?, isExplicit: Bool = true, method: HTTPMethod = .post,
        body: String = "x", deadline: UInt32 = 2000, priority: Priority = .normal, trace: FrameTrace? = nil
    ) -> UInt64 {
        requests += 1
        var flags = FrameFlags.priority(priority)
        if key != nil { flags.insert(.keyed) }
        let head = FrameHead(
            kind: .serviceCall, flags: flags, status: UInt16(method.rawValue), request: requests,
            customer: CustomerHash("c9"), epoch: epochs[cell], deadline: deadline, trace: trace)
        let note = key.map { key in
            withBytes(key) { KeyedNote.bytes(key: $0, isExplicit: isExplicit, path: .empty) }
        }
        (note ?? []).withUnsafeBytes { note in
            withBytes("c9") { customer in
                withBytes(service) { name in
                    withBytes(body) { body in
                        let view = FrameView(head: head, customer: customer, name: name, note: note, body: body)
                        cells[cell].node.handle(frame: view, link: client, now: now, into: &cells[cell].sink)
                    }
                }
            }
        }
        return requests
    }

    /// The process of a cell is killed and starts again, with the store that it had.
    func restart(_ cell: Int) {
        let topology = cells[cell].node.topology
        down.insert(cell)
        cells[cell] = CellHarness(topology, cell: cell, port: UInt16(7100 + 10 * cell), boot: 2)
        down.remove(cell)
        cells[cell].node.start(
            seeds: [cells[(cell + 1) % 3].endpoint], now: now, into: &cells[cell].sink)
    }

    /// Runs until a request is answered, at most so many milliseconds.
    func answer(_ request: UInt64, within milliseconds: Int = 5_000) -> Answer? {
        for _ in 0..<milliseconds where answers[request] == nil { run(1) }
        return answers[request]
    }

    func run(_ milliseconds: Int) {
        for _ in 0..<milliseconds {
            now += .milliseconds(1)
            for number in 0..<3 where !isDeaf(number) {
                let cell = cells[number]
                // As on a loop that was held up: what has arrived comes before what is due.
                deliver(number)
                if cell.node.nextDeadline() <= now { cell.node.wake(now: now, into: &cell.sink) }
                deliver(number)
            }
        }
    }

    /// What a cell has ordered is carried out at once, until it orders nothing more.
    private func deliver(_ number: Int) {
        let cell = cells[number]
        var isBusy = true
        while isBusy {
            let sink = cell.sink
            cell.sink = CellRecorder()
            isBusy = !sink.orders.isEmpty || !sink.opened.isEmpty || !sink.questions.isEmpty
            for (endpoint, bytes) in sink.datagrams {
                guard let to = cells.firstIndex(where: { $0.endpoint == endpoint }), !down.contains(to) else {
                    continue
                }
                bytes.withUnsafeBytes {
                    cells[to].node.handle(datagram: $0, from: cell.endpoint, now: now, into: &cells[to].sink)
                }
            }
            for reply in sink.replies { route(reply, from: number) }
            for order in sink.orders {
                kept[number] += 1
                cell.node.stored(
                    StoreAnswer(ticket: order.ticket, outcome: outcome(of: order, number)), now: now, into: &cell.sink)
            }
            for peer in sink.opened {
                if down.contains(peer.position) {
                    cell.node.linkDown(peer, now: now, into: &cell.sink)
                } else {
                    cell.node.linkUp(peer, now: now, into: &cell.sink)
                }
            }
            for question in sink.questions where !isDeaf(question.cell.position) { put(question, from: number) }
        }
    }

    private func isDeaf(_ cell: Int) -> Bool { down.contains(cell) || still.contains(cell) }

    private func route(_ reply: CellRecorder.Reply, from number: Int) {
        guard reply.link != client else {
            answers[reply.head.request] = Answer(head: reply.head, body: reply.body)
            return
        }
        let asker = Int(reply.link.index)
        guard !down.contains(asker) else { return }
        reply.bytes.withUnsafeBytes {
            let view = FrameView(head: reply.head, customer: .empty, name: .empty, note: .empty, body: $0)
            cells[asker].node.handle(answer: view, from: CellIndex(number), now: now, into: &cells[asker].sink)
        }
        if asker != number { deliver(asker) }
    }

    private func put(_ question: CellRecorder.Question, from number: Int) {
        let to = question.cell.position
        question.customer.withUnsafeBytes { customer in
            question.name.withUnsafeBytes { name in
                question.note.withUnsafeBytes { note in
                    question.body.withUnsafeBytes { body in
                        let view = FrameView(
                            head: question.head, customer: customer, name: name, note: note, body: body)
                        cells[to].node.handle(
                            frame: view, link: ConnectionID(index: UInt32(number), generation: 1), now: now,
                            into: &cells[to].sink)
                    }
                }
            }
        }
        deliver(to)
    }

    private func outcome(of order: StoreOrder, _ number: Int) -> StoreAnswer.Outcome {
        let position = RecordPosition(customer: order.customer, key: order.key)
        var row = stores[number][position] ?? Row()
        var slot = ClaimSlot(promised: row.promised, accepted: row.accepted)
        switch order.operation {
        case .promise(let ballot, _):
            guard order.epoch == epochs[number] else { return .otherEpoch(epochs[number]) }
            guard slot.promise(ballot) else { return .outdated(by: slot.promised) }
            row.promised = slot.promised
            stores[number][position] = row
            return .promised(accepted: row.accepted, value: row.value)
        case .accept(let ballot, let value):
            guard order.epoch == epochs[number] else { return .otherEpoch(epochs[number]) }
            if full.contains(number) {
                guard room[number] > 0 else { return .failed(.full) }
                room[number] -= 1
            }
            guard slot.accept(ballot) else { return .outdated(by: slot.promised) }
            stores[number][position] = Row(promised: slot.promised, accepted: slot.accepted, value: value)
            return .accepted
        case .install(let entry, _):
            epochs[number] = entry.epoch
            return .installed(version: entry.version, isPurging: false)
        case .room: return .settled(0)
        case .queuedClaims:
            let found = stores[number].filter { ClaimValue($0.value.value)?.job != nil }.map { position, slot in
                StoredRecord(
                    line: RecordLine(position: position, version: slot.accepted, tombstone: false), value: slot.value)
            }.sorted { $0.line.position < $1.line.position }
            return .fetched(found, taken: found.count)
        case .expireClaims: return .expired(0, evicted: 0, left: stores[number].count)
        default: return .life(.votes)
        }
    }
}
