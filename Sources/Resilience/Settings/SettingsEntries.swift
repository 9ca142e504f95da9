import MeshBase

/// A breaker that is held by hand.
public struct BreakerEntry: Sendable, Equatable, Codable {
    /// What it is held in.
    public enum Mode: String, Sendable, Codable, CaseIterable {
        /// Refuses everything.
        case forcedOpen = "forced-open"
        /// Closed once, when this arrives; from then on its policy decides.
        case closed
        /// Lets everything through and counts nothing.
        case disabled
        /// Counts, and never opens.
        case metricsOnly = "metrics-only"
    }

    /// How long one is held where nothing is said: a breaker forgotten in open is an outage.
    public static let standardTime = TimeAmount.minutes(5)
    /// The longest time for which anything is set by hand: 366 days.
    public static let longestTime = TimeAmount.hours(366 * 24)

    /// The gate's name: `r1/us-east-1/checkout`, `us-east-1/checkout/payment`.
    public var gate: String
    /// What the breaker is held in.
    public var mode: Mode
    /// When it was set.
    public var set: WallTime?
    /// When it ends.
    public var until: WallTime

    /// A hold that ends.
    public init(_ gate: String, _ mode: Mode, set: WallTime? = nil, until: WallTime) {
        self.gate = gate
        self.mode = mode
        self.set = set
        self.until = until
    }

    /// Whether its time is not up.
    public func isInForce(_ now: WallTime) -> Bool { now < until }
}

/// A peak profile that is in force.
public struct PeakEntry: Sendable, Equatable, Codable {
    /// As in `peak` of the topology.
    public var name: String
    /// When it began: its sizes move from there.
    public var set: WallTime
    /// When the way back begins.
    public var until: WallTime

    /// A peak that ends.
    public init(_ name: String, set: WallTime, until: WallTime) {
        self.name = name
        self.set = set
        self.until = until
    }

    /// Whether the way back has not begun. What follows is the holder's: sizes move back as slowly as they came.
    public func isInForce(_ now: WallTime) -> Bool { now < until }
}
