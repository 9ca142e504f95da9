import Membership
import MeshBase

/// Why a datagram is not a gossip packet. It is to be counted and dropped.
package enum GossipDecodingError: Error, Equatable, CaseIterable {
    /// It ends in the middle of a field.
    case truncated
    case version
    case kind
    /// A name is empty where it may not be, too long, or not UTF-8.
    case name
    case role
    case status
    case profile
    /// An IPv6 address that is an IPv4 one, or of one link alone.
    case address
    /// A payload is longer than it may be.
    case payload
    /// Bytes follow the last update.
    case trailing
}

extension GossipCodec {
    /// Decodes into `packet`, whose array of updates is reused. After an error its contents mean nothing.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, into packet: inout GossipPacket
    ) throws(GossipDecodingError) {
        var reader = GossipReader(bytes)
        packet.updates.removeAll(keepingCapacity: true)
        let version = try reader.byte()
        guard version == Self.version || version == version6 else { throw .version }
        var bits = ExtraBits(areRead: version == version6)
        guard let kind = GossipPacket.Kind(rawValue: bits.take(from: try reader.byte(), targetBit)) else { throw .kind }
        guard kind == .pingRequest || bits.last == 0 else { throw .kind }
        packet.sender = try reader.name()
        packet.senderIncarnation = try reader.integer()
        packet.body = try body(kind, isTargetIPv6: bits.last != 0, &reader)
        let count = Int(try reader.byte())
        for _ in 0..<count { packet.updates.append(try update(&bits, &reader)) }
        guard reader.isAtEnd else { throw .trailing }
        // There is one encoding of each packet: what needs no second version is of the first.
        guard bits.areRead == bits.wereSet else { throw .version }
    }

    /// The bits of a byte that only version 2 has.
    private struct ExtraBits {
        let areRead: Bool
        var last: UInt8 = 0
        var wereSet = false

        init(areRead: Bool) { self.areRead = areRead }

        /// The byte without them; in version 1 they belong to it.
        mutating func take(from byte: UInt8, _ mask: UInt8) -> UInt8 {
            guard areRead else { return byte }
            last = byte & mask
            if last != 0 { wereSet = true }
            return byte & ~mask
        }
    }

    private static func body(
        _ kind: GossipPacket.Kind, isTargetIPv6: Bool, _ reader: inout GossipReader
    ) throws(GossipDecodingError) -> GossipPacket.Body {
        switch kind {
        case .ping: return .ping(sequence: try reader.integer(), target: try reader.name())
        case .pingRequest:
            return .pingRequest(
                sequence: try reader.integer(), target: try reader.name(), at: try reader.endpoint(isIPv6: isTargetIPv6)
            )
        case .ack: return .ack(sequence: try reader.integer())
        case .nack: return .nack(sequence: try reader.integer())
        case .gossip: return .gossip
        case .syncRequest:
            var digest = SyncDigest()
            for bucket in 0..<SyncDigest.bucketCount { digest.buckets[bucket] = try reader.integer() }
            return .syncRequest(digest)
        case .syncEqual: return .syncEqual
        case .syncList:
            return .syncList(
                SyncRange(
                    buckets: try reader.integer(), first: try reader.integer(), last: try reader.integer()))
        case .syncDifference: return .syncDifference
        case .userEvent:
            return .userEvent(
                UserEvent(
                    time: try reader.integer(), origin: try reader.name(), name: try reader.name(),
                    payload: try reader.bytes(most: UserEvent.longestPayload)))
        }
    }

    private static func update(
        _ bits: inout ExtraBits, _ reader: inout GossipReader
    ) throws(GossipDecodingError) -> MemberUpdate {
        let byte = bits.take(from: try reader.byte(), 7 << endpointShift)
        let ipv6 = bits.last >> endpointShift
        guard let status = MemberStatus(rawValue: byte), status == .alive || ipv6 == 0 else { throw .status }
        let incarnation: UInt32 = try reader.integer()
        let name = try reader.name()
        switch status {
        case .alive:
            let region = try reader.text()
            let zone = try reader.text()
            guard let role = NodeRole(rawValue: try reader.byte()) else { throw .role }
            let gossip = try reader.endpoint(isIPv6: ipv6 & 1 != 0)
            let data = try reader.endpoint(isIPv6: ipv6 & 2 != 0)
            let admin = try reader.endpoint(isIPv6: ipv6 & 4 != 0)
            let metadata = MemberMetadata(state: .init(rawValue: try reader.byte()), load: try reader.byte())
            let profile: MemberProfile
            do {
                profile = try MemberProfile(
                    name: name, role: role, region: region, zone: zone, gossip: gossip, data: data, admin: admin)
            } catch {
                throw .profile
            }
            return .alive(profile, metadata, incarnation: incarnation)
        case .suspect: return .suspect(name, incarnation: incarnation, accuser: try reader.name())
        case .dead: return .dead(name, incarnation: incarnation, accuser: try reader.name())
        case .left: return .left(name, incarnation: incarnation)
        }
    }
}
