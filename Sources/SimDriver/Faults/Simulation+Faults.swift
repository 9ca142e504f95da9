import Chaos
import MeshBase
import Sharding
import Topology

/// Faults come into force and go, at events: a plan's, or those of whoever reacts to what it sees.
extension Simulation {
    /// What stands at a place of the plan begins.
    func fire(_ index: Int, _ event: SimEvent) {
        guard !isHealing else { return }
        membership.disturbed(now: now)
        let fault = faults[index]
        switch fault.action {
        case .fault:
            if let spec = fault.spec, begin(index, spec, lasts: fault.length != nil, event) { faultsFired += 1 }
        case .restart:
            guard let machine = machine(fault.node, event), !machine.isUp else { return }
            start(machine)
            faultsFired += 1
        case .resume:
            guard let machine = machine(fault.node, event), machine.isPaused else { return }
            resume(machine)
            faultsFired += 1
        case .operate(let move):
            guard let machine = machine(fault.node, event), let control, !machine.isPaused else { return }
            control.command(move)
            turn(control)
            faultsFired += 1
        }
    }

    private func machine(_ name: String, _ event: SimEvent) -> SimMachine? {
        guard let index = machinesByName[name] else { return nil }
        note(event, machines[index], UInt64(index))
        return machines[index]
    }

    /// A fault comes into force.
    ///
    /// - Parameters:
    ///   - key: by which it is ended; unique among those in force.
    ///   - lasts: it is ended. A clock that is ahead for a while is the wall clock, as on real processes; one that stays so is
    ///     all that the machine reads.
    /// - Returns: whether it has struck anything.
    @discardableResult
    func begin(_ key: Int, _ spec: FaultSpec, lasts: Bool = false, _ event: SimEvent) -> Bool {
        switch spec.action {
        case .wire(let wire):
            note(event, mesh[0], 0)
            inForce.append((key, spec))
            let near = machines.map { spec.side.contains($0, topology) }
            let far = machines.map { machine in
                // The clients stand outside of the mesh.
                spec.others.isEmpty
                    ? machine.region >= 0 && !near[machine.index]
                    : spec.others.contains { $0.contains(machine, topology) }
            }
            network.weather.begin(key, wire, near: near, far: far, isOneWay: spec.isOneWay)
            network.cleared()
            return true
        case .service, .cell:
            note(event, mesh[0], 0)
            inForce.append((key, spec))
            strikeServices()
            return true
        case .process, .disk, .clock:
            inForce.append((key, spec))
            var hasStruck = false
            if lasts, case .clock(.skew(let amount)) = spec.action {
                skewed.insert(key)
                for machine in struck(by: spec, event) {
                    moveWallClock(of: machine, by: amount)
                    hasStruck = true
                }
                return hasStruck
            }
            for machine in struck(by: spec, event) where strike(machine, spec.action) { hasStruck = true }
            return hasStruck
        }
    }

    /// The machines of a fault on processes.
    private func struck(by spec: FaultSpec, _ event: SimEvent) -> [SimMachine] {
        var found: [SimMachine] = []
        for target in spec.targets {
            if let name = target.nodeName {
                if let machine = machine(name, event) { found.append(machine) }
                continue
            }
            for machine in mesh where machine.role == .cell && target.contains(machine, topology) {
                note(event, machine, UInt64(machine.index))
                found.append(machine)
            }
        }
        return found
    }

    private func strike(_ machine: SimMachine, _ action: FaultAction) -> Bool {
        switch action {
        case .process(.kill): return kill(machine)
        case .process(.pause):
            guard machine.isUp, !machine.isPaused else { return false }
            machine.isPaused = true
            changed(settle: .zero)
        case .process(.leave):
            guard let process = machine.process, !machine.isPaused, !machine.isLeaving else { return false }
            machine.isLeaving = true
            machine.leftIncarnation = process.ownIncarnation
            changed(settle: .seconds(1))
            process.leave()
            turn(process)
        case .process(.late(let amount)):
            machine.lateness = amount
            hasLateReaders = true
        case .disk(.destroy):
            guard kill(machine) else { return false }
            loseDisk(of: machine)
        case .disk(.lose):
            guard maySpareDisk(of: machine), kill(machine) else { return false }
            loseDisk(of: machine)
        case .disk(.loseRows): machine.disk?.loseRows()
        case .disk(.fill):
            machine.disk?.isFull = true
            changed(settle: .zero)
        case .clock(.skew(let amount)):
            machine.clock.jump(amount, now: now)
            if let process = machine.process { turn(process) }
        case .clock(.drift(let millionths)): setDrift(machine, millionths)
        case .wire, .service, .cell: return false
        }
        return true
    }

    /// What a place of the plan began is made good.
    func end(_ index: Int, _ event: SimEvent) {
        guard !isHealing else { return }
        membership.disturbed(now: now)
        end(key: index, event)
    }

    /// A fault is over; nothing happens where it is not in force.
    func end(key: Int, _ event: SimEvent) {
        guard let position = inForce.firstIndex(where: { $0.key == key }) else { return }
        let spec = inForce.remove(at: position).spec
        switch spec.action {
        case .wire:
            note(event, mesh[0], 0)
            network.weather.end(key)
            network.cleared()
            release()
        case .service, .cell:
            note(event, mesh[0], 0)
            strikeServices()
        case .clock(.skew(let amount)):
            guard skewed.remove(key) != nil else { return }
            for machine in struck(by: spec, event) { moveWallClock(of: machine, by: .zero - amount) }
        case .process, .disk, .clock:
            for machine in struck(by: spec, event) { relieve(machine, spec.action) }
        }
    }

    private func relieve(_ machine: SimMachine, _ action: FaultAction) {
        switch action {
        case .process(.kill), .process(.leave), .disk(.destroy), .disk(.lose): if !machine.isUp { start(machine) }
        case .process(.pause): if machine.isPaused { resume(machine) }
        case .process(.late): machine.lateness = .zero
        case .disk(.fill):
            machine.disk?.isFull = false
            changed(settle: .seconds(3))
        case .clock(.drift): setDrift(machine, 0)
        case .disk(.loseRows), .clock(.skew), .wire, .service, .cell: break
        }
    }

    private func moveWallClock(of machine: SimMachine, by amount: TimeAmount) {
        machine.wallAhead = machine.wallAhead + amount
        guard let process = machine.process else { return }
        process.wallClockMoved()
        turn(process)
    }

    /// Nothing is in force any more, but for what a broken build leaves in force.
    func endFaults() {
        let staysSplit = configuration.defect?.membership == .staysSplit
        inForce.removeAll { !staysSplit || $0.spec.action.layer != .wire }
        if !staysSplit {
            network.weather = SimWeather()
            network.cleared()
            release()
        }
        strikeServices()
    }

    func setDrift(_ machine: SimMachine, _ millionths: Int) {
        machine.clock.setDrift(millionths, now: now)
        // The alarm that stands was set by the other rate.
        if let process = machine.process {
            process.wakeAt = nil
            turn(process)
        }
    }

    // MARK: Services and cells

    /// Tells the cells what strikes them and their services now, and the routers where that is; one that stands still learns it when it goes on.
    private func strikeServices() {
        for machine in mesh where !machine.isPaused { strikeServices(of: machine) }
    }

    func strikeServices(of machine: SimMachine) {
        if let router = machine.process as? RouterProcess {
            let faults = inForce.map { Fault(id: "", $0.spec) }
            guard router.strike(services: CellSet(ServiceStrike.cells(of: faults, knownTopology))) else { return }
            return turn(router)
        }
        guard case .cell(let cell) = machine.work, let process = machine.process as? CellProcess else { return }
        let rules = ServiceRules(
            cell: machine.name, services: topology.blueprint(of: cell).services.map(\.name),
            faults: inForce.map { Fault(id: "", $0.spec) })
        let isServiceStruck = process.strike(rules.effects)
        let isCellStruck = process.strike(cellRules(of: machine).effect)
        if isServiceStruck || isCellStruck { turn(process) }
    }

    private func cellRules(of machine: SimMachine) -> CellRules {
        CellRules(
            cell: machine.name, region: topology.regions[machine.region].name, zone: machine.zone,
            faults: inForce.map { Fault(id: "\($0.key)", $0.spec) })
    }

    /// A cell that starts while a fault makes it forget: its store is set aside, once for each fault.
    ///
    /// - Returns: whether the one that is made now says that it is the old one.
    func forget(_ machine: SimMachine) -> Bool {
        guard machine.role == .cell, machine.lives > 1, let amnesia = cellRules(of: machine).effect.amnesia,
            machine.forgottenBy.insert(Int(amnesia.fault) ?? 0).inserted
        else { return false }
        loseDisk(of: machine)
        return amnesia.keepsID
    }
}

extension TargetSelector {
    /// Whether a machine is in it. The clients stand outside of the mesh.
    func contains(_ machine: SimMachine, _ topology: MeshTopology) -> Bool {
        guard machine.region >= 0 else { return false }
        return contains(
            ProcessName(machine.role, machine.name), region: topology.regions[machine.region].name, zone: machine.zone)
    }
}
