import Drills
import MeshBase
import Reports

/// A bound as a claim, with its interval.
extension ScenarioLedger {
    /// That no more acknowledged writes are lost than may be; of those that could not be read nothing is known.
    func lostWrites(
        _ name: String, _ comparison: DrillClaim.Comparison = .atMost, _ bound: Double = 0
    ) -> DrillClaim {
        .count(
            name, verified?.lost, comparison, bound, unknown: verified?.unverified ?? 0,
            detail: verified.map { "of \($0.acknowledged)" } ?? "they were not read back")
    }

    func claim(
        _ name: String, _ bound: MeasureBound, over window: RunSecond, recovery: TimeAmount?
    ) -> DrillClaim {
        let (measure, comparison) = (bound.measure, bound.comparison)
        guard let limit = limit(bound) else {
            return .figure(name, nil, comparison, 0, detail: "there was no baseline to compare with")
        }
        let tally = tally(measure.scope, window)
        switch measure.figure {
        case .success: return .share(name, tally.ok, of: tally.requests, comparison, limit)
        case .errorRate:
            return .share(name, tally.failed, of: tally.requests, comparison, limit)
        case .shedRate: return .share(name, tally.shed, of: tally.requests, comparison, limit)
        case .dropped: return .share(name, window.dropped, of: window.all.requests + window.dropped, comparison, limit)
        case .average, .longest, .shortest:
            return .longest(name, observed(measure, over: window), comparison, limit, noise: noise)
        case .percentile(let percent):
            return .quantile(
                name, percent / 100, comparison, limit, samples: tally.latency.total, noise: noise
            ) { rank in
                tally.latency.quantile(Double(rank) / Double(max(tally.latency.total, 1)))?.milliseconds ?? 0
            }
        case .detection, .agreement, .breakerOpened, .naming:
            guard let observed = observed(measure, over: window) else {
                return firstAction == nil
                    ? .longest(name, nil, comparison, limit, noise: noise)
                    : .never(name, comparison, limit, detail: measure.figure.missing)
            }
            return .longest(name, observed, comparison, limit, noise: noise)
        case .recovery:
            guard let recovery else {
                return wasLooked
                    ? .never(name, comparison, limit, detail: unsteady)
                    : .longest(name, nil, comparison, limit, noise: noise)
            }
            return .longest(name, recovery.milliseconds, comparison, limit, noise: noise)
        case .waveGrowth:
            let wave = wave.aftermath
            guard let growth = wave.growth else {
                let why = wave.missing ?? "nothing failed"
                return wave.isCalm
                    ? .none(name, comparison, limit, detail: why) : .figure(name, nil, comparison, limit, detail: why)
            }
            return .figure(name, growth, comparison, limit)
        case .writePause:
            // Of equals the first, whichever order the dictionary has.
            let paused = moves.sorted { $0.key < $1.key }.map(\.value).filter { $0.writePause != nil }
            guard let move = paused.max(by: { $0.writePause! < $1.writePause! }),
                let observed = move.writePause?.milliseconds
            else {
                return DrillClaim.longest(name, nil, comparison, limit, noise: noise).unseen(measure.figure.missing)
            }
            guard let writes = move.writes else {
                return .longest(name, observed, comparison, limit, noise: noise)
            }
            let low = moves.values.compactMap(\.writePauseLow).max()?.milliseconds
            return .quantile(
                name, 0.99, comparison, limit, of: writes, observed: observed, low: low ?? 0, noise: noise)
        case .off:
            let claim = DrillClaim.longest(name, observed(measure, over: window), comparison, limit, noise: noise)
            return claim.observed == nil ? claim.unseen(measure.figure.missing) : claim
        case .viewsAgreed:
            if let observed = observed(measure, over: window) {
                return .longest(name, observed, comparison, limit, noise: noise)
            }
            let claim = DrillClaim.never(name, comparison, limit, detail: measure.figure.missing)
            guard hasSplit else { return claim.unseen("the views had not split") }
            return wasLooked ? claim : claim.unseen("nobody looked")
        case .criticalAnswered:
            return .count(
                name, cut.map { Int(clamping: $0.withoutQuorum.ok) }, comparison, limit,
                detail: cut.map { cut in
                    "\(cut.withoutQuorum.requests) requests were without a quorum"
                        + (cut.straddled > 0 ? ", \(cut.straddled) were answered after the cut and count nowhere" : "")
                })
        case .importantAnswered:
            return .share(name, cut?.reachable.ok ?? 0, of: cut?.reachable.requests ?? 0, comparison, limit)
        case .lostWrites: return lostWrites(name, comparison, limit)
        case .customersLost, .customersDegraded, .customersHarmed, .customersDifferent:
            let claim = DrillClaim.figure(
                name, observed(measure, over: window), comparison, limit, detail: methodAt == nil ? nil : strange)
            return claim.isBroken ? claim : unseen.map(claim.unseen) ?? claim
        default: return .figure(name, observed(measure, over: window), comparison, limit)
        }
    }
}

extension Measure.Figure {
    /// What has not happened where there is no such time.
    fileprivate var missing: String {
        switch self {
        case .detection: "no member took it for dead"
        case .agreement: "not all members took it for dead"
        case .breakerOpened: "no breaker opened"
        case .off: "no request was sent there"
        case .writePause: "no write met a change"
        case .viewsAgreed: "the views do not agree"
        default: "it did not happen"
        }
    }
}
