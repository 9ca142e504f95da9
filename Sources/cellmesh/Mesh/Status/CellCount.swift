import Sharding
import Topology

/// How many cells of a mesh take traffic, and why the others take none: what `up`, `status` and drills say alike.
struct CellCount: Equatable {
    var taking = 0
    /// Of those that take traffic.
    var serving = 0
    /// Of those that serve: with restrictions.
    var degraded = 0
    /// Of regions that were left.
    var evacuated = 0
    /// Drained, or added and not in use yet.
    var drained = 0

    init() {}

    init(_ use: CellUse, _ topology: MeshTopology) {
        taking = use.taking.count
        drained = use.unused.count
        evacuated = topology.cells.count - taking - drained
    }

    /// `, 4 evacuated, 1 drained`; empty where all take traffic.
    var others: String {
        (evacuated > 0 ? ", \(evacuated) evacuated" : "") + (drained > 0 ? ", \(drained) drained" : "")
    }
}
