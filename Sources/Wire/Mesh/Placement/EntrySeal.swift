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
    /// With what every proof begins with: the key, then whose proofs they are.
    private let beginning: HMAC<SHA256>

    package init(secret: [UInt8], mesh: String) {
        var beginning = HMAC<SHA256>(key: SymmetricKey(data: secret))
        beginning.update(data: Array("cellmesh placement entry".utf8) + [0] + Array(mesh.utf8) + [0])
        self.beginning = beginning
    }

    /// Of an entry that a majority of the deciders has accepted.
    package func seal(decided entry: PlacementEntry) -> SealedEntry {
        SealedEntry(entry: entry, proof: proof(of: entry.bytes))
    }

    package func isGenuine(_ sealed: SealedEntry) -> Bool {
        Self.areEqual(sealed.proof, proof(of: sealed.entry.bytes))
    }

    package func isGenuine(deciders set: [UInt8], proof: [UInt8]) -> Bool {
        Self.areEqual(proof, self.proof(ofDeciders: set))
    }

    /// In a time that says nothing of where they differ.
    private static func areEqual(_ proof: [UInt8], _ expected: [UInt8]) -> Bool {
        guard proof.count == size, expected.count == size else { return false }
        var difference: UInt8 = 0
        for index in 0..<size { difference |= proof[index] ^ expected[index] }
        return difference == 0
    }

    /// Of a set of deciders, in its encoded form, that was decided, or that the mesh was founded with.
    package func proof(ofDeciders set: [UInt8]) -> [UInt8] { proof(of: set, label: "deciders") }

    private func proof(of bytes: [UInt8], label: StaticString = "entry") -> [UInt8] {
        var hmac = beginning
        hmac.update(data: UnsafeBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount) + bytes)
        return Array(hmac.finalize().prefix(Self.size))
    }
}
