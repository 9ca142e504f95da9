import Reports
import Sharding
import Topology

extension FeedShape {
    /// What does not change from tick to tick, of a topology and the placement in force.
    ///
    /// - Parameter table: of the same placement; nil where there are too many customers.
    package init(_ topology: MeshTopology, _ placement: Placement, table: CustomerTable?) {
        var zones = Places(name: [], at: [])
        var firstZone: [Int] = []
        for (position, region) in topology.regions.enumerated() {
            firstZone.append(zones.name.count)
            zones.name += region.zones
            zones.at += repeatElement(position, count: region.zones.count)
        }
        var services: [String] = []
        var numbers: [String: Int] = [:]
        for service in topology.blueprints.flatMap(\.services) where numbers[service.name] == nil {
            numbers[service.name] = services.count
            services.append(service.name)
        }
        var edges: [[Int]] = []
        var seen: Set<[Int]> = []
        for blueprint in topology.blueprints {
            for service in blueprint.services {
                for call in service.calls where blueprint.services.indices.contains(call.to) {
                    guard let from = numbers[service.name], let to = numbers[blueprint.services[call.to].name]
                    else { continue }
                    if seen.insert([from, to]).inserted { edges.append([from, to]) }
                }
            }
        }
        self.init(
            epoch: placement.table.entries.map(\.epoch.rawValue).max() ?? 0, k: placement.size,
            spread: topology.sharding.spread.rawValue, regions: topology.regions.map(\.name), zones: zones,
            cells: Places(
                name: topology.cells.map(\.name), at: topology.cells.map { firstZone[$0.region] + $0.zone },
                weight: topology.cells.map(\.weight)),
            routers: Places(name: topology.routers.map(\.name), at: topology.routers.map(\.region)),
            services: services, edges: edges,
            customers: Customers(
                count: topology.customers.count, order: table?.orderText,
                shards: table?.shardsText(size: placement.size)))
    }
}
