import MeshBase

/// A circuit breaker: lets calls through while the target is well, none while it is not, and few to find out (Nygard,
/// Release It!, 2007). At most 256 bytes; the settings are passed in, so that all gates of one kind share them.
///
///     let answer = breaker.ask(policy, priority: .normal, limit: limit, now: now, using: &rng)
///     if let change = answer.transition { tell(change) }
///     guard var permit = answer.permit else { return refuse(until: answer.until!) }
///     ...
///     // A timer at permit.overdueAt:  breaker.overdue(&permit, policy, now: now, using: &rng)
///     // The end of the call:          breaker.record(permit, mark, policy, now: now, using: &rng)
///     // Or, where it says nothing:    breaker.giveBack(permit)
///
/// Each of them may return a change, which is told once. A permit that never comes back is taken for slow, so probes
/// cannot run out.
public struct Breaker: Sendable {
    // The bytes and `rowBegan` come right behind the window, which ends seven short of a word.
    var window = BreakerWindow()
    /// Where it stands. An open breaker whose time is over says `open` until somebody asks.
    public internal(set) var state = BreakerState.closed
    var flags = Flags()
    var openings: UInt8 = 0
    /// When the first of the bad results in a row came, in units of 2^20 ns (about 1 ms). It wraps after 52 days.
    var rowBegan: UInt32 = 0
    /// Open: when the first probe may come. Half-open: when the next one may. By hand: when that ends.
    var until = Instant.zero
    /// Since when it is in this state.
    public internal(set) var since = Instant.zero
    /// `Int64.min`: never.
    var lastFailure: Int64 = .min
    /// When the present second of the statistics ends.
    var secondEnd: Int64 = .min
    var influenceUntil = Instant.zero
    /// Counts periods: each change begins one, so what began before is known.
    var period: UInt32 = 0
    var secondTotal: UInt32 = 0
    var secondBad: UInt32 = 0
    /// Of results, kind `ewma`.
    var weighted: Float = 0
    /// Failure share per second: weighted mean and variance; of kind `spc`, of quiet seconds alone.
    var shareMean: Float = 0
    var shareVariance: Float = 0
    /// 0.1 x deviation, as it stood when the last second ended.
    var unsteadiness: Float = 0
    /// B10's score of the target; not a number: unknown.
    var health: Float = .nan
    /// 1 - p of a prediction.
    var outlook: Float = 1
    /// C12's: 0 none, 0.5 of a direct callee.
    var impact: Float = 0
    /// What has opened, as its holder numbers that; `unknownCause` where it says nothing.
    var influencedBy = Self.unknownCause
    /// The shares of failures and slow calls that it opened on, which the window has forgotten since, in 200ths.
    var openedShares = SIMD2<UInt8>.zero
    /// Calls by class while influenced; halved when one would not fit.
    var classes = SIMD4<UInt8>(repeating: 0)
    var badInARow: UInt16 = 0
    /// Of how many results those were.
    var openedVolume: UInt16 = 0
    /// Bad results since it was closed last, up to 30, where linear growth ends.
    var badSinceClosed: UInt8 = 0
    var probesOut: UInt8 = 0
    var probesGood: UInt8 = 0
    var probesFailed: UInt8 = 0
    var probesSlow: UInt8 = 0
    var goodInARow: UInt8 = 0
    /// The last five results of a recovery, a bad one set.
    var lastFive: UInt8 = 0
    var recoveryResults: UInt8 = 0
    /// The last eight recoveries, one that held set.
    var history: UInt8 = 0
    var recoveries: UInt8 = 0
    var quietSeconds: UInt8 = 0
    /// Results of this period, up to ten.
    var results: UInt8 = 0

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        /// The time open was halved already.
        static let halved = Flags(rawValue: 1)
        /// Closed after an opening: how long this lasts is one entry of the history.
        static let afterRecovery = Flags(rawValue: 2)
        /// A breaker of metrics alone has told that it is above its threshold.
        static let told = Flags(rawValue: 4)
        /// Kind `sigmoid` has drawn in this second.
        static let looked = Flags(rawValue: 8)
    }

    /// Closed, nothing counted.
    public init() {}

    // MARK: Asking

    /// Whether a call may go, and what changed by asking: an open breaker whose time is over becomes half-open by the
    /// first call that asks then.
    ///
    /// - Parameters:
    ///   - priority: matters only under influence.
    ///   - limit: of the attempt, for when it is slow; nil: none.
    @inline(__always)
    public mutating func ask<R: RandomNumberGenerator>(
        _ policy: BreakerPolicy, priority: Priority = .normal, limit: TimeAmount? = nil, now: Instant,
        using rng: inout R
    ) -> BreakerAnswer {
        if state == .closed, impact == 0 { return BreakerAnswer(.permitted(permit(policy, limit, now))) }
        if state == .open, now < until { return BreakerAnswer(.refused(until: until)) }
        return askElse(policy, priority, limit, now, &rng)
    }

    @inline(never)
    mutating func askElse<R: RandomNumberGenerator>(
        _ policy: BreakerPolicy, _ priority: Priority, _ limit: TimeAmount?, _ now: Instant, _ rng: inout R
    ) -> BreakerAnswer {
        switch state {
        case .closed: return askInfluenced(policy, priority, limit, now, &rng)
        case .open:
            let change = move(.halfOpen, .timeOver, policy, now)
            return BreakerAnswer(probe(policy, limit, now), change)
        case .halfOpen:
            let change = endLostProbes(policy, limit, now, &rng)
            if change != nil {
                let answer = ask(policy, priority: priority, limit: limit, now: now, using: &rng)
                return BreakerAnswer(answer.verdict, change)
            }
            return BreakerAnswer(probe(policy, limit, now))
        case .slowRecovery:
            if hasRested(policy, now: now) {
                let change = move(.closed, .recovered, policy, now)
                return BreakerAnswer(.permitted(permit(policy, limit, now)), change)
            }
            let share = admittedShare(policy, now: now)
            guard unit(&rng) < share else {
                // Another call has the same chance at once: what a client is told is a pace, not an end.
                return BreakerAnswer(.refused(until: now + max(policy.probeInterval, .milliseconds(1))))
            }
            return BreakerAnswer(.permitted(permit(policy, limit, now)))
        case .forcedOpen, .disabled, .metricsOnly:
            if now >= until {
                let change = move(.closed, .handOver, policy, now)
                return BreakerAnswer(.permitted(permit(policy, limit, now)), change)
            }
            if state == .forcedOpen { return BreakerAnswer(.refused(until: until)) }
            return BreakerAnswer(.permitted(permit(policy, limit, now)))
        }
    }

    /// The share of calls that a breaker in this state admits, 0...1 (metric `breaker_admit_ratio`).
    public func admittedShare(_ policy: BreakerPolicy, now: Instant) -> Double {
        switch state {
        case .closed: impact >= 0.5 && now < influenceUntil ? 1 - Double(impact) * 0.5 : 1
        case .disabled, .metricsOnly: 1
        case .open, .forcedOpen, .halfOpen: 0
        case .slowRecovery:
            hasRested(policy, now: now)
                ? 1
                : (policy.recovery ?? .seed).share(
                    sinceFailure: lastFailure == .min ? nil : now - Instant(nanoseconds: lastFailure),
                    inARow: Int(goodInARow), history: recoveryHistory)
        }
    }

    /// Whether it recovers, and no failure has come for as long as that takes by time alone.
    private func hasRested(_ policy: BreakerPolicy, now: Instant) -> Bool {
        now - max(since, Instant(nanoseconds: lastFailure)) >= (policy.recovery ?? .seed).rest
    }

    /// The share of the last eight recoveries that outlived one time open; 0.5 before any.
    var recoveryHistory: Double {
        recoveries == 0 ? 0.5 : Double(history.nonzeroBitCount) / Double(min(recoveries, 8))
    }

    /// Whether an own probe (B7's of the dependency) should ask for a permit: probes are due, and no call has come for
    /// one in so long a time as lies between two.
    public func wantsProbe(_ policy: BreakerPolicy, now: Instant) -> Bool {
        switch state {
        case .open: now >= until + policy.probeInterval
        case .halfOpen:
            now >= until + policy.probeInterval && Int(probesOut) + judgedProbes < Self.probes(policy)
        default: false
        }
    }

    @inline(__always)
    func permit(_ policy: BreakerPolicy, _ limit: TimeAmount?, _ now: Instant, isProbe: Bool = false) -> BreakerPermit {
        BreakerPermit(
            began: now, overdueAt: policy.slowAfter(limit: limit).map { now + $0 } ?? .distantFuture, period: period,
            isProbe: isProbe, isJudged: false)
    }

    // MARK: Probes

    static func probes(_ policy: BreakerPolicy) -> Int { min(max(policy.halfOpen, 1), 200) }
    var judgedProbes: Int { Int(probesGood) + Int(probesFailed) + Int(probesSlow) }

    private mutating func probe(_ policy: BreakerPolicy, _ limit: TimeAmount?, _ now: Instant) -> BreakerAnswer.Verdict
    {
        guard Int(probesOut) + judgedProbes < Self.probes(policy) else {
            return .refused(until: max(now, until) + max(policy.probeInterval, .milliseconds(1)))
        }
        guard now >= until else { return .refused(until: until) }
        probesOut += 1
        until = now + policy.probeInterval
        return .permitted(permit(policy, limit, now, isProbe: true))
    }

    /// Probes that nobody gave back in twice the time that a call may take are slow ones: else the breaker would wait
    /// for them for ever.
    private mutating func endLostProbes<R: RandomNumberGenerator>(
        _ policy: BreakerPolicy, _ limit: TimeAmount?, _ now: Instant, _ rng: inout R
    ) -> BreakerTransition? {
        guard probesOut > 0, Int(probesOut) + judgedProbes >= Self.probes(policy) else { return nil }
        let bound = policy.slowAfter(limit: limit).map { $0 * 2 } ?? max(policy.open, limit ?? .zero)
        guard now - until > max(bound, policy.open) else { return nil }
        probesSlow += probesOut
        probesOut = 0
        return judgeProbes(policy, now, &rng)
    }
}

/// A number in [0, 1) with 53 random bits.
@inline(__always)
func unit<R: RandomNumberGenerator>(_ rng: inout R) -> Double { Double(rng.next() >> 11) * 0x1p-53 }
