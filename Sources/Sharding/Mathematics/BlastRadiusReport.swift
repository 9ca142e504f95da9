/// What a set of dead cells does to the customers: counted, beside what the mathematics expects. Encodes as the
/// document of `blast-radius -o json`.
public struct BlastRadiusReport: Sendable, Codable, Equatable {
    /// Customers by what is left of their shard.
    public struct Counts: Sendable, Codable, Equatable {
        /// No cell of the shard is left.
        public var lost: Int
        /// Some cells are left, and some are not.
        public var degraded: Int
        /// Every cell of the shard is left.
        public var untouched: Int
        /// Counts of customers, 0 or more.
        public init(lost: Int = 0, degraded: Int = 0, untouched: Int = 0) {
            self.lost = lost
            self.degraded = degraded
            self.untouched = untouched
        }
    }

    /// Means and standard deviations over all seeds, in customers.
    public struct Expectation: Sendable, Codable, Equatable {
        /// Mean number of customers lost.
        public var lost: Double
        /// Its standard deviation.
        public var lostDeviation: Double
        /// Mean number of customers degraded.
        public var degraded: Double
        /// Its standard deviation.
        public var degradedDeviation: Double

        private enum CodingKeys: String, CodingKey {
            case lost
            case lostDeviation = "lost_sd"
            case degraded
            case degradedDeviation = "degraded_sd"
        }
        /// In customers, not as a ratio.
        public init(lost: Double, lostDeviation: Double, degraded: Double, degradedDeviation: Double) {
            self.lost = lost
            self.lostDeviation = lostDeviation
            self.degraded = degraded
            self.degradedDeviation = degradedDeviation
        }
    }

    /// `cellmesh/1`.
    public var schema: String
    /// Names of the dead cells that take customers, in order of their index.
    public var cells: [String]
    /// How many cells take customers.
    public var of: Int
    /// Names of the dead cells that take none, so that they are lost to nobody: drained, not in use yet, or evacuated.
    public var idle: [String] = []
    /// How many customers were looked up.
    public var customers: Int
    /// Customers without a cell of their shard.
    public var lost: Int
    /// Customers with some cells of their shard, and not all.
    public var degraded: Int
    /// Customers with all cells of their shard.
    public var untouched: Int
    /// Of the lost and degraded: those with too few cells left for the tier of their records.
    public var noQuorum: Int
    /// The same dead cells in a pool where every customer's requests touch every cell.
    public var traditional: Counts
    /// The same dead cells where every customer lives in one cell.
    public var plainCells: Counts
    /// What the mathematics says of this many dead cells.
    public var expected: Expectation
    /// What share of all requests it touches, each customer asking as often as its popularity says; nil where it was
    /// not worked out.
    public var requests: RequestShares?

    /// Shares of requests, 0...1.
    public struct RequestShares: Sendable, Codable, Equatable {
        /// Of customers that are lost: all of them fail.
        public var lost: Double
        /// Of customers that are degraded.
        public var degraded: Double
        /// Of customers without a quorum, the lost included: those for records fail.
        public var noQuorum: Double

        private enum CodingKeys: String, CodingKey {
            case lost, degraded
            case noQuorum = "no_quorum"
        }
        /// Shares of 0 to 1 each.
        public init(lost: Double = 0, degraded: Double = 0, noQuorum: Double = 0) {
            self.lost = lost
            self.degraded = degraded
            self.noQuorum = noQuorum
        }
    }

    /// Counted and expected, side by side.
    public init(
        cells: [String], customers: Int, counts: Counts, noQuorum: Int, traditional: Counts, plainCells: Counts,
        expected: Expectation
    ) {
        schema = "cellmesh/1"
        self.cells = cells
        of = cells.count
        self.customers = customers
        lost = counts.lost
        degraded = counts.degraded
        untouched = counts.untouched
        self.noQuorum = noQuorum
        self.traditional = traditional
        self.plainCells = plainCells
        self.expected = expected
    }

    private enum CodingKeys: String, CodingKey {
        case schema, cells, of, idle, customers, lost, degraded, untouched
        case noQuorum = "no_quorum"
        case traditional
        case plainCells = "plain_cells"
        case expected, requests
    }
}
