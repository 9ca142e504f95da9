import MeshBase
import Topology

/// What `fill-memory` lies on: cells whose blueprints have a budget of memory.
package enum CellMemory {
    /// Those that a fault strikes, in the order of the topology.
    package static func struck(by fault: FaultSpec, _ topology: MeshTopology) -> [CellIndex] {
        topology.cells.indices.filter { position in
            let cell = topology.cells[position]
            guard topology.blueprints[cell.blueprint].memory != nil else { return false }
            let region = topology.regions[cell.region]
            let process = ProcessName(.cell, cell.name)
            return fault.targets.contains {
                $0.contains(process, region: region.name, zone: region.zones[cell.zone])
            }
        }.map { CellIndex($0) }
    }

    /// Bytes of ballast for a share of a budget.
    package static func ballast(_ share: Double, of budget: Int) -> Int {
        Int(Double(max(budget, 0)) * min(max(share, 0), 1))
    }
}
