import MeshBase
import Sharding
import Topology

/// Which cells of a mesh hold customers, whatever becomes of the others: a cell that was drained, or was added and has
/// not come into use, holds none.
enum CellUse {
    /// The cells that no entry and no pin speaks of as theirs; cells of an evacuated region are not among them.
    static func unused(_ table: PlacementTable, _ topology: MeshTopology) -> [CellIndex] {
        var used: Set<CellIndex> = []
        let sides = table.entries.flatMap { [$0.state.inForce, $0.state.other].compactMap { $0?.eligibility } }
        for eligibility in Set(sides) {
            used.formUnion(
                topology.cells.indices.map { CellIndex($0) }.filter {
                    eligibility.includes($0, founded: topology.foundingCells)
                })
        }
        for pin in table.entries.flatMap(\.pins) {
            for shard in [pin.state.inForce.shard, pin.state.other?.shard ?? Shard()] { used.formUnion(shard) }
        }
        return topology.cells.indices.map { CellIndex($0) }.filter { !used.contains($0) }
    }

    /// The processes of the cells that hold nothing.
    static func unusedNames(_ table: PlacementTable, _ topology: MeshTopology) -> Set<ProcessName> {
        Set(unused(table, topology).map { ProcessName(.cell, topology.cells[$0.position].name) })
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
            CellUse.unused(table, topology).filter { cell in
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
