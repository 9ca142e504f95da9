import Ciphers
import MeshBase

/// Encrypts and authenticates datagrams under the mesh's key: ChaCha20-Poly1305 (RFC 8439), with the mesh's label as
/// associated data, so that two meshes with one key by mistake still do not mix.
///
///     datagram = format nonce[12] ciphertext tag[16]
///
/// A simulation may leave the cipher out: its datagrams are as long, begin with another format, hold the packet as it is
/// and 16 zeros in place of the tag. A process that seals turns them away by their format.
package struct GossipSeal: Sendable {
    package enum Failure: Error, Equatable {
        /// The key is not 32 bytes long.
        case keyLength(Int)
        /// Shorter than an empty sealed packet.
        case tooShort(Int)
        /// Sealed in another format, or not sealed at all.
        case format(UInt8)
        /// Not sealed with this key and label, or changed on the way.
        case notAuthentic
    }

    /// The first byte of every datagram that is sealed, and of one that only has the shape of it.
    package static let format: UInt8 = 0xC1
    package static let openFormat: UInt8 = 0xC0
    package static let keyLength = ChaChaPoly.keySize
    private static let tagLength = ChaChaPoly.tagSize
    /// Bytes that sealing adds.
    package static let overhead = 1 + GossipNonce.size + tagLength

    private let cipher: ChaChaPoly
    /// The format byte and the label: what is authenticated but not carried in secret.
    private let label: [UInt8]

    private let isOpen: Bool
    private var ownFormat: UInt8 { isOpen ? Self.openFormat : Self.format }

    /// - Parameter isOpen: leaves the cipher out. For simulations only.
    package init(key: [UInt8], label: String, isOpen: Bool = false) throws(Failure) {
        guard key.count == Self.keyLength else { throw .keyLength(key.count) }
        self.isOpen = isOpen
        cipher = ChaChaPoly(key: key)
        self.label = [Self.format] + Array(label.utf8)
    }

    /// Appends the sealed form of `plain` to `datagram`.
    package func seal(
        _ plain: UnsafeRawBufferPointer, nonce: GossipNonce, into datagram: inout ByteBuffer
    ) {
        if isOpen {
            datagram.append(byte: Self.openFormat)
            nonce.append(to: &datagram)
            datagram.append(plain)
            for _ in 0..<Self.tagLength { datagram.append(byte: 0) }
            return
        }
        datagram.append(byte: Self.format)
        nonce.append(to: &datagram)
        nonce.withBytes { cipher.seal(plain, nonce: $0, label: label, into: &datagram) }
    }

    /// The nonce that a datagram claims to be sealed with.
    package func nonce(of datagram: UnsafeRawBufferPointer) throws(Failure) -> GossipNonce {
        guard datagram.count >= Self.overhead else { throw .tooShort(datagram.count) }
        guard datagram[0] == ownFormat else { throw .format(datagram[0]) }
        var (boot, counter): (UInt64, UInt64) = (0, 0)
        for index in (0..<6).reversed() {
            boot = boot << 8 | UInt64(datagram[1 + index])
            counter = counter << 8 | UInt64(datagram[7 + index])
        }
        return GossipNonce(bootID: boot, counter: counter)
    }

    /// Appends the opened form of `datagram` to `plain`; on an error nothing is appended.
    package func open(
        _ datagram: UnsafeRawBufferPointer, into plain: inout ByteBuffer
    ) throws(Failure) {
        _ = try nonce(of: datagram)
        if isOpen {
            let packet = datagram[(1 + GossipNonce.size)..<(datagram.count - Self.tagLength)]
            return plain.append(UnsafeRawBufferPointer(rebasing: packet))
        }
        let end = 1 + GossipNonce.size
        let isGenuine = cipher.open(
            UnsafeRawBufferPointer(rebasing: datagram[end...]),
            nonce: UnsafeRawBufferPointer(rebasing: datagram[1..<end]), label: label, into: &plain)
        guard isGenuine else { throw .notAuthentic }
    }
}
