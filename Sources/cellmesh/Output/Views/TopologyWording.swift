import Topology

/// A topology in a few words.
enum TopologyWording {
    /// `mesh three-regions, 12 cells in 3 regions, 1 router, 1 000 customers on shards of 3`.
    static func described(_ topology: MeshTopology) -> String { "mesh \(topology.name), \(parts(topology))" }

    /// - Parameter count: which of the cells take customers, of a mesh that is there; nil for all.
    static func parts(_ topology: MeshTopology, _ count: CellCount? = nil) -> String {
        "\(Wording.plural(count?.taking ?? topology.cells.count, "cell"))\(count?.others ?? "") in \(Wording.plural(topology.regions.count, "region")), "
            + "\(Wording.plural(topology.routers.count, "router")), "
            + "\(Wording.plural(topology.customers.count, "customer")) on shards of \(topology.sharding.size)"
    }
}
