import Membership
import MeshBase
import Nodes
import Sharding
import Topology
import Wire

/// A mesh in virtual time: the nodes of one topology, a network, disks and clients, driven by one queue of events.
///
/// It runs what the driver of real sockets runs, byte for byte: sealed gossip datagrams, the handshake and frames of
/// mesh links, HTTP requests and responses. It belongs to one thread.
final class Simulation {
    static let controlName = "control"

    let configuration: SimConfiguration
    let seed: UInt64
    /// With the simulation's seed, so that services draw from it.
    let topology: MeshTopology
    /// Of the topology's own seed.
    let placement: Placement
    let swim: SWIMConfiguration
    let secret: [UInt8]
    let network: SimNetwork
    private let directory: MemberDirectory
    /// The mesh's machines; the clients' own comes last.
    private(set) var machines: [SimMachine] = []
    private(set) var clients: ClientProcess!
    private var machinesByName: [String: Int] = [:]
    private let firstRouter: Int

    private(set) var now = Instant.zero
    private var queue = EventQueue()
    private(set) var trace: TraceHash
    private var boots: UInt32 = 0
    private var socketNumber: UInt64 = 0

    private let faults: [SimFault]
    private(set) var faultsFired = 0
    var membership = MembershipOracle()
    /// Nothing dies by itself any more and what is down is brought back: the run is over but for the checks.
    private var isHealing = false
    var mesh: ArraySlice<SimMachine> { machines.dropLast() }

    init(_ configuration: SimConfiguration) throws(SimRefusal) {
        if let problem = configuration.problem { throw SimRefusal(problem) }
        self.configuration = configuration
        seed = configuration.seed
        var topology = configuration.topology
        do {
            placement = try Placement(topology, table: configuration.placement)
        } catch {
            throw SimRefusal("the placement does not fit the topology: \(error)")
        }
        topology.seed = configuration.seed
        self.topology = topology
        swim = SWIMConfiguration(topology.membership)
        do {
            try swim.validate()
        } catch {
            throw SimRefusal("the membership's constants are refused: \(error)")
        }
        var keys = Generator(seed: configuration.seed, concern: "sim.secret")
        secret = (0..<GossipSeal.keyLength).map { _ in UInt8(truncatingIfNeeded: keys.next()) }
        network = SimNetwork(topology, base: configuration.baseLatency)
        directory = MemberDirectory()
        trace = TraceHash(seed: configuration.seed)
        faults = SimFault.inOrder(configuration.faults)
        firstRouter = topology.cells.count
        makeMachines()
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
            let hasStore = topology.blueprints[cell.blueprint].store != nil
            add(
                cell.name, .cell(CellIndex(position)), region: cell.region,
                zone: topology.regions[cell.region].zones[cell.zone], disk: hasStore ? SimDisk() : nil)
        }
        for (position, router) in topology.routers.enumerated() {
            let zone = topology.regions[router.region].zones.first ?? ""
            add(router.name, .router(position), region: router.region, zone: zone)
        }
        let home = topology.control.region
        add(Self.controlName, .control, region: home, zone: topology.regions[home].zones.first ?? "")
        add("clients", .clients, region: -1, zone: "")
        let outside = machines[machines.count - 1]
        clients = ClientProcess(self, outside)
        outside.process = clients
    }

    // MARK: What processes ask for

    func schedule(_ event: SimEvent, at instant: Instant) { queue.push(event, at: max(instant, now)) }
    func schedule(_ event: SimEvent, after amount: TimeAmount) { schedule(event, at: now + amount) }

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
        return GossipConfiguration(
            profile: profile, initialIncarnation: machine.incarnation, swim: swim, secret: secret,
            mesh: topology.name, boot: machine.boot, seed: seed, directory: directory)
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
        guard let index = SimMachine.index(of: endpoint), index < machines.count,
            let delay = network.datagram(from: machine, to: machines[index])
        else { return }
        schedule(.datagram(from: machine.gossip, to: endpoint, Array(datagram)), after: delay)
    }

    func connect(_ process: SimProcess, to endpoint: Endpoint) -> SimSocket {
        socketNumber += 1
        let socket = SimSocket(number: socketNumber, process: process, stage: .opening)
        _ = process.adopt(socket)
        let target = SimMachine.index(of: endpoint).flatMap { $0 < machines.count ? machines[$0] : nil }
        let delay = network.segment(from: process.machine, to: target ?? process.machine)
        schedule(.connect(socket, to: endpoint), after: delay)
        return socket
    }

    /// Puts what a socket has to send on its way.
    func send(_ socket: SimSocket) {
        guard socket.stage == .open, !socket.output.isEmpty else { return }
        defer { socket.output.removeAll() }
        guard let peer = socket.peer else { return }
        schedule(.bytes(peer, Array(socket.output.bytes)), at: arrival(from: socket, to: peer))
    }

    /// In the order of sending, whatever the delays.
    private func arrival(from socket: SimSocket, to peer: SimSocket) -> Instant {
        let delay = network.segment(from: socket.process.machine, to: peer.process.machine)
        let at = max(now + delay, socket.lastArrival)
        socket.lastArrival = at
        return at
    }

    /// Ends a connection; the other end hears of it behind everything that was sent.
    func close(_ socket: SimSocket) {
        guard socket.stage != .closed else { return }
        socket.stage = .closed
        socket.process.release(socket)
        hangUp(socket)
    }

    private func hangUp(_ socket: SimSocket) {
        socket.stage = .closed
        guard let peer = socket.peer else { return }
        socket.peer = nil
        peer.peer = nil
        if peer.stage != .closed { schedule(.ended(peer), at: arrival(from: socket, to: peer)) }
    }

    func observe(_ event: NodeEvent, by machine: SimMachine) {
        switch event {
        case .member(let change):
            guard let index = machinesByName[change.member.profile.name] else { return }
            trace.note(
                now, kind: 100 + UInt64(change.status.rawValue), node: UInt64(machine.index),
                content: UInt64(index) << 32 | UInt64(change.member.incarnation))
            membership.observe(change, by: machine, of: machines[index], in: Array(mesh), now: now)
        case .linkUp(let cell):
            trace.note(now, kind: 110, node: UInt64(machine.index), content: UInt64(cell.rawValue))
        case .linkDown(let cell):
            trace.note(now, kind: 111, node: UInt64(machine.index), content: UInt64(cell.rawValue))
        case .poisoned:
            break
        }
    }
}

/// Why a simulation was not begun.
package struct SimRefusal: Error, CustomStringConvertible, Equatable {
    package var description: String
    init(_ description: String) { self.description = description }
}

// MARK: Time

extension Simulation {
    /// Runs everything that happens until `end`; false when it was stopped before.
    func run(until end: Instant, _ guardian: inout SimGuardian) -> Bool {
        while let (at, event) = queue.pop(until: end) {
            now = at
            perform(event)
            guard guardian.mayGoOn(now, trace.events) else { return false }
        }
        now = max(now, end)
        return true
    }

    /// Sends what the clients were told to do outside of an event.
    func flushClients() { turn(clients) }

    /// Runs until the condition holds, looking every 10 ms of virtual time.
    /// - Returns: whether it held within the limit; nil when the run was stopped.
    func run(
        atMost limit: TimeAmount, _ guardian: inout SimGuardian, until condition: (Simulation) -> Bool
    ) -> Bool? {
        let end = now + limit
        while !condition(self) {
            guard now < end else { return false }
            guard run(until: min(end, now + .milliseconds(10)), &guardian) else { return nil }
        }
        return true
    }

    private func perform(_ event: SimEvent) {
        switch event {
        case .start(let machine):
            note(event, machine, 0)
            start(machine)
        case .revive(let machine, let life):
            guard machine.lives == life, !machine.isUp, !isHealing else { return }
            note(event, machine, UInt64(life))
            start(machine)
        case .wake(let process):
            guard !process.isDead, process.wakeAt == now else { return }
            process.wakeAt = nil
            guard !process.machine.isPaused else { return }
            note(event, process.machine, 0)
            process.wake()
            turn(process)
        case .datagram(let source, let target, let bytes):
            deliver(event, source, target, bytes)
        case .connect(let socket, let endpoint):
            connect(event, socket, endpoint)
        case .connected, .bytes, .ended, .openingLimit, .patience:
            deliver(event)
        case .commit(let process):
            guard mayRun(process, event) else { return }
            note(event, process.machine, 0)
            process.commit()
            turn(process)
        case .stored(let process, let answers):
            guard mayRun(process, event) else { return }
            note(event, process.machine, UInt64(answers.count))
            process.stored(answers)
            turn(process)
        case .burned(let process, let ticket):
            guard mayRun(process, event) else { return }
            note(event, process.machine, ticket)
            process.burned(ticket)
            turn(process)
        case .fault(let index):
            fire(faults[index], event)
        case .arrival:
            note(event, clients.machine, 0)
            clients.arrival()
            turn(clients)
        }
    }

    private func note(_ event: SimEvent, _ machine: SimMachine, _ content: UInt64) {
        trace.note(now, kind: event.kind, node: UInt64(machine.index), content: content)
    }

    /// False when the process is gone, or stopped: then the event waits for it.
    private func mayRun(_ process: SimProcess, _ event: SimEvent) -> Bool {
        guard !process.isDead else { return false }
        guard process.machine.isPaused else { return true }
        process.machine.hold(event)
        return false
    }

    private func deliver(_ event: SimEvent, _ source: Endpoint, _ target: Endpoint, _ bytes: [UInt8]) {
        guard let index = SimMachine.index(of: target), index < machines.count, let process = machines[index].process,
            target == machines[index].gossip, mayRun(process, event)
        else { return }
        bytes.withUnsafeBytes {
            note(event, machines[index], StableHash.hash($0, seed: UInt64(source.address) << 16 | UInt64(source.port)))
            process.received(datagram: $0, from: source)
        }
        turn(process)
    }

    /// A connection request: the kernel answers it, also for a process that is stopped.
    private func connect(_ event: SimEvent, _ socket: SimSocket, _ endpoint: Endpoint) {
        guard !socket.process.isDead, socket.stage == .opening else { return }
        note(event, socket.process.machine, socket.number)
        let target = SimMachine.index(of: endpoint).flatMap { $0 < machines.count ? machines[$0] : nil }
        let back = network.segment(from: target ?? socket.process.machine, to: socket.process.machine)
        guard let process = target?.process, process.listens(at: endpoint) else {
            return schedule(.ended(socket), after: back)
        }
        socketNumber += 1
        let other = SimSocket(number: socketNumber, process: process, stage: .open)
        guard process.adopt(other) else { return schedule(.ended(socket), after: back) }
        other.peer = socket
        socket.peer = other
        other.lastArrival = now + back
        schedule(.connected(socket), after: back)
    }

    private func deliver(_ event: SimEvent) {
        switch event {
        case .connected(let socket):
            guard socket.stage == .opening, mayRun(socket.process, event) else { return }
            note(event, socket.process.machine, socket.number)
            socket.stage = .open
            socket.wasConnected = true
            socket.process.connected(socket)
            turn(socket.process)
        case .bytes(let socket, let bytes):
            guard socket.stage == .open, mayRun(socket.process, event) else { return }
            bytes.withUnsafeBytes {
                note(event, socket.process.machine, StableHash.hash($0, seed: socket.number))
                socket.input.append($0)
            }
            socket.process.received(socket)
            turn(socket.process)
        case .ended(let socket):
            guard socket.stage != .closed, mayRun(socket.process, event) else { return }
            note(event, socket.process.machine, socket.number)
            socket.stage = .closed
            socket.process.release(socket)
            socket.process.ended(socket)
            turn(socket.process)
        case .openingLimit(let socket):
            guard socket.stage != .closed, mayRun(socket.process, event) else { return }
            socket.process.openingLimit(socket)
            turn(socket.process)
        case .patience(let socket, let request):
            guard socket.stage != .closed, socket.pending?.number == request else { return }
            note(event, socket.process.machine, request)
            socket.process.patience(socket, request: request)
            turn(socket.process)
        default:
            preconditionFailure("not an event of a socket")
        }
    }

    /// The end of a turn: what was held back, then everything that is to be sent, then the alarm.
    private func turn(_ process: SimProcess) {
        if !process.hasCrashed { process.endTurn() }
        guard !process.hasCrashed else { return crashed(process) }
        process.flush()
        guard let deadline = process.nextDeadline(), deadline != .distantFuture else { return }
        // What is due is done with at the next tick of the clock, so that time goes on whatever a node asks for.
        let at = deadline > now ? deadline : now + .microseconds(1)
        if let standing = process.wakeAt, standing <= at { return }
        process.wakeAt = at
        queue.push(.wake(process), at: at)
    }
}

// MARK: Life and death

extension Simulation {
    /// Starts every process within 50 ms, the control plane first, as `up` does.
    func boot() {
        var rng = Generator(seed: seed, concern: "sim.boot")
        for machine in mesh.reversed() {
            let delay = TimeAmount.nanoseconds(machine === mesh.last ? 0 : Int64(1_000_000 + rng.below(49_000_000)))
            schedule(.start(machine), after: delay)
        }
    }

    func scheduleFaults() {
        for (index, fault) in faults.enumerated() { schedule(.fault(index), after: fault.at) }
        clients.ledger.impact.began(now: now)
    }

    private func start(_ machine: SimMachine) {
        guard !machine.isUp else { return }
        machine.lives += 1
        boots += 1
        machine.boot = boots
        machine.lifeIncarnation = machine.incarnation + 1
        machine.excusedUntil = now + .seconds(2)
        let process: SimProcess
        do throws(GossipPort.Invalid) {
            switch machine.work {
            case .cell(let cell): process = try CellProcess(self, machine, cell: cell)
            case .router: process = try RouterProcess(self, machine)
            case .control: process = ControlProcess(self, machine)
            case .clients: return
            }
        } catch {
            // The constants were validated and the secret has its length.
            preconditionFailure("a process of the simulation was refused: \(error)")
        }
        machine.process = process
        membership.started(machine)
        process.start()
        turn(process)
        changed(settle: joinTime)
    }

    private func fire(_ fault: SimFault, _ event: SimEvent) {
        guard let index = machinesByName[fault.node], !isHealing else { return }
        let machine = machines[index]
        note(event, machine, UInt64(index))
        switch fault.action {
        case .kill: guard kill(machine) else { return }
        case .destroy:
            guard kill(machine) else { return }
            machine.disk?.wipe()
        case .restart:
            guard !machine.isUp else { return }
            start(machine)
        case .pause:
            guard machine.isUp, !machine.isPaused else { return }
            machine.isPaused = true
            changed(settle: .zero)
        case .resume:
            guard machine.isPaused else { return }
            resume(machine)
        }
        faultsFired += 1
    }

    /// Ends a process at once. The kernel resets its connections.
    @discardableResult
    private func kill(_ machine: SimMachine) -> Bool {
        guard let process = machine.process else { return false }
        process.killed()
        process.isDead = true
        process.dropSockets { hangUp($0) }
        machine.process = nil
        machine.isPaused = false
        _ = machine.takeBacklog()
        membership.killed(machine, now: now)
        changed(settle: .seconds(1))
        return true
    }

    private func crashed(_ process: SimProcess) {
        let machine = process.machine
        guard kill(machine), topology.restart == .onCrash, !isHealing else { return }
        machine.crashes += 1
        let wait = TimeAmount.milliseconds(500 << Int64(min(machine.crashes - 1, 6)))
        schedule(.revive(machine, life: machine.lives), after: min(wait, .seconds(30)))
    }

    /// The alarm is late, then everything that waited in the sockets.
    private func resume(_ machine: SimMachine) {
        machine.isPaused = false
        machine.excusedUntil = now + joinTime * Int64(4)
        changed(settle: joinTime + swim.reconnectInterval * Int64(4))
        guard let process = machine.process else { return }
        process.wake()
        turn(process)
        for event in machine.takeBacklog() { perform(event) }
    }

    /// Within it a process that starts is known to all, and routers have their links to it: a few rounds of probes and
    /// gossip, and the slowest opening of a link.
    private var joinTime: TimeAmount {
        swim.probeInterval * Int64(4) + swim.gossipInterval * Int64(10) + .seconds(1)
    }

    private func changed(settle: TimeAmount) {
        var down = CellSet()
        var isJudged = true
        for machine in mesh {
            if case .cell(let cell) = machine.work, !machine.isUp { down.insert(cell) }
            if machine.isPaused { isJudged = false }
        }
        clients.ledger.impact.changed(now: now, settle: settle, down: down, isJudged: isJudged)
    }

    /// Brings back what is down or stopped.
    func heal() {
        isHealing = true
        for machine in mesh {
            if machine.isPaused { resume(machine) }
            start(machine)
        }
    }

    /// Every router has an open link to every cell, and believes it sound.
    var isWhole: Bool {
        mesh.allSatisfy { machine in
            guard machine.isUp, !machine.isPaused else { return false }
            guard let router = machine.process as? RouterProcess else { return true }
            return topology.cells.indices.allSatisfy { router.isServing(CellIndex($0)) }
        }
    }

    /// Lets go of everything, so that no two ends keep each other alive.
    func dispose() {
        for machine in machines {
            machine.process?.isDead = true
            machine.process?.dropSockets { $0.peer = nil }
            machine.process = nil
            _ = machine.takeBacklog()
        }
        queue.removeAll()
        clients = nil
    }
}
