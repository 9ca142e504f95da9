import MeshBase

/// The keys of a mesh: one seals what is sent, each opens what arrives.
///
/// A key is changed without a pause in three steps, each of which all processes take before the next one begins: the new
/// key is added, becomes the primary one, and the old one is removed.
package struct GossipKeyRing: Sendable {
    /// Keys in one ring: during a rotation two, and some of rotations that were not completed.
    package static let mostKeys = 8

    package enum Invalid: Error, Equatable {
        case noKeys
        case tooMany(Int)
        /// Two keys have one number.
        case duplicate(UInt32)
        /// The primary key is not among the keys.
        case noPrimary(UInt32)
        /// A key has not 32 bytes.
        case keyLength(Int)
    }

    /// Numbers of the keys, ascending.
    package let ids: [UInt32]
    package let primary: UInt32
    /// The primary one first.
    private let seals: [GossipSeal]

    /// - Parameters:
    ///   - label: the mesh's name.
    ///   - isOpen: leaves the cipher out. For simulations only.
    package init(_ file: GossipKeyFile, label: String, isOpen: Bool = false) throws(Invalid) {
        try file.validate()
        primary = file.primary
        ids = file.keys.map(\.id).sorted()
        var seals: [GossipSeal] = []
        for key in file.keys.filter({ $0.id == file.primary }) + file.keys.filter({ $0.id != file.primary }) {
            do throws(GossipSeal.Failure) {
                seals.append(try GossipSeal(key: key.bytes, label: label, isOpen: isOpen))
            } catch { throw .keyLength(key.bytes.count) }
        }
        self.seals = seals
    }

    /// A ring of one key, number 1.
    package init(key: [UInt8], label: String) throws(Invalid) {
        try self.init(GossipKeyFile(secret: key), label: label)
    }

    /// Seals with the primary key.
    package var sealing: GossipSeal { seals[0] }

    /// Opens with whichever key fits.
    package func open(
        _ datagram: UnsafeRawBufferPointer, into plain: inout ByteBuffer
    ) throws(GossipSeal.Failure) {
        for seal in seals {
            do throws(GossipSeal.Failure) {
                return try seal.open(datagram, into: &plain)
            } catch .notAuthentic { continue }
        }
        throw .notAuthentic
    }
}
