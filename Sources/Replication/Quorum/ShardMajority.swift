import MeshBase
import Sharding

extension Shard {
    /// Whether a majority of its cells is not missing.
    package func hasMajority(missing: (CellIndex) -> Bool) -> Bool {
        count(where: missing) <= count - QuorumNeed.majority.of(count)
    }
}

extension ShardShape {
    /// Whether of each such shard a majority is not missing, whatever its customer's name is.
    package func hasMajority(missing: (CellIndex) -> Bool) -> Bool {
        mostOfAll(where: missing) <= size - QuorumNeed.majority.of(size)
    }
}
