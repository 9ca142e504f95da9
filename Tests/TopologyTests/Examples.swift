import MeshBase

@testable import Topology

/// Three regions of four cells in two zones each; `eu-west` is alone in its geography.
func threeRegions(size: Int = 3, spread: ShardingPolicy.Spread = .region) -> MeshTopology {
    let regions = [("us-east", "us"), ("us-west", "us"), ("eu-west", "eu")].map {
        Region(name: $0.0, geography: $0.1, zones: ["a", "b"])
    }
    var cells: [Cell] = []
    for (number, region) in regions.enumerated() {
        for n in 0..<4 { cells.append(Cell(name: "\(region.name)-\(n + 1)", region: number, zone: n % 2)) }
    }
    return MeshTopology(
        name: "test", seed: 42, regions: regions, cells: cells,
        blueprints: [Blueprint(name: "echo", services: [Service(name: "ping")])],
        customers: Customers(count: 1000), sharding: ShardingPolicy(size: size, spread: spread),
        routers: [Router(name: "r1", region: 0)], control: Control(region: 1))
}
