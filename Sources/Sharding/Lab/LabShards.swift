import MeshBase
import Topology

/// Computes the shard laboratory's report from five numbers.
public enum LabShards {
    /// Why the laboratory refused its input.
    public enum Refusal: Error, Equatable, Sendable {
        /// n is 1...1024, and at least the number of regions.
        case cells(Int)
        /// k is 1...16 and at most n.
        case size(Int)
        case regions(Int)
        /// 1...10 000 000.
        case customers(Int)
    }

    /// `cells` cells dealt out over `regions`; shards spread over regions where there are at least k, over cells
    /// otherwise, or as `spread` says.
    public static func report(
        cells: Int, size: Int, regions: Int = 1, customers: Int = 10_000, seed: UInt64 = 42,
        spread: ShardingPolicy.Spread? = nil
    ) throws(Refusal) -> LabShardsReport {
        guard (1...CellSet.capacity).contains(cells) else { throw .cells(cells) }
        guard (1...Shard.capacity).contains(size), size <= cells else { throw .size(size) }
        guard regions >= 1, regions <= cells else { throw .regions(regions) }
        guard (1...10_000_000).contains(customers) else { throw .customers(customers) }
        let spread = spread ?? (regions >= size ? .region : .cell)

        let before = topology(cells, regions: regions, size: size, customers: customers, seed: seed, spread: spread)
        let after = topology(
            cells, regions: regions, size: size, customers: customers, seed: seed, spread: spread, extra: 1)
        let placement = Placement(before)
        let shards = (0..<customers).map { placement.shard(of: CustomerHash(number: $0 + 1)) }
        let perRegion = (0..<regions).map { region in before.cells.count { $0.region == region } }
        return LabShardsReport(
            schema: "cellmesh/1", cells: cells, size: size, regions: regions, customers: customers, seed: seed,
            spread: spread, shards: ShardMathematics.choose(cells, size),
            spreadShards: shardCount(placement, domains: perRegion),
            meanOverlap: ShardMathematics.meanOverlap(cells, size), overlap: overlap(shards, placement, cells: cells),
            lostByDead: (0...min(cells, 16)).map { ShardMathematics.lostRatio(cells, size, dead: $0) },
            balance: balance(shards, cells: cells), moves: moves(shards, placement, Placement(after), before))
    }

    /// A mesh of that shape: regions `r1` ..., cells `r1-1` ..., and `extra` further cells at the end of `r1`.
    static func topology(
        _ cells: Int, regions: Int, size: Int, customers: Int, seed: UInt64, spread: ShardingPolicy.Spread,
        extra: Int = 0
    ) -> MeshTopology {
        let names = (1...regions).map { "r\($0)" }
        var list: [Cell] = []
        for region in 0..<regions {
            let count = cells / regions + (region < cells % regions ? 1 : 0) + (region == 0 ? extra : 0)
            list += (0..<count).map { Cell(name: "\(names[region])-\($0 + 1)", region: region, zone: 0) }
        }
        return MeshTopology(
            name: "lab", seed: seed, regions: names.map { Region(name: $0) }, cells: list,
            blueprints: [Blueprint(name: "lab", services: [])], customers: Customers(count: customers),
            sharding: ShardingPolicy(size: size, spread: spread), routers: [], control: Control(region: 0))
    }

    /// How many different sets of cells a shard can be.
    private static func shardCount(_ placement: Placement, domains: [Int]) -> Double {
        let view = placement.views.views[0]
        let counts = placement.views.domains[view.domains].map { domain in
            domain.reduce(0) { $0 + placement.views.blocks[$1].candidates.count }
        }
        if counts.count == 1 { return ShardMathematics.choose(counts[0], view.size) }
        guard counts.count >= view.size else {
            // Every domain gives `full` cells or one more; counted exactly where all have enough.
            let full = view.size / counts.count
            let more = view.size % counts.count
            var ways = Array(repeating: 0.0, count: more + 1)
            ways[0] = 1
            for count in counts {
                for given in stride(from: more, through: 0, by: -1) {
                    let plain = ways[given] * ShardMathematics.choose(count, full)
                    let withOne = given > 0 ? ways[given - 1] * ShardMathematics.choose(count, full + 1) : 0
                    ways[given] = plain + withOne
                }
            }
            return ways[more]
        }
        // The elementary symmetric polynomial of the domains' sizes.
        var ways = Array(repeating: 0.0, count: view.size + 1)
        ways[0] = 1
        for count in counts {
            for given in stride(from: view.size, through: 1, by: -1) { ways[given] += ways[given - 1] * Double(count) }
        }
        return ways[view.size]
    }

    private static func overlap(_ shards: [Shard], _ placement: Placement, cells: Int) -> [LabShardsReport.Overlap] {
        let first = shards[0]
        var counts = Array(repeating: 0, count: first.count + 1)
        for shard in shards.dropFirst() { counts[shard.overlap(with: first)] += 1 }
        let plain = ShardMathematics.overlapDistribution(cells, first.count)
        let spread = placement.overlapDistribution(with: CellSet(first))
        return counts.indices.map {
            LabShardsReport.Overlap(
                cells: $0, probability: plain[$0], spreadProbability: spread[$0], customers: counts[$0])
        }
    }

    private static func balance(_ shards: [Shard], cells: Int) -> LabShardsReport.Balance {
        var counts = Array(repeating: 0, count: cells)
        for shard in shards { for cell in shard { counts[cell.position] += 1 } }
        let mean = Double(counts.reduce(0, +)) / Double(cells)
        let variance = counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(cells)
        return LabShardsReport.Balance(
            minimum: counts.min() ?? 0, mean: mean, maximum: counts.max() ?? 0, deviation: variance.squareRoot())
    }

    private static func moves(
        _ shards: [Shard], _ before: Placement, _ after: Placement, _ topology: MeshTopology
    ) -> LabShardsReport.Moves {
        // The new cell is last of the first region: later cells move up by one index.
        let added = topology.cells.count { $0.region == 0 }
        var changed = 0
        var most = 0
        var elsewhere = 0
        var modulo = 0
        let grown = topology.sharding.spread == .cell ? topology.cells.count : added
        for (number, shard) in shards.enumerated() {
            let customer = CustomerHash(number: number + 1)
            let now = after.shard(of: customer)
            var kept = 0
            for cell in shard {
                kept += now.contains(CellIndex(cell.position < added ? cell.position : cell.position + 1)) ? 1 : 0
            }
            let members = shard.count - kept
            most = max(most, members)
            if members > 0 {
                changed += 1
                if !now.contains(CellIndex(added)) { elsewhere += 1 }
            }
            if customer.rawValue % UInt64(grown) != customer.rawValue % UInt64(grown + 1) { modulo += 1 }
        }
        let customers = Double(shards.count)
        let p = after.probability(ofHaving: CellIndex(added))
        // Both remainders agree for `grown` of the grown * (grown + 1) pairs.
        let moduloMoves = 1 - 1 / Double(grown + 1)
        return LabShardsReport.Moves(
            changed: changed, expected: customers * p, deviation: (customers * p * (1 - p)).squareRoot(),
            mostMembers: most, elsewhere: elsewhere, modulo: modulo, moduloExpected: customers * moduloMoves)
    }
}
