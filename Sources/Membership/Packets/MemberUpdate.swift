import MeshBase

/// One piece of news about one member.
public enum MemberUpdate: Hashable, Sendable {
    case alive(MemberProfile, MemberMetadata, incarnation: UInt32)
    case suspect(String, incarnation: UInt32, accuser: String)
    case dead(String, incarnation: UInt32, accuser: String)
    case left(String, incarnation: UInt32)

    /// Incarnations above this are refused, so that a refutation always finds a higher one.
    public static let highestIncarnation: UInt32 = 0xFFFF_0000

    /// Whom it concerns.
    public var name: String {
        switch self {
        case .alive(let profile, _, _): profile.name
        case .suspect(let name, _, _), .dead(let name, _, _), .left(let name, _): name
        }
    }

    /// The incarnation of whom it concerns.
    public var incarnation: UInt32 {
        switch self {
        case .alive(_, _, let incarnation), .suspect(_, let incarnation, _), .dead(_, let incarnation, _),
            .left(_, let incarnation):
            incarnation
        }
    }

    /// What it says of them.
    public var status: MemberStatus {
        switch self {
        case .alive: .alive
        case .suspect: .suspect
        case .dead: .dead
        case .left: .left
        }
    }
}
