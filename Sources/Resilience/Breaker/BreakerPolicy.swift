import MeshBase

/// When a breaker opens, for how long, and how it closes again: key `breaker`.
public struct BreakerPolicy: Sendable, Equatable {
    /// What it is that opens.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// The share of failures or of slow calls in the window; with `consecutive`, so many in a row as well.
        case rate
        /// Bad results in a row, they alone.
        case consecutive
        /// The exponentially weighted mean of results, once there are ten (alpha is `BreakerPolicy.alpha`).
        case ewma
        /// Once a second by chance, ever more likely around the threshold.
        case sigmoid
        /// A share that is out of control: mean and three deviations of the quiet seconds, and five points.
        case spc
        /// The posterior of the rate is above the threshold with 95 %.
        case bayes
    }

    /// What the shares are taken of.
    public enum Window: Sendable, Equatable {
        /// So long back, in tenths, of which the oldest leaves whole; at least 10 ms.
        case time(TimeAmount)
        /// So many results, in up to ten buckets of equal size, of which the oldest leaves whole; at least 1. What does
        /// not divide is rounded up, so a window of 15 holds 15 or 16 when full.
        case calls(Int)
        /// All results, each of half the weight after so long; at least 10 ms.
        case decay(TimeAmount)
    }

    /// How the time open becomes longer.
    public enum Growth: Sendable, Equatable {
        /// Each opening in a row lasts so many times the one before, at least 1 (1: no growth).
        case factor(Double)
        /// `open` x (1 + min(0.1 x bad results since it was closed, 3)).
        case linear
    }

    /// When probes have decided.
    public enum Reopen: UInt8, Sendable {
        /// Once `halfOpen` results are there, by their shares.
        case rate
        /// By the first bad one; `halfOpen` good ones close.
        case first
    }

    /// By which rule it opens.
    public var kind: Kind
    /// Over which results the rates are taken.
    public var window: Window
    /// Share of failures that opens, above 0 and at most 1.
    public var failureRate: Double
    /// Share of slow calls that opens, above 0 and at most 1; above 1 slow calls never open.
    public var slowRate: Double
    /// After so long a call is slow; nil: half of the limit in force, at least `slowFloor`. Zero: no call is slow.
    public var slowAfter: TimeAmount?
    /// The least that half of a limit is taken for.
    public var slowFloor: TimeAmount
    /// Results without which shares are undefined, 1...65 535.
    public var volume: Int
    /// Bad results in a row that open, whatever the shares are; 0: none.
    public var consecutive: Int
    /// The first of those has to be so long ago, to a millisecond: at high rates a row comes by chance. Zero: at once.
    public var consecutiveFor: TimeAmount
    /// Open for so long the first time, at least 1 ms.
    public var open: TimeAmount
    /// Open for no longer, jitter aside; at least `open`.
    public var openMax: TimeAmount
    /// How the time that it stays open grows with each opening in a row.
    public var growth: Growth
    /// What is added to each time open: a share of it drawn evenly between the two, each 0...1.
    public var jitter: ClosedRange<Double>
    /// Half-open, probes begin so far apart; zero: at once.
    public var probeInterval: TimeAmount
    /// Probes that decide, 1...200; no more are out.
    public var halfOpen: Int
    /// What of half-open calls opens it again.
    public var reopen: Reopen
    /// Share of probes that must be good, 0...1; nil: their failures and slow ones have to be below the rates.
    public var successRate: Double?
    /// How calls come back after probes; nil: all at once.
    public var recovery: RecoveryRamp?
    /// The threshold follows how unsteady the share is, and the outlook.
    public var adaptive: Bool
    /// What a prediction does.
    public var predict: PredictionUse
    /// Whether openings of what the target calls are heard.
    public var coordinate: Bool
    /// Weight of the newest in every weighted mean, 2/(N+1) for about N; above 0, at most 1.
    public var alpha: Double
    /// Steepness of `sigmoid`.
    public var steepness: Double

    /// As production does.
    public static let seed = BreakerPolicy()
    /// Within seconds, for one machine: what is slow or dead is cut off in 2 s, and all is closed 5 s after it is well. What
    /// fails half of its calls is not: with few results half is soon nine tenths by chance, and retries bring more than a
    /// breaker does that lets nothing through.
    public static let local = BreakerPolicy(
        window: .time(.seconds(2)), failureRate: 0.9, slowFloor: .milliseconds(50), volume: 10, consecutive: 12,
        consecutiveFor: .milliseconds(250), open: .seconds(2), openMax: .seconds(2), growth: .factor(1),
        probeInterval: .milliseconds(200), reopen: .rate, recovery: .local, predict: .watch)

    /// What is left out is as in `seed`.
    public init(
        kind: Kind = .rate, window: Window = .decay(.seconds(120)), failureRate: Double = 0.5, slowRate: Double = 0.5,
        slowAfter: TimeAmount? = nil, slowFloor: TimeAmount = .zero, volume: Int = 20, consecutive: Int = 0,
        consecutiveFor: TimeAmount = .zero, open: TimeAmount = .seconds(60), openMax: TimeAmount = .seconds(300),
        growth: Growth = .factor(2),
        jitter: ClosedRange<Double> = 0.1...0.3, probeInterval: TimeAmount = .seconds(5), halfOpen: Int = 3,
        reopen: Reopen = .rate, successRate: Double? = nil, recovery: RecoveryRamp? = .seed, adaptive: Bool = true,
        predict: PredictionUse = .open, coordinate: Bool = true, alpha: Double = 0.1, steepness: Double = 20
    ) {
        self.kind = kind
        self.window = window
        self.failureRate = failureRate
        self.slowRate = slowRate
        self.slowAfter = slowAfter
        self.slowFloor = slowFloor
        self.volume = volume
        self.consecutive = consecutive
        self.consecutiveFor = consecutiveFor
        self.open = open
        self.openMax = openMax
        self.growth = growth
        self.jitter = jitter
        self.probeInterval = probeInterval
        self.halfOpen = halfOpen
        self.reopen = reopen
        self.successRate = successRate
        self.recovery = recovery
        self.adaptive = adaptive
        self.predict = predict
        self.coordinate = coordinate
        self.alpha = alpha
        self.steepness = steepness
    }

    /// After how long a call is slow whose attempt has this limit; nil where none ever is.
    ///
    /// - Parameter limit: of the attempt; nil where there is none, which leaves what is written.
    @inlinable public func slowAfter(limit: TimeAmount?) -> TimeAmount? {
        let after = slowAfter ?? limit.map { max(TimeAmount(nanoseconds: $0.nanoseconds / 2), slowFloor) }
        guard let after, after > .zero else { return nil }
        return after
    }

    /// Settings that cannot be meant, each with its key. A breaker that is given them all the same does not trap: what is
    /// too small counts as its least, what is too large as its most.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        func check(_ sound: Bool, _ key: String, _ reason: String) { if !sound { problems.append((key, reason)) } }
        check(failureRate > 0 && failureRate <= 1, "failure_rate", "not above 0 and at most 1")
        check(slowRate > 0, "slow_rate", "not above 0")
        check((slowAfter ?? .zero) >= .zero, "slow-after", "below zero")
        check((1...65_535).contains(volume), "volume", "not between 1 and 65535")
        check((0...65_535).contains(consecutive), "consecutive", "not between 0 and 65535")
        check(kind != .consecutive || consecutive > 0, "consecutive", "needed by kind consecutive")
        check(consecutiveFor >= .zero, "consecutive-for", "below zero")
        check(open >= .milliseconds(1), "open", "shorter than 1 ms")
        check(openMax >= open, "open-max", "shorter than open")
        if case .factor(let factor) = growth { check(factor >= 1 && factor.isFinite, "growth", "below 1") }
        check(jitter.lowerBound >= 0 && jitter.upperBound <= 1, "jitter", "not between 0 and 1")
        check(probeInterval >= .zero, "probe-interval", "below zero")
        check((1...200).contains(halfOpen), "half-open", "not between 1 and 200")
        check((0...1).contains(successRate ?? 0), "success_rate", "not between 0 and 1")
        switch window {
        case .time(let length): check(length >= .milliseconds(10), "window", "shorter than 10 ms")
        case .calls(let calls):
            check((1...1_000_000).contains(calls), "window", "not between 1 and 1000000")
            check(calls < 1 || calls >= volume, "volume", "more than the window holds")
        case .decay(let half): check(half >= .milliseconds(10), "decay", "shorter than 10 ms")
        }
        if let recovery {
            check(recovery.rate > 0 && recovery.rate.isFinite, "recovery.rate", "not above 0")
            check((1...200).contains(recovery.successes), "recovery.successes", "not between 1 and 200")
        }
        check(alpha > 0 && alpha <= 1, "alpha", "not above 0 and at most 1")
        check(steepness > 0 && steepness.isFinite, "steepness", "not above 0")
        return problems
    }
}

/// What a predicted failure does: key `breaker.predict`.
public enum PredictionUse: UInt8, Sendable, CaseIterable {
    /// Nothing is predicted.
    case off
    /// It is told, and lowers the threshold; nothing opens for it alone.
    case watch
    /// It opens.
    case open
}
