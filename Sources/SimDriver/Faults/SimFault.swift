import MeshBase
import Topology

/// One thing that is done to a node, at a time of the plan.
package struct SimFault: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        /// The process ends at once; its disk stays.
        case kill
        /// The process ends at once and the disk is lost.
        case destroy
        /// A process that is down starts again.
        case restart
        /// The process stops where it is (SIGSTOP): its connections stay, nothing is read or answered.
        case pause
        case resume
    }

    /// Since the load began.
    package var at: TimeAmount
    package var action: Action
    /// The name of a cell, of a router, or `control`.
    package var node: String

    package init(at: TimeAmount, _ action: Action, _ node: String) {
        self.at = at
        self.action = action
        self.node = node
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
