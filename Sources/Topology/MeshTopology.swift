import MeshBase

/// The validated model of one mesh. Values of this type are made by `Blueprints` from YAML, or decoded from the copy
/// that `up` keeps in the data directory; nothing checks them again.
public struct MeshTopology: Sendable, Codable, Equatable {
    public var name: String
    /// The seed of placement and of every random stream.
    public var seed: UInt64
    public var regions: [Region]
    /// In order of their `CellIndex`: region by region, as written; then those that were added since the founding.
    public var cells: [Cell]
    /// The last so many of `cells` were added after the mesh was founded. Never written with the model.
    public internal(set) var addedCells = 0
    /// What it was before blueprints were replaced; nil where none was. Never written with the model.
    var unrevised: Unrevised?
    public var blueprints: [Blueprint]
    public var links: Links
    public var customers: Customers
    public var sharding: ShardingPolicy
    public var routing: RoutingPolicy
    public var routers: [Router]
    public var control: Control
    /// How many cells decide on placement epochs; spread over the regions.
    public var deciders: Int
    public var restart: RestartPolicy
    public var membership: MembershipSettings
    public var evacuation: EvacuationSettings
    /// Of `tombstones`; nil for the defaults, as in models of a release that had no others.
    var givenTombstones: TombstoneSettings?
    /// Of `repair`, likewise.
    var givenRepair: RepairSettings?
    /// What is written for all gates and cells; nil: nothing.
    public var policies: PoliciesBlock?
    /// Features that are on or off from the start, each once; nil: all are on.
    public var flags: [FlagSetting]?
    /// Sizes for times that are foreseen, by name; nil: none.
    public var peaks: [PeakSettings]?
    /// Connections that all cells of a machine take from one pool, by their use: the leaky bulkhead. Nil: each cell has its own.
    public var shared: [PeakSettings.Named<Int>]?

    public init(
        name: String, seed: UInt64, regions: [Region], cells: [Cell], blueprints: [Blueprint], links: Links = Links(),
        customers: Customers, sharding: ShardingPolicy = ShardingPolicy(), routing: RoutingPolicy = RoutingPolicy(),
        routers: [Router], control: Control, deciders: Int = 5, restart: RestartPolicy = .never,
        membership: MembershipSettings = MembershipSettings(), evacuation: EvacuationSettings = EvacuationSettings(),
        tombstones: TombstoneSettings = TombstoneSettings(), repair: RepairSettings = RepairSettings()
    ) {
        self.name = name
        self.seed = seed
        self.regions = regions
        self.cells = cells
        self.blueprints = blueprints
        self.links = links
        self.customers = customers
        self.sharding = sharding
        self.routing = routing
        self.routers = routers
        self.control = control
        self.deciders = deciders
        self.restart = restart
        self.membership = membership
        self.evacuation = evacuation
        self.tombstones = tombstones
        self.repair = repair
    }

    private enum CodingKeys: String, CodingKey {
        case name, seed, regions, cells, blueprints, links, customers, sharding, routing, routers, control, deciders
        case restart, membership, evacuation
        case givenTombstones = "tombstones"
        case givenRepair = "repair"
        case policies, flags
        case peaks = "peak"
        case shared
    }

    /// How many cells the mesh was founded with; theirs are the lower indices.
    public var foundingCells: Int { cells.count - addedCells }

    public func blueprint(of cell: CellIndex) -> Blueprint { blueprints[cells[cell.position].blueprint] }
    public func cellIndex(named name: String) -> CellIndex? {
        cells.firstIndex { $0.name == name }.map { CellIndex($0) }
    }
    public func region(named name: String) -> Region? { regions.first { $0.name == name } }
}

/// A region: a set of cells that can be lost, or evacuated, together.
public struct Region: Sendable, Codable, Equatable {
    public var name: String
    /// Where customers of this geography may live; nil when the region belongs to none.
    public var geography: String?
    public var zones: [String]
    /// Regions to prefer for an evacuation.
    public var near: [String]

    public init(name: String, geography: String? = nil, zones: [String] = ["a"], near: [String] = []) {
        self.name = name
        self.geography = geography
        self.zones = zones
        self.near = near
    }
}

/// One cell of the topology; it becomes one process.
public struct Cell: Sendable, Codable, Equatable {
    public var name: String
    /// Positions in `MeshTopology.regions` and in that region's `zones`.
    public var region: Int
    public var zone: Int
    /// Relative share of customers; 1 is the default, at least 1.
    public var weight: UInt32
    /// Position in `MeshTopology.blueprints`.
    public var blueprint: Int

    public init(name: String, region: Int, zone: Int, weight: UInt32 = 1, blueprint: Int = 0) {
        self.name = name
        self.region = region
        self.zone = zone
        self.weight = weight
        self.blueprint = blueprint
    }
}

/// Emulated latencies between regions, in the socket layer.
public struct Links: Sendable, Codable, Equatable {
    public struct Quality: Sendable, Codable, Equatable {
        public var latency: TimeAmount
        public var jitter: TimeAmount
        /// A ratio of packets, 0...1.
        public var loss: Double
        public init(latency: TimeAmount = .zero, jitter: TimeAmount = .zero, loss: Double = 0) {
            self.latency = latency
            self.jitter = jitter
            self.loss = loss
        }
    }
    public struct Pair: Sendable, Codable, Equatable {
        public var first: String
        public var second: String
        public var quality: Quality
        public init(first: String, second: String, quality: Quality) {
            self.first = first
            self.second = second
            self.quality = quality
        }
    }
    public var `default`: Quality
    public var pairs: [Pair]
    public init(default: Quality = Quality(), pairs: [Pair] = []) {
        self.default = `default`
        self.pairs = pairs
    }
}

/// Who the mesh serves: customers `c1` ... `cN`.
public struct Customers: Sendable, Codable, Equatable {
    public enum Popularity: Sendable, Codable, Equatable {
        case uniform
        /// Customer number r is asked for with a weight of 1 / r^exponent.
        case zipf(exponent: Double)
    }
    public struct GeographyShare: Sendable, Codable, Equatable {
        public var geography: String
        /// The share of customers pinned to it, 0...1.
        public var share: Double
        public init(geography: String, share: Double) {
            self.geography = geography
            self.share = share
        }
    }
    public var count: Int
    public var popularity: Popularity
    /// How many customers send requests that crash the cell which serves them: `c1` up to this number.
    public var poison: Int
    public var geographies: [GeographyShare]

    public init(
        count: Int, popularity: Popularity = .zipf(exponent: 1), poison: Int = 0, geographies: [GeographyShare] = []
    ) {
        self.count = count
        self.popularity = popularity
        self.poison = poison
        self.geographies = geographies
    }

    /// The number of the customer with this name; nil where none has it.
    public func number(of name: String) -> Int? {
        guard name.hasPrefix("c"), let number = Int(name.dropFirst()), number >= 1, number <= count,
            Self.name(number) == name
        else { return nil }
        return number
    }

    /// The name of customer number `number`, 1 ... count.
    public static func name(_ number: Int) -> String { "c\(number)" }
}

/// How customers map to shards of k cells.
public struct ShardingPolicy: Sendable, Codable, Equatable {
    public enum Spread: String, Sendable, Codable, CaseIterable {
        case region, zone, cell
    }
    /// What happens to a shard when one of its cells crashes.
    public enum Replacement: String, Sendable, Codable, CaseIterable {
        /// Its membership stays: a poison customer cannot walk through the mesh.
        case never
        /// The next cell takes the place of the dead one. The control of the poison experiment; records are not moved.
        case onCrash = "on-crash"
    }
    /// k, at least 1.
    public var size: Int
    public var spread: Spread
    public var replacement: Replacement
    public init(size: Int = 3, spread: Spread = .region, replacement: Replacement = .never) {
        self.size = size
        self.spread = spread
        self.replacement = replacement
    }
}

/// The router's time limits and bounds.
public struct RoutingPolicy: Sendable, Codable, Equatable {
    /// The longest wait for one attempt at one cell.
    public var attemptTimeout: TimeAmount
    /// The longest time for a whole request where the client sets no deadline.
    public var requestTimeout: TimeAmount
    /// The longest body accepted, in bytes; above it the answer is 413.
    public var bodyLimit: Int
    /// Client connections per router; further ones are refused.
    public var connectionLimit: Int
    /// Requests that a router works on at once before it sheds; nil: by the profile.
    public var concurrent: Int?
    /// How many requests a router takes up in a time; nil: there is no limit.
    public var rate: RateSettings?
    public init(
        attemptTimeout: TimeAmount = .seconds(1), requestTimeout: TimeAmount = .seconds(5), bodyLimit: Int = 1 << 20,
        connectionLimit: Int = 20_000
    ) {
        self.attemptTimeout = attemptTimeout
        self.requestTimeout = requestTimeout
        self.bodyLimit = bodyLimit
        self.connectionLimit = connectionLimit
    }
}

public struct Router: Sendable, Codable, Equatable {
    public var name: String
    /// A position in `MeshTopology.regions`.
    public var region: Int
    public init(name: String, region: Int) {
        self.name = name
        self.region = region
    }
}

public struct Control: Sendable, Codable, Equatable {
    /// A position in `MeshTopology.regions`.
    public var region: Int
    public init(region: Int) { self.region = region }
}

/// What the supervisor does with a cell that died without being told to.
public enum RestartPolicy: String, Sendable, Codable, CaseIterable {
    case never
    /// With exponential backoff.
    case onCrash = "on-crash"
}

/// The SWIM profile and the constants that replace the profile's.
public struct MembershipSettings: Sendable, Codable, Equatable {
    public enum Profile: String, Sendable, Codable, CaseIterable {
        case lan, wan, local
    }
    public var profile: Profile
    public var probeInterval: TimeAmount?
    public var probeTimeout: TimeAmount?
    public var indirectProbes: Int?
    public var suspicionMultiplier: Int?
    public var suspicionMaximumMultiplier: Int?
    public var retransmitMultiplier: Int?
    public var gossipInterval: TimeAmount?
    public var gossipFanout: Int?
    public var pushPullInterval: TimeAmount?
    public var gossipToDead: TimeAmount?
    public var awarenessMaximum: Int?
    public init(profile: Profile = .local) { self.profile = profile }
}

public struct EvacuationSettings: Sendable, Codable, Equatable {
    /// Percent of the region's customers moved at the end of each stage, rising to 100.
    public var stages: [Int]
    public var watch: TimeAmount
    /// A ratio above which a stage is rolled back.
    public var maximumErrorRate: Double
    /// The share of capacity that must stay free on the targets.
    public var headroom: Double
    public init(
        stages: [Int] = [5, 25, 50, 75, 95, 100], watch: TimeAmount = .seconds(2), maximumErrorRate: Double = 0.01,
        headroom: Double = 0.15
    ) {
        self.stages = stages
        self.watch = watch
        self.maximumErrorRate = maximumErrorRate
        self.headroom = headroom
    }
}
