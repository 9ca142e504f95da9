import MeshBase
import Topology

@testable import Sharding

/// A mesh of equal regions: `r1` ..., each with cells `r1-1` ... over the given zones.
func mesh(
    regions: Int, cells: Int, size: Int, spread: ShardingPolicy.Spread = .region, seed: UInt64 = 42,
    customers: Int = 10_000, zones: Int = 1, tier: StoreSettings.Tier? = .critical
) -> MeshTopology {
    var list: [Cell] = []
    for region in 0..<regions {
        for cell in 0..<cells {
            list.append(Cell(name: "r\(region + 1)-\(cell + 1)", region: region, zone: cell % zones))
        }
    }
    return MeshTopology(
        name: "test", seed: seed,
        regions: (0..<regions).map { Region(name: "r\($0 + 1)", zones: (0..<zones).map { "z\($0)" }) }, cells: list,
        blueprints: [Blueprint(name: "b", services: [], store: tier.map { StoreSettings(tier: $0) })],
        customers: Customers(count: customers), sharding: ShardingPolicy(size: size, spread: spread), routers: [],
        control: Control(region: 0))
}

/// A mesh of any shape: unequal regions, zones, weights and geographies.
func randomMesh(_ rng: inout Generator, weighted: Bool? = nil) -> MeshTopology {
    let regions = 1 + Int(rng.below(5))
    let zones = 1 + Int(rng.below(3))
    let names = ["eu", "us", "asia"]
    let list = (0..<regions).map { number in
        Region(
            name: "region-\(number)", geography: rng.chance(0.7) ? names[Int(rng.below(3))] : nil,
            zones: (0..<zones).map { "z\($0)" })
    }
    let weighted = weighted ?? rng.chance(0.5)
    let kinds = rng.chance(0.3) ? 1000 : 3
    var cells: [Cell] = []
    for region in 0..<regions {
        for number in 0..<(1 + rng.below(rng.chance(0.1) ? 60 : 9)) {
            cells.append(
                Cell(
                    name: "cell-\(region)-\(number)", region: region, zone: Int(rng.below(UInt64(zones))),
                    weight: weighted ? UInt32(1 + rng.below(UInt64(kinds))) : 1))
        }
    }
    let spreads = ShardingPolicy.Spread.allCases
    let shares = names.filter { _ in rng.chance(0.5) }.map { Customers.GeographyShare(geography: $0, share: 0.2) }
    return MeshTopology(
        name: "random", seed: rng.next(), regions: list, cells: cells, blueprints: [Blueprint(name: "b", services: [])],
        customers: Customers(count: 1000, geographies: shares),
        sharding: ShardingPolicy(size: 1 + Int(rng.below(9)), spread: spreads[Int(rng.below(3))]), routers: [],
        control: Control(region: 0))
}
