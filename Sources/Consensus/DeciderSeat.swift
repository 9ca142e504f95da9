import MeshBase

/// Who an acceptor is, and the newest set of deciders that it has installed. Kept in the store beside the decrees and
/// read in the same transaction, so that no change of one set can slip in after the next was installed.
public struct DeciderSeat: Sendable, Hashable {
    /// The cell and its store.
    public let decider: Decider
    /// Nil before the cell was told of any.
    public private(set) var set: DeciderSet?

    /// The seat of a cell's store, as it was kept.
    public init(decider: Decider, set: DeciderSet?) {
        self.decider = decider
        self.set = set
    }

    /// Takes a newer set; skipping some is allowed. Only for sets that were decided: the holder has checked the proof.
    /// - Returns: whether it was newer.
    @discardableResult
    public mutating func install(_ decided: DeciderSet) -> Bool {
        if let set, decided.epoch <= set.epoch { return false }
        set = decided
        return true
    }

    /// Whether a round of this ballot counts the quorums of exactly the installed set, of which this store is a member.
    public func admits(_ ballot: Ballot) -> Bool {
        guard let set else { return false }
        return ballot.epoch == set.epoch && set.bit(of: decider) != nil
    }
}
