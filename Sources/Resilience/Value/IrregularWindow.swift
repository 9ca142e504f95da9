import MeshBase

/// Irregular results of a sliding time and what they were worth: ten parts, of which the oldest leaves whole.
struct IrregularWindow: Sendable {
    private struct Part: Sendable {
        var count: Int32 = 0
        var worth = Worth.zero
    }

    private static let parts = 10

    private var ring = InlineArray<10, Part>(repeating: Part())
    /// The part that is written to: time since the origin over the width of one.
    private var current: Int64 = 0
    /// Irregular results in it.
    private(set) var count = 0
    /// Their worth.
    private(set) var worth = Worth.zero

    /// - Parameter width: of a part, at least 1 ms.
    mutating func record(_ value: Worth, now: Instant, width: TimeAmount) {
        advance(now, width: width)
        let index = Int(current % Int64(Self.parts))
        ring[index].count += ring[index].count < .max ? 1 : 0
        ring[index].worth = ring[index].worth + value
        count += 1
        sum()
    }

    /// Lets go of what is older.
    mutating func advance(_ now: Instant, width: TimeAmount) {
        // Time goes forward only; a clock that was set back leaves all where it is.
        let part = max(now.nanoseconds, 0) / width.nanoseconds
        guard part > current else { return }
        let steps = min(part - current, Int64(Self.parts))
        current = part
        guard count > 0 else { return }
        for step in 0..<steps { ring[Int((part - step) % Int64(Self.parts))] = Part() }
        sum()
    }

    mutating func clear() {
        guard count > 0 else { return }
        ring = InlineArray(repeating: Part())
        (count, worth) = (0, .zero)
    }

    private mutating func sum() {
        (count, worth) = (0, .zero)
        for index in 0..<Self.parts {
            count += Int(ring[index].count)
            worth = worth + ring[index].worth
        }
    }
}
