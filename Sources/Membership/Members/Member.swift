import MeshBase

/// A member as one observer sees it.
public struct Member: Hashable, Sendable {
    /// Who it is and where it is reached.
    public var profile: MemberProfile
    /// What this observer holds it to be.
    public var status: MemberStatus
    /// How far this observer relies on it, while it takes part.
    public var standing: Standing
    /// The latest incarnation heard of: only the member itself raises it.
    public var incarnation: UInt32
    /// What it told of its own work in that incarnation.
    public var metadata: MemberMetadata
    /// When the status last changed for this observer, to the millisecond.
    public var since: Instant
    /// True for the observer itself.
    public var isSelf: Bool

    /// Unique in the mesh; 1 to `MemberProfile.longestName` bytes.
    public var name: String { profile.name }
}

/// A transition of another member, as this observer saw it happen.
public struct MemberChange: Hashable, Sendable {
    /// Nil when the member was unknown until now.
    public var oldStatus: MemberStatus?
    /// The incarnation before the change; 0 when the member was unknown.
    public var oldIncarnation: UInt32
    /// The member after the change; the same status as before means a new incarnation (other metadata or endpoints) or
    /// another standing.
    public var member: Member
    /// Who said so: the accuser of a suspect or dead member, else the member itself.
    public var source: String
    /// When this observer took it over.
    public var at: Instant

    /// The status after the change.
    public var status: MemberStatus { member.status }

    /// A suspicion that comes or goes of a member whose suspicions are known to come and go.
    public var isOfUnsteadyDoubt: Bool {
        member.standing == .unsteady && (oldStatus == .alive || oldStatus == .suspect)
            && (status == .alive || status == .suspect)
    }
}
