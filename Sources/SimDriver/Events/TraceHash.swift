import MeshBase

/// A running hash over everything that happened: equal for equal seeds, or the simulation is not deterministic.
struct TraceHash {
    private(set) var value: UInt64
    private(set) var events: UInt64 = 0

    init(seed: UInt64) { value = StableHash.mix(seed &+ 0x7472_6163_6520_7631) }

    /// An event: when, what, where, and a digest of its content.
    mutating func note(_ at: Instant, kind: UInt64, node: UInt64, content: UInt64) {
        events += 1
        let head = StableHash.combine(UInt64(bitPattern: at.nanoseconds), kind << 48 ^ node)
        value = StableHash.combine(StableHash.combine(value, head), content)
    }
}
