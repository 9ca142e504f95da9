/// Keys derived from a secret (RFC 5869), with SHA-256.
package enum HKDF {
    /// - Parameters:
    ///   - secret: what is hard to guess.
    ///   - salt: may be empty.
    ///   - purpose: of one secret, keys for different purposes tell nothing of one another.
    ///   - count: bytes of the key, 1...8 160.
    package static func key(from secret: [UInt8], salt: [UInt8], purpose: [UInt8], count: Int = 32) -> [UInt8] {
        precondition((1...255 * HMACSHA256.size).contains(count), "a key of \(count) bytes")
        let salt = salt.isEmpty ? [UInt8](repeating: 0, count: HMACSHA256.size) : salt
        let strong = proof(key: salt, secret)
        var output: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 1
        while output.count < count {
            block = proof(key: strong, block + purpose + [number])
            output += block
            number &+= 1
        }
        return Array(output.prefix(count))
    }

    private static func proof(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var hmac = HMACSHA256(key: key)
        hmac.update(bytes)
        return hmac.finish()
    }
}
