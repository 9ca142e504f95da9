import MeshBase
import Resilience
import Topology

/// What a service takes up by rate and by worth (C13).
extension PoliciesInForce {
    /// When a flow of requests that are worth something is cut off; nil where nobody counts worth. It opens and closes as
    /// the breaker beside it.
    var valuePolicy: ValuePolicy? {
        guard isOn(.value), let written = values.value else { return nil }
        var policy = isLocal ? ValuePolicy.local : .seed
        policy.failures = written.failures ?? policy.failures
        policy.limit = written.limit.map { Worth(units: $0) } ?? policy.limit
        policy.window = written.window ?? policy.window
        policy.rate = written.rate ?? policy.rate
        policy.valueRate = written.valueRate.map { Worth(units: $0) } ?? policy.valueRate
        policy.atRisk = written.atRisk.map { Worth(units: $0) } ?? policy.atRisk
        policy.per = written.per == .service ? .service : .key
        policy.isRequired = written.required ?? policy.isRequired
        if let breaker = breakerPolicy {
            policy.open = breaker.open
            policy.openMax = breaker.openMax
            if case .factor(let factor) = breaker.growth { policy.growth = factor }
            policy.jitter = breaker.jitter.upperBound
            policy.probeInterval = breaker.probeInterval
            policy.halfOpen = breaker.halfOpen
            // By itself a runaway is stopped by its first irregular probe, whatever other breakers do.
            if case .written = origins["breaker.reopen"] { policy.reopensAtFirst = breaker.reopen == .first }
        }
        return policy.sound
    }

    /// How many requests are taken up in a time; nil where there is no limit.
    var rateLimit: RateLimitPolicy? {
        guard isOn(.rate) else { return nil }
        return values.rate.flatMap { RateLimitPolicy($0) }
    }
}

extension RateLimitPolicy {
    /// Nil where no limit is written.
    init?(_ written: RateSettings) {
        guard let requests = written.requests else { return nil }
        self.init(requests: requests, burst: written.burst, per: written.per == .service ? .service : .customer)
    }
}

extension Worth {
    /// - Parameter units: at least 0; what lies beyond the range becomes the most.
    init(units: Double) { self.init(millionths: Int64(exactly: (units * 1e6).rounded()) ?? (units > 0 ? .max : 0)) }
}
