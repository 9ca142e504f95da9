import MeshBase
import Topology

/// Which cells of a topology take customers: those that the mesh was founded with and those that were added to it,
/// without what is drained or lies in an evacuated region. Equal ones give every customer the same shard.
public struct Eligibility: Hashable, Sendable {
    /// Positions in `MeshTopology.regions` whose cells take no customer; ascending, each once.
    public var evacuated: [Int] { lists?.evacuated ?? [] }
    /// Cells that take customers though the mesh was founded without them; ascending, each once.
    public var added: [CellIndex] { lists?.added ?? [] }
    /// Founding cells that take none, and whose places others take; ascending, each once.
    public var drained: [CellIndex] { lists?.drained ?? [] }

    /// Behind one reference, since entries are copied often; nil where all are empty.
    private let lists: Lists?

    private final class Lists: Sendable {
        let evacuated: [Int]
        let added: [CellIndex]
        let drained: [CellIndex]

        init(_ evacuated: [Int], _ added: [CellIndex], _ drained: [CellIndex]) {
            self.evacuated = evacuated
            self.added = added
            self.drained = drained
        }
    }

    /// Most cells in either list.
    public static let maximumCells = 1023

    /// As a mesh is founded: every cell.
    public static let founding = Eligibility()

    /// Everything is sorted, and kept once.
    public init(
        evacuated: some Sequence<Int> = [], added: some Sequence<CellIndex> = [],
        drained: some Sequence<CellIndex> = []
    ) {
        let lists = Lists(Set(evacuated).sorted(), Set(added).sorted(), Set(drained).sorted())
        self.lists = lists.evacuated.isEmpty && lists.added.isEmpty && lists.drained.isEmpty ? nil : lists
    }

    /// They have the same lists.
    public static func == (a: Eligibility, b: Eligibility) -> Bool {
        a.lists === b.lists || a.evacuated == b.evacuated && a.added == b.added && a.drained == b.drained
    }
    /// Of all three lists.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(evacuated)
        hasher.combine(added)
        hasher.combine(drained)
    }

    /// The same cells, but for the regions that are left.
    public func leaving(_ regions: some Sequence<Int>) -> Eligibility {
        Eligibility(evacuated: regions, added: added, drained: drained)
    }

    /// With these cells among those that take customers.
    /// - Parameter founded: how many cells the mesh was founded with; theirs are the lower indices.
    public func adding(_ cells: some Sequence<CellIndex>, founded: Int) -> Eligibility {
        let cells = Set(cells)
        return Eligibility(
            evacuated: evacuated, added: added + cells.filter { $0.position >= founded },
            drained: drained.filter { !cells.contains($0) })
    }

    /// Without these cells.
    /// - Parameter founded: how many cells the mesh was founded with; theirs are the lower indices.
    public func draining(_ cells: some Sequence<CellIndex>, founded: Int) -> Eligibility {
        let cells = Set(cells)
        return Eligibility(
            evacuated: evacuated, added: added.filter { !cells.contains($0) },
            drained: drained + cells.filter { $0.position < founded })
    }

    /// Whether a cell is one of those that take customers, wherever it lies.
    public func includes(_ cell: CellIndex, founded: Int) -> Bool {
        cell.position < founded ? !drained.contains(cell) : added.contains(cell)
    }
}

extension MeshTopology {
    /// The cells that take customers.
    public func eligible(_ eligibility: Eligibility) -> [CellIndex] {
        cells.indices.map { CellIndex($0) }.filter {
            eligibility.includes($0, founded: foundingCells)
                && !eligibility.evacuated.contains(cells[$0.position].region)
        }
    }
}
