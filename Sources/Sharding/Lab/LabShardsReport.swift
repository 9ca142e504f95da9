import MeshBase
import Topology

/// The shard laboratory: what the combinatorics of (n, k) say, beside a real placement of that shape. Encodes as the
/// document of `lab shards -o json`.
public struct LabShardsReport: Sendable, Codable, Equatable {
    /// Customers per cell.
    public struct Balance: Sendable, Codable, Equatable {
        /// Customers of the emptiest cell.
        public var minimum: Int
        /// Customers of a cell on average.
        public var mean: Double
        /// Customers of the fullest cell.
        public var maximum: Int
        /// Standard deviation over the cells.
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
        /// Mean of the customers that change a member.
        public var expected: Double
        /// Its standard deviation.
        public var deviation: Double
        /// The most members that any shard changed: 1.
        public var mostMembers: Int
        /// Changed shards that did not gain the new cell: 0.
        public var elsewhere: Int
        /// Customers that change the cell of the grown domain under hash-modulo-n placement, the usual alternative.
        public var modulo: Int
        /// What the mathematics says of that.
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
        /// i: how many cells are shared.
        public var cells: Int
        /// Without spread, as the textbook counts.
        public var probability: Double
        /// With the spread of this laboratory's placement.
        public var spreadProbability: Double
        /// Customers counted in this placement.
        public var customers: Int
        private enum CodingKeys: String, CodingKey {
            case cells, probability, customers
            case spreadProbability = "spread_probability"
        }
    }

    /// `cellmesh/1`.
    public var schema: String
    /// n: cells of the placement.
    public var cells: Int
    /// k: cells of a shard.
    public var size: Int
    /// Regions over which the cells lie.
    public var regions: Int
    /// Customers that were placed.
    public var customers: Int
    /// Seed of the placement.
    public var seed: UInt64
    /// Over what a shard spreads.
    public var spread: ShardingPolicy.Spread
    /// n choose k, and the number of shards that the spread allows.
    public var shards: Double
    /// The number of shards that the spread allows.
    public var spreadShards: Double
    /// Cells that two shards share on average.
    public var meanOverlap: Double
    /// How the other customers' shards overlap with that of `c1`.
    public var overlap: [Overlap]
    /// Ratio of customers expected to be lost when 0, 1, ... n cells are dead, without spread; at most 17 entries.
    public var lostByDead: [Double]
    /// How evenly customers lie on cells.
    public var balance: Balance
    /// What a further cell changes.
    public var moves: Moves

    private enum CodingKeys: String, CodingKey {
        case schema, cells, size, regions, customers, seed, spread, shards, overlap, balance, moves
        case spreadShards = "spread_shards"
        case meanOverlap = "mean_overlap"
        case lostByDead = "lost_by_dead"
    }
}
