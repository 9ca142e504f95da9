import MeshBase

/// The state of one key's breaker.
public enum ValueState: UInt8, Sendable, CaseIterable {
    case closed
    case open
    case halfOpen

    /// The word in events and tables.
    public var name: StaticString {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half-open"
        }
    }
}

/// One key: its breaker, its buckets and what it has in flight.
struct ValueAccount: Sendable {
    let key: UInt64
    let name: String
    var state = ValueState.closed
    /// Openings since the start: tells calls of one time from those of another.
    var epoch: UInt32 = 0
    /// Openings without a closing between them.
    var inARow = 0
    /// Open: until then; half-open: no probe before.
    var until = Instant.zero
    /// Half-open: probes that are out, and results that came.
    var out = 0
    var good = 0
    var bad = 0
    var window = IrregularWindow()
    /// What was irregular when it opened last.
    var opened = (count: 0, worth: Worth.zero)
    var requests: TokenBucket
    var worth: TokenBucket
    /// What calls that have not ended are worth, and how many they are.
    var inFlight = Worth.zero
    var calls = 0
    /// The state that was told last.
    var told = ValueState.closed

    init(key: UInt64, name: String, policy: ValuePolicy, now: Instant) {
        self.key = key
        self.name = name
        let seconds = policy.burst.seconds
        let unit = Double(TokenBucket.unit)
        requests = TokenBucket(
            rate: Int64(policy.rate * unit), capacity: Int64(max(1, min(policy.rate * seconds, 1e12)) * unit), now: now)
        let worthAtOnce = min(Double(policy.valueRate.millionths) * seconds, 9e18)
        worth = TokenBucket(rate: policy.valueRate.millionths, capacity: Int64(worthAtOnce), now: now)
    }

    /// Whether it tells no more than a new one would.
    mutating func isForgettable(now: Instant, width: TimeAmount) -> Bool {
        guard state == .closed, told == .closed, calls == 0, inARow == 0 else { return false }
        window.advance(now, width: width)
        return window.count == 0 && requests.isFull(now: now) && worth.isFull(now: now)
    }

    /// The breaker goes first, as what it refuses must cost nothing; a bucket gives only if the other does, too.
    mutating func check(_ value: Worth, policy: ValuePolicy, now: Instant) -> (ValueBreaker.Refusal?, isProbe: Bool) {
        if state == .open, now >= until {
            state = .halfOpen
            (out, good, bad) = (0, 0, 0)
        }
        let isProbe = state == .halfOpen
        if state == .open { return (.open, false) }
        if isProbe, now < until || out + good + bad >= policy.halfOpen {
            return (.open, true)
        }
        if inFlight + value > policy.atRisk { return (.capital, isProbe) }
        if requests.available(now: now) < TokenBucket.unit { return (.rate, isProbe) }
        if !worth.take(value.millionths, now: now) { return (.valueRate, isProbe) }
        _ = requests.take(TokenBucket.unit, now: now)
        return (nil, isProbe)
    }
}
