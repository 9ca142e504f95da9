import Membership
import MeshBase

/// Packets to datagrams and back: the codec and the seal with the buffers they need, for one node.
package struct GossipChannel: ~Copyable {
    package enum Failure: Error, Equatable {
        case seal(GossipSeal.Failure)
        case packet(GossipDecodingError)
    }

    /// Datagrams turned away.
    package struct Rejected: Equatable, Sendable {
        /// Not sealed by this mesh.
        package internal(set) var unauthentic: UInt64 = 0
        /// Sealed by this mesh, but not a packet: a newer version, or a fault.
        package internal(set) var malformed: UInt64 = 0
    }

    private let seal: GossipSeal
    private var nonce: GossipNonce
    private var plain = ByteBuffer(capacity: 2048)
    private var datagram = ByteBuffer(capacity: 2048)
    package private(set) var rejected = Rejected()

    package init(seal: GossipSeal, bootID: UInt64) {
        self.seal = seal
        nonce = GossipNonce(bootID: bootID)
    }

    /// The datagram of a packet, valid until the next call; nil when the nonces are used up.
    package mutating func encode(_ packet: borrowing GossipPacket) -> UnsafeRawBufferPointer? {
        guard let number = nonce.next() else { return nil }
        plain.removeAll()
        datagram.removeAll()
        GossipCodec.encode(packet, into: &plain)
        seal.seal(plain.bytes, nonce: number, into: &datagram)
        return datagram.bytes
    }

    /// Opens and decodes a datagram into `packet`; what fails is counted, and must be dropped without an answer.
    package mutating func decode(
        _ datagram: UnsafeRawBufferPointer, into packet: inout GossipPacket
    ) throws(Failure) {
        plain.removeAll()
        do {
            try seal.open(datagram, into: &plain)
        } catch {
            rejected.unauthentic += 1
            throw .seal(error)
        }
        do {
            try GossipCodec.decode(plain.bytes, into: &packet)
        } catch {
            rejected.malformed += 1
            throw .packet(error)
        }
    }
}
