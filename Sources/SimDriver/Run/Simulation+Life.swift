import Consensus
import MeshBase
import Nodes
import Replication
import Sharding

/// Life and death of processes.
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
        for (index, fault) in faults.enumerated() {
            schedule(.fault(index), after: fault.at)
            if let length = fault.length { schedule(.faultEnds(index), after: fault.at + length) }
        }
    }

    func start(_ machine: SimMachine) {
        guard !machine.isUp else { return }
        machine.lives += 1
        boots += 1
        machine.boot = boots
        machine.lifeIncarnation = machine.incarnation + 1
        machine.excusedUntil = now + .seconds(2)
        let keepsID = inForce.isEmpty ? false : forget(machine)
        let process: SimProcess
        do throws(GossipPort.Invalid) {
            switch machine.work {
            case .cell(let cell): process = try CellProcess(self, machine, cell: cell, keepsID: keepsID)
            case .router: process = try RouterProcess(self, machine)
            case .control: process = ControlProcess(self, machine)
            case .clients: return
            }
        } catch {
            // The constants were validated and the secret has its length.
            preconditionFailure("a process of the simulation was refused: \(error)")
        }
        machine.process = process
        machine.startedAt = now
        membership.started(machine)
        process.start()
        turn(process)
        if !inForce.isEmpty { strikeServices(of: machine) }
        changed(settle: joinTime)
    }

    /// What a cell is told of its store.
    func birth(of machine: SimMachine, _ cell: CellIndex) -> StoreBirth {
        let tier = topology.blueprint(of: cell).store?.strictest
        let isFounding =
            configuration.defect?.refill == .votesAtOnce
            || machine.lives == 1 && (configuration.isFounded || cell.position >= topology.foundingCells)
        return StoreBirth(
            storeID: UInt64(machine.boot), known: isFounding ? nil : machine.knownStore, isFounding: isFounding,
            promisesNothing: tier == .cache)
    }

    /// Whether the disk of a cell can be lost so that no shard is without two: every other that shares a customer with
    /// it votes.
    func maySpareDisk(of machine: SimMachine) -> Bool {
        guard case .cell(let cell) = machine.work, machine.disk?.votes == true else { return false }
        // Without moves nobody needs the deciders.
        guard !faults.contains(where: \.isMove) || decidersSurvive(without: machine) else { return false }
        return placement.shapes(around: cell).allSatisfy { shape in
            // Who was moved to this cell alone has no other copy.
            shape.size > 1
                && shape.domains.allSatisfy { $0.cells.allSatisfy { machines[$0.position].disk?.votes == true } }
        }
    }

    func loseDisk(of machine: SimMachine) {
        excuseLoss(with: machine)
        machine.disk?.wipe()
    }

    /// Whether a majority of the deciders still has what it promised, without the disk of one more machine. Where none
    /// has, no placement ever changes again, and an operator has to found them anew.
    private func decidersSurvive(without machine: SimMachine) -> Bool {
        let known =
            mesh.compactMap { $0.disk?.deciders } + [foundingDeciders, control?.coordinator.deciders].compactMap { $0 }
        guard let set = known.max(by: { $0.epoch < $1.epoch }) else { return true }
        var left: DeciderSet.Members = 0
        for (position, member) in set.members.enumerated() {
            let holder = machines[member.cell.position]
            if holder !== machine, holder.disk?.identity?.id == member.store {
                left |= 1 << DeciderSet.Members(position)
            }
        }
        return set.isQuorum(left)
    }

    /// Every store has a vote.
    var allVote: Bool { mesh.allSatisfy { $0.disk?.votes ?? true } }

    /// A process that has said goodbye is gone.
    func ended(_ process: SimProcess) {
        let machine = process.machine
        end(process)
        membership.left(machine)
        changed(settle: .seconds(1))
    }

    /// Ends a process at once. The kernel resets its connections.
    @discardableResult
    func kill(_ machine: SimMachine) -> Bool {
        guard let process = machine.process else { return false }
        end(process)
        membership.killed(machine, now: now)
        changed(settle: .seconds(1))
        return true
    }

    private func end(_ process: SimProcess) {
        let machine = process.machine
        machine.ownedIncarnation = machine.highestIncarnation
        process.killed()
        process.isDead = true
        process.dropSockets { hangUp($0) }
        machine.process = nil
        machine.isPaused = false
        machine.isLeaving = false
        for case .beginAdding in machine.takeBacklog() { addsDue -= 1 }
    }

    func crashed(_ process: SimProcess) {
        let machine = process.machine
        guard kill(machine), topology.restart == .onCrash, !isHealing else { return }
        machine.crashes += 1
        let wait = TimeAmount.milliseconds(500 << Int64(min(machine.crashes - 1, 6)))
        schedule(.revive(machine, life: machine.lives), after: min(wait, .seconds(30)))
    }

    /// The alarm is late, then everything that waited in the sockets.
    func resume(_ machine: SimMachine) {
        machine.isPaused = false
        machine.excusedUntil = now + joinTime * Int64(4)
        changed(settle: joinTime + swim.reconnectInterval * Int64(4))
        guard let process = machine.process else { return }
        process.wake()
        turn(process)
        strikeServices(of: machine)
        for event in machine.takeBacklog() { perform(event) }
    }

    /// Within it a process that starts is known to all, and routers have their links to it: a few rounds of probes and
    /// gossip, and the slowest opening of a link.
    private var joinTime: TimeAmount {
        swim.probeInterval * Int64(4) + swim.gossipInterval * Int64(10) + .seconds(1)
    }

    func changed(settle: TimeAmount) {
        var down = CellSet()
        var mute = CellSet()
        var full = CellSet()
        var isJudged = true
        for machine in mesh {
            if case .cell(let cell) = machine.work, !machine.isUp { down.insert(cell) }
            if case .cell(let cell) = machine.work, !machine.isUp || machine.disk?.votes == false { mute.insert(cell) }
            if case .cell(let cell) = machine.work, machine.disk?.isFull == true { full.insert(cell) }
            if machine.isPaused || machine.isLeaving { isJudged = false }
        }
        clients.ledger.impact.changed(now: now, settle: settle, down: down, mute: mute, full: full, isJudged: isJudged)
    }

    /// Brings back what is down or stopped.
    func heal() {
        feed?.healed(self)
        isHealing = true
        membership.disturbed(now: now)
        endFaults()
        for machine in mesh {
            machine.lateness = .zero
            machine.disk?.isFull = false
            machine.wallAhead = .zero
            machine.process?.wallClockMoved()
            setDrift(machine, 0)
            if machine.isPaused { resume(machine) }
            start(machine)
        }
    }

    /// No customer is on the way: the plan is over, by what the deciders said, and every store has what was decided.
    var isSettled: Bool {
        guard faults.contains(where: \.isMove) else { return true }
        guard addsDue == 0, let control, control.isSettled else { return false }
        let table = placement.table
        guard table.entries.allSatisfy(\.isStable) else { return false }
        return mesh.allSatisfy { machine in
            guard let disk = machine.disk else { return true }
            return disk.stored.allSatisfy { !$0.isPurging && $0.entry == table.entries[$0.entry.cohort] }
        }
    }

    /// It is whole, and the views of the membership agree.
    var isSteady: Bool { isWhole && MembershipOracle.agree(mesh) }

    /// Every router has an open link to every cell, and believes it sound; every store votes.
    var isWhole: Bool {
        guard allVote else { return false }
        return mesh.allSatisfy { machine in
            guard machine.isUp, !machine.isPaused else { return false }
            guard let router = machine.process as? RouterProcess else { return true }
            return knownTopology.cells.indices.allSatisfy { router.isServing(CellIndex($0)) }
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
