import Ciphers
import MeshBase

/// Makes and checks the proofs that bytes come from this mesh: HMAC-SHA256 under the mesh's secret over a label, the mesh's
/// name and the bytes, of which 16 bytes are kept.
struct MeshSeal: Sendable {
    /// Bytes of a proof.
    static let size = 16
    /// With what every proof begins with: the key, then whose proofs they are, and of what.
    private let beginning: HMACSHA256

    /// - Parameters:
    ///   - secret: 32 bytes that every process of the mesh holds.
    ///   - mesh: its label on the wire.
    ///   - label: what is proved; a proof of one thing is none of another.
    init(secret: [UInt8], mesh: String, label: String) {
        var beginning = HMACSHA256(key: secret)
        beginning.update(Array(label.utf8) + [0] + Array(mesh.utf8) + [0])
        self.beginning = beginning
    }

    func proof(of bytes: [UInt8]) -> [UInt8] { proof(of: bytes[...]) }

    func proof(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        var hmac = beginning
        hmac.update(bytes)
        return Array(hmac.finish().prefix(Self.size))
    }
}
