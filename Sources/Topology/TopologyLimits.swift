/// The largest topology that is accepted. Each bound keeps a table, a packet or a start-up time within reason.
public enum TopologyLimits {
    public static let cells = 1_000
    public static let regions = 64
    public static let zonesPerRegion = 16
    public static let routers = 64
    public static let deciders = 15
    public static let blueprints = 64
    public static let servicesPerBlueprint = 64
    public static let callsPerService = 32
    /// k, the cells of one customer.
    public static let shardSize = 16
    public static let customers = 10_000_000
    public static let cellWeight = 1_000
    public static let workersPerPool = 4_096
    public static let queuePerPool = 1_000_000
    /// Beginnings of keys with a tier of their own, in one store.
    public static let prefixesPerStore = 32
    /// Bytes of one of them.
    public static let keyPrefix = 64
    /// One word of bits has all of them.
    public static let features = 64
    /// In a mesh.
    public static let flags = 64
    public static let connectionPools = 64
    public static let peaks = 16
    public static let rungsPerLadder = 8
    /// Calls that are made at once.
    public static let callsPerGroup = 16
}
