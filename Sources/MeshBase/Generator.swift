/// A seeded random stream (xoshiro256**, Blackman and Vigna 2018).
///
/// Every concern draws from a stream of its own, derived from (seed, concern, node, counter), so that one more draw
/// in one place does not shift the draws of another.
public struct Generator: RandomNumberGenerator, Sendable {
    @usableFromInline var s: (UInt64, UInt64, UInt64, UInt64)

    @inlinable public init(seed: UInt64) {
        var mixer = SplitMix64(state: seed)
        s = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    /// The stream of one concern of one node.
    public init(seed: UInt64, concern: StaticString, node: UInt64 = 0, counter: UInt64 = 0) {
        let name = concern.withUTF8Buffer { StableHash.hash(UnsafeRawBufferPointer($0)) }
        self.init(seed: StableHash.combine(StableHash.combine(seed, name), StableHash.combine(node, counter)))
    }

    @inlinable public mutating func next() -> UInt64 {
        let result = rotate(s.1 &* 5, 7) &* 9
        let t = s.1 << 17
        s.2 ^= s.0
        s.3 ^= s.1
        s.1 ^= s.2
        s.0 ^= s.3
        s.2 ^= t
        s.3 = rotate(s.3, 45)
        return result
    }

    /// A number in [0, 1) with 53 random bits.
    @inlinable public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in 0..<bound without modulo bias worth noticing (Lemire's multiply-shift). Bound 0 gives 0.
    @inlinable public mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

    /// True with the given probability; outside 0...1 it is clamped.
    @inlinable public mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// A standard normal draw (Box and Muller's polar form would store a second one; this one does not).
    public mutating func normal() -> Double {
        // Acklam's rational approximation of the inverse normal, relative error below 1.2e-9: no libm call that
        // could differ between machines, hence the same bits from the same seed.
        InverseNormal.quantile(max(unit(), 0x1p-54))
    }

    @inlinable func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
}

/// SplitMix64 (Steele, Lea, Flood 2014): expands one word into the state of another generator.
public struct SplitMix64: Sendable {
    @usableFromInline var state: UInt64
    @inlinable public init(state: UInt64) { self.state = state }
    @inlinable public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return StableHash.mix(state)
    }
}
