import Membership
import MeshBase
import Replication
import Resilience
import Sharding
import Topology

@testable import Nodes
@testable import Wire

/// Keeps what a router node orders.
struct RouterRecorder: RouterSink {
    struct Frame {
        var head: FrameHead
        var cell: CellIndex
        var request: RequestID
        var body: [UInt8]?
    }
    struct Answer {
        var request: RequestID
        var status: UInt16
        var cell: CellIndex?
        var serving: Int
        var size: Int
        var version: RecordVersion?
        var body: String
        var degraded: String
        var problem: DataProblem?
        var retryAfter: Int
        var session: String
        var dots: [RecordVersion]
        /// The ETag of those dots.
        var tag: String
        var trace: FrameTrace?
    }

    var opened: [CellIndex] = []
    var pings: [(head: FrameHead, cell: CellIndex)] = []
    var closed: [CellIndex] = []
    /// What cells were told or asked of the placement.
    var exchanges: [(cell: CellIndex, body: [UInt8])] = []
    var frames: [Frame] = []
    /// Calls that were given up.
    var cancels: [(head: FrameHead, cell: CellIndex)] = []
    var answers: [Answer] = []
    var datagrams: [(Endpoint, [UInt8])] = []
    var events: [NodeEvent] = []
    /// Cells whose links take no more.
    var full: Set<CellIndex> = []

    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { opened.append(cell) }
    mutating func closeLink(to cell: CellIndex) { closed.append(cell) }
    mutating func send(_ head: FrameHead, to cell: CellIndex, request: RequestID, payload: FramePayload) -> Bool {
        guard !full.contains(cell) else { return false }
        var body: [UInt8]?
        if case .bytes(let bytes) = payload { body = bytes }
        frames.append(Frame(head: head, cell: cell, request: request, body: body))
        return true
    }
    mutating func send(_ head: FrameHead, to cell: CellIndex, body: UnsafeRawBufferPointer) -> Bool {
        if head.kind == .cancel {
            cancels.append((head, cell))
        } else {
            exchanges.append((cell, Array(body)))
        }
        return true
    }
    mutating func ping(_ head: FrameHead, to cell: CellIndex) -> Bool {
        guard !full.contains(cell) else { return false }
        pings.append((head, cell))
        return true
    }
    func client(of request: RequestID) -> TraceClient { TraceClient(customer: "c1") }
    mutating func respond(to request: RequestID, _ response: RouterResponse) {
        answers.append(
            Answer(
                request: request, status: response.status, cell: response.cell, serving: response.serving,
                size: response.shardSize, version: response.version,
                body: String(decoding: response.body, as: UTF8.self),
                degraded: String(decoding: response.degraded, as: UTF8.self), problem: response.problem,
                retryAfter: response.retryAfter, session: String(decoding: response.session, as: UTF8.self),
                dots: response.dots.map(\.version), tag: "\"" + SiblingTag.text(response.dots) + "\"",
                trace: response.trace))
    }
    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        datagrams.append((endpoint, Array(datagram)))
    }
    mutating func persist(incarnation: UInt32) {}
    mutating func emit(_ event: NodeEvent) { events.append(event) }

    /// What was sent since the last call.
    mutating func takeFrames() -> [Frame] {
        defer { frames = [] }
        return frames
    }
    mutating func takeAnswer() -> Answer? {
        defer { answers = [] }
        return answers.count == 1 ? answers[0] : nil
    }
}

/// A router with links to three cells, and the customer whose shard they are.
final class RouterHarness {
    var node: RouterNode
    var sink = RouterRecorder()
    let customer = CustomerHash("c1")
    let shard: Shard
    private var requests: UInt32 = 0

    init(
        _ topology: MeshTopology = NodesTests.topology(), operationLimit: Int = 100, quorum: QuorumRule? = nil,
        heldLimit: Int = 1 << 20, traceSample: UInt64 = 0,
        up: Bool = true
    ) {
        let placement = Placement(topology)
        var configuration = RouterConfiguration(
            topology: topology, placement: placement, gossip: gossip("router-1", .router, port: 7000), boot: 5)
        configuration.operationLimit = operationLimit
        configuration.quorum = quorum
        configuration.heldLimit = heldLimit
        configuration.traceSample = traceSample
        node = try! RouterNode(configuration)
        shard = placement.shard(of: customer)
        if up {
            for cell in 0..<topology.cells.count { connect(CellIndex(cell), now: .zero) }
        }
    }

    func takeFrames() -> [RouterRecorder.Frame] { sink.takeFrames() }
    func takeAnswer() -> RouterRecorder.Answer? { sink.takeAnswer() }
    var isIdle: Bool { node.isIdle }
    var counters: RouterCounters { node.counters }
    var impact: ImpactObserver { node.impact }
    func nextDeadline() -> Instant { node.nextDeadline() }
    func isServing(_ cell: CellIndex) -> Bool { node.isServing(cell) }
    func serving(of shard: Shard) -> Int { node.serving(of: shard) }

    /// As if gossip had told of the cell and its link had come up.
    func connect(_ cell: CellIndex, now: Instant) {
        node.links[cell.position].status = .alive
        node.links[cell.position].endpoint = .loopback(8000 + cell.rawValue)
        node.links[cell.position].state = .opening
        node.linkUp(cell, now: now, into: &sink)
    }

    func suspect(_ cell: CellIndex) { node.links[cell.position].status = .suspect }
    func linkDown(_ cell: CellIndex, now: Instant) { node.linkDown(cell, now: now, into: &sink) }
    func wake(_ now: Instant) { node.wake(now: now, into: &sink) }

    @discardableResult
    func request(
        _ method: HTTPMethod, _ target: DataRequest.Target = .service, priority: Priority? = nil,
        deadline: TimeAmount? = nil, key: String = "k1", consistency: Consistency? = nil, session: String? = nil,
        ifMatch: String? = nil, service: String = "echo", isKeyed: Bool = false, worth: Worth? = nil,
        isExplained: Bool = false, trace: FrameTrace? = nil, isCheck: Bool = false,
        now: Instant = .zero
    ) -> RequestID {
        requests += 1
        let sessionGiven = session != nil
        let id = RequestID(index: requests, generation: 1)
        var request = DataRequest(
            id: id, target: target, method: method, customer: customer, priority: priority, deadline: deadline)
        if target == .service { request.service = StableHash.hash(service) }
        request.worth = worth
        request.isExplained = isExplained
        request.isCheck = isCheck
        request.trace = trace
        request.isKeyed = isKeyed
        request.isExplicit = isKeyed
        withBytes(key) { key in
            request.key = key
            request.keyIsEncoded = true
            request.consistency = consistency
            withBytes(session ?? "") { session in
                request.session = sessionGiven ? session : nil
                withBytes(ifMatch ?? "") { condition in
                    request.ifMatch = ifMatch == nil ? nil : condition
                    node.handle(request: request, now: now, into: &sink)
                }
            }
        }
        return id
    }

    /// A cell's frame in answer to one of the router's.
    func answer(
        _ frame: RouterRecorder.Frame, _ kind: FrameKind = .reply, status: UInt16 = 200, flags: FrameFlags = [],
        version: RecordVersion = .none, note: String = "", body: String = "", bytes: [UInt8]? = nil,
        clock: Int64? = nil, after: UInt32 = 0, now: Instant = .zero
    ) {
        var flags = flags
        if frame.head.kind == .recordWrite { flags.insert(.acknowledgement) }
        let head = FrameHead(
            kind: kind, flags: flags, status: status, request: frame.head.request,
            customer: CustomerHash(rawValue: 0), epoch: frame.head.epoch,
            deadline: clock.map { ClockConsensus.stamp(wall: $0) } ?? after, versionCounter: version.counter,
            versionWriter: version.writer)
        let cell = frame.cell
        withBytes(note) { note in
            (bytes ?? Array(body.utf8)).withUnsafeBytes { body in
                let view = FrameView(head: head, customer: .empty, name: .empty, note: note, body: body)
                node.handle(frame: view, from: cell, now: now, into: &sink)
            }
        }
    }

    /// Answers the pings that went out to the cells that `answers` says.
    func answerPings(now: Instant, _ answers: (CellIndex) -> Bool = { _ in true }) {
        let pings = sink.pings
        sink.pings = []
        for ping in pings where answers(ping.cell) { pong(ping, now: now) }
    }

    func pong(_ ping: (head: FrameHead, cell: CellIndex), now: Instant) {
        var head = ping.head
        head.kind = .pong
        let view = FrameView(head: head, customer: .empty, name: .empty, note: .empty, body: .empty)
        node.handle(frame: view, from: ping.cell, now: now, into: &sink)
    }

    /// Wakes it every 50 ms from after `start` to `end`, answering pings of the cells that `answers` says.
    func run(from start: Instant, to end: Instant, _ answers: (CellIndex) -> Bool = { _ in true }) {
        var now = start
        while now < end {
            now = min(now + .milliseconds(50), end)
            wake(now)
            answerPings(now: now, answers)
        }
    }

    /// Wakes it each time that it wants to be woken until it has sent something: at most 50 times.
    func wakeUntilSent(from start: Instant) -> [RouterRecorder.Frame] {
        var now = start
        for _ in 0..<50 {
            now = max(nextDeadline(), now)
            wake(now)
            answerPings(now: now)
            let frames = takeFrames()
            if !frames.isEmpty { return frames }
        }
        return []
    }

    /// The cell serves the customer by another entry, or knows none but the founding one.
    func refuse(_ frame: RouterRecorder.Frame, knowing entry: PlacementEntry?, now: Instant = .zero) {
        var body = ByteBuffer()
        if let entry { EntryExchange.append(seal.seal(decided: entry), to: &body) }
        answer(frame, .refusal, status: Refusal.otherEpoch.rawValue, bytes: Array(body.bytes), now: now)
    }

    func refuse(_ frame: RouterRecorder.Frame, _ why: Refusal, now: Instant = .zero) {
        answer(frame, .refusal, status: why.rawValue, now: now)
    }

    func shed(_ frame: RouterRecorder.Frame, as priority: Priority, retryAfter milliseconds: UInt32 = 1000) {
        answer(
            frame, .refusal, status: Refusal.shed.rawValue, flags: .priority(priority), after: milliseconds)
    }
}
