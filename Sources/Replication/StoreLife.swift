/// Whether a store may answer for its customers.
///
/// An empty store looks like one whose records were never written. So one that is made now has no vote before its mesh
/// is known to be as new as itself, or before it was refilled from the others.
public enum StoreLife: String, Sendable, Hashable {
    /// Made now, and not told whether the mesh is new too: the peers are asked.
    case unborn
    /// The disk was lost: what it held comes back from the others first.
    case refilling
    /// As `refilling`, and somebody has accepted that what nobody else holds is gone.
    case accepted
    case votes

    /// The store has no vote because it lost what it held.
    public var isRefilled: Bool { self == .refilling || self == .accepted }

    /// Whether an order may be carried out; the rule of every store, asked inside the transaction.
    public func admits(_ operation: StoreOrder.Operation) -> Bool {
        switch operation {
        case .version, .read, .write, .list, .fetch: self == .votes
        case .fill: isRefilled
        case .life, .becomes: true
        }
    }

    /// Whether a store may change from this life to another. An operator's word may come before the cell's own.
    public func mayBecome(_ next: StoreLife) -> Bool {
        switch (self, next) {
        case (.unborn, .votes), (.unborn, .refilling), (.unborn, .accepted), (.refilling, .accepted): true
        default: false
        }
    }
}

/// What a cell is told of its store before it opens it.
public struct StoreBirth: Sendable, Equatable {
    /// Becomes the identity of a store that is made now.
    public var storeID: UInt64
    /// The identity that the mesh knows the cell's store by; nil where nobody has told.
    public var known: UInt64?
    /// The mesh is new: this cell has never had a store.
    public var isFounding: Bool
    /// The tier promises nothing, so that nothing is lost with a disk.
    public var promisesNothing: Bool

    public init(storeID: UInt64, known: UInt64? = nil, isFounding: Bool = false, promisesNothing: Bool = false) {
        self.storeID = storeID
        self.known = known
        self.isFounding = isFounding
        self.promisesNothing = promisesNothing
    }

    /// The life that a store begins with when it is made now.
    public var ofNewStore: StoreLife {
        if isFounding || promisesNothing { return .votes }
        return known == nil ? .unborn : .refilling
    }

    /// The store as it is opened: one with another identity than the mesh knows is a lost disk, and how far it has come
    /// in an earlier refill says nothing of what was written since.
    public func opened(_ stored: StoreIdentity) -> StoreIdentity {
        guard let known, known != stored.id, !promisesNothing else { return stored }
        return StoreIdentity(id: stored.id, life: stored.life == .accepted ? .accepted : .refilling)
    }
}

/// Where a record stands in the order of a store: by customer, then by key, both as bytes.
public struct RecordPosition: Sendable, Hashable, Comparable {
    public var customer: [UInt8]
    public var key: [UInt8]

    public init(customer: [UInt8], key: [UInt8]) {
        self.customer = customer
        self.key = key
    }

    /// Before every record.
    public static let start = RecordPosition(customer: [], key: [])

    public static func < (a: RecordPosition, b: RecordPosition) -> Bool {
        if a.customer != b.customer { return a.customer.lexicographicallyPrecedes(b.customer) }
        return a.key.lexicographicallyPrecedes(b.key)
    }
}

/// What a store holds of one record, without its value.
public struct RecordLine: Sendable, Hashable {
    public var position: RecordPosition
    public var version: RecordVersion
    public var tombstone: Bool

    public init(position: RecordPosition, version: RecordVersion, tombstone: Bool) {
        self.position = position
        self.version = version
        self.tombstone = tombstone
    }
}

/// A record on its way from one store to another.
public struct StoredRecord: Sendable, Hashable {
    public var line: RecordLine
    /// Empty for a tombstone.
    public var value: [UInt8]

    public init(line: RecordLine, value: [UInt8]) {
        self.line = line
        self.value = value
    }
}

/// Who a store is and how far it has come, as its cell reads it at its start.
public struct StoreIdentity: Sendable, Equatable {
    public var id: UInt64
    public var life: StoreLife
    /// How far a refill has come; nil before its first page.
    public var cursor: RecordPosition?
    /// Peers that were born together with this store, by name, and their stores.
    public var peers: [String: UInt64]

    public init(id: UInt64, life: StoreLife, cursor: RecordPosition? = nil, peers: [String: UInt64] = [:]) {
        self.id = id
        self.life = life
        self.cursor = cursor
        self.peers = peers
    }
}
