import COpenSSL
import MeshBase

/// ChaCha20-Poly1305 (RFC 8439): encrypts, and proves that nothing was changed.
package struct ChaChaPoly: Sendable {
    /// Bytes of a key.
    package static let keySize = 32
    /// Bytes of a nonce; one is never used twice under a key.
    package static let nonceSize = 12
    /// Bytes that follow what is encrypted.
    package static let tagSize = 16
    /// Looked up once: the library would look for it with every packet. It is not changed, and lives as long as the process.
    private nonisolated(unsafe) static let algorithm = EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
    private let key: [UInt8]

    /// - Parameter key: `keySize` bytes.
    package init(key: [UInt8]) {
        precondition(key.count == Self.keySize, "a key of \(key.count) bytes")
        self.key = key
    }

    /// Appends the sealed form of `plain`, and its tag.
    ///
    /// - Parameters:
    ///   - nonce: `nonceSize` bytes.
    ///   - label: is proved and not carried.
    package func seal(
        _ plain: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, label: [UInt8], into output: inout ByteBuffer
    ) {
        let room = output.reserve(plain.count + Self.tagSize).baseAddress!
        // None of the calls can fail: lengths are right, and memory for a context is not refused.
        withContext(nonce, encrypts: true) { context in
            var count: Int32 = 0
            EVP_EncryptUpdate(context, nil, &count, label, Int32(label.count))
            EVP_EncryptUpdate(context, bytes(room), &count, plain.baseAddress.map(bytes), Int32(plain.count))
            EVP_EncryptFinal_ex(context, bytes(room + plain.count), &count)
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), room + plain.count)
        }
        output.commit(plain.count + Self.tagSize)
    }

    /// Appends the opened form of `sealed`, which ends with its tag; where it was not sealed with this key, nonce and label,
    /// or was changed, nothing is appended.
    ///
    /// - Returns: whether it was opened.
    package func open(
        _ sealed: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, label: [UInt8], into output: inout ByteBuffer
    ) -> Bool {
        guard sealed.count >= Self.tagSize, let source = sealed.baseAddress else { return false }
        let length = sealed.count - Self.tagSize
        let room = output.reserve(max(length, 1)).baseAddress!
        let isGenuine = withContext(nonce, encrypts: false) { context in
            var count: Int32 = 0
            let tag = UnsafeMutableRawPointer(mutating: source + length)
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), tag)
            EVP_DecryptUpdate(context, nil, &count, label, Int32(label.count))
            EVP_DecryptUpdate(context, bytes(room), &count, bytes(source), Int32(length))
            return EVP_DecryptFinal_ex(context, bytes(room + length), &count) == 1
        }
        if isGenuine { output.commit(length) }
        return isGenuine
    }

    private func withContext<Result>(
        _ nonce: UnsafeRawBufferPointer, encrypts: Bool, _ body: (OpaquePointer) -> Result
    ) -> Result {
        precondition(nonce.count == Self.nonceSize, "a nonce of \(nonce.count) bytes")
        guard let context = EVP_CIPHER_CTX_new() else { fatalError("no memory for a cipher") }
        defer { EVP_CIPHER_CTX_free(context) }
        EVP_CipherInit_ex(
            context, Self.algorithm, nil, key, nonce.baseAddress.map(bytes), encrypts ? 1 : 0)
        return body(context)
    }
}

private func bytes(_ pointer: UnsafeRawPointer) -> UnsafePointer<UInt8> {
    pointer.assumingMemoryBound(to: UInt8.self)
}
private func bytes(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt8> {
    pointer.assumingMemoryBound(to: UInt8.self)
}
