import MeshBase

/// A member as one observer sees it.
public struct Member: Hashable, Sendable {
    public var profile: MemberProfile
    public var status: MemberStatus
    public var incarnation: UInt32
    public var metadata: MemberMetadata
    /// When the status last changed for this observer, to the millisecond.
    public var since: Instant
    public var isSelf: Bool

    public var name: String { profile.name }
}

/// A transition of another member, as this observer saw it happen.
public struct MemberChange: Hashable, Sendable {
    /// Nil when the member was unknown until now.
    public var oldStatus: MemberStatus?
    public var oldIncarnation: UInt32
    /// The member after the change; the same status as before means a new incarnation: other metadata or endpoints.
    public var member: Member
    /// Who said so: the accuser of a suspect or dead member, else the member itself.
    public var source: String
    public var at: Instant

    public var status: MemberStatus { member.status }
}
