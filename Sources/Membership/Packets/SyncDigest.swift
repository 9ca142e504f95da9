import MeshBase

/// A digest of a view in 32 buckets by the hash of the member's name: the exclusive or of one word per live member.
///
/// Two views with equal buckets agree, but for a chance of 2^-32 a bucket, on who lives, in which incarnation and at
/// which endpoints. Suspicion is left out: it passes by itself.
public struct SyncDigest: Hashable, Sendable {
    /// How many buckets there are.
    public static let bucketCount = 32
    /// One word each; 0 for an empty bucket.
    public var buckets = SIMD32<UInt32>(repeating: 0)

    /// The digest of nobody.
    public init() {}

    /// The bucket of a hash: its five highest bits.
    @inlinable public static func bucket(_ hash: UInt32) -> Int { Int(hash >> 27) }

    mutating func toggle(hash: UInt32, incarnation: UInt32, fingerprint: UInt32) {
        let word = StableHash.mix(
            UInt64(hash) << 32 ^ UInt64(incarnation) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(fingerprint)
                &* 0xD6E8_FEB8_6659_FD93)
        buckets[Self.bucket(hash)] ^= UInt32(truncatingIfNeeded: word >> 16)
    }

    /// One bit for each bucket that differs.
    func difference(from other: SyncDigest) -> UInt32 {
        var mask: UInt32 = 0
        for bucket in 0..<Self.bucketCount where buckets[bucket] != other.buckets[bucket] {
            mask |= 1 << UInt32(bucket)
        }
        return mask
    }
}

/// A part of the space of name hashes: the buckets of a mask, between two hashes, both included.
public struct SyncRange: Hashable, Sendable {
    /// One bit for each of the 32 buckets.
    public var buckets: UInt32
    /// The lowest hash.
    public var first: UInt32
    /// The highest hash, itself included.
    public var last: UInt32

    /// A range of hashes within some buckets; empty where `first` is above `last`.
    @inlinable public init(buckets: UInt32, first: UInt32, last: UInt32) {
        self.buckets = buckets
        self.first = first
        self.last = last
    }

    /// Whether a name with this hash lies in the range.
    @inlinable public func contains(_ hash: UInt32) -> Bool {
        hash >= first && hash <= last && buckets >> UInt32(SyncDigest.bucket(hash)) & 1 == 1
    }
}
