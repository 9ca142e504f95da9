import MeshBase

/// A hybrid logical clock (Kulkarni, Demirbas and others 2014): counters that rise with real time, and never fall behind
/// one that their holder has seen.
///
/// A counter holds microseconds since 1970 above `logicBits` bits of logic, so that of two writes, one of which ended
/// before the other began, the later one has the higher counter even where the second never saw the first: their clocks
/// need only agree better than the time that lies between. 53 bits of microseconds last until the year 2255.
public struct HybridClock: Sendable, Hashable {
    /// Bits below the microseconds: 1 024 counters in each.
    public static let logicBits: UInt64 = 10
    /// How far ahead of the wall clock a counter may be and still be followed. Whatever claims more is insane: its own key
    /// goes on above it, and no other.
    public static let bound = TimeAmount.seconds(1)

    /// The highest counter followed.
    public private(set) var latest: UInt64 = 0
    /// Counters that were too far ahead to be followed.
    public private(set) var insane: UInt64 = 0

    /// - Parameter latest: goes on above this counter; 0 for a holder that has seen nothing.
    public init(latest: UInt64) { self.latest = latest }

    /// The first counter of an instant.
    /// - Parameter wall: nanoseconds since 1970; what lies before that counts as 1970.
    public static func counter(wall: Int64) -> UInt64 { UInt64(max(wall, 0) / 1_000) << logicBits }

    /// Nanoseconds since 1970 of a counter, to the microsecond.
    public static func wall(ofCounter counter: UInt64) -> Int64 { Int64(counter >> logicBits) * 1_000 }

    /// The lowest counter that a write of this instant may have: above all that was followed before, and not below the
    /// wall clock. Who uses one follows it.
    /// - Parameter wall: nanoseconds since 1970.
    public func next(wall: Int64) -> UInt64 { max(latest + 1, Self.counter(wall: wall)) }

    /// Takes note of a counter that was seen or used, so that none used later is below it.
    /// - Parameter wall: nanoseconds since 1970.
    public mutating func follow(_ counter: UInt64, wall: Int64) {
        guard counter > latest else { return }
        guard counter <= Self.counter(wall: wall + Self.bound.nanoseconds) else { return insane += 1 }
        latest = counter
    }

    /// The wall clock was found to be ahead of all others, and is right now: what was followed while it was wrong is not
    /// followed any more. Where the clocks of all are set back, nobody says so, and the counters go on from where they are.
    /// - Parameter wall: nanoseconds since 1970, corrected.
    public mutating func corrected(wall: Int64) {
        let highest = Self.counter(wall: wall + Self.bound.nanoseconds)
        guard latest > highest else { return }
        insane += 1
        latest = highest
    }
}
