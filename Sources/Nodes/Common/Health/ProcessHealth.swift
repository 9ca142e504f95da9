import MeshBase
import Resilience

/// How well a process is that is no cell, by the probes that a process makes of itself: `startup`, `readiness`, `liveness`
/// and `shallow`.
package struct ProcessHealth: Sendable {
    private var health: CellHealth
    private var hasStarted = false

    /// - Parameter probes: nil: none are made, and it is ready as long as it runs.
    package init(probes: ProbePolicy?, adaptive: AdaptivePolicy?, now: Instant) {
        // What it passes on is done by others: that they fail is no reason to think that it could serve no more.
        health = CellHealth(probes: probes, adaptive: adaptive, deepest: .degraded)
        health.begin(now: now)
    }

    /// Looks at the process where a probe is due.
    ///
    /// - Parameters:
    ///   - isServing: somebody is reached that it serves with. It has started when that is so for the first time.
    ///   - ok: requests since the start that went well, and `bad` those that did not.
    package mutating func look(
        _ load: LoadSignals, isServing: Bool, ok: UInt64, bad: UInt64, now: Instant, tell: (HealthNews) -> Void
    ) {
        hasStarted = hasStarted || isServing
        guard now >= health.nextLook else { return }
        _ = health.served(counts: .init(calls: ok &+ bad, ok: ok, bad: bad), now: now)
        let isLost = hasStarted && !isServing
        health.look(HealthSignals(load: load, down: isLost ? .peers : []), hasStarted: hasStarted, now: now, tell: tell)
    }

    /// What `/health` says.
    package var report: CellHealthReport { health.report() }
    /// It serves, or has served.
    package var isStarted: Bool { hasStarted }
}
