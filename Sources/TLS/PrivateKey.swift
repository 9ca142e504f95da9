import COpenSSL

/// A private key of the library, given back with the last reference.
final class PrivateKey {
    let raw: OpaquePointer

    private init(_ raw: OpaquePointer) { self.raw = raw }
    deinit { EVP_PKEY_free(raw) }

    /// A new key of a process: ECDSA over P-256, which is drawn by the system.
    static func new() throws(TLSFault) -> PrivateKey {
        guard let raw = copenssl_new_p256() else { throw .last("no key was made") }
        return PrivateKey(raw)
    }

    /// The key of an authority, which follows from 32 bytes: Ed25519 (RFC 8032).
    static func derived(from seed: [UInt8]) throws(TLSFault) -> PrivateKey {
        guard let raw = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
            throw .last("no key was derived")
        }
        return PrivateKey(raw)
    }
}
