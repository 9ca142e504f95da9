import Crypto
import MeshBase

/// Makes and checks the proofs that settings come from this mesh: HMAC-SHA256 under the mesh's secret over a label, the
/// mesh's name and the document's bytes, of which 16 bytes are kept. Without it whoever reaches a process's address could
/// open every breaker.
package struct SettingsSeal: Sendable {
    package static let size = 16
    private let beginning: HMAC<SHA256>

    /// - Parameters:
    ///   - secret: 32 bytes that every process of the mesh holds.
    ///   - mesh: its label on the wire.
    package init(secret: [UInt8], mesh: String) {
        var beginning = HMAC<SHA256>(key: SymmetricKey(data: secret))
        beginning.update(data: Array("cellmesh settings".utf8) + [0] + Array(mesh.utf8) + [0])
        self.beginning = beginning
    }

    package func proof(of bytes: [UInt8]) -> [UInt8] {
        var hmac = beginning
        hmac.update(data: bytes)
        return Array(hmac.finalize().prefix(Self.size))
    }

    /// In a time that says nothing of where they differ.
    package func isGenuine(_ proof: [UInt8], of bytes: [UInt8]) -> Bool {
        let expected = self.proof(of: bytes)
        guard proof.count == expected.count else { return false }
        var difference: UInt8 = 0
        for index in expected.indices { difference |= proof[index] ^ expected[index] }
        return difference == 0
    }
}
