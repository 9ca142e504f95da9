import MeshBase
import Wire

/// Which requests a process follows that come in there: those whose clients ask for it, one in so many anyway, and of those
/// that fail what is known at the end. Whoever is not followed costs a branch.
package struct TraceSampler: Sendable {
    /// Failures of requests that nobody followed: so many a second are kept, as a flood of them says little more.
    package static let failures = 50

    private let sample: UInt64
    /// Requests until the next of the sample.
    private var gap: UInt64
    private var coins: Generator
    private var second = Instant.zero
    private var kept = 0

    /// - Parameters:
    ///   - sample: one of so many requests is followed unasked; 0 for none.
    ///   - coins: of its own.
    init(sample: UInt64, coins: Generator) {
        self.sample = sample
        self.coins = coins
        gap = 0
        gap = nextGap()
    }

    /// The trace that a request belongs to; nil where nobody wants to know.
    ///
    /// - Parameter parent: that the client names.
    @inline(__always)
    mutating func context(_ parent: FrameTrace?, isExplained: Bool) -> FrameTrace? {
        gap &-= 1
        guard gap == 0 || isExplained || parent != nil else { return nil }
        return make(parent, isExplained: isExplained)
    }

    @inline(never)
    private mutating func make(_ parent: FrameTrace?, isExplained: Bool) -> FrameTrace {
        var trace = parent ?? identify()
        trace.isExplained = isExplained
        if gap == 0 {
            trace.isSampled = true
            gap = nextGap()
        }
        return trace
    }

    /// A trace for a request that has failed; nil where enough of them were kept in this second.
    ///
    /// - Parameter trace: that it belongs to; nil where it has none.
    mutating func failed(_ trace: FrameTrace?, now: Instant) -> FrameTrace? {
        if now - second >= .seconds(1) {
            second = now
            kept = 0
        }
        guard kept < Self.failures else { return nil }
        kept += 1
        var trace = trace ?? identify()
        trace.isSampled = true
        return trace
    }

    private mutating func identify() -> FrameTrace {
        let (high, low) = (coins.next(), coins.next())
        return FrameTrace(high: high, low: max(low, 1), isExplained: false)
    }

    /// Of any length, so that no rhythm of requests meets it: `sample` on average.
    private mutating func nextGap() -> UInt64 { sample == 0 ? .max : 1 + coins.below(2 * sample - 1) }
}
