import Ciphers
import MeshBase
import Replication

/// Proves that an entity tag of a key that keeps siblings was given out by this mesh, and for this key: whoever made one
/// up, or sent that of another key, would supersede nothing and become a sibling of all.
///
/// The first 8 bytes of HMAC-SHA256 under the mesh's secret, over the mesh, the customer, the key and the dot.
package struct SiblingSeal: Sendable {
    /// With what every proof begins with.
    private let beginning: HMACSHA256

    package init(secret: [UInt8], mesh: String) {
        var beginning = HMACSHA256(key: secret)
        beginning.update(Array("cellmesh sibling".utf8) + [0] + Array(mesh.utf8) + [0])
        self.beginning = beginning
    }

    /// The dots with their proofs.
    /// - Parameter key: the hash of the record's key.
    package func prove(_ dots: [RecordVersion], customer: CustomerHash, key: UInt64) -> [ProvenDot] {
        dots.map { ProvenDot($0, proof: proof(of: $0, customer, key)) }
    }

    /// Whether this mesh has given out all of them for this key.
    package func hasGiven(_ dots: [ProvenDot], customer: CustomerHash, key: UInt64) -> Bool {
        // All are looked at, in a time that says nothing of where they differ.
        dots.reduce(0) { $0 | ($1.proof ^ proof(of: $1.version, customer, key)) } == 0
    }

    private func proof(of dot: RecordVersion, _ customer: CustomerHash, _ record: UInt64) -> UInt64 {
        var hmac = beginning
        for word in [customer.rawValue, record, dot.counter, dot.writer] {
            withUnsafeBytes(of: word.bigEndian) { hmac.update($0) }
        }
        return hmac.finish().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
