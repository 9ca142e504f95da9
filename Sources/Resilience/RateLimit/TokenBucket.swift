import MeshBase

/// A token bucket in whole numbers: what flows in is counted to the nanosecond and loses nothing to rounding, so that
/// over any time t at most capacity + rate x t is taken. Tokens are counted in millionths.
public struct TokenBucket: Sendable, Equatable {
    /// What one token counts.
    public static let unit: Int64 = 1_000_000

    /// Millionths of a token per second, 0 or more.
    public let rate: Int64
    /// Millionths of a token that it holds when full, 0 or more.
    public let capacity: Int64
    @usableFromInline var tokens: Int64
    /// Of a millionth, in parts of 10^9: what has flowed in and makes no whole one yet.
    @usableFromInline var rest: Int64 = 0
    @usableFromInline var at: Instant

    /// Full.
    ///
    /// - Parameters:
    ///   - rate: millionths of a token per second; less than 0 is 0.
    ///   - capacity: millionths of a token; less than 0 is 0.
    public init(rate: Int64, capacity: Int64, now: Instant) {
        self.rate = max(rate, 0)
        self.capacity = max(capacity, 0)
        tokens = self.capacity
        at = now
    }

    /// Millionths of a token that are in it.
    @inlinable public mutating func available(now: Instant) -> Int64 {
        refill(now)
        return tokens
    }

    /// Whether nothing is missing: then it tells no more than a new one.
    @inlinable public mutating func isFull(now: Instant) -> Bool { available(now: now) == capacity }

    /// Takes so many millionths of a token, all or none.
    ///
    /// - Parameter amount: 0 or more.
    @inlinable public mutating func take(_ amount: Int64, now: Instant) -> Bool {
        refill(now)
        guard amount <= tokens else { return false }
        tokens -= max(amount, 0)
        return true
    }

    /// How long until so many millionths are in it, if none is taken; nil if they never will be.
    public mutating func wait(for amount: Int64, now: Instant) -> TimeAmount? {
        refill(now)
        guard amount > tokens else { return .zero }
        guard amount <= capacity, rate > 0 else { return nil }
        let (quotient, remainder) = Self.scaled(amount - tokens, minus: rest, over: rate)
        return .nanoseconds(remainder == 0 ? quotient : quotient &+ 1)
    }

    /// (missing x 10^9 - rest) / rate, at most what 292 years have.
    private static func scaled(_ missing: Int64, minus rest: Int64, over rate: Int64) -> (Int64, Int64) {
        let product = missing.multipliedFullWidth(by: 1_000_000_000)
        let (low, borrow) = product.low.subtractingReportingOverflow(UInt64(rest))
        let high = product.high - (borrow ? 1 : 0)
        guard high < rate / 2 else { return (.max - 1, 0) }
        return rate.dividingFullWidth((high, low))
    }

    @usableFromInline mutating func refill(_ now: Instant) {
        guard now > at else { return }
        let elapsed = (now - at).nanoseconds
        at = now
        guard tokens < capacity, rate > 0 else { return }
        let product = elapsed.multipliedFullWidth(by: rate)
        let (low, carry) = product.low.addingReportingOverflow(UInt64(rest))
        let high = product.high + (carry ? 1 : 0)
        // More than whole tokens can be counted: it is full.
        guard high < 500_000_000 else { return fill() }
        let (whole, rest) = Int64(1_000_000_000).dividingFullWidth((high, low))
        guard whole < capacity - tokens else { return fill() }
        tokens += whole
        self.rest = rest
    }

    private mutating func fill() {
        tokens = capacity
        rest = 0
    }
}
