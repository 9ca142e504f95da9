import Chaos
import Checkers
import Membership
import MeshBase
import Nodes
import Replication
import Reports
import Topology
import Wire

/// A cell in the simulation: the cell node between mesh links, a store and gossip.
final class CellProcess: LinkingProcess {
    private var node: CellNode
    fileprivate var store: SimStore?
    fileprivate var processor = ProcessorQueue()
    private(set) var rejectedLinks: UInt64 = 0

    /// - Parameter keepsID: its disk is empty, and says that it is the one that was lost.
    init(
        _ simulation: Simulation, _ machine: SimMachine, cell: CellIndex, keepsID: Bool = false
    ) throws(GossipPort.Invalid) {
        var birth = simulation.birth(of: machine, cell)
        if keepsID { (birth.storeID, birth.isFounding) = (machine.knownStore ?? birth.storeID, true) }
        let store = machine.disk?.open(birth)
        machine.knownStore = store?.id
        if machine.firstStore == nil { machine.firstStore = store?.id }
        var configuration = CellConfiguration(
            topology: simulation.knownTopology, cell: cell, gossip: simulation.gossip(of: machine),
            placement: simulation.founding, store: store)
        let blueprint = simulation.topology.blueprint(of: cell)
        if let settings = blueprint.store, let defect = simulation.configuration.defect?.refill {
            configuration.refill = defect.distort(
                RefillRule(settings, requestTimeout: simulation.topology.routing.requestTimeout))
        }
        configuration.defect = simulation.configuration.defect?.cell
        configuration.repair = simulation.configuration.repair ?? RepairRule(round: .hours(24 * 365))
        machine.disk?.cellDefect = configuration.defect
        node = try CellNode(configuration)
        node.wallOffset = machine.wallOffset
        self.store = machine.disk.map {
            SimStore(
                $0, defect: simulation.configuration.defect?.store,
                rng: Generator(
                    seed: simulation.seed, concern: "sim.store", node: machine.hash, counter: UInt64(machine.lives)))
        }
        super.init(simulation, machine)
        simulation.sharedPools?.began(cell.position, boot: machine.boot)
        position = cell.position
    }

    fileprivate private(set) var position = 0

    /// What strikes its services.
    private var struck: [ServiceEffect] = []

    /// - Returns: false where nothing has changed.
    func strike(_ effects: [ServiceEffect]) -> Bool {
        guard effects != struck, !struck.isEmpty || !effects.allSatisfy(\.isNone) else { return false }
        struck = effects
        var outbox = outbox
        node.strike(effects, now: now, into: &outbox)
        return true
    }

    private var affliction = CellEffect.none

    /// Faults on the cell as a whole.
    /// - Returns: false where nothing has changed.
    func strike(_ effect: CellEffect) -> Bool {
        guard effect != affliction else { return false }
        affliction = effect
        node.strike(effect, now: now)
        return true
    }

    /// What it says of itself, over HTTP; nil while nothing is answered.
    func tellVitals() -> CellVitals? { node.swallows(now: now) ? nil : node.vitals(now: now) }

    override var accounts: PolicyAccounts? { node.accounts }
    /// What it says of itself.
    var vitals: CellVitals { node.vitals(now: now) }
    var repair: RepairStatus { node.repairStatus }

    private var outbox: CellOutbox { CellOutbox(process: self) }

    override func tell(_ event: LinkingEvent) {
        var outbox = outbox
        node.handle(event, now: now, into: &outbox)
    }
    override func grow(_ topology: MeshTopology) { node.grow(topology) }
    override func nextDeadline() -> Instant? { node.nextDeadline() }
    override func wallClockMoved() { node.wallOffset = machine.wallOffset }
    override var swim: SWIM? { node.gossip.swim }

    // MARK: Links

    override func handle(frame: borrowing FrameView, from cell: CellIndex) {
        var outbox = outbox
        node.handle(answer: frame, from: cell, now: now, into: &outbox)
    }

    override func received(_ socket: SimSocket) {
        if socket.cell != nil { return super.received(socket) }
        do {
            if socket.link == nil {
                guard LinkSession.begins(with: socket.input.bytes[0]) else { return reject(socket) }
                socket.link = LinkSession(accepting: identity, nonce: nonce())
            }
            if socket.link?.isOpen == false {
                let isOpen = try socket.link?.advance(&socket.input, output: &socket.output) ?? false
                wrote(socket)
                guard isOpen else { return }
            }
            var reader = Reader(process: self, socket: socket, outbox: outbox)
            let used = try FrameCodec.read(socket.input.bytes, bodyLimit: simulation.recordLimit, by: &reader)
            if socket.stage == .open { socket.input.consume(used) }
        } catch {
            reject(socket)
        }
    }

    private func reject(_ socket: SimSocket) {
        rejectedLinks += 1
        simulation.close(socket)
    }

    private struct Reader: FrameReader {
        unowned(unsafe) let process: CellProcess
        unowned(unsafe) let socket: SimSocket
        var outbox: CellOutbox

        var isReading: Bool { socket.stage == .open && !process.hasCrashed }
        mutating func read(_ frame: borrowing FrameView) {
            process.node.handle(frame: frame, link: socket.id, now: process.now, into: &outbox)
        }
    }

    // MARK: The store

    override func endTurn() {
        var outbox = outbox
        var refused = processor.takeRefused()
        while !refused.isEmpty {
            for ticket in refused { node.burnRefused(ticket, now: now, into: &outbox) }
            refused = processor.takeRefused()
        }
        guard store != nil else { return }
        for answer in store!.takeTurnedAway() { node.stored(answer, now: now, into: &outbox) }
        guard let time = store!.begin() else { return }
        if affliction.slowness > 1 { node.storeWasSlow(1) }
        simulation.schedule(.commit(self), after: time * affliction.slowness)
    }

    /// The transaction in flight ends; what is left of it is the way of the answers back to the loop.
    func commit() {
        let (answers, installed) = store!.commit()
        for entry in installed { simulation.installed(entry) }
        simulation.schedule(.stored(self, answers), after: store!.wayBack())
    }

    func stored(_ answers: [StoreAnswer]) {
        var outbox = outbox
        for answer in answers { node.stored(answer, now: now, into: &outbox) }
    }

    fileprivate func burn(_ order: ProcessorQueue.Order?) {
        guard let order else { return }
        simulation.schedule(.burned(self, ticket: order.ticket), after: order.amount)
    }

    func burned(_ ticket: UInt64) {
        burn(processor.finished(now: now))
        var outbox = outbox
        node.burned(ticket, now: now, into: &outbox)
    }

    override func killed() { store?.killed() }
}

extension CellNode: LinkingNode {
    typealias Outbox = CellOutbox
}

/// Carries out what a cell node orders.
struct CellOutbox: CellSink, LinkWriter {
    fileprivate unowned(unsafe) let process: CellProcess

    mutating func reply(
        _ head: FrameHead, to link: ConnectionID, note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) {
        guard let socket = process.socket(link) else { return }
        FrameCodec.append(head, customer: .empty, name: .empty, note: note, body: body, into: &socket.output)
        process.wrote(socket)
    }

    /// Cells of the simulation have no clients of their own.
    mutating func respond(_ connection: ConnectionID, _ response: CellResponse) {}

    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { process.open(cell, at: endpoint) }
    mutating func closeLink(to cell: CellIndex) { process.closeLink(cell) }
    mutating func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
        process.write(to: cell, append)
    }

    mutating func store(_ order: StoreOrder) { process.store?.add(order) }

    mutating func burn(_ order: ProcessorQueue.Order) {
        process.burn(process.processor.add(order, now: process.simulation.now))
    }

    mutating func takePermit(_ pool: Int) -> Bool {
        process.simulation.sharedPools?.take(pool, by: process.position, now: process.simulation.now) ?? true
    }
    mutating func returnPermit(_ pool: Int) {
        process.simulation.sharedPools?.giveBack(pool, by: process.position)
    }

    mutating func claimed(_ position: RecordPosition, hasBegun: Bool) {
        process.simulation.clients.ledger.keys.work(
            KeyChecker.Key(customer: position.customer, key: position.key), hasBegun: hasBegun)
    }

    mutating func crash() { process.hasCrashed = true }

    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        process.simulation.send(datagram, from: process.machine, to: endpoint)
    }
    mutating func persist(incarnation: UInt32) { process.machine.incarnation = incarnation }
    mutating func emit(_ event: NodeEvent) { process.simulation.observe(event, by: process.machine) }
}
