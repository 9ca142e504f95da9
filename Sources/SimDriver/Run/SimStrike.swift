import MeshBase
import Nodes
import Sharding

/// A process is killed when the coordinator has come to a step.
package struct SimStrike: Sendable, Hashable {
    /// The number of the step, from 0, of all that coordinators come to in the run.
    package var step: Int
    /// The name of a cell, of a router, or `control`.
    package var node: String
    /// After that it starts again.
    package var length: TimeAmount

    package init(step: Int, _ node: String, for length: TimeAmount) {
        self.step = step
        self.node = node
        self.length = length
    }
}

/// A step of the coordinator's, and when.
package struct SimStep: Sendable, Hashable {
    /// Since the start of the mesh.
    package var at: TimeAmount
    package var step: CoordinatorStep
}

/// How a cohort stands in the end, whatever the epochs are that it took.
package struct SimEnd: Sendable, Hashable, CustomStringConvertible {
    package var cohort: Int
    package var isStable: Bool
    package var evacuated: [Int]
    /// Customers with their cells.
    package var pins: [String]

    init(_ entry: PlacementEntry) {
        cohort = entry.cohort
        isStable = entry.isStable
        evacuated = entry.state.inForce.evacuated
        pins = entry.pins.map { "\($0.customer.rawValue) at \($0.shard.map(\.rawValue))" }
    }

    package var description: String {
        "cohort \(cohort) \(isStable ? "stable" : "on the way")"
            + (evacuated.isEmpty ? "" : " without regions \(evacuated)") + (pins.isEmpty ? "" : ", pins \(pins)")
    }
}
