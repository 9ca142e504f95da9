import Membership
import MeshBase

/// The binary form of gossip packets: little-endian, names with a length byte, no padding.
///
///     packet  = version kind sender incarnation body count update*
///     update  = status incarnation name (profile metadata | accuser | )
package enum GossipCodec {
    /// The first byte of every packet. A packet of another version is counted and dropped before anything of it is read.
    ///
    /// A release that introduces a version reads the one before as well, and writes that until it is told, mesh by mesh,
    /// that every member reads the new one: members never have to agree on a version on the wire.
    package static let version: UInt8 = 1

    /// Appends exactly `packet.encodedSize` bytes.
    package static func encode(_ packet: borrowing GossipPacket, into buffer: inout ByteBuffer) {
        precondition(packet.updates.count <= GossipSize.mostUpdates, "a packet of \(packet.updates.count) updates")
        buffer.append(byte: version)
        buffer.append(byte: packet.kind.rawValue)
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
        for update in packet.updates { append(update, into: &buffer) }
    }

    private static func append(_ update: MemberUpdate, into buffer: inout ByteBuffer) {
        buffer.append(byte: update.status.rawValue)
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
    }

    private static func append(_ endpoint: Endpoint, into buffer: inout ByteBuffer) {
        buffer.append(littleEndian: endpoint.address)
        buffer.append(littleEndian: endpoint.port)
    }

    private static func append(_ name: String, into buffer: inout ByteBuffer) {
        let count = name.utf8.count
        precondition(count <= MemberProfile.longestName, "a name of \(count) bytes")
        buffer.append(byte: UInt8(count))
        buffer.append(name)
    }
}
