import Chaos
import Evacuation
import MeshBase
import Reports
import Sharding
import Topology

/// The mesh as it is when something is predicted: all that a prediction looks at.
package struct MeshSituation: Sendable {
    /// The cells and what they are made of.
    package var topology: MeshTopology
    /// Which cells hold a customer.
    package var placement: Placement
    /// Cells that are to serve customers, and are known not to; but for those that are about to (`ProcessFacts.isReturning`).
    package var down: CellSet
    /// Routers that run, by name.
    package var routers: Set<String>
    /// Faults in force.
    package var faults: [Fault]
    /// Measured or declared uses of capacity, in order of the cells; nil where unknown.
    package var utilisation: [Double?]
    /// Nothing that harms is begun until it is released.
    package var isHalted: Bool

    /// A mesh where all is well, unless told otherwise.
    package init(
        topology: MeshTopology, placement: Placement, down: CellSet = CellSet(), routers: Set<String>? = nil,
        faults: [Fault] = [], utilisation: [Double?] = [], isHalted: Bool = false
    ) {
        self.topology = topology
        self.placement = placement
        self.down = down
        self.routers = routers ?? Set(topology.routers.map(\.name))
        self.faults = faults
        self.utilisation = utilisation
        self.isHalted = isHalted
    }

    /// What a prediction of it stands on.
    package var basis: PredictionReport.Basis {
        let cells = down.filter { $0.position < topology.cells.count }.map { topology.cells[$0.position].name }
        let stopped = topology.routers.map(\.name).filter { !routers.contains($0) }.map { "router/\($0)" }
        return PredictionReport.Basis(
            epoch: placement.table.entries.map(\.epoch.rawValue).max() ?? 0, down: cells + stopped,
            faults: faults.map(\.id).sorted())
    }
}
