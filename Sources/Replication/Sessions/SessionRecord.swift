import MeshBase

/// What one client has seen of one customer's records: versions that nothing it reads may be below, and nothing it writes
/// at or below (session guarantees: Terry et al. 1994). The client carries it and the routers keep nothing.
///
/// It is bounded: of more than `most` keys those with the lowest counters are given up, and the highest counter among them
/// stays as a floor for all keys that are not named.
public struct SessionRecord: Sendable, Hashable {
    /// Keys that are named; a load and most clients have fewer.
    public static let most = 16

    /// What was seen of one key.
    public struct Seen: Sendable, Hashable {
        /// `StableHash` of the key's bytes.
        public var key: UInt64
        /// Read or written.
        public var version: RecordVersion
        /// That was a deletion: where nothing is found, its tombstone may have been collected.
        public var isDeletion: Bool

        /// As it stands in a token.
        public init(key: UInt64, version: RecordVersion, isDeletion: Bool = false) {
            self.key = key
            self.version = version
            self.isDeletion = isDeletion
        }
    }

    /// Whose records they are.
    public let customer: CustomerHash
    /// The highest counter of a key that was given up; 0 where none was.
    public private(set) var floor: UInt64
    /// Of different keys, at most `most`.
    public private(set) var seen: [Seen]

    /// A session that has seen nothing, or one that comes back.
    /// - Parameter seen: what is beyond `most` is given up.
    public init(customer: CustomerHash, floor: UInt64 = 0, seen: [Seen] = []) {
        self.customer = customer
        self.floor = floor
        self.seen = []
        for one in seen { note(one.version, ofKey: one.key, isDeletion: one.isDeletion) }
    }

    /// What an answer about a key has to reach.
    public func demand(ofKey key: UInt64) -> SessionDemand {
        if let known = seen.first(where: { $0.key == key }) {
            return SessionDemand(version: known.version, isDeletion: known.isDeletion)
        }
        return SessionDemand(floor: floor)
    }

    /// The client learns of a version of a key.
    public mutating func note(_ version: RecordVersion, ofKey key: UInt64, isDeletion: Bool = false) {
        guard version != .none else { return }
        if let known = seen.firstIndex(where: { $0.key == key }) {
            guard version > seen[known].version else { return }
            seen[known] = Seen(key: key, version: version, isDeletion: isDeletion)
            return
        }
        seen.append(Seen(key: key, version: version, isDeletion: isDeletion))
        guard seen.count > Self.most, let oldest = seen.indices.min(by: { seen[$0].version < seen[$1].version }) else {
            return
        }
        floor = max(floor, seen[oldest].version.counter)
        seen.remove(at: oldest)
    }
}

/// What a session asks of one answer.
public struct SessionDemand: Sendable, Hashable {
    /// Nothing older than this may be read; `none` where the session does not name the key.
    public var version: RecordVersion
    /// Of a key that the session does not name: it may have seen one up to this counter. 0 where it has seen all it names.
    public var floor: UInt64
    /// The version is a deletion's: nothing is what it left, however much of it is still known.
    public var isDeletion: Bool

    /// The key keeps siblings, whose versions do not say which contains which: nothing but the very same, or the word of
    /// all members, is new enough.
    public var isExact = false

    /// Either of both.
    public init(version: RecordVersion = .none, floor: UInt64 = 0, isDeletion: Bool = false) {
        self.version = version
        self.floor = floor
        self.isDeletion = isDeletion
    }

    /// The highest counter that a write of the session has to be above.
    public var counter: UInt64 { max(version.counter, floor) }

    /// Whether nothing is asked.
    public var isNothing: Bool { version == .none && floor == 0 }

    /// Whether what a read has found is new enough.
    ///
    /// Where nothing was found of a record that was there, it has been deleted since, or only a member that was not heard
    /// has it: what was collected is known by cohort, not by key, and says that a deletion is possible. So all have to say
    /// that they have nothing.
    /// - Parameters:
    ///   - collected: where nothing was found, the highest counter of a tombstone that was collected from any record nearby.
    ///   - askedAll: every member of the shard has answered, so that there is nothing newer.
    public func isMet(by found: RecordVersion, collected: UInt64, askedAll: Bool) -> Bool {
        if isExact { return askedAll || isNothing || version != .none && found == version }
        if found < version {
            return found == .none && (isDeletion || askedAll && collected >= version.counter)
        }
        return found.counter > floor || floor == 0 || askedAll
    }
}
