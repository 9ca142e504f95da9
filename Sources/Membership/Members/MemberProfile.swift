import MeshBase

/// Who a member is and where it is reached; fixed for the life of its process.
public struct MemberProfile: Hashable, Sendable {
    /// The longest name, region or zone, in bytes of UTF-8.
    public static let longestName = 63

    /// Why a profile cannot be made; nothing was changed.
    public enum Invalid: Error, Equatable {
        /// A member needs a name.
        case emptyName
        /// A name, region or zone is longer than `longestName` bytes.
        case tooLong(String)
        /// The gossip endpoint has no port.
        case noGossipPort
    }

    /// Unique in the mesh; 1 to `longestName` bytes of UTF-8.
    public let name: String
    /// What kind of process it is.
    public let role: NodeRole
    /// Where it runs; empty for nodes of no region.
    public let region: String
    /// The zone within the region; may be empty.
    public let zone: String
    /// Where the member takes gossip (UDP).
    public let gossip: Endpoint
    /// Where it takes mesh frames (TCP); `.unspecified` when it takes none.
    public let data: Endpoint
    /// Where it answers probes and metrics (HTTP).
    public let admin: Endpoint

    /// - Throws: `Invalid` when a name is empty or too long, or the gossip endpoint has no port.
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
