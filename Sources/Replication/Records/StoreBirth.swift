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

    /// A word of a store; with the identity alone, nobody has told the cell anything.
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
        return StoreIdentity(
            id: stored.id, life: stored.life == .accepted ? .accepted : .refilling, cohorts: stored.cohorts)
    }
}

/// Who a store is and how far it has come, as its cell reads it at its start.
public struct StoreIdentity: Sendable, Equatable {
    /// Drawn when the file was made; never changes.
    public var id: UInt64
    /// Whether it may answer for its customers.
    public var life: StoreLife
    /// How far a refill has come; nil before its first page.
    public var cursor: RecordPosition?
    /// Peers that were born together with this store, by name, and their stores.
    public var peers: [String: UInt64]
    /// The cohorts of which it has installed something since the founding, ascending.
    public var cohorts: [StoredCohort]

    /// As the store's file tells.
    public init(
        id: UInt64, life: StoreLife, cursor: RecordPosition? = nil, peers: [String: UInt64] = [:],
        cohorts: [StoredCohort] = []
    ) {
        self.id = id
        self.life = life
        self.cursor = cursor
        self.peers = peers
        self.cohorts = cohorts
    }
}
