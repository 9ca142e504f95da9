import Checkers
import MeshBase
import Telemetry
import Wire

extension LoadReport {
    mutating func take(_ accounts: LoadAccounts) {
        requests = accounts.requests
        ok = accounts.ok
        failed = accounts.failed
        dropped = accounts.dropped
        byOutcome["ok"] = accounts.ok
        for (status, count) in accounts.statuses.enumerated() where count > 0 { byStatus["\(status)"] = count }
        for (problem, count) in accounts.problems { byOutcome[problem] = count }
        for failure in LoadFailure.allCases where accounts.failures[failure.rawValue] > 0 {
            byOutcome[failure.name] = accounts.failures[failure.rawValue]
        }
        for priority in Priority.allCases {
            let share = accounts.priorities[Int(priority.rawValue)]
            if share.requests > 0 {
                byPriority["\(priority.name)"] = Share(requests: share.requests, ok: share.ok, shed: share.shed)
            }
        }
        for kind in LoadRequest.Kind.allCases {
            let share = accounts.kinds[Int(kind.rawValue)]
            if share.requests > 0 {
                byKind[kind.name] = Share(requests: share.requests, ok: share.ok, shed: share.shed)
            }
        }
        degraded = Degraded(answers: accounts.degraded, by: accounts.degradations)
        retryAfter = accounts.retryAfter
        replayed = accounts.replayed
        latencyMs = Latency(accounts.latency)
        lagMs = Latency(accounts.lag)
        rate = durationMs > 0 ? Double(accounts.answered) / (durationMs / 1000) : 0
    }

    mutating func take(_ counts: ImpactCounts) {
        customers.seen = counts.customers
        customers.lost = counts.lost
        customers.degraded = counts.degraded
        customers.untouched = counts.untouched
    }

    mutating func take(_ counts: AcknowledgedWrites.Counts, verified: Bool) {
        writes.acknowledged = counts.acknowledged
        writes.lost = counts.lost
        writes.unknown = counts.unknown
        writes.unverified = verified ? counts.unverified : 0
        writes.verified = verified
    }

    /// Writes of keys that keep siblings, beside those of the others.
    mutating func take(_ siblings: SiblingBook, verified: Bool) {
        let counts = siblings.checker.totals()
        writes.acknowledged += counts.acknowledged
        writes.unknown += siblings.unknown
        guard verified else { return }
        writes.lost += counts.lost
        writes.unverified += counts.unverified
        take(siblings.checker.verdict(needsAll: true), conclusive: !siblings.checker.isInconclusive)
    }

    /// - Parameters:
    ///   - routers: what they have begun of calls to services meanwhile.
    ///   - cells: what they have begun of calls between services.
    package mutating func amplify(routers: Attempts, cells: Attempts) {
        amplification = Amplification(router: routers.ratio, edge: cells.ratio)
        retries = Retries(router: routers.retry, edge: cells.retry, hedges: routers.hedge + cells.hedge)
    }

    /// What became of calls under idempotency keys, once the cells have told what they have carried out.
    package mutating func take(charges: ChargeChecker) {
        let verdict = charges.verdict()
        chargedOnce = ChargedOnce(
            ok: verdict.ok, answered: charges.answered, charged: charges.charged, repeated: charges.repeated,
            violations: charges.violations.count, missing: charges.missing)
        take(verdict)
    }

    mutating func take(_ verdict: Checkers.Verdict, conclusive: Bool = true) {
        verdicts.append(
            Verdict(oracle: verdict.oracle, ok: verdict.ok, detail: verdict.detail, conclusive: conclusive))
    }

    mutating func judge(_ objectives: [Objective], _ latency: LatencyHistogram) {
        slo = objectives.map { $0.judge(observed(for: $0.metric, latency)) }
    }

    private func observed(for metric: Objective.Metric, _ latency: LatencyHistogram) -> Double? {
        switch metric {
        case .percentile(let percent): latency.isEmpty ? nil : latency.percentile(percent).milliseconds
        case .longest: latency.isEmpty ? nil : latency.maximum.milliseconds
        case .success: requests == 0 ? nil : Double(ok) / Double(requests)
        case .errorRate: requests == 0 ? nil : Double(requests - ok) / Double(requests)
        case .dropped: requests == 0 ? nil : Double(dropped) / Double(requests)
        case .rate: requests == 0 ? nil : rate
        case .lostWrites: writes.verified ? Double(writes.lost) : nil
        // None of a load's.
        default: nil
        }
    }
}

extension LoadReport.Latency {
    init(_ histogram: LatencyHistogram) {
        self.init()
        p50 = histogram.percentile(50).milliseconds
        p90 = histogram.percentile(90).milliseconds
        p99 = histogram.percentile(99).milliseconds
        p999 = histogram.percentile(99.9).milliseconds
        max = histogram.maximum.milliseconds
    }
}
