/// How often a breaker has come into each of its states since the start; inline, so that counting allocates nothing.
public struct BreakerChanges: Sendable, Equatable {
    private var counts = SIMD8<UInt32>.zero

    /// None yet.
    public init() {}

    /// Changes that ended in a state. The count begins anew after 2^32.
    public subscript(_ entered: BreakerState) -> UInt64 { UInt64(counts[Int(entered.rawValue)]) }

    /// A change that left the state what it was is none.
    mutating func count(_ change: BreakerTransition) {
        guard change.from != change.to else { return }
        counts[Int(change.to.rawValue)] &+= 1
    }
}
