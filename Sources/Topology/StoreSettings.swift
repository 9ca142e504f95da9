import MeshBase

/// The store of a blueprint: what it promises, for all keys or by the beginning of a key.
public struct StoreSettings: Sendable, Codable, Equatable {
    public enum Tier: String, Sendable, Codable, CaseIterable, Comparable {
        /// Majorities for reads and writes: every key is a linearizable register.
        case critical
        /// One acknowledgement; reads ask every live cell of the shard.
        case important
        /// One copy; loss accepted.
        case cache

        /// By how much is promised: cache, important, critical.
        public static func < (a: Tier, b: Tier) -> Bool { a.strictness < b.strictness }

        private var strictness: Int {
            switch self {
            case .cache: 1
            case .important: 2
            case .critical: 3
            }
        }
    }
    public enum Durability: String, Sendable, Codable, CaseIterable {
        /// An acknowledged write survives the death of the process.
        case process
        /// An acknowledged write survives the loss of power: every commit waits for the disk.
        case machine
    }
    /// The tier of the keys that begin in one way.
    public struct PrefixTier: Sendable, Codable, Equatable {
        /// 1 ... `TopologyLimits.keyPrefix` bytes of UTF-8.
        public var prefix: String
        public var tier: Tier
        public init(prefix: String, tier: Tier) {
            self.prefix = prefix
            self.tier = tier
        }
    }
    /// Of the keys that no prefix names.
    public var tier: Tier
    /// Each prefix once, the longer ones first: the first that fits decides.
    public let tiers: [PrefixTier]
    public var durability: Durability
    /// Of a request for a record that names none, and the most that a client may ask for; nil: normal, and any.
    public var priority: Priority?
    /// Of the keys of tier important.
    public var conflicts: ConflictSettings

    /// - Parameter tiers: in any order; of two with the same prefix the first one counts.
    public init(
        tier: Tier = .critical, tiers: [PrefixTier] = [], durability: Durability = .process, priority: Priority? = nil,
        conflicts: ConflictSettings = ConflictSettings()
    ) {
        self.tier = tier
        var known: Set<String> = []
        self.tiers = tiers.filter { known.insert($0.prefix).inserted }.sorted { a, b in
            (b.prefix.utf8.count, a.prefix) < (a.prefix.utf8.count, b.prefix)
        }
        self.durability = durability
        self.priority = priority
        self.conflicts = conflicts
    }

    /// Models written by a release that knew no prefixes, or no conflicts, have none.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            tier: try values.decode(Tier.self, forKey: .tier),
            tiers: try values.decodeIfPresent([PrefixTier].self, forKey: .tiers) ?? [],
            durability: try values.decode(Durability.self, forKey: .durability),
            priority: try values.decodeIfPresent(Priority.self, forKey: .priority),
            conflicts: try values.decodeIfPresent(ConflictSettings.self, forKey: .conflicts) ?? ConflictSettings())
    }

    /// The tier of one key. Routers ask `TierRules`, which takes a key as it stands in a request.
    public func tier(ofKey key: String) -> Tier { tiers.first { key.utf8.starts(with: $0.prefix.utf8) }?.tier ?? tier }

    /// The most that is promised to any key: what is done for a whole cohort goes by it.
    public var strictest: Tier { tiers.reduce(tier) { max($0, $1.tier) } }

    /// The least that is promised to any key.
    public var weakest: Tier { tiers.reduce(tier) { min($0, $1.tier) } }

    /// Whether some keys are of a tier.
    public func has(_ tier: Tier) -> Bool { self.tier == tier || tiers.contains { $0.tier == tier } }
}

extension MeshTopology {
    /// What every store of the mesh promises to a key, whichever cells a customer has; nil without a store.
    public func tier(ofKey key: String) -> StoreSettings.Tier? {
        blueprints.compactMap { $0.store?.tier(ofKey: key) }.min()
    }

    /// The beginnings of keys that have tiers or a handling of conflicts of their own, and none at all: enough to meet each
    /// of every store.
    public var keyPrefixes: [String] {
        var prefixes = [""]
        for store in blueprints.compactMap(\.store) {
            for prefix in store.tiers.map(\.prefix) + store.conflicts.prefixes.map(\.prefix)
            where !prefixes.contains(prefix) { prefixes.append(prefix) }
        }
        return prefixes
    }

    /// The key of a number, for who writes records to try a mesh: `k5`, and where keys have tiers by their beginning, each
    /// of these in turn.
    public static func key(_ number: Int, prefixes: [String]) -> String {
        prefixes[number % prefixes.count] + "k\(number)"
    }
}
