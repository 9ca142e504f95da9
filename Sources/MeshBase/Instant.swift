/// A length of time in integer nanoseconds; may be negative. Arithmetic saturates at about 292 years either way.
public struct TimeAmount: Hashable, Comparable, Sendable, Codable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static func nanoseconds(_ n: Int64) -> TimeAmount { TimeAmount(nanoseconds: n) }
    @inlinable public static func microseconds(_ n: Int64) -> TimeAmount { .nanoseconds(1_000) * n }
    @inlinable public static func milliseconds(_ n: Int64) -> TimeAmount { .nanoseconds(1_000_000) * n }
    @inlinable public static func seconds(_ n: Int64) -> TimeAmount { .nanoseconds(1_000_000_000) * n }
    @inlinable public static func minutes(_ n: Int64) -> TimeAmount { .nanoseconds(60_000_000_000) * n }
    @inlinable public static func hours(_ n: Int64) -> TimeAmount { .nanoseconds(3_600_000_000_000) * n }
    public static let zero = TimeAmount(nanoseconds: 0)

    /// Seconds as a floating-point number, rounded to the nearest nanosecond; not a number is zero.
    public init(seconds: Double) { self.init(rounding: seconds * 1e9) }

    @usableFromInline init(rounding nanoseconds: Double) {
        if nanoseconds >= Double(Int64.max) {
            self.nanoseconds = .max
        } else if nanoseconds <= Double(Int64.min) {
            self.nanoseconds = .min
        } else {
            self.nanoseconds = nanoseconds.isNaN ? 0 : Int64(nanoseconds.rounded())
        }
    }

    @inlinable public var seconds: Double { Double(nanoseconds) / 1e9 }
    /// Milliseconds as a fraction.
    @inlinable public var milliseconds: Double { Double(nanoseconds) / 1e6 }
    /// Whole milliseconds, rounded up, so that a wait of this many never ends early.
    @inlinable public var millisecondsRoundedUp: Int64 { nanoseconds <= 0 ? 0 : (nanoseconds - 1) / 1_000_000 + 1 }

    @inlinable public static func < (a: TimeAmount, b: TimeAmount) -> Bool { a.nanoseconds < b.nanoseconds }
    @inlinable public static func + (a: TimeAmount, b: TimeAmount) -> TimeAmount {
        TimeAmount(nanoseconds: saturating(a.nanoseconds.addingReportingOverflow(b.nanoseconds), a.nanoseconds))
    }
    @inlinable public static func - (a: TimeAmount, b: TimeAmount) -> TimeAmount {
        TimeAmount(nanoseconds: saturating(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds), a.nanoseconds))
    }
    @inlinable public static func * (a: TimeAmount, b: Int64) -> TimeAmount {
        TimeAmount(
            nanoseconds: saturating(
                a.nanoseconds.multipliedReportingOverflow(by: b), (a.nanoseconds < 0) == (b < 0) ? 1 : -1))
    }
    /// For literals, which would otherwise fit the other two equally well.
    @inlinable public static func * (a: TimeAmount, b: Int) -> TimeAmount { a * Int64(b) }
    @inlinable public static func * (a: TimeAmount, b: Double) -> TimeAmount {
        TimeAmount(rounding: Double(a.nanoseconds) * b)
    }
    /// Rounds towards zero; `b` must not be 0.
    @inlinable public static func / (a: TimeAmount, b: Int64) -> TimeAmount {
        precondition(b != 0, "a length of time was divided by zero")
        return TimeAmount(nanoseconds: saturating(a.nanoseconds.dividedReportingOverflow(by: b), 1))
    }
}

/// A point in time: nanoseconds since an origin that the driver chose (boot, or the start of a simulation).
public struct Instant: Hashable, Comparable, Sendable, Codable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static let zero = Instant(nanoseconds: 0)
    public static let distantFuture = Instant(nanoseconds: .max)

    @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
    @inlinable public static func + (a: Instant, b: TimeAmount) -> Instant {
        Instant(nanoseconds: saturating(a.nanoseconds.addingReportingOverflow(b.nanoseconds), a.nanoseconds))
    }
    @inlinable public static func - (a: Instant, b: TimeAmount) -> Instant {
        Instant(nanoseconds: saturating(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds), a.nanoseconds))
    }
    @inlinable public static func - (a: Instant, b: Instant) -> TimeAmount {
        TimeAmount(nanoseconds: saturating(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds), a.nanoseconds))
    }
    @inlinable public static func += (a: inout Instant, b: TimeAmount) { a = a + b }
}

@inlinable func saturating(_ result: (partialValue: Int64, overflow: Bool), _ sign: Int64) -> Int64 {
    result.overflow ? (sign < 0 ? .min : .max) : result.partialValue
}
