import Evacuation
import Membership
import MeshBase
import Nodes
import Sharding
import Topology
import Wire

/// The control plane in the simulation: a member, and the coordinator of moves.
final class ControlProcess: LinkingProcess {
    private var node: ControlNode
    /// Where it stays: who asks it something through a property of a class copies all of it.
    private let place: UnsafeMutablePointer<Coordinator>
    /// A copy, for a look at it.
    var coordinator: Coordinator { place.pointee }

    init(_ simulation: Simulation, _ machine: SimMachine) {
        // The configuration was checked when the simulation was made.
        let gossip = simulation.gossip(of: machine)
        node = try! ControlNode(gossip)
        place = UnsafeMutablePointer.allocate(capacity: 1)
        place.initialize(
            to: Coordinator(
                topology: simulation.knownTopology, placement: simulation.founding,
                seal: EntrySeal(secret: gossip.secret, mesh: gossip.mesh), boot: machine.boot, seed: simulation.seed))
        place.pointee.defect = simulation.configuration.defect?.coordinator
        place.pointee.sweepRule = simulation.configuration.sweep
        super.init(simulation, machine, connections: 1 << 20)
    }

    deinit {
        place.deinitialize(count: 1)
        place.deallocate()
    }

    private var outbox: ControlOutbox { ControlOutbox(process: self) }

    override func tell(_ event: LinkingEvent) {
        var outbox = outbox
        switch event {
        case .start(let seeds):
            node.start(seeds: seeds, now: now, into: &outbox)
            place.pointee.start(now: now)
        case .wake: node.wake(now: now, into: &outbox)
        case .datagram(let bytes, let from): node.handle(datagram: bytes, from: from, now: now, into: &outbox)
        case .leave: node.leave(now: now, into: &outbox)
        case .linkUp(let cell): place.pointee.linkUp(cell, now: now, into: &outbox)
        case .linkDown(let cell): place.pointee.linkDown(cell, now: now, into: &outbox)
        }
        followMembers(into: &outbox)
    }

    private func followMembers(into outbox: inout ControlOutbox) {
        while let change = node.nextChange() {
            let profile = change.member.profile
            guard profile.role == .cell else { continue }
            place.pointee.follow(profile.name, status: change.status, endpoint: profile.data, now: now)
        }
        if place.pointee.deciders == nil, let set = simulation.foundingDeciders { place.pointee.learn(set, now: now) }
        place.pointee.wake(now: now, into: &outbox)
        for (_, answer) in place.pointee.takeAnswers() { simulation.answered(answer) }
    }

    override func nextDeadline() -> Instant? { min(node.nextDeadline(), place.pointee.nextDeadline()) }
    override func handle(frame: borrowing FrameView, from cell: CellIndex) {
        var outbox = outbox
        place.pointee.handle(answer: frame, from: cell, now: now, into: &outbox)
        for (_, answer) in place.pointee.takeAnswers() { simulation.answered(answer) }
    }
    override func grow(_ topology: MeshTopology) { place.pointee.grow(topology, now: now) }
    override func listens(at endpoint: Endpoint) -> Bool { false }
    override var swim: SWIM? { node.gossip.swim }

    // MARK: What an operator does

    /// Carries out a command of the plan of faults.
    func command(_ move: SimMove) {
        switch move {
        case .evacuate(let region), .evacuateWithLoss(let region), .restore(let region):
            guard let position = simulation.topology.regions.firstIndex(where: { $0.name == region }) else { return }
            let kind: EvacuationPlan.Kind = if case .restore = move { .restore } else { .evacuate }
            begin(kind, position, acceptsLoss: move == .evacuateWithLoss(region))
        case .add(let region):
            guard let position = simulation.topology.regions.firstIndex(where: { $0.name == region }) else { return }
            simulation.addCell(in: position)
        case .drain(let name):
            guard let cell = simulation.topology.cellIndex(named: name) else { return }
            begin(.drain, simulation.topology.cells[cell.position].region, cells: [cell])
        case .abort: place.pointee.abort(ticket: 0, now: now)
        case .customer(let number, let cells):
            place.pointee.move(
                CustomerHash(number: number), to: Shard(cells.map { CellIndex($0) }) ?? Shard(), ticket: 0, now: now)
        case .giveUp(let number):
            place.pointee.giveUp(CustomerHash(number: number), to: nil, ticket: 0, now: now)
        case .home(let number): place.pointee.unpin(CustomerHash(number: number), ticket: 0, now: now)
        }
        var outbox = outbox
        place.pointee.wake(now: now, into: &outbox)
    }

    /// Begins a plan, in the steps that are given and the topology's else.
    func move(_ kind: EvacuationPlan.Kind, _ region: Int, stages: [Int]?, watch: TimeAmount?) {
        begin(kind, region, stages: stages, watch: watch)
        var outbox = outbox
        place.pointee.wake(now: now, into: &outbox)
    }

    func begin(
        _ kind: EvacuationPlan.Kind, _ region: Int, cells: [CellIndex] = [], acceptsLoss: Bool = false,
        stages: [Int]? = nil, watch: TimeAmount? = nil
    ) {
        let topology = simulation.topology
        let settings = topology.evacuation
        var plan = PlanDecree(
            id: StableHash.combine(simulation.seed, simulation.planNumber + 1), kind: kind, region: region,
            cells: cells, founded: topology.foundingCells, percents: stages ?? settings.stages,
            watch: watch ?? simulation.configuration.watch,
            began: now.nanoseconds &+ Simulation.epoch)
        plan.acceptsLoss = acceptsLoss
        // As the control plane's checks do: no customer is left without a cell, or without a domain of its shard.
        let entries = simulation.placement.table.entries
        let left = Set(entries.flatMap(\.state.target.evacuated)).union(kind == .evacuate ? [region] : [])
        let isKept = entries.allSatisfy { entry in
            let after = plan.target(from: entry.state.target.eligibility).leaving(left)
            guard simulation.placement.geographyWithoutCells(after) == nil else { return false }
            return kind != .drain
                || topology.eligible(after).contains { topology.cells[$0.position].region == region }
        }
        guard kind == .restore || isKept, kind != .add || !left.contains(region) else {
            return simulation.answered(.refused("customers would be left without a cell"))
        }
        simulation.planNumber += 1
        place.pointee.begin(plan, ticket: 0, now: now)
    }

    /// Nothing is under way, by what the deciders said.
    var isSettled: Bool {
        guard case .some(.none) = place.pointee.plan else { return simulation.planNumber == 0 && !place.pointee.isBusy }
        return !place.pointee.isBusy
    }
}

/// Carries out what the control plane's nodes order.
private struct ControlOutbox: CoordinatorSink, LinkWriter {
    unowned(unsafe) let process: ControlProcess

    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { process.open(cell, at: endpoint) }
    mutating func closeLink(to cell: CellIndex) { process.closeLink(cell) }
    mutating func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
        process.write(to: cell, append)
    }
    mutating func note(_ event: CoordinatorEvent) {
        // What it does in the turn in which it was killed, nobody sees.
        guard !process.hasCrashed else { return }
        process.simulation.noted(event, by: process.machine)
    }
    mutating func reached(_ step: CoordinatorStep) {
        guard !process.hasCrashed, !process.endsWithTurn else { return }
        process.simulation.reached(step, by: process)
    }
    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        process.simulation.send(datagram, from: process.machine, to: endpoint)
    }
    mutating func persist(incarnation: UInt32) { process.machine.incarnation = incarnation }
    mutating func emit(_ event: NodeEvent) { process.simulation.observe(event, by: process.machine) }
}
