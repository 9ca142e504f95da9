import MeshBase

/// Encoded sizes in bytes; the codec of `Wire` writes exactly these, and a test holds it to that.
///
/// They live here because the protocol fills packets by bytes.
public enum GossipSize {
    /// The largest datagram that is sent, sealed (below the smallest MTU met in practice, as memberlist has it).
    public static let largestDatagram = 1400
    /// Reserved for the seal.
    public static let sealOverhead = 64
    /// The most updates in one packet; their count is one byte.
    public static let mostUpdates = 255

    /// An address of either family and a port.
    @inlinable static func endpoint(_ endpoint: Endpoint) -> Int { endpoint.address.isIPv4 ? 6 : longestEndpoint }
    @usableFromInline static let longestEndpoint = 18
    @inlinable static func text(_ text: String) -> Int { 1 + text.utf8.count }

    /// The largest update that can exist: an alive message with three names of full length.
    public static let largestUpdate = 1 + 4 + 3 * (1 + MemberProfile.longestName) + 1 + 3 * longestEndpoint + 2
    /// The largest packet without updates.
    public static let largestHeader =
        2 + (1 + MemberProfile.longestName) + 4 + max(4 + 1 + MemberProfile.longestName + longestEndpoint, 4 * 32) + 1
}

extension MemberUpdate {
    /// Bytes that the update takes in a packet.
    public var encodedSize: Int {
        switch self {
        case .alive(let profile, _, _):
            1 + 4 + GossipSize.text(profile.name) + GossipSize.text(profile.region) + GossipSize.text(profile.zone) + 1
                + GossipSize.endpoint(profile.gossip) + GossipSize.endpoint(profile.data)
                + GossipSize.endpoint(profile.admin) + 2
        case .suspect(let name, _, let accuser), .dead(let name, _, let accuser):
            1 + 4 + GossipSize.text(name) + GossipSize.text(accuser)
        case .left(let name, _):
            1 + 4 + GossipSize.text(name)
        }
    }
}

extension GossipPacket {
    /// Version, kind, sender, its incarnation, the body and the count of updates.
    public var encodedHeaderSize: Int {
        let body =
            switch body {
            case .ping(_, let target): 4 + GossipSize.text(target)
            case .pingRequest(_, let target, let endpoint): 4 + GossipSize.text(target) + GossipSize.endpoint(endpoint)
            case .ack, .nack: 4
            case .gossip, .syncEqual, .syncDifference: 0
            case .syncRequest: 4 * SyncDigest.bucketCount
            case .syncList: 12
            case .userEvent(let event):
                8 + GossipSize.text(event.origin) + GossipSize.text(event.name) + 2 + event.payload.count
            }
        return 2 + GossipSize.text(sender) + 4 + body + 1
    }

    /// Bytes of the whole packet before it is sealed.
    public var encodedSize: Int {
        updates.reduce(encodedHeaderSize) { $0 + $1.encodedSize }
    }
}
