import MeshBase
import Resilience

/// How well what a process does goes, by service: the worst one weighs, so that a service that fails is not hidden by
/// others that do not.
///
/// Two shares are kept apart, and the lesser counts: what callers got, failures of what the service needs included, and
/// what was its own, as breakers count it (a callee that hangs is slow for its callers, and answers none of them).
struct ServiceScores: Sendable {
    /// Of fewer calls than these the missing ones count as good: one failure makes no service bad.
    static let least = 10
    /// What nobody has called for so long is judged by nothing that was before.
    static let memory = TimeAmount.seconds(60)

    /// What has been counted of a service since the start; it only rises.
    struct Counts: Sendable, Equatable {
        var calls: UInt64
        var ok: UInt64
        var bad: UInt64
    }

    /// How one service is.
    struct Score: Sendable, Equatable {
        /// By its place in the blueprint.
        let service: Int
        /// The share of its calls that went well, 0...1.
        let success: Double
        /// Calls that went well.
        let good: Int
        /// Calls that the share stands on, 0...100.
        let count: Int
        /// The share by what was its own, which tells the cause from those that suffer by it.
        let own: Double
    }

    private struct Service {
        var got = HealthScore()
        var own: HealthScore?
        var seen = Counts(calls: 0, ok: 0, bad: 0)
        var called: Instant?
    }
    private var services: [Service]

    init(_ count: Int) { services = Array(repeating: Service(), count: count) }

    /// Takes in what came of the calls of a service since the last look; only the last hundred count.
    ///
    /// - Parameter own: how its own work goes; nil where nobody counts that.
    /// - Returns: whether nobody has called it for so long that what was before is forgotten: so must be `own`.
    mutating func take(_ number: Int, _ counts: Counts, own: HealthScore?, now: Instant) -> Bool {
        let seen = services[number].seen
        let isCalled = counts != seen || own != services[number].own
        services[number].seen = counts
        services[number].own = own
        let (good, bad) = (counts.ok &- seen.ok, counts.bad &- seen.bad)
        if isCalled {
            services[number].called = now
        } else if let called = services[number].called, now - called >= Self.memory {
            services[number] = Service()
            services[number].seen = counts
            return true
        }
        let all = good &+ bad
        guard all > 0 else { return false }
        let kept = min(all, UInt64(ResultHistory.limit))
        // A failure among many is not lost by rounding.
        let failures = (bad * kept + all - 1) / all
        for _ in 0..<failures { services[number].got.record(false) }
        for _ in failures..<kept { services[number].got.record(true) }
        return false
    }

    /// Of each service, in the order of the blueprint.
    var all: [Score] { services.indices.map { self[$0] } }

    private subscript(number: Int) -> Score {
        let (got, own) = (services[number].got, services[number].own)
        let success = got.success(ofAtLeast: Self.least)
        let ownSuccess = own?.success(ofAtLeast: Self.least) ?? 1
        return Score(
            service: number, success: min(success, ownSuccess), good: ownSuccess < success ? own?.good ?? 0 : got.good,
            count: ownSuccess < success ? own?.count ?? 0 : got.count, own: ownSuccess)
    }

    /// The worst: of equals the one whose own work is worst, which is the cause rather than who suffers by it.
    var worst: Score? {
        var worst: Score?
        for number in services.indices {
            let score = self[number]
            if let known = worst, (known.success, known.own) <= (score.success, score.own) { continue }
            worst = score
        }
        return worst
    }
}
