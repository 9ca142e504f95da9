import Chaos
import MeshBase
import Topology

/// One thing that is done to a mesh, at a time of the plan, and for how long: a fault of the one model, the end of one before
/// its time, or an operator's command.
///
/// A plan is a list of these: data, so that it can be written down, shortened and run again. Faults compose as on real
/// processes: what strikes one path at one time is a `LinkEffect`.
package struct SimFault: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case fault(FaultAction)
        /// A process that is down starts again.
        case restart
        /// A process that stands still goes on.
        case resume
        /// The control plane is told to move customers; the target is its name.
        case operate(SimMove)

        package static let kill = Action.fault(.kill)
        package static let pause = Action.fault(.pause)
        package static let leave = Action.fault(.leave)
        package static let destroy = Action.fault(.disk(.destroy))
        package static let loseDisk = Action.fault(.disk(.lose))
        package static let loseRows = Action.fault(.disk(.loseRows))
        package static let fillDisk = Action.fault(.disk(.fill))
        package static func late(_ amount: TimeAmount) -> Action { .fault(.process(.late(amount))) }
        package static func skew(_ amount: TimeAmount) -> Action { .fault(.clock(.skew(amount))) }
        package static func drift(_ millionths: Int) -> Action { .fault(.clock(.drift(millionths))) }
    }

    /// Since the load began.
    package var at: TimeAmount
    package var action: Action
    /// As of `FaultSpec`.
    package var targets: [TargetSelector]
    /// As of `FaultSpec`.
    package var isOneWay = false
    /// After that it is made good by itself; nil leaves it to the end of the load.
    package var length: TimeAmount?

    /// - Parameter node: the name of a cell, of a router, or `control`.
    package init(at: TimeAmount, _ action: Action, _ node: String, for length: TimeAmount? = nil) {
        self.at = at
        self.action = action
        targets = [node == Simulation.controlName ? .control : .node(node)]
        self.length = length
    }

    package init(at: TimeAmount, _ action: Action, on targets: [TargetSelector]) {
        self.at = at
        self.action = action
        self.targets = targets
    }

    package init(at: TimeAmount, _ spec: FaultSpec, for length: TimeAmount? = nil) {
        self.at = at
        action = .fault(spec.action)
        targets = spec.targets
        isOneWay = spec.isOneWay
        self.length = length
    }

    /// The fault; nil for an end and for a command.
    package var spec: FaultSpec? {
        guard case .fault(let action) = action else { return nil }
        return FaultSpec(action, on: targets, isOneWay: isOneWay)
    }

    /// The one process that it is about; empty where it is about none, or several.
    package var node: String { targets.count == 1 ? targets[0].nodeName ?? "" : "" }

    /// An operator's command.
    var isMove: Bool { if case .operate = action { true } else { false } }

    /// Leaves it open what members may come to believe of one another, or what customers meet of a cell that lives: packets are lost
    /// or late, clocks are wrong, or a cell does not answer as it should.
    var clouds: Bool {
        switch action {
        case .fault(.wire), .fault(.clock), .fault(.process(.late)), .fault(.cell): true
        case .fault, .restart, .resume, .operate: false
        }
    }

    /// Why a mesh cannot have this fault, in words; nil when it can.
    func problem(in topology: MeshTopology, duration: TimeAmount) -> String? {
        if at < .zero || at > duration { return "'\(self)' lies outside of the load's \(duration.seconds) s" }
        if let length, length < .zero { return "'\(self)' has a negative length" }
        if case .operate(let move) = action {
            if let problem = move.problem(in: topology) { return "'\(self)': \(problem)" }
            return nil
        }
        // Figures that code has set are checked as those that were read.
        if let spec {
            do throws(FaultRequest.Refusal) { _ = try FaultRequest(text: spec.text).spec() } catch {
                return "'\(self)': \(error.message)"
            }
        }
        for target in targets {
            do throws(UnknownTarget) {
                let found = try TargetSelector(target.text, in: topology)
                if let kind = spec?.kind, !FaultRequest.mayLie(kind, on: found) {
                    return "'\(self)': '\(found.text)' has no disk that it could lose; name cells"
                }
            } catch {
                return "'\(self)' in the topology \(topology.name): \(error)"
            }
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
    static func inOrder(_ plan: [SimFault]) -> [SimFault] { order(plan).map { plan[$0] } }

    /// The places of a plan in that order.
    static func order(_ plan: [SimFault]) -> [Int] {
        plan.indices.sorted { (plan[$0].at, $0) < (plan[$1].at, $1) }
    }
}
