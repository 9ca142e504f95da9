/// What becomes of writes of one key that did not know of each other.
public enum ConflictHandling: String, Sendable, Codable, CaseIterable {
    /// The one with the highest version stays.
    case lastWriterWins = "last-writer-wins"
    /// All of them stay until a write supersedes those that it has seen.
    case siblings
    /// As `siblings`, and the key stands on the queue of `cellmesh conflicts` until somebody has chosen.
    case manual
}

/// How the keys of tier important handle conflicts: all of them in one way, or by their beginnings.
public struct ConflictSettings: Sendable, Codable, Equatable {
    /// The keys that begin in one way.
    public struct PrefixHandling: Sendable, Codable, Equatable {
        /// 1 ... `TopologyLimits.keyPrefix` bytes of UTF-8.
        public var prefix: String
        public var handling: ConflictHandling
        public init(prefix: String, handling: ConflictHandling) {
            self.prefix = prefix
            self.handling = handling
        }
    }
    /// Of the keys that no prefix names.
    public var standard: ConflictHandling
    /// Each prefix once, the longer ones first: the first that fits decides.
    public let prefixes: [PrefixHandling]

    /// - Parameter prefixes: in any order; of two with the same prefix the first one counts.
    public init(_ standard: ConflictHandling = .lastWriterWins, prefixes: [PrefixHandling] = []) {
        self.standard = standard
        var known: Set<String> = []
        self.prefixes = prefixes.filter { known.insert($0.prefix).inserted }.sorted { a, b in
            (b.prefix.utf8.count, a.prefix) < (a.prefix.utf8.count, b.prefix)
        }
    }

    /// Whether nothing but the last writer is ever kept.
    public var isDefault: Bool { standard == .lastWriterWins && prefixes.isEmpty }

    /// That of a key whose tier is important.
    public func handling(ofKey key: String) -> ConflictHandling {
        prefixes.first { key.utf8.starts(with: $0.prefix.utf8) }?.handling ?? standard
    }
}

extension StoreSettings {
    /// How conflicts of one key are handled: tiers other than important have one order of their writes already.
    public func conflictHandling(ofKey key: String) -> ConflictHandling {
        tier(ofKey: key) == .important ? conflicts.handling(ofKey: key) : .lastWriterWins
    }

    /// Some keys may have siblings.
    public var keepsSiblings: Bool {
        has(.important)
            && (conflicts.standard != .lastWriterWins || conflicts.prefixes.contains { $0.handling != .lastWriterWins })
    }

    /// Some keys may stand on the queue of conflicts.
    public var queuesConflicts: Bool {
        has(.important) && (conflicts.standard == .manual || conflicts.prefixes.contains { $0.handling == .manual })
    }
}

extension MeshTopology {
    /// Values that a record may have at once: 1, or `mostSiblings` where some store keeps siblings.
    public var valuesPerRecord: Int { blueprints.contains { $0.store?.keepsSiblings ?? false } ? Self.mostSiblings : 1 }

    /// Siblings of one key at most; of more the oldest goes.
    public static let mostSiblings = 8

    /// Bytes of one record as stores and frames have it: its values, and what tells siblings apart.
    public var recordLimit: Int { routing.bodyLimit * valuesPerRecord + (valuesPerRecord > 1 ? 4096 : 0) }
}
