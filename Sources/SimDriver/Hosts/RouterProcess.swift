import Membership
import MeshBase
import Nodes
import Reports
import Sharding
import Topology
import Wire

/// A router in the simulation: the router node between clients, mesh links and gossip.
final class RouterProcess: LinkingProcess {
    private var node: RouterNode
    fileprivate var writer: RouterResponseWriter
    private let limits: HTTPLimits
    /// Ends whose next request waited behind one that is answered now.
    private var ready = HTTPTurns()
    private var struck = CellSet()
    private var clock = HTTPDate(wall: Simulation.epoch)

    init(_ simulation: Simulation, _ machine: SimMachine) throws(GossipPort.Invalid) {
        let topology = simulation.knownTopology
        var configuration = RouterConfiguration(
            topology: topology, placement: simulation.founding, gossip: simulation.gossip(of: machine),
            boot: machine.boot)
        configuration.quorum = simulation.configuration.defect?.quorum
        configuration.ignoresSessions = simulation.configuration.defect?.ignoresSessions ?? false
        configuration.defect = simulation.configuration.defect?.router
        node = try RouterNode(configuration)
        node.wallOffset = machine.wallOffset
        writer = RouterResponseWriter(topology: topology)
        limits = HTTPLimits(body: topology.routing.bodyLimit)
        super.init(simulation, machine)
    }

    override func dropSockets(_ body: (SimSocket) -> Void) {
        super.dropSockets(body)
        ready.removeAll()
    }

    private var outbox: RouterOutbox { RouterOutbox(process: self) }

    override func tell(_ event: LinkingEvent) {
        var outbox = outbox
        node.handle(event, now: now, into: &outbox)
    }
    override func grow(_ topology: MeshTopology) {
        var outbox = outbox
        writer.grow(topology)
        node.grow(topology, now: now, into: &outbox)
    }
    override func nextDeadline() -> Instant? { node.nextDeadline() }
    override func wallClockMoved() { node.wallOffset = machine.wallOffset }
    override var swim: SWIM? { node.gossip.swim }
    override var accounts: PolicyAccounts? { node.accounts }
    /// What it says of itself.
    func vitals(_ order: inout CustomerOrder) -> RouterVitals { node.vitals(&order, now: now) }

    func isServing(_ cell: CellIndex) -> Bool { node.isServing(cell) }
    /// Faults lie on services of these cells.
    /// - Returns: false where they did before.
    func strike(services cells: CellSet) -> Bool {
        guard cells != struck else { return false }
        struck = cells
        node.strike(services: cells, now: now)
        return true
    }
    var counters: RouterCounters { node.counters }
    /// How long writes waited that met a change, and how long ago a cell was sent a client's request; nil for never.
    var writePauses: DurationHistogram { node.writePauses }
    func idle(_ cell: CellIndex) -> TimeAmount? { node.idle(cell, now: now) }

    // MARK: Links

    override func handle(frame: borrowing FrameView, from cell: CellIndex) {
        var outbox = outbox
        node.handle(frame: frame, from: cell, now: now, into: &outbox)
    }

    override func ended(_ socket: SimSocket) {
        if socket.cell != nil { return super.ended(socket) }
        guard socket.http.isBusy, let work = socket.work else { return }
        var outbox = outbox
        node.abandon(work, into: &outbox)
    }

    override func received(_ socket: SimSocket) {
        if socket.cell != nil { super.received(socket) } else { process(socket) }
    }

    // MARK: Clients

    private func process(_ socket: SimSocket) {
        while !socket.closesAfterWrite, socket.stage == .open {
            switch socket.http.next(socket.input.mutableBytes, limits: limits) {
            case .waits, .incomplete:
                return
            case .refused(let failure):
                HTTPResponseWriter.refuse(failure, date(), into: &socket.output)
                socket.closesAfterWrite = true
                return wrote(socket)
            case .request:
                handle(socket)
            }
        }
    }

    private func handle(_ socket: SimSocket) {
        do {
            let (request, route) = try DataPlane.read(socket.http.request, in: socket.input.bytes, id: socket.id)
            socket.route = route
            var outbox = outbox
            socket.work = node.handle(request: request, now: now, into: &outbox)
        } catch {
            error.append(socket.http.request, date(), into: &socket.output)
            finish(socket)
        }
    }

    /// The `Date` of an answer that is written now.
    fileprivate func date() -> HTTPDate {
        // The node may be at work: its own copy of the offset must not be read.
        clock.update(wall: now.nanoseconds &+ Simulation.epoch)
        return clock
    }

    /// The answer to the socket's request is in its output.
    fileprivate func finish(_ socket: SimSocket) {
        let (consumed, next) = socket.http.finish(buffered: socket.input.count)
        socket.input.consume(consumed)
        if next == .closes { socket.closesAfterWrite = true }
        if next == .turn { ready.append(socket.id) }
        wrote(socket)
    }

    override func endTurn() {
        while let id = ready.next() {
            guard let socket = socket(id) else { continue }
            socket.http.takeTurn()
            process(socket)
        }
    }
}

extension RouterNode: LinkingNode {
    typealias Outbox = RouterOutbox
}

/// Carries out what a router node orders.
struct RouterOutbox: RouterSink, LinkWriter {
    fileprivate unowned(unsafe) let process: RouterProcess

    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { process.open(cell, at: endpoint) }
    mutating func closeLink(to cell: CellIndex) { process.closeLink(cell) }

    mutating func send(_ head: FrameHead, to cell: CellIndex, request: RequestID, payload: FramePayload) -> Bool {
        guard let client = process.socket(request), let route = client.route, let link = process.link(to: cell)
        else { return false }
        DataPlane.append(
            head, client.http.request, route, in: client.input.bytes, payload: payload, into: &link.output)
        process.wrote(link)
        return true
    }

    mutating func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
        process.write(to: cell, append)
    }

    mutating func respond(to request: RequestID, _ response: RouterResponse) {
        guard let client = process.socket(request) else { return }
        process.writer.append(response, to: client.http.request, process.date(), into: &client.output)
        process.finish(client)
    }

    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        process.simulation.send(datagram, from: process.machine, to: endpoint)
    }
    mutating func persist(incarnation: UInt32) { process.machine.incarnation = incarnation }
    mutating func emit(_ event: NodeEvent) { process.simulation.observe(event, by: process.machine) }
}
