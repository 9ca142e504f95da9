import COpenSSL

/// The hash SHA-256 (FIPS 180-4), fed in pieces. A value: a copy goes on by itself.
package struct SHA256: Sendable {
    /// Bytes of a digest.
    package static let size = 32
    /// Bytes that are hashed at once.
    static let blockSize = 64
    // Plain memory of the library, which points nowhere.
    nonisolated(unsafe) private var state = SHA256_CTX()

    package init() { SHA256_Init(&state) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&state, bytes.baseAddress, bytes.count)
    }

    /// The digest of all that came.
    package consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.size) { digest, count in
            SHA256_Final(digest.baseAddress, &state)
            count = Self.size
        }
    }

    /// The digest of some bytes.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}
