import MeshBase
import Resilience

/// What is done against a storm of retries.
package enum StormFix: String, Sendable, CaseIterable, Codable {
    /// A breaker at every gate.
    case breakers
    /// A pool of its own for each replica at its callers.
    case bulkheads
    /// Limits that follow what the target takes, and deadlines that are told on: nobody works for whoever has gone.
    case timeouts
    /// Waits that grow and are drawn, in place of one wait for all.
    case jitter
    /// A budget of retries for each layer.
    case budget
}

extension ChainModel {
    /// Puts fixes in force.
    ///
    /// - Parameter settings: of the laboratory.
    init(storm settings: RetryStormLab.Settings, fixes: Set<StormFix>, end: Instant) {
        var hops: [Hop] = []
        for layer in 0..<settings.layers {
            let isLast = layer == settings.layers - 1
            var timeouts = TimeoutPolicy.local
            timeouts.attempt = settings.timeout
            // All attempts and the waits between them: the call itself cuts none off.
            timeouts.call = (settings.timeout + .seconds(1)) * settings.attempts
            let backoff =
                fixes.contains(.jitter)
                ? BackoffPolicy(.decorrelated, base: .milliseconds(10), cap: .milliseconds(200))
                : BackoffPolicy(.constant, base: .milliseconds(10), cap: .milliseconds(10))
            let budget =
                fixes.contains(.budget)
                ? RetryBudgetPolicy(ratio: settings.ratio, floor: 0.1) : RetryBudgetPolicy(ratio: 10, floor: 1_000_000)
            let plan = CallPlan(
                isSpread: isLast && settings.replicas > 1, timeouts: timeouts,
                deadline: fixes.contains(.timeouts) ? .local : .none,
                retry: RetryPolicy(attempts: settings.attempts, backoff: backoff, budget: budget), hedge: .off)
            var gate = GatePolicy.off
            gate.attempt = settings.timeout
            if fixes.contains(.breakers) {
                gate.hasBreaker = true
                gate.breaker = .local
            }
            if fixes.contains(.bulkheads), isLast {
                // As many as it works on at once and as many again: what waits there is soon done.
                gate.bulkhead = BulkheadPolicy(concurrent: 2 * settings.workers, wait: .zero, places: 0)
                gate.limit = LimitPolicy.of(.fixed, 2 * settings.workers, isLocal: true)
            }
            if fixes.contains(.timeouts) { gate.timeout = .local }
            hops.append(Hop(plan: plan, gate: gate))
        }
        self.init(
            hops: hops, replicas: settings.replicas, workers: settings.workers, queue: settings.queue,
            withdraws: fixes.contains(.timeouts), rate: settings.rate, end: end, seed: settings.seed)
    }
}
