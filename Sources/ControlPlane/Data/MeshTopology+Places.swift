import Topology

extension MeshTopology {
    /// Whether both find every customer's records in the same cells.
    package func places(asDoes other: MeshTopology) -> Bool {
        seed == other.seed && regions.map(\.name) == other.regions.map(\.name)
            && regions.map(\.geography) == other.regions.map(\.geography)
            && regions.map(\.zones) == other.regions.map(\.zones)
            && cells.elementsEqual(other.cells) {
                $0.name == $1.name && $0.region == $1.region && $0.zone == $1.zone && $0.weight == $1.weight
            }
            && sharding.size == other.sharding.size && sharding.spread == other.sharding.spread
            && customers.geographies == other.customers.geographies
    }
}
