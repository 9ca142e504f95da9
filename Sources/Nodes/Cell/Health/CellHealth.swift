import MeshBase
import Resilience

/// How well a cell is, by looking at itself: whether it can serve, whether it lives, and one number for both.
///
/// It looks once per interval of the readiness probe. What a look finds changes the verdict only several times in a row,
/// so that readiness, which all members are told, does not flap. It is switched off with the policy `health`: then the
/// cell is ready as long as it runs.
struct CellHealth: Sendable {
    /// When to look next.
    private(set) var nextLook = Instant.distantFuture
    /// Why it could not serve, and did not live, at the last look.
    private(set) var unready: HealthReasons = []
    private(set) var lifeless: HealthReasons = []
    private(set) var machine: HealthMachine
    private(set) var counters = ProbeCounters()
    private var readiness: Probe?
    private var liveness: Probe?
    private var score = HealthScore()
    private var signals = HealthSignals()
    private let policy: HealthPolicy
    private let adaptive: AdaptivePolicy
    private var seen = (ok: UInt64(0), bad: UInt64(0))

    init(probes: ProbePolicy?, adaptive: AdaptivePolicy?) {
        readiness = probes.map { Probe(.readiness, settings: $0[.readiness], now: .zero) }
        liveness = probes.map { Probe(.liveness, settings: $0[.liveness], now: .zero) }
        machine = HealthMachine(policy: .local, now: .zero)
        policy = .local
        self.adaptive = adaptive ?? .local
    }

    /// Whether it can serve: until several looks in a row say that it cannot.
    var isReady: Bool { readiness?.verdict != .down }

    mutating func begin(now: Instant) {
        guard readiness != nil else { return }
        machine = HealthMachine(policy: machine.policy, now: now)
        nextLook = now
    }

    /// How well what was asked of it went since the last look; only the last hundred count.
    mutating func served(ok: UInt64, bad: UInt64) {
        let (good, failed) = (ok &- seen.ok, bad &- seen.bad)
        seen = (ok, bad)
        let all = good + failed
        guard all > 0 else { return }
        let kept = min(all, UInt64(ResultHistory.limit))
        // A failure among many is not lost by rounding.
        let failures = (failed * kept + all - 1) / all
        for _ in 0..<failures { score.record(false) }
        for _ in failures..<kept { score.record(true) }
    }

    /// Looks at the cell, and tells what changed by it.
    mutating func look(_ signals: HealthSignals, now: Instant, tell: (HealthNews) -> Void) {
        guard readiness != nil else { return }
        self.signals = signals
        unready = policy.readiness(signals)
        lifeless = policy.liveness(signals)
        if Self.take(unready, &readiness, &counters, now) {
            tell(.probe(.readiness, isGood: isReady, why: explain(unready)))
        }
        if Self.take(lifeless, &liveness, &counters, now) {
            tell(.probe(.liveness, isGood: liveness?.verdict != .down, why: explain(lifeless)))
        }
        if let move = machine.record(unready.isEmpty && lifeless.isEmpty, now: now) {
            tell(.state(move.to, was: move.from, why: explain(unready.union(lifeless))))
        }
        nextLook = min(readiness?.due ?? .distantFuture, liveness?.due ?? .distantFuture)
    }

    /// Makes a probe that is due.
    ///
    /// - Returns: whether its verdict is another one now; the first good one is none.
    private static func take(
        _ reasons: HealthReasons, _ probe: inout Probe?, _ counters: inout ProbeCounters, _ now: Instant
    ) -> Bool {
        guard let token = probe?.begin(now: now), let kind = probe?.kind else { return false }
        let isFirst = probe?.verdict == .unknown
        counters.count(kind, isGood: reasons.isEmpty)
        guard let verdict = probe?.ended(token, isGood: reasons.isEmpty, now: now) else { return false }
        return !(isFirst && verdict == .up)
    }

    private func explain(_ reasons: HealthReasons) -> String { policy.explain(reasons, signals).detail }

    /// What `/health` says. One that is not ready scores 0.
    var report: CellHealthReport {
        let pressure = Pressure(signals.load, policy: adaptive).worst
        return CellHealthReport(
            score: score.value(isReady: isReady, pressure: pressure), state: machine.state, isReady: isReady,
            detail: isReady ? score.explain(isReady: true, pressure: pressure).detail : explain(unready),
            whyLifeless: lifeless.isEmpty ? nil : explain(lifeless),
            whyUnready: unready.isEmpty ? nil : explain(unready),
            probes: [readiness, liveness].compactMap { $0 }.map {
                CellHealthReport.Probe(
                    kind: $0.kind, verdict: $0.verdict, good: $0.history.good, count: $0.history.count)
            }, counters: counters)
    }
}

/// Results of probes since the start, by kind.
package struct ProbeCounters: Sendable, Equatable {
    private var good = [UInt64](repeating: 0, count: ProbeKind.allCases.count)
    private var bad = [UInt64](repeating: 0, count: ProbeKind.allCases.count)

    package init() {}

    package mutating func count(_ kind: ProbeKind, isGood: Bool) {
        if isGood { good[Int(kind.rawValue)] &+= 1 } else { bad[Int(kind.rawValue)] &+= 1 }
    }

    /// Those of one kind that passed, and that failed.
    package subscript(kind: ProbeKind) -> (passed: UInt64, failed: UInt64) {
        (good[Int(kind.rawValue)], bad[Int(kind.rawValue)])
    }
}

/// What a process says of its health.
package struct CellHealthReport: Sendable, Equatable {
    package struct Probe: Sendable, Equatable {
        package var kind: ProbeKind
        package var verdict: Resilience.Probe.Verdict
        /// Of the last hundred.
        package var good: Int
        package var count: Int
    }
    /// 0...1.
    package var score: Double
    package var state: HealthState
    package var isReady: Bool
    /// What the score stands on.
    package var detail: String
    /// Why it did not live at the last look; nil if it did.
    package var whyLifeless: String?
    /// Why it could not serve at the last look; nil if it could.
    package var whyUnready: String?
    package var probes: [Probe]
    package var counters: ProbeCounters
}

/// A change of a process's health.
package enum HealthNews: Sendable, Equatable {
    /// It is better or worse than before, by one step.
    case state(HealthState, was: HealthState, why: String)
    /// The verdict of a probe of itself changed.
    case probe(ProbeKind, isGood: Bool, why: String)
}
