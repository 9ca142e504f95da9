import MeshBase
import Sharding
import Topology

/// What a change of placement does to the load of each cell, by looking up the customers' shards before and after.
///
/// Customers count by their popularity. Three equal regions of which one is left give 3/2 on the rest.
public struct LoadPrediction: Sendable, Equatable {
    /// Whom a customer's requests load.
    public enum Demand: String, Sendable, Codable, CaseIterable {
        /// Calls of services: the first cell of the shard.
        case services
        /// Records: every cell of the shard.
        case records
    }

    /// One cell's load, as a ratio of all load before the change.
    public struct Cell: Sendable, Equatable {
        /// Which cell.
        public var cell: CellIndex
        /// 0...1.
        public var before: Double
        /// 0...1 where shards keep their size.
        public var after: Double
        /// after / before; nil for a cell that had nothing.
        public var factor: Double? { before > 0 ? after / before : nil }
    }

    /// Customers beyond this number are not looked up: those asked for most come first.
    public static let mostCustomers = 100_000

    /// Every cell of the topology, in order.
    public let cells: [Cell]
    /// How many customers were looked up.
    public let customers: Int
    /// Of these, how many have another first cell or another set of cells afterwards.
    public let moved: Int
    /// Of these, how many have no cell afterwards.
    public let withoutCells: Int

    /// - Parameters:
    ///   - before: the shard of customer number 1 ... `customers.count` now.
    ///   - after: the same customer's shard after the change.
    public init(
        _ topology: MeshTopology, demand: Demand = .services, before: (Int) -> Shard, after: (Int) -> Shard
    ) {
        let count = min(max(topology.customers.count, 0), Self.mostCustomers)
        let weights = CustomerSampler.weights(count: count, popularity: topology.customers.popularity)
        var old = Array(repeating: 0.0, count: topology.cells.count)
        var new = old
        var all = 0.0
        var moved = 0
        var withoutCells = 0
        func add(_ weight: Double, _ shard: Shard, to loads: inout [Double]) {
            for cell in demand == .services ? shard.prefix(1) : shard[...] where loads.indices.contains(cell.position) {
                loads[cell.position] += weight
            }
        }
        for number in 0..<count {
            let weight = weights?[number] ?? 1
            let (from, to) = (before(number + 1), after(number + 1))
            add(weight, from, to: &old)
            add(weight, to, to: &new)
            all += weight * Double(demand == .services ? min(from.count, 1) : from.count)
            if to != from { moved += 1 }
            if to.isEmpty { withoutCells += 1 }
        }
        let total = all > 0 ? all : 1
        cells = zip(old, new).enumerated().map { position, load in
            Cell(cell: CellIndex(position), before: load.0 / total, after: load.1 / total)
        }
        customers = count
        self.moved = moved
        self.withoutCells = withoutCells
    }

    /// Of a placement whose customers all leave one region; pinned shards shrink, as they are few.
    public init(_ topology: MeshTopology, demand: Demand = .services, placement: Placement, leaving region: Int) {
        let gone = CellSet(topology.cells.indices.filter { topology.cells[$0].region == region }.map { CellIndex($0) })
        self.init(topology, demand: demand) { number in
            placement.shard(of: CustomerHash(number: number))
        } after: { number in
            placement.shard(of: CustomerHash(number: number), excluding: gone)
        }
    }

    /// What the load of the cells that serve afterwards is multiplied by, all of them together; 1 where there is none.
    public var factor: Double {
        let targets = cells.filter { $0.after > 0 }
        let before = targets.reduce(0) { $0 + $1.before }
        return before > 0 ? targets.reduce(0) { $0 + $1.after } / before : 1
    }

    /// Each cell's use after the change, by what was measured or declared before it; nil where that is unknown.
    ///
    /// A cell that served nobody is given the mean use per share of the load.
    ///
    /// - Parameter measured: ratios of capacity in order of the cells; cells beyond the end are unknown.
    public func utilisation(after measured: [Double?]) -> [Double?] {
        var use = 0.0
        var share = 0.0
        for cell in cells where cell.cell.position < measured.count && cell.before > 0 {
            guard let known = measured[cell.cell.position] else { continue }
            use += known
            share += cell.before
        }
        return cells.map { cell in
            guard cell.cell.position < measured.count, let known = measured[cell.cell.position] else { return nil }
            if let factor = cell.factor { return known * factor }
            return share > 0 ? known + use / share * cell.after : known
        }
    }
}
