import Membership
import MeshBase
import Nodes
import Topology
import Wire

/// One life of a program on a machine: its node, its connections, and everything else that a kill takes away.
class SimProcess {
    // The simulation outlives its machines, and they their processes.
    unowned(unsafe) let simulation: Simulation
    unowned(unsafe) let machine: SimMachine
    let life: UInt32
    /// Set by a kill: what is still on its way to it comes to nothing.
    var isDead = false
    /// The node has ordered its own death, which happens at the end of the turn.
    var hasCrashed = false
    /// It is killed once what it has written in this turn is on its way.
    var endsWithTurn = false
    /// The wake that stands in the queue; an earlier one replaces it.
    var wakeAt: Instant?
    private(set) var sockets: Slab<SimSocket>
    private var dirty: [SimSocket] = []
    var nonces: Generator

    /// The mesh has further cells.
    func grow(_ topology: MeshTopology) {}

    init(_ simulation: Simulation, _ machine: SimMachine, connections: Int = 1 << 20) {
        self.simulation = simulation
        self.machine = machine
        life = machine.lives
        sockets = Slab(limit: connections)
        nonces = Generator(
            seed: simulation.seed, concern: "sim.nonce", node: machine.hash, counter: UInt64(machine.lives))
    }

    /// As the machine's clock reads it.
    var now: Instant { machine.clock.local(simulation.now) }

    // MARK: What a program does; each is called outside of the node

    func start() {}
    func wake() {}
    /// Nil when there is nothing to wait for.
    func nextDeadline() -> Instant? { nil }
    func received(datagram: UnsafeRawBufferPointer, from: Endpoint) {}
    /// An end that this process has opened is connected.
    func connected(_ socket: SimSocket) {}
    /// There is more in the socket's input.
    func received(_ socket: SimSocket) {}
    /// The other end is gone; the socket is closed already.
    func ended(_ socket: SimSocket) {}
    func openingLimit(_ socket: SimSocket) {}
    func patience(_ socket: SimSocket, request: UInt64) {}
    /// What waits for the end of the turn, before the output is sent.
    func endTurn() {}
    /// The process is dead; nothing may be said any more.
    func killed() {}
    var swim: SWIM? { nil }
    /// What its policies have out; nil of one that has none.
    var accounts: PolicyAccounts? { nil }
    /// The machine's wall clock was set.
    func wallClockMoved() {}
    /// Says goodbye; done when `hasLeft`.
    func leave() {}
    var hasLeft: Bool { swim?.hasLeft ?? true }
    var ownIncarnation: UInt32 { swim?.ownIncarnation ?? 0 }

    // MARK: Connections

    /// Whether anything listens at an endpoint of this machine.
    func listens(at endpoint: Endpoint) -> Bool { endpoint == machine.data }

    func socket(_ id: SlabKey) -> SimSocket? { sockets[id] }

    /// False when the process holds as many connections as it may.
    func adopt(_ socket: SimSocket) -> Bool {
        guard let id = sockets.insert(socket) else { return false }
        socket.id = id
        return true
    }

    func wrote(_ socket: SimSocket) {
        guard !socket.isDirty, socket.stage == .open else { return }
        socket.isDirty = true
        dirty.append(socket)
    }

    func release(_ socket: SimSocket) { sockets.remove(socket.id) }

    /// Sends what was written in this turn, one segment for each connection.
    func flush() {
        guard !dirty.isEmpty else { return }
        // Taken out, so that it is one list and no copy: nothing is written while it is sent.
        var sent: [SimSocket] = []
        swap(&sent, &dirty)
        for socket in sent {
            socket.isDirty = false
            simulation.send(socket)
            if socket.closesAfterWrite { simulation.close(socket) }
        }
        sent.removeAll(keepingCapacity: true)
        if dirty.isEmpty { swap(&sent, &dirty) }
    }

    /// Gives up all connections, as the kernel does for a process that is gone.
    func dropSockets(_ body: (SimSocket) -> Void) {
        for key in sockets.keys {
            if let socket = sockets.remove(key) { body(socket) }
        }
        dirty.removeAll()
    }

    func nonce() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<2 { withUnsafeBytes(of: nonces.next().littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }
}
