/// Whether each of the last 100 was well, in two words.
public struct ResultHistory: Sendable, Equatable {
    /// Results that are kept.
    public static let limit = 100
    // The newest is the lowest bit.
    @usableFromInline var low: UInt64 = 0
    @usableFromInline var high: UInt64 = 0
    /// Results in it, 0...100.
    public private(set) var count = 0

    /// Empty.
    public init() {}

    /// Takes one in; the oldest of 100 leaves.
    public mutating func record(_ isGood: Bool) {
        high = (high << 1 | low >> 63) & (1 << 36 - 1)
        low = low << 1 | (isGood ? 1 : 0)
        count = min(count + 1, Self.limit)
    }

    /// Keeps the newest of them alone.
    ///
    /// - Parameter count: how many; less than none is none.
    public mutating func keep(newest count: Int) {
        guard count < self.count else { return }
        let kept = max(count, 0)
        low &= kept >= 64 ? .max : 1 << UInt64(kept) - 1
        high &= kept <= 64 ? 0 : 1 << UInt64(kept - 64) - 1
        self.count = kept
    }

    /// How many of them were well.
    public var good: Int { low.nonzeroBitCount + high.nonzeroBitCount }

    /// The share that was well, 0...1; nil of none.
    public var share: Double? { count == 0 ? nil : Double(good) / Double(count) }
}
