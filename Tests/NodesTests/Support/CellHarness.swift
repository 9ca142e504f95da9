import Membership
import MeshBase
import Replication
import Sharding
import Topology

@testable import Nodes
@testable import Wire

/// Keeps what a cell node orders.
struct CellRecorder: CellSink {
    struct Reply {
        var head: FrameHead
        var link: ConnectionID
        var note: String
        var body: String
        var bytes: [UInt8] = []
    }
    /// To another cell.
    struct Question {
        var head: FrameHead
        var cell: CellIndex
        var customer: [UInt8]
        var name: [UInt8]
        var note: [UInt8]
        var body: [UInt8]
    }
    var opened: [CellIndex] = []
    var closed: [CellIndex] = []
    var questions: [Question] = []
    /// Cells whose links take no more.
    var full: Set<CellIndex> = []
    var replies: [Reply] = []
    /// Words to routers, which answer nothing.
    var hints: [Reply] = []
    var responses: [(ConnectionID, UInt16, String)] = []
    /// Of `responses`.
    var refusals: [Refusal?] = []
    /// Likewise: the traces that they name.
    var traces: [FrameTrace?] = []
    /// Likewise: after how long another attempt may be worth it.
    var waits: [TimeAmount] = []
    /// Likewise: what they are told as; nil: as they are.
    var problems: [DataProblem?] = []
    /// Who asks directly.
    var client = TraceClient()
    var orders: [StoreOrder] = []
    var burns: [ProcessorQueue.Order] = []
    var programs: [ProgramOrder] = []
    var hasCrashed = false
    var datagrams: [(Endpoint, [UInt8])] = []
    var events: [NodeEvent] = []

    mutating func reply(
        _ head: FrameHead, to link: ConnectionID, note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) {
        let reply = Reply(
            head: head, link: link, note: String(decoding: note, as: UTF8.self),
            body: String(decoding: body, as: UTF8.self), bytes: Array(body))
        if head.kind == .hint { hints.append(reply) } else { replies.append(reply) }
    }
    mutating func respond(_ connection: ConnectionID, _ response: CellResponse) {
        responses.append((connection, response.status, String(decoding: response.body, as: UTF8.self)))
        refusals.append(response.refusal)
        traces.append(response.trace)
        waits.append(response.wait)
        problems.append(
            response.isGiven
                ? nil
                : DataProblem.ofCell(
                    status: response.status, response.refusal, note: response.note, body: response.body))
    }
    func client(of connection: ConnectionID) -> TraceClient { client }
    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { opened.append(cell) }
    mutating func closeLink(to cell: CellIndex) { closed.append(cell) }
    mutating func send(
        _ head: FrameHead, to cell: CellIndex, customer: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer,
        note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) -> Bool {
        guard !full.contains(cell) else { return false }
        questions.append(
            Question(
                head: head, cell: cell, customer: Array(customer), name: Array(name), note: Array(note),
                body: Array(body)))
        return true
    }
    mutating func store(_ order: StoreOrder) { orders.append(order) }
    mutating func burn(_ order: ProcessorQueue.Order) { burns.append(order) }
    mutating func program(_ order: ProgramOrder) { programs.append(order) }
    mutating func crash() { hasCrashed = true }
    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        datagrams.append((endpoint, Array(datagram)))
    }
    mutating func persist(incarnation: UInt32) {}
    mutating func emit(_ event: NodeEvent) { events.append(event) }

    mutating func takeReplies() -> [Reply] {
        defer { replies = [] }
        return replies
    }
}

/// A cell, and frames to it.
final class CellHarness {
    var node: CellNode
    var sink = CellRecorder()
    let endpoint: Endpoint
    var isUp = true
    let link = ConnectionID(index: 3, generation: 1)
    private var requests: UInt64 = 0

    init(
        _ topology: MeshTopology, cell: Int = 0, port: UInt16 = 7100, storeLimit: Int = 100,
        storeByteLimit: Int = 64 << 20,
        store: StoreIdentity? = nil, programs: ProgramRule? = nil, boot: UInt32 = 1,
        traceSample: UInt64 = 0
    ) {
        var configuration = CellConfiguration(
            topology: topology, cell: CellIndex(cell),
            gossip: gossip(topology.cells[cell].name, .cell, port: port, boot: boot),
            placement: Placement(topology), store: store ?? StoreIdentity(id: UInt64(cell + 1), life: .votes))
        configuration.storeLimit = storeLimit
        configuration.programs = programs
        configuration.traceSample = traceSample
        configuration.storeByteLimit = storeByteLimit
        node = try! CellNode(configuration)
        endpoint = .loopback(port)
    }

    func takeReplies() -> [CellRecorder.Reply] { sink.takeReplies() }
    var isIdle: Bool { node.isIdle }
    var counters: CellCounters { node.counters }
    var gossipCounters: GossipPort.Counters { node.gossip.counters }
    var swim: SWIM { node.gossip.swim }
    func services() -> [(name: String, busy: Int, waiting: Int, workers: Int, counters: ServiceCounters)] {
        node.services()
    }

    func memory() -> (used: Int, limit: Int, peak: Int, refused: [(gate: String, count: UInt64)])? { node.memory() }
    func requestCache() -> (hits: UInt64, misses: UInt64) { node.requestCache() }
    func transformed() -> [(from: StaticString, to: StaticString, count: UInt64)] { node.transformed() }
    func queue() -> QueueView? { node.queue() }
    func connections() -> [ConnectionView] { node.connections() }

    /// - Returns: the number of the request.
    @discardableResult
    func send(
        _ kind: FrameKind, _ name: String, customer: String = "c9", priority: Priority = .normal, deadline: UInt32 = 0,
        version: RecordVersion = .none, flags: FrameFlags = [], body: String = "", epoch: Epoch = .first,
        method: HTTPMethod = .get, trace: FrameTrace? = nil, now: Instant = .zero
    ) -> UInt64 {
        requests += 1
        let head = FrameHead(
            kind: kind, flags: flags.union(.priority(priority)), status: UInt16(method.rawValue), request: requests,
            customer: CustomerHash(customer), epoch: epoch, deadline: deadline, versionCounter: version.counter,
            versionWriter: version.writer, trace: trace)
        withBytes(customer) { customer in
            withBytes(name) { name in
                withBytes(body) { body in
                    let view = FrameView(head: head, customer: customer, name: name, note: .empty, body: body)
                    node.handle(frame: view, link: link, now: now, into: &sink)
                }
            }
        }
        return requests
    }

    /// Tells the cell of an entry that was decided.
    func learn(_ entry: PlacementEntry, proof: [UInt8]? = nil, now: Instant = .zero) {
        var sealed = seal.seal(decided: entry)
        if let proof { sealed.proof = proof }
        var body = ByteBuffer()
        EntryExchange(digest: 0, entries: [sealed]).append(to: &body)
        requests += 1
        let head = FrameHead(kind: .entries, request: requests, customer: CustomerHash(rawValue: 0), epoch: .first)
        let view = FrameView(head: head, customer: .empty, name: .empty, note: .empty, body: body.bytes)
        node.handle(frame: view, link: link, now: now, into: &sink)
        _ = sink.replies.popLast()
    }

    @discardableResult
    func call(_ service: String, priority: Priority = .normal, deadline: UInt32 = 0, now: Instant = .zero) -> UInt64 {
        send(.serviceCall, service, priority: priority, deadline: deadline, now: now)
    }

    /// The router gives a call up.
    func cancel(_ request: UInt64, now: Instant) {
        let head = FrameHead(kind: .cancel, request: request, customer: CustomerHash(rawValue: 0), epoch: .first)
        let view = FrameView(head: head, customer: .empty, name: .empty, note: .empty, body: .empty)
        node.handle(frame: view, link: link, now: now, into: &sink)
    }

    /// Wakes the cell at each of its deadlines up to an instant.
    func run(until end: Instant) {
        while true {
            let next = node.graph.timers.next() ?? .distantFuture
            guard next <= end else { break }
            node.wake(now: next, into: &sink)
        }
    }
}

/// Proves entries as the processes of the test mesh do.
let seal = EntrySeal(secret: Array(repeating: 9, count: 32), mesh: "test")

/// A service that waits exactly this long.
func waiting(
    _ name: String, _ milliseconds: Int64, pool: Pool = Pool(), calls: [Edge] = [], errors: Double = 0
) -> Service {
    let wait =
        milliseconds > 0 ? Work.Wait(p50: .milliseconds(milliseconds), p99: .milliseconds(milliseconds)) : nil
    return Service(name: name, pool: pool, work: Work(wait: wait, errors: errors), calls: calls)
}
