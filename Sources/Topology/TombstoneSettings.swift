import MeshBase

/// When deletions may be forgotten: what is younger than `grace` stays, and a round over all cohorts follows the one before
/// after `round`.
public struct TombstoneSettings: Sendable, Codable, Equatable {
    /// From a deletion on. For thrift: most deletions reach all members for less; nothing that is safe hangs on it.
    public var grace: TimeAmount
    /// From the end of one round to the beginning of the next; above zero.
    public var round: TimeAmount

    /// The defaults suit meshes whose customers delete now and then.
    public init(grace: TimeAmount = .minutes(10), round: TimeAmount = .minutes(5)) {
        self.grace = grace
        self.round = round
    }
}

extension MeshTopology {
    /// When tombstones are collected.
    public var tombstones: TombstoneSettings {
        get { givenTombstones ?? TombstoneSettings() }
        set { givenTombstones = newValue == TombstoneSettings() ? nil : newValue }
    }
}
