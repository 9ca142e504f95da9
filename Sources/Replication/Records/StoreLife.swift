/// Whether a store may answer for its customers.
///
/// An empty store looks like one whose records were never written. So one that is made now has no vote before its mesh
/// is known to be as new as itself, or before it was refilled from the others.
public enum StoreLife: String, Codable, Sendable, Hashable {
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
        case .version, .read, .write, .add, .list, .fetch, .drop, .hints, .lacks, .settle, .promise, .accept,
            .expireClaims, .queuedClaims:
            self == .votes
        // An unborn store has nothing to fill, and no move leads into it.
        case .fill: self != .unborn
        case .life, .becomes, .install, .purge, .count, .decree, .room: true
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
