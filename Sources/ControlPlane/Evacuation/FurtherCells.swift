import MeshBase
import Sharding
import Topology

extension CellUse {
    /// The processes of the cells that hold nothing.
    func unusedNames(_ topology: MeshTopology) -> Set<ProcessName> {
        Set(unused.map { ProcessName(.cell, topology.cells[$0.position].name) })
    }
}

/// The cells that `cell add` brings into use: idle ones of the region first, then new ones.
struct FurtherCells {
    /// In order of their indices.
    var cells: [CellIndex]
    /// With the new ones.
    var topology: MeshTopology
    /// How many of them the mesh has not had before.
    var newCount: Int

    /// - Parameters:
    ///   - region: a position in the topology's regions.
    ///   - zone: a position in its zones; nil: each new cell goes to the zone that has the fewest.
    init(
        _ count: Int, in region: Int, zone: Int?, _ topology: MeshTopology, _ table: PlacementTable
    ) throws(GrowthFault) {
        var grown = topology
        cells = Array(
            CellUse(table, topology).unused.filter { cell in
                let place = topology.cells[cell.position]
                return place.region == region && (zone == nil || place.zone == zone)
            }.prefix(count))
        newCount = count - cells.count
        for _ in 0..<newCount {
            cells.append(CellIndex(grown.cells.count))
            grown = try grown.grown(grown.addedSince + [grown.furtherCell(in: region, zone: zone)])
        }
        self.topology = grown
    }

    var names: [String] { cells.map { topology.cells[$0.position].name } }
}
