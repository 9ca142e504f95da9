/// HMAC-SHA256 (RFC 2104): proves that bytes come from somebody who holds the key. A value: what many proofs begin with is
/// put in once, and copied.
package struct HMACSHA256: Sendable {
    /// Bytes of a proof.
    package static let size = SHA256.size
    private var inner = SHA256()
    private var outer = SHA256()

    /// - Parameter key: of any length; one of more than 64 bytes is hashed first.
    package init(key: [UInt8]) {
        let key = key.count > SHA256.blockSize ? SHA256.hash(key) : key
        func pad(_ mask: UInt8) -> [UInt8] {
            key.map { $0 ^ mask } + [UInt8](repeating: mask, count: SHA256.blockSize - key.count)
        }
        pad(0x36).withUnsafeBytes { inner.update($0) }
        pad(0x5C).withUnsafeBytes { outer.update($0) }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { inner.update(bytes) }
    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { inner.update($0) } }
    package mutating func update(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { inner.update($0) } }

    /// The proof of all that came.
    package consuming func finish() -> [UInt8] {
        inner.finish().withUnsafeBytes { outer.update($0) }
        return outer.finish()
    }
}
