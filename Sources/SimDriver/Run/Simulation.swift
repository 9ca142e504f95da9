import Chaos
import Consensus
import Membership
import MeshBase
import Nodes
import Replication
import Reports
import Sharding
import Topology
import Wire

/// A mesh in virtual time: the nodes of one topology, a network, disks and clients, driven by one queue of events.
///
/// It runs what the driver of real sockets runs, byte for byte: gossip datagrams (whose cipher may be left out), the
/// handshake and frames of mesh links, HTTP requests and responses. It belongs to one thread.
final class Simulation {
    static let controlName = "control"

    let configuration: SimConfiguration
    let seed: UInt64
    /// With the simulation's seed, so that services draw from it; with all cells that are ever added.
    let topology: MeshTopology
    /// Of the topology; asked for with each frame.
    let recordLimit: Int
    /// The cells that were added so far, of those that are ever added.
    private(set) var addedCells = 0
    /// What a process that starts now reads: without the cells that are to come.
    private(set) var knownTopology: MeshTopology
    /// Of the topology's own seed, as the mesh was founded.
    let founding: Placement
    /// As it was decided last.
    private(set) var placement: Placement
    /// What the coordinator has come to, step by step.
    private(set) var steps: [SimStep] = []
    /// Plans of added cells that are still to begin.
    var addsDue = 0
    /// How many plans were begun.
    var planNumber: UInt64 = 0
    /// Some customers of each cohort, whom the oracles look at while it moves.
    private(set) lazy var samples = Self.samples(topology, founding.table)
    /// Moves that were decided, and what came of commands, for the report.
    private(set) var moves = MoveOracle()
    let swim: SWIMConfiguration
    let secret: [UInt8]
    /// As the members have it: the trace holds what a datagram says, however it is sent.
    private let seal: GossipSeal
    private var opened = ByteBuffer(capacity: 2_048)
    var network: SimNetwork
    private let directory: MemberDirectory
    /// Those of `mesh`, and the clients' own as the last.
    private(set) var machines: [SimMachine] = []
    private(set) var mesh: [SimMachine] = []
    var clients: ClientProcess!
    /// Of connections that all cells take from; nil where each has its own.
    private(set) lazy var sharedPools = SimSharedPools(topology.shared ?? []) { [unowned self] cell in
        machines[cell].isUp && !machines[cell].isPaused
    }
    private(set) var machinesByName: [String: Int] = [:]
    private let firstRouter: Int

    var now = Instant.zero
    var queue = EventQueue()
    var trace: TraceHash
    var boots: UInt32 = 0
    var socketNumber: UInt64 = 0

    let faults: [SimFault]
    var faultsFired = 0
    var membership: MembershipOracle
    /// Nothing dies by itself any more and what is down is brought back: the run is over but for the checks.
    var isHealing = false
    /// Faults in force, by their place in the plan, in the order in which they began.
    var inForce: [(key: Int, spec: FaultSpec)] = []
    /// Of those the ones that have put wall clocks ahead.
    var skewed: Set<Int> = []
    /// What cuts and clogs hold, in the order of sending.
    var held: [HeldBytes] = []
    /// Writes the run down, where somebody wants that; looked at whenever `lookDue` has come.
    private(set) var feed: SimFeed?
    private(set) var lookDue = Instant.distantFuture
    /// Some machine reads late, or has.
    var hasLateReaders = false
    /// What is performed was held back by a late reader and is read now.
    var isReadingLate = false

    init(_ configuration: SimConfiguration, feed: SimFeed? = nil) throws(SimRefusal) {
        if let problem = configuration.problem { throw SimRefusal(problem) }
        self.configuration = configuration
        seed = configuration.seed
        var topology = configuration.topology
        if let program = Self.programWithoutWork(topology) {
            throw SimRefusal(
                "the service \(program) is a program ('run'), which no simulation runs: say its 'work' to stand in")
        }
        do throws(GrowthFault) { topology = try Self.grown(topology, configuration.faults) } catch {
            throw SimRefusal("cells cannot be added: \(error)")
        }
        do {
            founding = try Placement(topology, table: configuration.placement)
            placement = founding
        } catch {
            throw SimRefusal("the placement does not fit the topology: \(error)")
        }
        topology.seed = configuration.seed
        self.topology = topology
        recordLimit = topology.recordLimit
        knownTopology = topology.asFounded
        swim = SWIMConfiguration(topology.membership)
        do {
            try swim.validate()
        } catch {
            throw SimRefusal("the membership's constants are refused: \(error)")
        }
        var keys = Generator(seed: configuration.seed, concern: "sim.secret")
        secret = (0..<GossipSeal.keyLength).map { _ in UInt8(truncatingIfNeeded: keys.next()) }
        // The secret has its length.
        seal = try! GossipSeal(key: secret, label: topology.name, isOpen: !configuration.seals)
        network = SimNetwork(topology, base: configuration.baseLatency)
        directory = MemberDirectory()
        trace = TraceHash(seed: configuration.seed)
        faults = SimFault.inOrder(configuration.faults)
        membership = MembershipOracle(
            swim, members: Self.names(of: configuration.topology).count,
            isClear: configuration.topology.links.isLossless && !faults.contains(where: \.clouds)
                && !configuration.isClouded,
            isUntouched: faults.isEmpty && !configuration.isReactive && configuration.topology.links.isLossless
                && configuration.topology.customers.poison == 0)
        firstRouter = topology.cells.count
        makeMachines()
        if let feed {
            self.feed = feed
            lookDue = .zero
            feed.begin(self)
        }
    }

    /// Has the feed told of each moment up to an instant that is due.
    func look(until instant: Instant) {
        while lookDue <= instant {
            now = max(now, lookDue)
            feed?.look(self)
            lookDue = lookDue + SimFeed.period
        }
    }

    /// The nodes that a fault can name.
    static func names(of topology: MeshTopology) -> [String] {
        topology.cells.map(\.name) + topology.routers.map(\.name) + [controlName]
    }

    private func makeMachines() {
        func add(_ name: String, _ work: SimMachine.Work, region: Int, zone: String, disk: SimDisk? = nil) {
            machinesByName[name] = machines.count
            machines.append(
                SimMachine(
                    index: machines.count, name: name, work: work, region: region, zone: zone, disk: disk, seed: seed))
        }
        for (position, cell) in topology.cells.enumerated() {
            let store = topology.blueprints[cell.blueprint].store
            add(
                cell.name, .cell(CellIndex(position)), region: cell.region,
                zone: topology.regions[cell.region].zones[cell.zone],
                disk: store.map { SimDisk(cohorts: placement.table.entries.count, tiers: TierRules($0)) })
        }
        for (position, router) in topology.routers.enumerated() {
            let zone = topology.regions[router.region].zones.first ?? ""
            add(router.name, .router(position), region: router.region, zone: zone)
        }
        let home = topology.control.region
        add(Self.controlName, .control, region: home, zone: topology.regions[home].zones.first ?? "")
        // What is added later is part of the mesh from then on.
        mesh = machines.filter { machine in
            if case .cell(let cell) = machine.work { cell.position < topology.foundingCells } else { true }
        }
        add("clients", .clients, region: -1, zone: "")
        let outside = machines[machines.count - 1]
        clients = ClientProcess(self, outside)
        outside.process = clients
    }

    // MARK: What processes ask for

    /// What the wall clocks show at the start, nanoseconds since 1970; a machine whose clock is wrong shows something else.
    static let epoch: Int64 = 1_700_000_000_000_000_000

    func schedule(_ event: consuming SimEvent, at instant: Instant) {
        queue.push(consume event, at: max(instant, now))
    }
    func schedule(_ event: consuming SimEvent, after amount: TimeAmount) {
        schedule(consume event, at: now + amount)
    }

    func gossip(of machine: SimMachine) -> GossipConfiguration {
        let role: NodeRole =
            switch machine.work {
            case .cell: .cell
            case .router: .router
            case .control, .clients: .control
            }
        // Names and ports are the simulation's own: they fit.
        let profile = try! MemberProfile(
            name: machine.name, role: role, region: topology.regions[machine.region].name, zone: machine.zone,
            gossip: machine.gossip, data: role == .control ? .unspecified : machine.data, admin: machine.admin)
        var gossip = GossipConfiguration(
            profile: profile, initialIncarnation: machine.incarnation, swim: swim, secret: secret,
            mesh: topology.name, boot: UInt64(machine.boot), seed: seed, directory: directory)
        gossip.seals = configuration.seals
        return gossip
    }

    /// Where a starting process looks for the mesh: control first, then the first others that run.
    func seeds(for machine: SimMachine) -> [Endpoint] {
        var seeds: [Endpoint] = []
        for other in mesh.reversed() where other.isUp && other !== machine && seeds.count < 3 {
            seeds.append(other.gossip)
        }
        return seeds
    }

    func endpoint(ofRouter position: Int) -> Endpoint { machines[firstRouter + position].data }

    func send(_ datagram: UnsafeRawBufferPointer, from machine: SimMachine, to endpoint: Endpoint) {
        guard let index = SimMachine.index(of: endpoint), index < machines.count else { return }
        let target = machines[index]
        let fate = network.datagram(from: machine, to: target, bytes: datagram.count, now: now)
        if case .lost = fate { return }
        let event = SimEvent.datagram(from: machine.gossip, to: endpoint, Array(datagram))
        switch fate {
        case .lost: return
        case .held: hold(event, machine, target, datagram.count)
        case .arrives(let way, let copy):
            schedule(event, after: way)
            if let copy { schedule(event, after: copy) }
        }
    }

    /// A hash of what a datagram says, sealed or not.
    func content(of datagram: UnsafeRawBufferPointer, from source: Endpoint) -> UInt64 {
        let seed = source.number
        guard datagram.count >= GossipSeal.overhead else { return StableHash.hash(datagram, seed: seed) }
        let tag = GossipSeal.overhead - 1 - GossipNonce.size
        guard configuration.seals else {
            return StableHash.hash(UnsafeRawBufferPointer(rebasing: datagram[1..<(datagram.count - tag)]), seed: seed)
        }
        opened.removeAll()
        opened.append(UnsafeRawBufferPointer(rebasing: datagram[1...GossipNonce.size]))
        try? seal.open(datagram, into: &opened)
        return StableHash.hash(opened.bytes, seed: seed)
    }

    func connect(_ process: SimProcess, to endpoint: Endpoint) -> SimSocket {
        socketNumber += 1
        let socket = SimSocket(number: socketNumber, process: process, stage: .opening)
        _ = process.adopt(socket)
        let target = SimMachine.index(of: endpoint).flatMap { $0 < machines.count ? machines[$0] : nil }
        dispatch(.connect(socket, to: endpoint), from: process.machine, to: target ?? process.machine)
        return socket
    }

    /// Puts what a socket has to send on its way.
    func send(_ socket: SimSocket) {
        guard socket.stage == .open, !socket.output.isEmpty else { return }
        defer { socket.output.removeAll() }
        guard let peer = socket.peer else { return }
        let bytes = Array(socket.output.bytes)
        dispatch(
            .bytes(peer, bytes), from: socket.process.machine, to: peer.process.machine, by: socket,
            bytes: bytes.count)
    }

    /// Ends a connection; the other end hears of it behind everything that was sent.
    func close(_ socket: SimSocket) {
        guard socket.stage != .closed else { return }
        socket.stage = .closed
        socket.process.release(socket)
        hangUp(socket)
    }

    func hangUp(_ socket: SimSocket) {
        socket.stage = .closed
        guard let peer = socket.peer else { return }
        socket.peer = nil
        peer.peer = nil
        guard peer.stage != .closed else { return }
        dispatch(.ended(peer), from: socket.process.machine, to: peer.process.machine, by: socket)
    }

    // MARK: Moves

    /// The deciders of the mesh, once all cells have been born.
    var foundingDeciders: DeciderSet? {
        var stores: [CellIndex: UInt64] = [:]
        for position in 0..<topology.foundingCells {
            if let store = machines[position].firstStore { stores[CellIndex(position)] = store }
        }
        return Coordinator.founding(topology.asFounded, stores: stores)
    }

    /// The topology with one further cell for each that the plan adds.
    private static func programWithoutWork(_ topology: MeshTopology) -> String? {
        topology.cells.indices.lazy.flatMap { topology.blueprint(of: CellIndex($0)).services }
            .first { $0.program != nil && $0.work == Work() }?.name
    }

    private static func grown(_ topology: MeshTopology, _ faults: [SimFault]) throws(GrowthFault) -> MeshTopology {
        var grown = topology
        for fault in SimFault.inOrder(faults) {
            guard case .operate(.add(let name)) = fault.action,
                let region = topology.regions.firstIndex(where: { $0.name == name })
            else { continue }
            grown = try grown.grown(grown.addedSince + [grown.furtherCell(in: region)])
        }
        return grown
    }

    /// Customers will move to added cells as soon as all know of them.
    private func beginAdding(_ cell: Int, in region: Int) {
        addsDue += 1
        schedule(.beginAdding(region: region, [CellIndex(cell)]), after: .seconds(1))
    }

    /// An operator adds a cell: an idle one of the region, or the next of those that are to come.
    func addCell(in region: Int) {
        // By what was decided last.
        let unused = CellUse(placement.table, topology).unused
        let idle = knownTopology.cells.indices.first { position in
            knownTopology.cells[position].region == region && unused.contains(CellIndex(position))
        }
        if let idle { return beginAdding(idle, in: region) }
        // They come in the order of their indices: those before it stay idle.
        let first = topology.foundingCells + addedCells
        guard let cell = (first..<topology.cells.count).first(where: { topology.cells[$0].region == region }) else {
            return
        }
        while addedCells < cell + 1 - topology.foundingCells {
            let machine = machines[topology.foundingCells + addedCells]
            addedCells += 1
            mesh.insert(machine, at: mesh.firstIndex { $0.index > machine.index } ?? mesh.count)
            schedule(.start(machine), after: .milliseconds(20))
        }
        // What was added fitted when all of it was.
        knownTopology = try! topology.asFounded.grown(Array(topology.addedSince.prefix(addedCells)))
        var rng = Generator(seed: seed, concern: "sim.growth", node: UInt64(cell))
        for machine in mesh {
            guard let process = machine.process else { continue }
            // Each looks at the file twice a second.
            schedule(.grow(process), after: .nanoseconds(Int64(rng.below(500_000_000))))
        }
        beginAdding(cell, in: region)
    }

    /// The control plane, where it runs.
    var control: ControlProcess? {
        machinesByName[Self.controlName].flatMap { machines[$0].process as? ControlProcess }
    }

    func noted(_ event: CoordinatorEvent, by machine: SimMachine) {
        trace.note(now, kind: 131, node: UInt64(machine.index), content: event.traceContent)
        moves.noted(event)
        if case .givenUp(_, let customers, _) = event { clients.ledger.gaveUp(customers, now: now) }
        changed(settle: .seconds(1))
    }

    /// A change has come to a moment at which the plan may want somebody dead.
    func reached(_ step: CoordinatorStep, by process: SimProcess) {
        steps.append(SimStep(at: now - .zero, step: step))
        guard let strike = configuration.strike, steps.count == strike.step + 1,
            let index = machinesByName[strike.node]
        else { return }
        faultsFired += 1
        schedule(.start(machines[index]), after: strike.length)
        guard machines[index] === process.machine else { return schedule(.strike(machines[index]), after: .zero) }
        // Before anything of this turn is sent, or after all of it.
        if step.moment == .recorded { process.endsWithTurn = true } else { process.hasCrashed = true }
    }

    /// A decided entry was installed by somebody: from then on it is the placement.
    func learnt(_ entry: PlacementEntry) {
        guard (try? placement.install(entry)) == true else { return }
        clients.ledger.impact.moved(entry)
        // Each router asks each cell once a second.
        changed(settle: .seconds(2))
    }

    func answered(_ answer: CoordinatorAnswer) { moves.answered(answer) }

    /// A store has taken over an entry.
    func installed(_ entry: PlacementEntry) {
        learnt(entry)
        moves.check(entry.cohort, self)
    }

    func observe(_ event: NodeEvent, by machine: SimMachine) {
        feed?.observe(event, by: machine.name, self)
        switch event {
        case .member(let change):
            guard let index = machinesByName[change.member.profile.name] else { return }
            trace.note(
                now, kind: 100 + UInt64(change.status.rawValue), node: UInt64(machine.index),
                content: UInt64(index) << 32 | UInt64(change.member.incarnation))
            let seen = configuration.defect?.membership?.distort(change, by: machine, in: self) ?? [change]
            for change in seen {
                guard let index = machinesByName[change.member.profile.name] else { continue }
                membership.observe(change, by: machine, of: machines[index], in: mesh, now: now)
            }
        case .linkUp(let cell):
            trace.note(now, kind: 110, node: UInt64(machine.index), content: UInt64(cell.rawValue))
        case .linkDown(let cell):
            trace.note(now, kind: 111, node: UInt64(machine.index), content: UInt64(cell.rawValue))
        case .store(let event):
            trace.note(now, kind: event.traceKind, node: UInt64(machine.index), content: 0)
            // Whether its records are answered for has changed.
            changed(settle: .seconds(1))
        case .cellDemoted(let cell):
            trace.note(now, kind: 112, node: UInt64(machine.index), content: UInt64(cell.rawValue))
        case .cellReturned(let cell):
            trace.note(now, kind: 113, node: UInt64(machine.index), content: UInt64(cell.rawValue))
        case .conduct(let cell, let animal, let isNamed, _):
            let place = CellAnimal.allCases.firstIndex(of: animal) ?? 0
            trace.note(
                now, kind: isNamed ? 118 : 119, node: UInt64(machine.index),
                content: UInt64(cell.rawValue) << 8 | UInt64(place))
        case .placement(let version):
            trace.note(now, kind: 130, node: UInt64(machine.index), content: version)
            changed(settle: .milliseconds(500))
        case .shedding(_, let priority, let hasBegun):
            trace.note(now, kind: hasBegun ? 114 : 115, node: UInt64(machine.index), content: UInt64(priority.rawValue))
        case .gate(_, let event):
            if case .breaker(let change) = event {
                trace.note(
                    now, kind: 116, node: UInt64(machine.index),
                    content: UInt64(change.from.rawValue) << 8 | UInt64(change.to.rawValue))
            }
        // Programs are their `work` here.
        case .timeoutAdapted, .retries, .worth, .flag, .objectives, .ladder, .degradation, .peak, .ejection, .program,
            .poisoned, .cascade,
            .standing, .health:
            break
        }
    }
}

/// Why a simulation was not begun.
package struct SimRefusal: Error, CustomStringConvertible, Equatable {
    package var description: String
    init(_ description: String) { self.description = description }
}

extension StoreEvent {
    fileprivate var traceKind: UInt64 {
        switch self {
        case .born: 112
        case .lost: 113
        case .refillBegan: 114
        case .refillStalled: 115
        case .refilled: 116
        case .full: 117
        case .broken: 118
        case .sound: 119
        case .damaged: 120
        case .damagedRecord: 121
        }
    }
}
