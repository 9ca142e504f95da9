import MeshBase

/// How many requests a service or a router takes up in a time: key `rate`.
public struct RateLimitPolicy: Sendable, Equatable {
    /// Who has a limit.
    public enum Per: UInt8, Sendable {
        /// Each customer.
        case customer
        /// All together.
        case service
    }

    /// Requests per second that may go on for ever, 0...10^9; nil: no limit.
    public var requests: Double?
    /// Requests at once, at least 1: what one has saved while it was quiet.
    public var burst: Double
    /// Who has a limit.
    public var per: Per
    /// Customers that are told apart, at least 1.
    public var entries: Int

    /// Out of range: the nearest that is sound.
    ///
    /// - Parameter burst: what comes in a second, unless given.
    public init(requests: Double?, burst: Double? = nil, per: Per = .customer, entries: Int = 10_000) {
        self.requests = requests.map { Self.sound($0, least: 0) }
        self.burst = Self.sound(burst ?? requests ?? 1, least: 1)
        self.per = per
        self.entries = max(entries, 1)
    }

    private static func sound(_ value: Double, least: Double) -> Double {
        value > least ? min(value, 1e9) : least
    }

    /// No limit: nobody but who runs a service knows what is too much.
    public static let local = RateLimitPolicy(requests: nil)
    /// No limit: nobody but who runs a service knows what is too much.
    public static let seed = RateLimitPolicy(requests: nil)

    /// What of written settings cannot be meant, by key.
    public static func problems(requests: Double, burst: Double?) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if !(0...1e9).contains(requests) { problems.append(("requests", "not between 0 and 1000000000")) }
        if let burst, !(1...1e9).contains(burst) { problems.append(("burst", "not between 1 and 1000000000")) }
        return problems
    }
}
