import MeshBase

/// The first message of a stream: what the others are to be read by.
package struct FeedHello: Codable, Sendable, Equatable {
    /// Where the feed comes from.
    package enum Source: String, Sendable, Codable, CaseIterable {
        case live, past, recording, sim
    }
    /// The words of the columns of witnesses.
    package struct Witnesses: Codable, Sendable, Equatable {
        /// Of the column of this name, and so on.
        package var process = ProcessWitness.allCases.map(\.rawValue)
        /// See `process`.
        package var gossip = GossipWitness.allCases.map(\.rawValue)
        /// See `process`.
        package var traffic = TrafficWitness.allCases.map(\.rawValue)
    }

    /// The version of the feed.
    package static let version = 1
    /// `FeedHello.version` of whoever writes it.
    package var feed = FeedHello.version
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// The mesh's name.
    package var mesh: String
    /// Where it comes from.
    package var source: Source
    /// Of the control plane: numbers of one life mean nothing in another.
    package var boot: String
    /// Milliseconds since 1970, UTC.
    package var now: Int64
    /// From one tick to the next, in milliseconds.
    package var period: Int
    /// How far back there is a past, in milliseconds.
    package var history: Int64
    /// The words of the column `state`.
    package var states = FeedCellState.allCases.map(\.rawValue)
    /// The words of the column `condition`.
    package var conditions = FeedCondition.allCases.map(\.rawValue)
    /// The words of `process`, `gossip`, `traffic`.
    package var witnesses = Witnesses()

    private enum CodingKeys: String, CodingKey {
        case feed, schema, mesh, source, boot, now, states, conditions, witnesses
        case period = "period_ms"
        case history = "history_ms"
    }

    /// With the words of this release.
    package init(mesh: String, source: Source, boot: String, now: Int64, period: Int, history: Int64) {
        self.mesh = mesh
        self.source = source
        self.boot = boot
        self.now = now
        self.period = period
        self.history = history
    }
}

/// What does not change from tick to tick: told after the hello, and again where it does change.
package struct FeedShape: Codable, Sendable, Equatable {
    /// Places in columns, in the order in which the feed counts them.
    package struct Places: Codable, Sendable, Equatable {
        /// Names.
        package var name: [String]
        /// Of a zone its region, of a cell its zone, of a router its region: positions in the lists before.
        package var at: [Int]
        /// Of cells: relative shares of customers.
        package var weight: [UInt32]?

        /// Columns of one length.
        package init(name: [String], at: [Int], weight: [UInt32]? = nil) {
            self.name = name
            self.at = at
            self.weight = weight
        }
    }
    /// Whom the mesh serves.
    package struct Customers: Codable, Sendable, Equatable {
        /// `c1` to `cN`.
        package var count: Int
        /// To 10 000 customers: their numbers in the order of their hashes, two bytes each, the lower one first, in base64.
        @Nullable package var order: String?
        /// In that order, k cells each, in the customer's order: two bytes each, the lower one first, 65535 for none; in
        /// base64. Overlaps are worked out from it.
        @Nullable package var shards: String?

        /// Nothing of who they are.
        package init(count: Int, order: String? = nil, shards: String? = nil) {
            self.count = count
            self.order = order
            self.shards = shards
        }
    }

    /// The highest epoch of the placement.
    package var epoch: UInt32
    /// Cells of a shard.
    package var k: Int
    /// `region zone cell`: what a shard is spread over.
    package var spread: String
    /// Names.
    package var regions: [String]
    /// `at` is a region.
    package var zones: Places
    /// `at` is a zone; the columns of `state` are in this order.
    package var cells: Places
    /// `at` is a region.
    package var routers: Places
    /// Names of all blueprints' services, each once.
    package var services: [String]
    /// `[from, to]`: positions in `services`.
    package var edges: [[Int]]
    /// Whom the mesh serves.
    package var customers: Customers

    /// As a topology and a placement have it; see `FeedShape(topology:placement:)` of `Feed`.
    package init(
        epoch: UInt32, k: Int, spread: String, regions: [String], zones: Places, cells: Places, routers: Places,
        services: [String], edges: [[Int]], customers: Customers
    ) {
        self.epoch = epoch
        self.k = k
        self.spread = spread
        self.regions = regions
        self.zones = zones
        self.cells = cells
        self.routers = routers
        self.services = services
        self.edges = edges
        self.customers = customers
    }
}
