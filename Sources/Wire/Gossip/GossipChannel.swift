import Membership
import MeshBase

/// Packets to datagrams and back: the codec and the seal with the buffers they need, for one node.
package struct GossipChannel: ~Copyable {
    package enum Failure: Error, Equatable {
        /// Longer than the largest datagram.
        case oversized(Int)
        case seal(GossipSeal.Failure)
        /// Authentic, and not new.
        case replay(ReplayWindow.Verdict)
        case packet(GossipDecodingError)
    }

    /// Takes effect with the next packet: the nonces go on, and so do the replay windows.
    package var keys: GossipKeyRing
    private let largestDatagram: Int
    private var nonce: GossipNonce
    private var window = ReplayWindow()
    private var plain = ByteBuffer(capacity: 2048)
    private var datagram = ByteBuffer(capacity: 2048)
    /// Datagrams turned away.
    package private(set) var rejected = GossipRejections()

    /// - Parameters:
    ///   - bootID: its low 48 bits must be unique to this life of the process among all that hold the key.
    ///   - largestDatagram: in bytes, sealed; longer ones are neither sent nor taken.
    package init(keys: GossipKeyRing, bootID: UInt64, largestDatagram: Int = GossipSize.largestDatagram) {
        self.keys = keys
        self.largestDatagram = largestDatagram
        nonce = GossipNonce(bootID: bootID)
    }

    /// The datagram of a packet, valid until the next call; nil when the nonces are used up or it would be too long.
    package mutating func encode(_ packet: borrowing GossipPacket) -> UnsafeRawBufferPointer? {
        guard packet.encodedSize + GossipSeal.overhead <= largestDatagram, let number = nonce.next() else { return nil }
        plain.removeAll()
        datagram.removeAll()
        GossipCodec.encode(packet, into: &plain)
        keys.sealing.seal(plain.bytes, nonce: number, into: &datagram)
        return datagram.bytes
    }

    /// Opens and decodes a datagram into `packet`; what fails is counted, and must be dropped without an answer.
    package mutating func decode(
        _ datagram: UnsafeRawBufferPointer, into packet: inout GossipPacket
    ) throws(Failure) {
        guard datagram.count <= largestDatagram else {
            rejected[.oversized] += 1
            throw .oversized(datagram.count)
        }
        let number: GossipNonce
        plain.removeAll()
        do throws(GossipSeal.Failure) {
            number = try keys.sealing.nonce(of: datagram)
        } catch { throw refuse(error) }
        // Before the cipher's work, which a flood of copies must not cause. A claim alone changes nothing here.
        let verdict = window.check(number)
        guard verdict == .new else {
            rejected[verdict == .old ? .old : .replayed] += 1
            throw .replay(verdict)
        }
        do throws(GossipSeal.Failure) { try keys.open(datagram, into: &plain) } catch { throw refuse(error) }
        window.note(number)
        do {
            try GossipCodec.decode(plain.bytes, into: &packet)
        } catch {
            rejected[error == .version ? .version : .malformed] += 1
            throw .packet(error)
        }
    }

    private mutating func refuse(_ failure: GossipSeal.Failure) -> Failure {
        switch failure {
        case .tooShort: rejected[.short] += 1
        case .format: rejected[.format] += 1
        case .keyLength, .notAuthentic: rejected[.unauthentic] += 1
        }
        return .seal(failure)
    }
}
