import MeshBase
import Topology

extension TargetChooser {
    /// Of a mesh of which nothing is known but where customers live: all that is in use serves, and who has the most customers is
    /// the busiest. So choose calculations, and the simulator.
    ///
    /// - Parameters:
    ///   - seed: of what is drawn and random; nil: the topology's.
    ///   - chance: of what is random alone; nil: the seed.
    package init(
        _ topology: MeshTopology, _ placement: Placement, seed: UInt64? = nil, chance: UInt64? = nil
    ) {
        let counts = CustomerCounts.byFirstCell(topology, placement)
        let unused = CellUse(placement.table, topology).unused
        let loads = topology.cells.indices.map { position in
            let isInUse = !unused.contains(CellIndex(position))
            return Load(rate: nil, customers: counts[position], serves: isInUse)
        }
        self.init(topology, loads: loads, seed: seed, chance: chance)
    }
}
