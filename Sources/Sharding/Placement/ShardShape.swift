import MeshBase
import Topology

/// What the shards that one cell is in look like, whatever their customers' names are: enough to say of any set of
/// cells how many of them one such shard can have.
public struct ShardShape: Sendable, Equatable {
    /// Cells among which a shard takes some, beside the cell itself.
    public struct Domain: Sendable, Equatable {
        /// Without the cell that the shape is around.
        public var cells: [CellIndex]
        /// How many of them one shard takes at most.
        public var most: Int

        /// A domain that gives a shard `most` of these cells; 1 to 16.
        public init(cells: [CellIndex], most: Int) {
            self.cells = cells
            self.most = most
        }
    }
    /// Cells of one shard, the cell itself included; 1 to 16.
    public var size: Int
    /// The cell's own domain among them where it gives a shard more than one.
    public var domains: [Domain]

    /// The shards of `size` cells that take their others out of these domains.
    public init(size: Int, domains: [Domain]) {
        self.size = size
        self.domains = domains
    }

    /// The most cells, of those that the condition holds for, that one shard can have beside the cell itself.
    public func most(where condition: (CellIndex) -> Bool) -> Int { min(sum(where: condition), size - 1) }

    /// The most cells of one shard that the condition holds for, where the shape is around no cell.
    public func mostOfAll(where condition: (CellIndex) -> Bool) -> Int { min(sum(where: condition), size) }

    private func sum(where condition: (CellIndex) -> Bool) -> Int {
        domains.reduce(0) { sum, domain in
            sum + min(domain.most, domain.cells.count(where: condition))
        }
    }
}

extension Placement {
    /// The shapes of all shards that a cell can be in, of every side of every entry.
    ///
    /// Empty for a cell that holds no customer. Takes a look at every cell of the mesh: not for the path of requests.
    public func shapes(around cell: CellIndex) -> [ShardShape] {
        var shapes: [ShardShape] = []
        for view in views.views {
            guard let shape = shape(of: view, around: cell), !shapes.contains(shape) else { continue }
            shapes.append(shape)
        }
        for pin in pins.pins {
            for shard in [pin.state.inForce.shard, pin.state.other?.shard ?? Shard()] where shard.contains(cell) {
                let others = shard.filter { $0 != cell }
                shapes.append(
                    ShardShape(size: shard.count, domains: others.map { ShardShape.Domain(cells: [$0], most: 1) }))
            }
        }
        return shapes
    }

    private func shape(of view: PlacementView, around cell: CellIndex) -> ShardShape? {
        var isIn = false
        var domains: [ShardShape.Domain] = []
        for domain in view.domains {
            var cells = views.cells(of: domain)
            let isOwn = cells.contains(cell)
            if isOwn {
                isIn = true
                cells.removeAll { $0 == cell }
            }
            let most = min(isOwn ? view.depth - 1 : view.depth, cells.count)
            if most > 0 { domains.append(ShardShape.Domain(cells: cells, most: most)) }
        }
        return isIn ? ShardShape(size: view.size, domains: domains) : nil
    }
}

/// The shapes of all shards of one cohort by one choice of cells, and the cells in any of them. Derived once: cells and
/// coordinators ask for them again and again while the cohort moves.
struct CohortShapes: Sendable {
    private(set) var shapes: [ShardShape] = []
    private(set) var cells = CellSet()

    init(_ views: PlacementViews, _ numbers: ClosedRange<Int>) {
        for number in numbers {
            let view = views.views[number]
            guard view.size > 0 else { continue }
            let domains = view.domains.map { domain in
                let cells = views.cells(of: domain)
                return ShardShape.Domain(cells: cells, most: min(view.depth, cells.count))
            }
            for domain in domains { cells.formUnion(CellSet(domain.cells)) }
            let shape = ShardShape(size: view.size, domains: domains)
            if !shapes.contains(shape) { shapes.append(shape) }
        }
    }
}

extension PlacementViews {
    fileprivate func cells(of domain: Int) -> [CellIndex] {
        var cells: [CellIndex] = []
        for block in blocks[domains[domain]] {
            for position in block.candidates { cells.append(CellIndex(candidates[Int(position)].cell)) }
        }
        return cells
    }
}
