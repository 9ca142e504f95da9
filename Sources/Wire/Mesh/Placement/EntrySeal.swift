import Ciphers
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

/// Makes and checks the proofs.
package struct EntrySeal: Sendable {
    package static let size = MeshSeal.size
    private let seal: MeshSeal

    package init(secret: [UInt8], mesh: String) {
        seal = MeshSeal(secret: secret, mesh: mesh, label: "cellmesh placement entry")
    }

    /// Of an entry that a majority of the deciders has accepted.
    package func seal(decided entry: PlacementEntry) -> SealedEntry {
        SealedEntry(entry: entry, proof: proof(of: entry.bytes))
    }

    package func isGenuine(_ sealed: SealedEntry) -> Bool {
        ConstantTime.areEqual(sealed.proof, proof(of: sealed.entry.bytes))
    }

    package func isGenuine(deciders set: [UInt8], proof: [UInt8]) -> Bool {
        ConstantTime.areEqual(proof, self.proof(ofDeciders: set))
    }

    /// Of a set of deciders, in its encoded form, that was decided, or that the mesh was founded with.
    package func proof(ofDeciders set: [UInt8]) -> [UInt8] { proof(of: set, label: "deciders") }

    private func proof(of bytes: [UInt8], label: StaticString = "entry") -> [UInt8] {
        seal.proof(of: UnsafeBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount) + bytes)
    }
}
