import MeshBase
import Topology

/// Full disks as customers meet them. A write goes on where enough cells of the shard have room; where a shard may have too few,
/// writes of some customers are refused, and their reads go on.
package struct FullDisks {
    /// Cells whose stores keep nothing more, in the order of the topology.
    package private(set) var cells: [CellIndex]
    /// Those of them that may be too many in one shard, as shards are spread over the mesh.
    package private(set) var harmful: [CellIndex] = []

    /// Those that some faults fill, all in force together.
    package init(_ faults: some Sequence<FaultSpec>, _ topology: MeshTopology) {
        var full = Set<CellIndex>()
        for fault in faults where fault.action == .disk(.fill) {
            for process in fault.targets.flatMap({ (try? $0.processes(in: topology)) ?? [] }) {
                guard let cell = topology.cellIndex(named: process.name),
                    topology.blueprints[topology.cells[cell.position].blueprint].store != nil
                else { continue }
                full.insert(cell)
            }
        }
        cells = full.sorted()
        guard !full.isEmpty else { return }
        var found = Set<CellIndex>()
        for geography in [nil] + topology.geographies.map(Optional.some) {
            found.formUnion(Self.harmful(full, topology.cells(inGeography: geography), geography, topology))
        }
        harmful = found.sorted()
    }

    /// Those among the cells of a geography that may be too many in the shard of one of its customers.
    private static func harmful(
        _ full: Set<CellIndex>, _ cells: [CellIndex], _ geography: String?, _ topology: MeshTopology
    ) -> [CellIndex] {
        let here = cells.filter { full.contains($0) }
        let size = min(topology.sharding.size, cells.count)
        guard !here.isEmpty, size > 0 else { return [] }
        // A domain holds one cell of a shard where there are enough of them.
        let most =
            topology.spread(inGeography: geography).map { spread in
                topology.domains(for: spread, among: cells).count { !full.isDisjoint(with: $0) }
            } ?? here.count
        let left = size - min(most, size)
        let isMajority = here.contains {
            topology.blueprints[topology.cells[$0.position].blueprint].store?.strictest == .critical
        }
        return (isMajority ? left * 2 <= size : left == 0) ? here : []
    }
}
