import MeshBase
import Wire

/// A process that opens mesh links to cells: routers always, cells while they refill themselves.
class LinkingProcess: SimProcess {
    private var links: LinkTable

    override init(_ simulation: Simulation, _ machine: SimMachine, connections: Int = 1 << 20) {
        links = LinkTable(cells: simulation.topology.cells.count)
        super.init(simulation, machine, connections: connections)
    }

    override func dropSockets(_ body: (SimSocket) -> Void) {
        super.dropSockets(body)
        links.closeAll()
    }

    /// Hands an event to the node.
    func tell(_ event: LinkingEvent) {}

    override func start() { tell(.start(seeds: simulation.seeds(for: machine))) }
    override func wake() { tell(.wake) }
    override func received(datagram: UnsafeRawBufferPointer, from: Endpoint) { tell(.datagram(datagram, from: from)) }
    override func leave() { tell(.leave) }

    func handle(frame: borrowing FrameView, from cell: CellIndex) {}

    /// Who it is at either end of a link.
    var identity: LinkIdentity {
        LinkIdentity(secret: simulation.secret, mesh: simulation.topology.name, name: machine.name)
    }

    /// The link to a cell, when frames can be written to it.
    func link(to cell: CellIndex) -> SimSocket? { links.open(to: cell).flatMap { socket($0) } }

    func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
        guard let link = link(to: cell) else { return false }
        append(&link.output)
        wrote(link)
        return true
    }

    func open(_ cell: CellIndex, at endpoint: Endpoint) {
        let socket = simulation.connect(self, to: endpoint)
        socket.cell = cell
        links.tries(socket.id, to: cell)
        simulation.schedule(.openingLimit(socket), after: LinkSession.openTimeout)
    }

    func closeLink(_ cell: CellIndex) {
        if let socket = links.close(cell).flatMap({ socket($0) }) { simulation.close(socket) }
    }

    override func connected(_ socket: SimSocket) {
        guard let cell = socket.cell, links.isLink(socket.id, to: cell) else { return simulation.close(socket) }
        links.connected(
            cell,
            LinkSession(
                opening: identity, to: simulation.topology.cells[cell.position].name, nonce: nonce(),
                output: &socket.output))
        wrote(socket)
    }

    /// An opening that takes too long.
    override func openingLimit(_ socket: SimSocket) {
        guard let cell = socket.cell, links.isOpening(socket.id, to: cell) else { return }
        simulation.close(socket)
        lost(socket, cell)
    }

    override func ended(_ socket: SimSocket) {
        if let cell = socket.cell { lost(socket, cell) }
    }

    private func lost(_ socket: SimSocket, _ cell: CellIndex) {
        if links.lost(socket.id, to: cell) { tell(.linkDown(cell)) }
    }

    override func received(_ socket: SimSocket) {
        guard let cell = socket.cell, links.isLink(socket.id, to: cell) else { return simulation.close(socket) }
        do {
            if links.isOpening(socket.id, to: cell) {
                let isOpen = try links.advance(cell, &socket.input, output: &socket.output)
                wrote(socket)
                guard isOpen else { return }
                tell(.linkUp(cell))
            }
            var reader = Reader(process: self, socket: socket, cell: cell)
            let used = try FrameCodec.read(socket.input.bytes, bodyLimit: simulation.recordLimit, by: &reader)
            if socket.stage == .open { socket.input.consume(used) }
        } catch {
            simulation.close(socket)
            lost(socket, cell)
        }
    }

    private struct Reader: FrameReader {
        unowned(unsafe) let process: LinkingProcess
        unowned(unsafe) let socket: SimSocket
        let cell: CellIndex

        var isReading: Bool { socket.stage == .open }
        func read(_ frame: borrowing FrameView) { process.handle(frame: frame, from: cell) }
    }
}
