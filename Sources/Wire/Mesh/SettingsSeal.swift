import Ciphers
import MeshBase

/// Makes and checks the proofs that settings come from this mesh, over the document's bytes. Without it whoever reaches a
/// process's address could open every breaker.
package struct SettingsSeal: Sendable {
    /// Bytes of a proof.
    package static let size = MeshSeal.size
    private let seal: MeshSeal

    /// - Parameters:
    ///   - secret: 32 bytes that every process of the mesh holds.
    ///   - mesh: its label on the wire.
    package init(secret: [UInt8], mesh: String) {
        seal = MeshSeal(secret: secret, mesh: mesh, label: "cellmesh settings")
    }

    package func proof(of bytes: [UInt8]) -> [UInt8] { seal.proof(of: bytes) }

    /// In a time that says nothing of where they differ.
    package func isGenuine(_ proof: [UInt8], of bytes: [UInt8]) -> Bool {
        ConstantTime.areEqual(proof, seal.proof(of: bytes))
    }
}
