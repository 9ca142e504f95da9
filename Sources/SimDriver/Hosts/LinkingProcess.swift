import MeshBase
import Wire

/// A process that opens mesh links to cells: routers always, cells while they refill themselves.
class LinkingProcess: SimProcess {
    /// The connection to each cell, by its position.
    private(set) var links: [SimSocket?]

    /// As in the driver of real sockets.
    private static let openTimeout = TimeAmount.seconds(2)

    override init(_ simulation: Simulation, _ machine: SimMachine, connections: Int = 1 << 20) {
        links = Array(repeating: nil, count: simulation.topology.cells.count)
        super.init(simulation, machine, connections: connections)
    }

    /// A connection keeps its process alive: the process lets go of it first.
    override func dropSockets(_ body: (SimSocket) -> Void) {
        super.dropSockets(body)
        for index in links.indices { links[index] = nil }
    }

    /// Hands an event to the node.
    func tell(_ event: LinkingEvent) {}

    override func start() { tell(.start(seeds: simulation.seeds(for: machine))) }
    override func wake() { tell(.wake) }
    override func received(datagram: UnsafeRawBufferPointer, from: Endpoint) { tell(.datagram(datagram, from: from)) }
    override func leave() { tell(.leave) }

    func handle(frame: borrowing FrameView, from cell: CellIndex) {}

    /// The link to a cell, when frames can be written to it.
    func link(to cell: CellIndex) -> SimSocket? {
        guard let link = links[cell.position], link.speech == .frames else { return nil }
        return link
    }

    func open(_ cell: CellIndex, at endpoint: Endpoint) {
        let socket = simulation.connect(self, to: endpoint)
        socket.cell = cell
        links[cell.position] = socket
        simulation.schedule(.openingLimit(socket), after: Self.openTimeout)
    }

    func closeLink(_ cell: CellIndex) {
        guard let socket = links[cell.position] else { return }
        links[cell.position] = nil
        simulation.close(socket)
    }

    override func connected(_ socket: SimSocket) {
        guard let cell = socket.cell, links[cell.position] === socket else { return simulation.close(socket) }
        let handshake = LinkHandshake(
            side: .opener, secret: simulation.secret, mesh: simulation.topology.name, name: machine.name,
            nonce: nonce())
        handshake.begin(into: &socket.output)
        socket.handshake = handshake
        socket.speech = .handshake
        wrote(socket)
    }

    /// An opening that takes too long: a paused cell accepts and never answers.
    override func openingLimit(_ socket: SimSocket) {
        guard let cell = socket.cell, links[cell.position] === socket, socket.speech != .frames else { return }
        simulation.close(socket)
        lost(socket, cell)
    }

    override func ended(_ socket: SimSocket) {
        if let cell = socket.cell { lost(socket, cell) }
    }

    private func lost(_ socket: SimSocket, _ cell: CellIndex) {
        guard links[cell.position] === socket else { return }
        links[cell.position] = nil
        tell(.linkDown(cell))
    }

    override func received(_ socket: SimSocket) {
        guard let cell = socket.cell else { return }
        if socket.speech == .handshake {
            guard advance(socket, cell) else { return }
        }
        frames(socket, cell)
    }

    private func advance(_ socket: SimSocket, _ cell: CellIndex) -> Bool {
        do {
            guard let progress = try socket.handshake?.advance(&socket.input, output: &socket.output) else {
                return false
            }
            wrote(socket)
            guard case .done(let peer) = progress else { return false }
            guard peer == simulation.topology.cells[cell.position].name else { throw LinkHandshake.Failure.badName }
            socket.handshake = nil
            socket.speech = .frames
            tell(.linkUp(cell))
            return true
        } catch {
            simulation.close(socket)
            lost(socket, cell)
            return false
        }
    }

    private func frames(_ socket: SimSocket, _ cell: CellIndex) {
        var used = 0
        while socket.stage == .open {
            let bytes = UnsafeRawBufferPointer(rebasing: socket.input.bytes[used...])
            do {
                guard
                    let (frame, size) = try FrameCodec.first(
                        of: bytes, bodyLimit: simulation.recordLimit)
                else { break }
                handle(frame: frame, from: cell)
                used += size
            } catch {
                simulation.close(socket)
                return lost(socket, cell)
            }
        }
        if socket.stage == .open { socket.input.consume(used) }
    }
}
