import MeshBase
import Topology

/// Which cells of a mesh have customers, by its placement: the one answer for whoever counts cells, adds idle ones, or
/// looks for those that may decide.
public struct CellUse: Sendable, Equatable {
    /// The cells that no cohort and no pin has on either side: drained, or added and not in use yet. Cells of an
    /// evacuated region are not among them, since it is to be taken back.
    public let unused: CellSet
    /// The cells that nobody would miss: the unused ones, and those of evacuated regions once the last cohort has left.
    public let vacant: CellSet
    /// Positions of the regions that every cohort has left, or is about to leave.
    public let evacuated: Set<Int>
    /// Those that take traffic: neither unused nor in an evacuated region.
    public let taking: CellSet
    /// Those that have customers of every cohort now: what is still to come, or on its way out, is not among them.
    public let settled: CellSet

    /// Of a table that fits the topology.
    public init(_ table: PlacementTable, _ topology: MeshTopology) {
        let cells = topology.cells.indices.map { CellIndex($0) }
        var used = CellSet()
        let sides = Set(table.entries.flatMap { [$0.state.inForce, $0.state.other].compactMap { $0?.eligibility } })
        var missed = CellSet()
        for eligibility in sides {
            for cell in topology.eligible(eligibility) { missed.insert(cell) }
            for cell in cells where eligibility.includes(cell, founded: topology.foundingCells) { used.insert(cell) }
        }
        for pin in table.entries.flatMap(\.pins) {
            for shard in [pin.state.inForce.shard, pin.state.other?.shard ?? Shard()] {
                for cell in shard {
                    used.insert(cell)
                    missed.insert(cell)
                }
            }
        }
        let left = Set(
            topology.regions.indices.filter { region in
                table.entries.allSatisfy { $0.state.target.evacuated.contains(region) }
            })
        var settled = Set(cells)
        for eligibility in Set(table.entries.map(\.state.inForce.eligibility)) {
            settled.formIntersection(topology.eligible(eligibility))
        }
        unused = CellSet(cells.filter { !used.contains($0) })
        vacant = CellSet(cells.filter { !missed.contains($0) })
        evacuated = left
        taking = CellSet(cells.filter { used.contains($0) && !left.contains(topology.cells[$0.position].region) })
        self.settled = CellSet(settled)
    }
}
