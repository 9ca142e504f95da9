import MeshBase
import Topology

/// One fault at every time: the same run again and again, with a fault struck one step later each time, for each of some
/// nodes. What a swarm may miss by luck, a sweep meets by counting.
package struct SimSweep: Sendable {
    /// The run, without the fault that is swept.
    package var base: SimConfiguration
    package var action: SimFault.Action
    package var nodes: [String]
    /// Since the load began.
    package var from: TimeAmount
    package var to: TimeAmount
    package var step: TimeAmount
    /// How long each fault lasts; nil for the rest of the load.
    package var length: TimeAmount?

    package static let mostRuns = 100_000

    package init(
        base: SimConfiguration, action: SimFault.Action, nodes: [String], from: TimeAmount, to: TimeAmount,
        step: TimeAmount, length: TimeAmount?
    ) {
        self.base = base
        self.action = action
        self.nodes = nodes
        self.from = from
        self.to = to
        self.step = step
        self.length = length
    }

    /// Instants at which each node is struck.
    private var steps: Int { Int((to - from).nanoseconds / step.nanoseconds) + 1 }
    package var count: Int { nodes.count * steps }

    /// Why this cannot be run, in words; nil when it can.
    package var problem: String? {
        if step <= .zero { return "a step is longer than nothing" }
        if from < .zero || to < from || to > base.duration {
            return "a sweep lies within the load, and its end is not before its beginning"
        }
        if nodes.isEmpty { return "a sweep needs a node" }
        if steps > Self.mostRuns / nodes.count {
            return "a sweep has at most \(Self.mostRuns) runs: take longer steps, or fewer nodes"
        }
        // Nodes are checked as the faults of a run are.
        for node in nodes {
            var configuration = base
            configuration.faults.append(SimFault(at: from, action, node, for: length))
            if let problem = configuration.problem { return problem }
        }
        return nil
    }

    /// Run by run: the first node at every time, then the next.
    package func fault(_ run: Int) -> SimFault {
        SimFault(at: from + step * Int64(run % steps), action, nodes[run / steps], for: length)
    }

    package func configuration(_ run: Int) -> SimConfiguration {
        var configuration = base
        configuration.faults = SimFault.inOrder(base.faults + [fault(run)])
        return configuration
    }
}
