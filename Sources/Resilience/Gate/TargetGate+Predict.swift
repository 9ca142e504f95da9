import MeshBase

/// What a gate has seen since its last sample, and the predictor that it goes to (C11).
public struct GatePrediction: Sendable {
    /// What is normal, and how far from it the last sample was.
    public private(set) var predictor = FailurePredictor()
    /// Of a failure, 0...1, by the last sample.
    public private(set) var probability = 0.0
    /// It was high often enough in a row, and still is.
    public private(set) var isPredicted = false
    private var since: Instant
    private var calls: UInt32 = 0
    private var failures: UInt32 = 0
    private var sum = 0.0
    private var squares = 0.0
    /// The breaker is open because of what was predicted: that proves nothing.
    private var hasOpened = false

    init(now: Instant) { since = now }

    @inline(__always)
    mutating func note(_ mark: Mark, took: TimeAmount) {
        if mark == .nothing { return }
        let seconds = took.seconds
        calls &+= 1
        if mark == .failure { failures &+= 1 }
        sum += seconds
        squares += seconds * seconds
    }

    /// Takes a sample, if one is due. Without a call since the last there is none: nobody who is not asked can fail.
    mutating func sample<R: RandomNumberGenerator>(
        _ surroundings: PredictorFeatures, _ breaker: inout Breaker, _ policy: BreakerPolicy,
        _ settings: PredictorPolicy, now: Instant, using rng: inout R
    ) -> BreakerTransition? {
        let elapsed = now - since
        guard elapsed >= settings.every, calls > 0 else { return nil }
        let count = Double(calls)
        var features = surroundings
        features.latency = sum / count
        features.latencyVariance = sum > 0 ? max(squares / count / (features.latency * features.latency) - 1, 0) : 0
        features.errors = Double(failures) / elapsed.seconds
        features.errorRate = Double(failures) / count
        features.requestRate = count / elapsed.seconds
        (since, calls, failures, sum, squares) = (now, 0, 0, 0, 0)
        if breaker.state == .closed { hasOpened = false }
        let rates = breaker.rates(policy, now: now)
        let isFailing =
            breaker.state == .open && !hasOpened
            || rates.volume >= policy.volume && rates.failure >= breaker.threshold(policy)
        let found = predictor.observe(features, isFailing: isFailing, open: policy.open, settings, now: now)
        (probability, isPredicted) = (found.probability, found.isPredicted)
        let change = breaker.observe(
            probability: probability, isPredicted: isPredicted, policy, now: now, using: &rng)
        if change != nil { hasOpened = true }
        guard change == nil, found.begins else { return change }
        return BreakerTransition(
            from: breaker.state, to: breaker.state, cause: .predicted, at: now, until: now, volume: rates.volume,
            failureRate: rates.failure, slowRate: rates.slow)
    }
}

extension TargetGate {
    /// Asks whether the target is about to fail, by how unlike itself it has become; does nothing before a sample is due.
    ///
    /// - Parameter surroundings: what the holder knows: the time, its own load, and how long a round trip takes.
    /// - Returns: an opening where the policy opens by predictions, or, from a state to the same, that one begins.
    public mutating func predict<R: RandomNumberGenerator>(
        _ surroundings: PredictorFeatures, _ policy: GatePolicy, now: Instant, using rng: inout R
    ) -> BreakerTransition? {
        guard let settings = policy.predictor, policy.hasBreaker else { return nil }
        return prediction.sample(surroundings, &breaker, policy.breaker, settings, now: now, using: &rng)
    }
}

extension PredictorFeatures {
    /// The surroundings of all gates of a process.
    ///
    /// - Parameter wall: nanoseconds since 1970.
    public init(wall: Int64, load: LoadSignals) {
        let hours = Double(wall) / 3.6e12
        let days = (hours / 24).rounded(.down)
        self.init(
            hour: hours - days * 24, weekday: Double(CivilCalendar.weekday(ofDay: Int64(days))), cpu: load.cpu,
            memory: load.memory ?? 0)
    }
}
