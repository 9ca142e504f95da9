import MeshBase

/// Who a member is and where it is reached; fixed for the life of its process.
public struct MemberProfile: Hashable, Sendable {
    /// The longest name, region or zone, in bytes of UTF-8.
    public static let longestName = 63

    public enum Invalid: Error, Equatable {
        /// A member needs a name.
        case emptyName
        /// A name, region or zone is longer than `longestName` bytes.
        case tooLong(String)
        /// The gossip endpoint has no port.
        case noGossipPort
    }

    public let name: String
    public let role: NodeRole
    public let region: String
    public let zone: String
    /// Where the member takes gossip (UDP).
    public let gossip: Endpoint
    /// Where it takes mesh frames (TCP); `.unspecified` when it takes none.
    public let data: Endpoint
    /// Where it answers probes and metrics (HTTP).
    public let admin: Endpoint

    public init(
        name: String, role: NodeRole, region: String = "", zone: String = "", gossip: Endpoint,
        data: Endpoint = .unspecified, admin: Endpoint = .unspecified
    ) throws(Invalid) {
        guard !name.isEmpty else { throw .emptyName }
        if name.utf8.count > Self.longestName { throw .tooLong(name) }
        if region.utf8.count > Self.longestName { throw .tooLong(region) }
        if zone.utf8.count > Self.longestName { throw .tooLong(zone) }
        guard gossip.port != 0 else { throw .noGossipPort }
        self.name = name
        self.role = role
        self.region = region
        self.zone = zone
        self.gossip = gossip
        self.data = data
        self.admin = admin
    }
}
