import MeshBase
import Topology

/// The shard laboratory: what the combinatorics of (n, k) say, beside a real placement of that shape. Encodes as the
/// document of `lab shards -o json`.
public struct LabShardsReport: Sendable, Codable, Equatable {
    /// Customers per cell.
    public struct Balance: Sendable, Codable, Equatable {
        public var minimum: Int
        public var mean: Double
        public var maximum: Int
        public var deviation: Double
        private enum CodingKeys: String, CodingKey {
            case mean
            case minimum = "min"
            case maximum = "max"
            case deviation = "stddev"
        }
    }

    /// What changes when one cell is added to the first region.
    public struct Moves: Sendable, Codable, Equatable {
        /// Customers whose shard changed, each by one member, and how many were expected.
        public var changed: Int
        public var expected: Double
        public var deviation: Double
        /// The most members that any shard changed: 1.
        public var mostMembers: Int
        /// Changed shards that did not gain the new cell: 0.
        public var elsewhere: Int
        /// Customers that change the cell of the grown domain under hash-modulo-n placement, the usual alternative.
        public var modulo: Int
        public var moduloExpected: Double
        private enum CodingKeys: String, CodingKey {
            case changed, expected, elsewhere, modulo
            case deviation = "expected_sd"
            case mostMembers = "most_members"
            case moduloExpected = "modulo_expected"
        }
    }

    /// How many other customers share i cells with one customer's shard, i = 0...k.
    public struct Overlap: Sendable, Codable, Equatable {
        public var cells: Int
        /// Without spread, as the textbook counts.
        public var probability: Double
        /// With the spread of this laboratory's placement.
        public var spreadProbability: Double
        public var customers: Int
        private enum CodingKeys: String, CodingKey {
            case cells, probability, customers
            case spreadProbability = "spread_probability"
        }
    }

    public var schema: String
    public var cells: Int
    public var size: Int
    public var regions: Int
    public var customers: Int
    public var seed: UInt64
    public var spread: ShardingPolicy.Spread
    /// n choose k, and the number of shards that the spread allows.
    public var shards: Double
    public var spreadShards: Double
    public var meanOverlap: Double
    /// How the other customers' shards overlap with that of `c1`.
    public var overlap: [Overlap]
    /// Ratio of customers expected to be lost when 0, 1, ... n cells are dead, without spread; at most 17 entries.
    public var lostByDead: [Double]
    public var balance: Balance
    public var moves: Moves

    private enum CodingKeys: String, CodingKey {
        case schema, cells, size, regions, customers, seed, spread, shards, overlap, balance, moves
        case spreadShards = "spread_shards"
        case meanOverlap = "mean_overlap"
        case lostByDead = "lost_by_dead"
    }
}
