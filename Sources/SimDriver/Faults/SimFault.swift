import MeshBase
import Topology

/// One thing that is done to a node or to the network, at a time of the plan, and for how long.
///
/// A plan is a list of these: data, so that it can be written down, shortened and run again. Faults compose: what
/// strikes one path at one time is added up as `SimWeather` says.
package struct SimFault: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        /// The process ends at once; its disk stays. Starts again when the fault ends.
        case kill
        /// The process ends at once and the disk is lost. Starts again when the fault ends.
        case destroy
        /// As `destroy`, unless another cell that shares a customer is without its disk at that time, or without what was
        /// on it: no shard loses a second one before the first is refilled.
        case loseDisk
        /// A third of the rows on the node's disk are gone, and nothing says so: the process goes on.
        case loseRows
        /// The node's disk is full: what only asks is answered, and nothing is kept. There is room again when the fault
        /// ends.
        case fillDisk
        /// A process that is down starts again.
        case restart
        /// The process stops where it is (SIGSTOP): its connections stay, nothing is read or answered. Goes on when the
        /// fault ends.
        case pause
        case resume
        /// The process says goodbye and ends. Starts again when the fault ends.
        case leave
        /// The node's clock jumps ahead.
        case jump(TimeAmount)
        /// The node's clock goes faster by so many millionths, or slower where negative.
        case drift(Int)
        /// What arrives is read late by up to so much and at least a fifth of it, in order; timers are on time.
        case slow(TimeAmount)
        /// The network does something; `node` is empty.
        case network(SimNetworkFault)
        /// The work of a service goes wrong; `node` is empty.
        case service(SimServiceFault)
        /// The control plane is told to move customers; `node` is its name.
        case operate(SimMove)
    }

    /// Since the load began.
    package var at: TimeAmount
    package var action: Action
    /// The name of a cell, of a router, or `control`.
    package var node: String
    /// After that it is made good by itself; nil leaves it to the end of the load.
    package var length: TimeAmount?

    package init(at: TimeAmount, _ action: Action, _ node: String, for length: TimeAmount? = nil) {
        self.at = at
        self.action = action
        self.node = node
        self.length = length
    }

    package init(at: TimeAmount, _ fault: SimNetworkFault, for length: TimeAmount? = nil) {
        self.init(at: at, .network(fault), "", for: length)
    }

    package init(at: TimeAmount, _ fault: SimServiceFault, for length: TimeAmount? = nil) {
        self.init(at: at, .service(fault), "", for: length)
    }

    /// An operator's command.
    var isMove: Bool { if case .operate = action { true } else { false } }

    /// Leaves it open what members may come to believe of one another: packets are lost or late, or clocks are wrong.
    var clouds: Bool {
        switch action {
        case .kill, .destroy, .loseDisk, .loseRows, .fillDisk, .restart, .pause, .resume, .leave, .operate, .service:
            false
        case .jump, .drift, .slow, .network: true
        }
    }

    /// Why a mesh cannot have this fault, in words; nil when it can.
    func problem(in topology: MeshTopology, duration: TimeAmount) -> String? {
        if at < .zero || at > duration { return "'\(self)' lies outside of the load's \(duration.seconds) s" }
        if let length, length < .zero { return "'\(self)' has a negative length" }
        switch action {
        case .network(let fault): return fault.problem(in: topology)
        case .service(let fault): return fault.problem(in: topology)
        case .jump(let amount):
            if amount < .zero || amount > .hours(24 * 365) { return "a clock jumps ahead by up to a year: '\(self)'" }
        case .drift(let millionths):
            if abs(millionths) > 500_000 { return "a clock drifts by up to 500000ppm: '\(self)'" }
        case .slow(let amount):
            if amount < .zero || amount > .minutes(1) { return "packets are read up to a minute late: '\(self)'" }
        case .operate(let move):
            if let problem = move.problem(in: topology) { return "'\(self)': \(problem)" }
        case .kill, .destroy, .loseDisk, .loseRows, .fillDisk, .restart, .pause, .resume, .leave: break
        }
        if !Simulation.names(of: topology).contains(node) {
            return "a fault names \(node), and the topology \(topology.name) has no such node"
        }
        return nil
    }

    /// A plan of kills with restarts and pauses with resumptions, of cells mostly, in order of time. No more than a
    /// third of the cells (at least one) is down or paused at a time; everything is whole again at the end.
    ///
    /// - Parameter count: kills and pauses together.
    package static func random(
        seed: UInt64, topology: MeshTopology, duration: TimeAmount, count: Int
    ) -> [SimFault] {
        var rng = Generator(seed: seed, concern: "sim.faults")
        let cells = topology.cells.map(\.name)
        let others = topology.routers.map(\.name) + [Simulation.controlName]
        var plan: [SimFault] = []
        var busy: [(name: String, from: TimeAmount, until: TimeAmount)] = []
        let most = max(1, cells.count / 3)
        let span = UInt64(max(1, duration.nanoseconds))
        for _ in 0..<max(0, count) {
            let isCell = others.isEmpty || rng.chance(0.85)
            let names = isCell ? cells : others
            guard !names.isEmpty else { continue }
            let name = names[Int(rng.below(UInt64(names.count)))]
            let from = TimeAmount.nanoseconds(Int64(rng.below(span * 4 / 5)))
            let length = TimeAmount.nanoseconds(Int64(rng.below(span / 3) + 50_000_000))
            let until = min(from + length, duration)
            let kills = rng.chance(0.7)
            // A node is left alone for a moment between two faults.
            let quiet = TimeAmount.milliseconds(500)
            let overlapping = busy.filter { $0.from < until + quiet && from < $0.until + quiet }
            guard !overlapping.contains(where: { $0.name == name }),
                !isCell || overlapping.count(where: { cells.contains($0.name) }) < most
            else { continue }
            busy.append((name, from, until))
            plan.append(SimFault(at: from, kills ? .kill : .pause, name))
            plan.append(SimFault(at: until, kills ? .restart : .resume, name))
        }
        return inOrder(plan)
    }

    /// Sorted by time; what was given first comes first among equals.
    static func inOrder(_ plan: [SimFault]) -> [SimFault] {
        plan.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}
