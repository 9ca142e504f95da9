import MeshBase

extension MeshTopology {
    /// The cells grouped by spread domain, in the order in which the topology names them: by region, by zone of a
    /// region, or each cell by itself. A domain without cells is left out.
    ///
    /// - Parameter cells: the cells to group, in rising order; all of them where left out.
    public func domains(for spread: ShardingPolicy.Spread, among cells: [CellIndex]? = nil) -> [[CellIndex]] {
        let chosen = cells ?? self.cells.indices.map { CellIndex($0) }
        var groups: [[CellIndex]] = []
        var position: [DomainKey: Int] = [:]
        for index in chosen {
            let cell = self.cells[index.position]
            let key = DomainKey(cell: cell, index: index, spread: spread)
            if let known = position[key] {
                groups[known].append(index)
            } else {
                position[key] = groups.count
                groups.append([index])
            }
        }
        return groups
    }

    /// For each cell the number of its spread domain, counted from 0 in the order of `domains(for:)`.
    public func domainNumbers(for spread: ShardingPolicy.Spread) -> [Int] {
        var numbers = [Int](repeating: 0, count: cells.count)
        for (number, domain) in domains(for: spread).enumerated() {
            for cell in domain { numbers[cell.position] = number }
        }
        return numbers
    }

    /// The cells of a region, by its position in `regions`, in rising order.
    public func cells(inRegion region: Int) -> [CellIndex] {
        cells.indices.filter { cells[$0].region == region }.map { CellIndex($0) }
    }

    /// The cells of a geography in rising order; nil means every cell.
    public func cells(inGeography geography: String?) -> [CellIndex] {
        cells.indices.filter { geography == nil || regions[cells[$0].region].geography == geography }
            .map { CellIndex($0) }
    }

    /// The geographies of the regions, each once, in the order of the regions.
    public var geographies: [String] {
        var names: [String] = []
        for region in regions {
            if let name = region.geography, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The level at which the customers of a geography are spread: the policy's, or the first finer one that has k
    /// domains there; nil when not even its cells are k. `geography` nil means a customer who is pinned to none.
    public func spread(inGeography geography: String?) -> ShardingPolicy.Spread? {
        let cells = cells(inGeography: geography)
        return sharding.spread.orFiner.first { domains(for: $0, among: cells).count >= sharding.size }
    }
}

extension ShardingPolicy.Spread {
    /// This level and the finer ones, coarsest first.
    public var orFiner: [ShardingPolicy.Spread] {
        switch self {
        case .region: [.region, .zone, .cell]
        case .zone: [.zone, .cell]
        case .cell: [.cell]
        }
    }
}

private struct DomainKey: Hashable {
    var region: Int
    var zone = 0
    var cell = 0

    init(cell: Cell, index: CellIndex, spread: ShardingPolicy.Spread) {
        region = cell.region
        if spread != .region { zone = cell.zone }
        if spread == .cell { self.cell = index.position }
    }
}
