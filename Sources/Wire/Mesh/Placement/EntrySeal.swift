import Crypto
import MeshBase
import Sharding

/// An entry of the placement with the proof that it was decided. Only who saw a majority of the deciders accept it makes
/// one; everybody who holds the mesh's secret can tell.
package struct SealedEntry: Sendable, Equatable {
    package var entry: PlacementEntry
    /// 16 bytes.
    package var proof: [UInt8]

    package init(entry: PlacementEntry, proof: [UInt8]) {
        self.entry = entry
        self.proof = proof
    }
}

/// Makes and checks the proofs: HMAC-SHA256 under the mesh's secret over a label, the mesh's name and the entry, of which
/// 16 bytes are kept.
package struct EntrySeal: Sendable {
    package static let size = 16
    private let key: SymmetricKey
    private let context: [UInt8]

    package init(secret: [UInt8], mesh: String) {
        key = SymmetricKey(data: secret)
        context = Array("cellmesh placement entry".utf8) + [0] + Array(mesh.utf8) + [0]
    }

    /// Of an entry that a majority of the deciders has accepted.
    package func seal(decided entry: PlacementEntry) -> SealedEntry {
        SealedEntry(entry: entry, proof: proof(of: entry.bytes))
    }

    package func isGenuine(_ sealed: SealedEntry) -> Bool {
        let expected = proof(of: sealed.entry.bytes)
        guard sealed.proof.count == Self.size else { return false }
        var difference: UInt8 = 0
        for index in 0..<Self.size { difference |= sealed.proof[index] ^ expected[index] }
        return difference == 0
    }

    private func proof(of bytes: [UInt8]) -> [UInt8] {
        var hmac = HMAC<SHA256>(key: key)
        hmac.update(data: context)
        hmac.update(data: bytes)
        return Array(hmac.finalize().prefix(Self.size))
    }
}
