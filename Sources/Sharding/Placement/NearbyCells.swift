import MeshBase
import Topology

/// Who serves first in place of evacuated regions that name others as near (`near` of a region).
///
/// Only the order within a shard follows from it: which cells hold a customer, and how they are spread, is what it would be
/// without. So nothing more is moved, and no failure takes more with it.
struct NearbyCells: Sendable {
    /// The first of the views with the same cells and nothing evacuated.
    let home: Int32
    /// Of each evacuated region that names some: its cells, and those of its near regions.
    private let targets: [(cells: CellSet, near: CellSet)]

    init(_ topology: MeshTopology, evacuated: [Int], home: Int32) {
        self.home = home
        func cells(where isIn: (Int) -> Bool) -> CellSet {
            CellSet(topology.cells.indices.filter { isIn(topology.cells[$0].region) }.map { CellIndex($0) })
        }
        targets = evacuated.compactMap { region in
            let near = Set(topology.regions[region].near)
            guard !near.isEmpty else { return nil }
            return (cells { $0 == region }, cells { near.contains(topology.regions[$0].name) })
        }
    }

    /// The same cells; those near to where the customer was served come first, in their order.
    ///
    /// - Parameter home: the customer's shard with nothing evacuated.
    func ordered(_ shard: Shard, home: Shard) -> Shard {
        guard let served = home.first(where: { _ in true }),
            let target = targets.first(where: { $0.cells.contains(served) })
        else { return shard }
        var ordered = Shard()
        for cell in shard where target.near.contains(cell) { ordered.append(cell) }
        for cell in shard where !target.near.contains(cell) { ordered.append(cell) }
        return ordered
    }
}
