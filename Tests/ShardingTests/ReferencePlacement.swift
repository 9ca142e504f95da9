import MeshBase
import Topology

@testable import Sharding

/// The placement as its description reads, with no thought of speed: rank, then walk.
struct ReferencePlacement {
    let topology: MeshTopology
    var evacuated: [Int] = []

    func geography(of customer: CustomerHash) -> String? {
        let seed = StableHash.combine(topology.seed, StableHash.hash("geography"))
        let unit = Double(StableHash.combine(seed, customer.rawValue)) * 0x1p-64
        var sum = 0.0
        for share in topology.customers.geographies {
            sum += share.share
            if unit <= sum { return share.geography }
        }
        return nil
    }

    func shard(of customer: CustomerHash, excluding: Set<Int> = []) -> [Int] {
        var cells = Array(topology.cells.indices)
        var spread = topology.sharding.spread
        let k = topology.sharding.size
        if let geography = geography(of: customer) {
            cells = cells.filter { topology.regions[topology.cells[$0].region].geography == geography }
            let levels: [ShardingPolicy.Spread] = [.region, .zone, .cell]
            let allowed = levels.drop { $0 != spread }
            spread = allowed.first { level in Set(cells.map { domain($0, level) }).count >= k } ?? .cell
        }
        cells = cells.filter { !evacuated.contains(topology.cells[$0].region) && !excluding.contains($0) }
        let ranking = cells.map { (score($0, customer), $0) }.sorted { $0.0 > $1.0 }.map(\.1)
        var taken: [Int] = []
        var limit = 1
        while taken.count < min(k, cells.count) {
            for cell in ranking where taken.count < k && !taken.contains(cell) {
                if taken.count(where: { domain($0, spread) == domain(cell, spread) }) < limit { taken.append(cell) }
            }
            limit += 1
        }
        return taken
    }

    private func domain(_ cell: Int, _ spread: ShardingPolicy.Spread) -> [Int] {
        let place = topology.cells[cell]
        switch spread {
        case .region: return [place.region]
        case .zone: return [place.region, place.zone]
        case .cell: return [cell]
        }
    }

    private func score(_ cell: Int, _ customer: CustomerHash) -> Double {
        let first = StableHash.combine(topology.seed, StableHash.hash(topology.cells[cell].name))
        let second = StableHash.mix(first ^ 0xA076_1D64_78BD_642F)
        let other = StableHash.mix(customer.rawValue &+ 0x9E37_79B9_7F4A_7C15)
        let draw = (customer.rawValue ^ first) &* (other ^ second)
        let unit = (Double(draw >> 12) + 0.5) * 0x1p-52
        return Double(topology.cells[cell].weight) / -naturalLogarithm(unit)
    }
}
