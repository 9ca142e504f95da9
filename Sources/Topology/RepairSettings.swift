import MeshBase

/// When cells compare what they hold with the other members of their customers' shards, and take over what is newer there.
public struct RepairSettings: Sendable, Codable, Equatable {
    /// From the end of a cell's round over all cohorts to the beginning of its next; above zero.
    public var round: TimeAmount

    /// The default suits meshes that rarely lose a row in silence: what is read is repaired at once anyway.
    public init(round: TimeAmount = .minutes(1)) { self.round = round }
}

extension MeshTopology {
    /// When replicas that nobody reads are repaired.
    public var repair: RepairSettings {
        get { givenRepair ?? RepairSettings() }
        set { givenRepair = newValue == RepairSettings() ? nil : newValue }
    }
}
