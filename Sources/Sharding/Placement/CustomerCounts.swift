import MeshBase
import Topology

/// How many customers have each cell first in their shard.
package enum CustomerCounts {
    /// A number per cell, in the order of the topology. Takes some 100 ns per customer.
    package static func byFirstCell(_ topology: MeshTopology, _ placement: Placement) -> [Int] {
        var counts = [Int](repeating: 0, count: topology.cells.count)
        for number in 1...max(topology.customers.count, 1) {
            if let first = placement.shard(of: CustomerHash(number: number)).first { counts[first.position] += 1 }
        }
        return counts
    }
}
