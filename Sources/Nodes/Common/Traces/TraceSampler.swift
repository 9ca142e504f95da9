import MeshBase
import Wire

/// Which requests a process follows that come in there: those whose clients ask for it, one in so many anyway, and of those
/// that end unlike the others what is known at the end. Whoever is not followed costs a branch.
package struct TraceSampler: Sendable {
    /// Requests that nobody followed and that ended in one way: so many a second are kept, as a flood of them says little more.
    /// As many are followed of those whose callers keep them.
    package static let most = 50

    private let sample: UInt64
    /// Requests until the next of the sample.
    private var gap: UInt64
    private var coins: Generator
    private var second = Instant.zero
    /// In this second, by reason.
    private var kept = InlineArray<16, UInt8>(repeating: 0)

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
    mutating func context(_ parent: FrameTrace?, isExplained: Bool, now: Instant) -> FrameTrace? {
        gap &-= 1
        guard gap == 0 || isExplained || parent != nil else { return nil }
        return make(parent, isExplained: isExplained, now: now)
    }

    @inline(never)
    private mutating func make(_ parent: FrameTrace?, isExplained: Bool, now: Instant) -> FrameTrace {
        var trace = parent ?? identify()
        trace.isExplained = isExplained
        if trace.isSampled { trace.isSampled = hasRoom(for: .caller, now: now) }
        if gap == 0 {
            trace.isSampled = true
            gap = nextGap()
        }
        return trace
    }

    /// A trace for a request that nobody followed and that has ended so; nil where enough of them were kept in this second.
    ///
    /// - Parameter trace: that it belongs to; nil where it has none.
    mutating func keep(_ reason: TraceReason, _ trace: FrameTrace?, now: Instant) -> FrameTrace? {
        guard hasRoom(for: reason, now: now) else { return nil }
        var trace = trace ?? identify()
        trace.isSampled = true
        return trace
    }

    private mutating func hasRoom(for reason: TraceReason, now: Instant) -> Bool {
        if now - second >= .seconds(1) {
            second = now
            kept = InlineArray(repeating: 0)
        }
        guard kept[Int(reason.rawValue)] < Self.most else { return false }
        kept[Int(reason.rawValue)] += 1
        return true
    }

    private mutating func identify() -> FrameTrace {
        let (high, low) = (coins.next(), coins.next())
        return FrameTrace(high: high, low: max(low, 1), isExplained: false)
    }

    /// Of any length, so that no rhythm of requests meets it: `sample` on average.
    private mutating func nextGap() -> UInt64 { sample == 0 ? .max : 1 + coins.below(2 * sample - 1) }
}
