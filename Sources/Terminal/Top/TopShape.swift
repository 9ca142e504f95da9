import MeshBase
import Reports
import Telemetry

/// Names and places of a mesh, as rows need them.
struct TopShape: Sendable {
    var cells: [String]
    /// Of each cell: `us-east/a`.
    var zones: [String]
    /// Of each cell, by name.
    var regions: [String]
    var routers: [String]
    var services: [String]
    /// Positions in `services`.
    var edges: [[Int]]
    /// Customers' numbers in the order of their marks; empty above 10 000.
    var customers: [Int]
    /// Of each customer in that order, cells in its own order; empty where they are not told.
    var shards: [[Int]]
    /// Of each cell, customers that have it first; nil where shards are not told.
    var firsts: [Int]?
    var nameWidth: Int
    var zoneWidth: Int

    init(_ shape: FeedShape) {
        func name(_ list: [String], _ place: Int) -> String { list.indices.contains(place) ? list[place] : "?" }
        let zones = shape.zones.name.indices.map { zone in
            let region = zone < shape.zones.at.count ? name(shape.regions, shape.zones.at[zone]) : "?"
            return (region: region, path: "\(region)/\(shape.zones.name[zone])")
        }
        cells = shape.cells.name
        let places = cells.indices.map { cell -> (region: String, path: String) in
            let zone = cell < shape.cells.at.count ? shape.cells.at[cell] : -1
            return zones.indices.contains(zone) ? zones[zone] : ("?", "?")
        }
        self.zones = places.map(\.path)
        regions = places.map(\.region)
        routers = shape.routers.name
        services = shape.services
        edges = shape.edges.filter { edge in
            edge.count == 2 && edge.allSatisfy { shape.services.indices.contains($0) }
        }
        customers = shape.customers.numbers
        let count = cells.count
        shards = shape.shards.map { cells in cells.filter { $0 < count } }
        if shards.isEmpty {
            firsts = nil
        } else {
            var firsts = [Int](repeating: 0, count: count)
            for shard in shards { if let first = shard.first { firsts[first] += 1 } }
            self.firsts = firsts
        }
        nameWidth = min(max(cells.map { DisplayText.width($0) }.max() ?? 0, 6), 24)
        zoneWidth = min(max(self.zones.map { DisplayText.width($0) }.max() ?? 0, 4), 20)
    }

    /// What a fault's target may be called that a cell is of.
    func places(of cell: Int) -> Set<String> {
        guard cells.indices.contains(cell) else { return [] }
        let name = cells[cell]
        return ["mesh", "cell/\(name)", "node/\(name)", name, "region/\(regions[cell])", "zone/\(zones[cell])"]
    }
}
