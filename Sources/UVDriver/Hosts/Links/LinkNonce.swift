import Wire

/// Nonces of mesh links: from the system's randomness, because one that could be foretold would let an answer that was
/// fetched from a cell today open a link in its name tomorrow.
enum LinkNonce {
    static func make() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<LinkHandshake.nonceSize).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
