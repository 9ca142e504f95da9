import Membership
import MeshBase

/// The binary form of gossip packets: little-endian, names with a length byte, no padding.
///
///     packet  = version kind sender incarnation body count update*
///     update  = status incarnation name (profile metadata | accuser | )
///
/// Version 2 is for packets that name an IPv6 address, and only for those. There the kind and each status have bits more,
/// one for each endpoint that is of sixteen bytes in network order in place of the four of IPv4; all else is the same.
package enum GossipCodec {
    /// The first byte of every packet. A packet of another version is counted and dropped before anything of it is read.
    ///
    /// A release that introduces a version reads the one before as well, and writes that wherever it can say what is to be
    /// said: members never have to agree on a version on the wire. A mesh of IPv4 addresses alone is understood by programs
    /// that know version 1 only.
    package static let version: UInt8 = 1
    /// Of packets with an IPv6 address.
    package static let version6: UInt8 = 2

    /// Of a kind: the endpoint that is to be pinged is IPv6.
    static let targetBit: UInt8 = 1 << 7
    /// Of a status: the endpoints for gossip, data and admin that are IPv6, from this bit on.
    static let endpointShift: UInt8 = 4

    /// Appends exactly `packet.encodedSize` bytes.
    package static func encode(_ packet: borrowing GossipPacket, into buffer: inout ByteBuffer) {
        precondition(packet.updates.count <= GossipSize.mostUpdates, "a packet of \(packet.updates.count) updates")
        let start = buffer.count
        let targetBits = ipv6Bits(packet.body)
        var bits = targetBits
        buffer.append(byte: version)
        buffer.append(byte: packet.kind.rawValue | targetBits)
        append(packet.sender, into: &buffer)
        buffer.append(littleEndian: packet.senderIncarnation)
        switch packet.body {
        case .ping(let sequence, let target):
            buffer.append(littleEndian: sequence)
            append(target, into: &buffer)
        case .pingRequest(let sequence, let target, let endpoint):
            buffer.append(littleEndian: sequence)
            append(target, into: &buffer)
            append(endpoint, into: &buffer)
        case .ack(let sequence), .nack(let sequence):
            buffer.append(littleEndian: sequence)
        case .gossip, .syncEqual, .syncDifference:
            break
        case .syncRequest(let digest):
            for bucket in 0..<SyncDigest.bucketCount { buffer.append(littleEndian: digest.buckets[bucket]) }
        case .syncList(let range):
            buffer.append(littleEndian: range.buckets)
            buffer.append(littleEndian: range.first)
            buffer.append(littleEndian: range.last)
        case .userEvent(let event):
            precondition(event.payload.count <= UserEvent.longestPayload, "an event of \(event.payload.count) bytes")
            buffer.append(littleEndian: event.time)
            append(event.origin, into: &buffer)
            append(event.name, into: &buffer)
            buffer.append(littleEndian: UInt16(event.payload.count))
            event.payload.withUnsafeBytes { buffer.append($0) }
        }
        buffer.append(byte: UInt8(packet.updates.count))
        for update in packet.updates { bits |= append(update, into: &buffer) }
        if bits != 0 { buffer.mutableBytes[start] = version6 }
    }

    /// Returns the bits that version 1 does not have.
    private static func append(_ update: MemberUpdate, into buffer: inout ByteBuffer) -> UInt8 {
        let bits = ipv6Bits(update)
        buffer.append(byte: update.status.rawValue | bits)
        buffer.append(littleEndian: update.incarnation)
        switch update {
        case .alive(let profile, let metadata, _):
            append(profile.name, into: &buffer)
            append(profile.region, into: &buffer)
            append(profile.zone, into: &buffer)
            buffer.append(byte: profile.role.rawValue)
            append(profile.gossip, into: &buffer)
            append(profile.data, into: &buffer)
            append(profile.admin, into: &buffer)
            buffer.append(byte: metadata.state.rawValue)
            buffer.append(byte: metadata.load)
        case .suspect(let name, _, let accuser), .dead(let name, _, let accuser):
            append(name, into: &buffer)
            append(accuser, into: &buffer)
        case .left(let name, _):
            append(name, into: &buffer)
        }
        return bits
    }

    private static func append(_ endpoint: Endpoint, into buffer: inout ByteBuffer) {
        if let v4 = endpoint.address.v4 {
            buffer.append(littleEndian: v4)
        } else {
            buffer.append(littleEndian: endpoint.address.high.bigEndian)
            buffer.append(littleEndian: endpoint.address.low.bigEndian)
        }
        buffer.append(littleEndian: endpoint.port)
    }

    private static func ipv6Bits(_ body: GossipPacket.Body) -> UInt8 {
        guard case .pingRequest(_, _, let endpoint) = body, !endpoint.address.isIPv4 else { return 0 }
        return targetBit
    }

    private static func ipv6Bits(_ update: MemberUpdate) -> UInt8 {
        guard case .alive(let profile, _, _) = update else { return 0 }
        var bits: UInt8 = 0
        if !profile.gossip.address.isIPv4 { bits |= 1 }
        if !profile.data.address.isIPv4 { bits |= 2 }
        if !profile.admin.address.isIPv4 { bits |= 4 }
        return bits << endpointShift
    }

    private static func append(_ name: String, into buffer: inout ByteBuffer) {
        let count = name.utf8.count
        precondition(count <= MemberProfile.longestName, "a name of \(count) bytes")
        buffer.append(byte: UInt8(count))
        buffer.append(name)
    }
}
