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

extension MeshTopology {
    /// The services that customers call: what no other service calls, and no call uses to compensate; each once, in
    /// the order of the blueprints.
    var entryServices: [String] {
        var entries: [String] = []
        for blueprint in blueprints {
            let inner = Set(blueprint.services.flatMap { $0.calls.flatMap { [$0.to, $0.compensation ?? $0.to] } })
            for (position, service) in blueprint.services.enumerated() where !inner.contains(position) {
                if !entries.contains(service.name) { entries.append(service.name) }
            }
        }
        return entries
    }
}
