import MeshBase

/// When a flow of requests that are worth something is cut off: key `value`.
public struct ValuePolicy: Sendable, Equatable {
    /// Who has an account.
    public enum Per: UInt8, Sendable {
        /// Each key (the first segment of the path behind the service): one that runs away stops alone.
        case key
        /// All together.
        case service
    }

    /// Irregular results within `window` that open, at least 1.
    public var failures: Int
    /// Irregular worth within `window` that opens; more than zero.
    public var limit: Worth
    /// How far back it looks, at least 10 ms; in tenths, of which the oldest leaves whole.
    public var window: TimeAmount
    /// Requests per second, 0...10^9.
    public var rate: Double
    /// Worth per second.
    public var valueRate: Worth
    /// What may come at once: so long a time's requests and worth; at least 1 ms.
    public var burst: TimeAmount
    /// Worth in flight at once: what is lost at most if all of it goes wrong.
    public var atRisk: Worth
    /// Who has an account.
    public var per: Per
    /// A request without a value is refused (400) by whoever reads it.
    public var isRequired: Bool
    /// A result that took longer is irregular; nil: only what the target's gate calls slow.
    public var slowAfter: TimeAmount?
    /// Open for so long at first; at least 1 ms.
    public var open: TimeAmount
    /// Open for no longer, however often it opens; at least `open`.
    public var openMax: TimeAmount
    /// Each opening in a row lasts so much longer, at least 1.
    public var growth: Double
    /// Up to so much of the time is added at random, so that not all come back at once; 0...1, and at least a third of it.
    public var jitter: Double
    /// Half-open, probes begin so far apart at least.
    public var probeInterval: TimeAmount
    /// Half-open, so many are out at once, and so many results close; at least 1.
    public var halfOpen: Int
    /// Whether the first irregular probe reopens, or half of `halfOpen`.
    public var reopensAtFirst: Bool
    /// Keys that are told apart, at least 1; the rest shares `other`.
    public var keys: Int

    /// Locally: back within seconds.
    public static let local = ValuePolicy(
        open: .seconds(2), openMax: .seconds(2), growth: 1, probeInterval: .milliseconds(200), reopensAtFirst: true)
    /// As production does.
    public static let seed = ValuePolicy(
        open: .seconds(60), openMax: .seconds(300), growth: 2, probeInterval: .seconds(5), reopensAtFirst: false)
    /// As `seed`, for orders at an exchange: 100 ms each.
    public static let trading: ValuePolicy = {
        var policy = seed
        policy.slowAfter = .milliseconds(100)
        policy.isRequired = true
        return policy
    }()

    private init(open: TimeAmount, openMax: TimeAmount, growth: Double, probeInterval: TimeAmount, reopensAtFirst: Bool)
    {
        failures = 5
        limit = Worth(1_000_000)
        window = .seconds(60)
        rate = 1_000
        valueRate = Worth(10_000_000)
        burst = .seconds(1)
        atRisk = Worth(5_000_000)
        per = .key
        isRequired = false
        slowAfter = nil
        self.open = open
        self.openMax = openMax
        self.growth = growth
        jitter = 0.3
        self.probeInterval = probeInterval
        halfOpen = 3
        self.reopensAtFirst = reopensAtFirst
        keys = 1_024
    }

    /// The nearest settings that are sound; a breaker makes them so itself.
    public var sound: ValuePolicy {
        var sound = self
        sound.failures = max(failures, 1)
        sound.limit = max(limit, Worth(millionths: 1))
        sound.window = max(window, .milliseconds(10))
        sound.rate = rate > 0 ? min(rate, 1e9) : 0
        sound.burst = max(burst, .milliseconds(1))
        sound.slowAfter = slowAfter.map { max($0, .zero) }
        sound.open = max(open, .milliseconds(1))
        sound.openMax = max(openMax, sound.open)
        sound.growth = growth > 1 ? growth : 1
        sound.jitter = jitter > 0 ? min(jitter, 1) : 0
        sound.probeInterval = max(probeInterval, .zero)
        sound.halfOpen = min(max(halfOpen, 1), 1_000)
        sound.keys = min(max(keys, 1), 1_000_000)
        return sound
    }

    /// What of the settings cannot be meant or contradicts, by key.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if failures < 1 { problems.append(("failures", "below 1")) }
        if limit == .zero { problems.append(("limit", "zero: the first irregular result would open")) }
        if window < .milliseconds(10) { problems.append(("window", "shorter than 10 ms")) }
        if !(0...1e9).contains(rate) { problems.append(("rate", "not between 0 and 1000000000")) }
        if atRisk == .zero { problems.append(("at-risk", "zero: nothing of worth would be taken up")) }
        // Lint value-rate-above-limit is another matter: it is what one has to know of the defaults, too.
        return problems
    }

    /// Whether the limit of irregular worth is reached within a second at the rate that is allowed: then the breaker can
    /// open no sooner than the loss is made (lint `value-rate-above-limit`).
    public var isLimitReachedWithinASecond: Bool { valueRate >= limit }
}
