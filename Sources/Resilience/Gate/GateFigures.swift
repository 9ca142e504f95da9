import MeshBase

/// What is to be seen of a gate: its breaker, its bulkhead, its throttle and what became of its calls. Made only for who
/// looks.
public struct GateFigures: Sendable, Equatable {
    /// Where the breaker stands; nil where there is none.
    public let state: BreakerState?
    /// 0...1; nil below the volume.
    public let failureRate: Double?
    /// 0...1; nil below the volume.
    public let slowRate: Double?
    /// Results that the rates are of.
    public let calls: Int
    /// Failure rate that opens, 0...1.
    public let threshold: Double
    /// Results below which nothing is decided.
    public let volume: Int
    /// Openings in a row.
    public let openings: Int
    /// Open or held by hand for so long still; nil: not, or without an end.
    public let left: TimeAmount?
    /// How long it stands so.
    public let age: TimeAmount
    /// What is wrong with the target, by how its last hundred calls and probes went.
    public let finding: DependencyFinding
    /// The probability of a failure, 0...1, as the last sample has it; 0 where none are foreseen.
    public let probability: Double
    /// A failure is foreseen.
    public let isPredicted: Bool
    /// Predictions that did not come true.
    public let falsePositives: UInt32
    /// By an opening elsewhere, 0...1.
    public let influence: Double
    /// Of the places that are allowed so many are taken, and so many wait for one.
    public let limit: Int
    /// Places that are taken.
    public let busy: Int
    /// Attempts that wait for one.
    public let waiting: Int
    /// The limit of an attempt in force.
    public let attempt: TimeAmount
    /// Of half of the last answers; nil before ten.
    public let p50: TimeAmount?
    /// Of 99 % of the last answers; nil before ten.
    public let p99: TimeAmount?
    /// Results and refusals since the start.
    public let counts: GateCounts
    /// Changes of the breaker since the start, as far as they were counted.
    public let changes: BreakerChanges
    /// Attempts that found no place since the start.
    public let full: UInt64

    /// Whether somebody holds it by hand.
    public var isForced: Bool { state == .forcedOpen || state == .disabled || state == .metricsOnly }
}

extension TargetGate {
    /// What is to be seen of it now.
    public func figures(_ policy: GatePolicy, now: Instant) -> GateFigures {
        let rates = breaker.rates(policy.breaker, now: now)
        let isEnough = policy.hasBreaker && rates.volume >= policy.breaker.volume
        let until = breaker.until
        let waits = [.open, .forcedOpen, .disabled, .metricsOnly].contains(breaker.state)
        return GateFigures(
            state: policy.hasBreaker ? breaker.state : nil, failureRate: isEnough ? rates.failure : nil,
            slowRate: isEnough ? rates.slow : nil, calls: rates.volume,
            threshold: breaker.threshold(policy.breaker), volume: policy.breaker.volume,
            openings: Int(breaker.openings),
            left: waits && until != .distantFuture ? max(until - now, .zero) : nil,
            age: breaker.since == .zero ? .zero : max(now - breaker.since, .zero),
            finding: detector.finding, probability: prediction.probability, isPredicted: prediction.isPredicted,
            falsePositives: prediction.predictor.falsePositives, influence: breaker.influence(now: now),
            limit: bulkhead.limit, busy: bulkhead.busy, waiting: waiting,
            attempt: attemptLimit(policy), p50: durations.isReady ? durations.p50 : nil,
            p99: durations.isReady ? durations.p99 : nil, counts: counts, changes: changes,
            full: bulkhead.refusals.total + counts.queued)
    }
}
