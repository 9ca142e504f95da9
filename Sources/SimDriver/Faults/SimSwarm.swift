import Chaos
import MeshBase
import Nodes
import Topology

/// Draws a different kind of run from each seed: which faults it has at all, how many of each, and what load.
///
/// Leaving most kinds out of most runs finds more than having a little of everything in each (Groce et al. 2012, Swarm
/// Testing). Equal seeds give equal runs.
package struct SimSwarm: Sendable {
    package var topology: MeshTopology
    package var duration: TimeAmount
    /// Requests per second, scaled by a factor of 0.2 to 2.
    package var rate: Double
    /// Also loses disks, of one cell of a shard at a time: nothing that was acknowledged may be lost with them.
    package var losesDisks = false
    /// Also moves customers: regions are evacuated, restored and taken back, single customers are moved, and the control
    /// plane that does it is killed now and then.
    package var movesCustomers = false
    /// Also strikes services, and calls them more, by class and with keys: what policies take has to come back.
    package var strikesServices = false
    /// Built into every run, to see what turns red.
    package var defect: SimDefect?

    package init(topology: MeshTopology, duration: TimeAmount = .seconds(10), rate: Double = 100) {
        self.topology = topology
        self.duration = duration
        self.rate = rate
    }

    /// What a run may have.
    private enum Kind: CaseIterable {
        case kill, pause, leave, partition, oneWay, clog, loss, duplicate, reorder, delay, jump, drift, slow, loseDisk
    }

    package func configuration(seed: UInt64) -> SimConfiguration {
        var configuration = SimConfiguration(topology: topology, seed: seed)
        configuration.duration = duration
        var options = Generator(seed: seed, concern: "sim.swarm.options")
        configuration.load.rate = rate * (0.2 + 1.8 * options.unit())
        configuration.load.reads = 0.2 + 0.6 * options.unit()
        configuration.load.records = 3 + Int(options.below(8))
        configuration.faults = plan(seed: seed)
        configuration.defect = defect
        // Drawn by themselves, for the same reason as the moves.
        var sweeps = Generator(seed: seed, concern: "sim.swarm.sweeps")
        if movesCustomers, sweeps.chance(0.4) {
            configuration.load.deletes = 0.02 + 0.2 * sweeps.unit()
            configuration.sweep = SweepRule(
                grace: .milliseconds(Int64(sweeps.below(1_500))),
                round: .milliseconds(500 + Int64(sweeps.below(2_000))), pace: .milliseconds(2))
        }
        var keys = Generator(seed: seed, concern: "sim.swarm.keys")
        if movesCustomers, keys.chance(0.5) {
            configuration.load.keyed = 0.2 + 0.8 * keys.unit()
            configuration.load.services = 0.1 + 0.4 * keys.unit()
        }
        if strikesServices { strike(&configuration, seed: seed) }
        return configuration
    }

    /// The faults of one seed, in order of time.
    package func plan(seed: UInt64) -> [SimFault] {
        var rng = Generator(seed: seed, concern: "sim.swarm.plan")
        var plan: [SimFault] = []
        var busy: [SimFault] = []
        for kind in Kind.allCases {
            // The same draws whatever is left out.
            let isIn = rng.chance(0.35)
            let count = 1 + Int(rng.below(4))
            var own = Generator(seed: rng.next())
            guard isIn, kind != .loseDisk || losesDisks else { continue }
            for _ in 0..<count {
                guard let fault = draw(kind, &own) else { continue }
                if isOfProcess(fault) {
                    guard leavesEnough(fault, busy) else { continue }
                    busy.append(fault)
                }
                plan.append(fault)
            }
        }
        // Drawn by themselves: without them a seed is what it was.
        if movesCustomers { plan += moves(seed: seed, &busy) }
        if strikesServices { plan += strikes(seed: seed) }
        return SimFault.inOrder(plan)
    }

    private func isOfProcess(_ fault: SimFault) -> Bool {
        switch fault.action {
        case .fault(.process(.kill)), .fault(.process(.pause)), .fault(.process(.leave)), .fault(.disk(.lose)): true
        default: false
        }
    }

    /// No more than a third of the cells (at least one) is away at a time, and no node twice.
    func leavesEnough(_ fault: SimFault, _ busy: [SimFault]) -> Bool {
        let quiet = TimeAmount.milliseconds(500)
        func end(_ fault: SimFault) -> TimeAmount { fault.at + (fault.length ?? duration) + quiet }
        let overlapping = busy.filter { $0.at < end(fault) && fault.at < end($0) }
        if overlapping.contains(where: { $0.node == fault.node }) { return false }
        let cells = Set(topology.cells.map(\.name))
        guard cells.contains(fault.node) else { return true }
        return overlapping.count(where: { cells.contains($0.node) }) < max(1, cells.count / 3)
    }

    // MARK: Draws

    private func draw(_ kind: Kind, _ rng: inout Generator) -> SimFault? {
        let at = time(upTo: duration * 0.8, &rng)
        let length = time(upTo: duration / 3, &rng) + .milliseconds(50)
        let name = node(&rng)
        switch kind {
        case .kill: return SimFault(at: at, .kill, name, for: length)
        case .loseDisk:
            // Whoever keeps none loses none, and dies all the same.
            let isCell = topology.cells.contains { $0.name == name }
            return SimFault(at: at, isCell ? .loseDisk : .kill, name, for: length)
        case .pause: return SimFault(at: at, .pause, name, for: length)
        case .leave: return SimFault(at: at, .leave, name, for: length)
        case .jump: return SimFault(at: at, .skew(rng.chance(0.2) ? .hours(1) : time(upTo: .seconds(5), &rng)), name)
        case .drift: return SimFault(at: at, .drift(Int(rng.below(40_001)) - 20_000), name, for: length)
        case .slow: return SimFault(at: at, .late(time(upTo: .milliseconds(2_500), &rng)), name, for: length)
        default: return network(kind, at: at, length: length, &rng)
        }
    }

    private func network(_ kind: Kind, at: TimeAmount, length: TimeAmount, _ rng: inout Generator) -> SimFault? {
        let from = place(&rng)
        let to = rng.chance(0.5) ? TargetSelector.mesh : place(&rng)
        let isOneWay = rng.chance(0.3)
        let ratio = Double(1 + rng.below(40)) / 100
        let amount = time(upTo: .milliseconds(300), &rng) + .milliseconds(1)
        let effect: FaultAction.Wire
        switch kind {
        case .partition: return SimFault(at: at, FaultSpec(.partition, from, to), for: length)
        case .oneWay: return SimFault(at: at, FaultSpec(.partition, from, to, isOneWay: true), for: length)
        case .clog: effect = .clog
        case .loss: effect = .loss(ratio)
        case .duplicate: effect = .duplicate(ratio)
        case .reorder: effect = .reorder(ratio, upTo: amount)
        default: effect = .latency(Delay(base: amount))
        }
        return SimFault(at: at, FaultSpec(effect, from, to, isOneWay: isOneWay), for: length)
    }

    /// Whole milliseconds, so that a written plan is short.
    func time(upTo most: TimeAmount, _ rng: inout Generator) -> TimeAmount {
        .milliseconds(Int64(rng.below(UInt64(max(1, most.nanoseconds / 1_000_000)))))
    }

    private func node(_ rng: inout Generator) -> String {
        let others = topology.routers.map(\.name) + [Simulation.controlName]
        let names = rng.chance(0.8) ? topology.cells.map(\.name) : others
        return names[Int(rng.below(UInt64(names.count)))]
    }

    private func place(_ rng: inout Generator) -> TargetSelector {
        switch rng.below(3) {
        case 0:
            return .region(topology.regions[Int(rng.below(UInt64(topology.regions.count)))].name)
        case 1:
            let region = topology.regions[Int(rng.below(UInt64(topology.regions.count)))]
            guard !region.zones.isEmpty else { return .region(region.name) }
            return .zone(region: region.name, zone: region.zones[Int(rng.below(UInt64(region.zones.count)))])
        default:
            let name = node(&rng)
            return name == Simulation.controlName ? .control : .node(name)
        }
    }
}
