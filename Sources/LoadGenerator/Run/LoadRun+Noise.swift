import Drills
import MeshBase
import Reports
import UVDriver

/// How late a timer of the load generator was, and how often the clock was set.
struct LoadNoise: Sendable {
    private(set) var late = DurationHistogram()
    private(set) var clockJumps = 0
    private var last: Instant?
    private var offset: Int64?

    /// The clock is set, and not merely steered, where it moves by so much from one look to the next.
    private static let jump: Int64 = 100_000_000

    /// A look that was due a step after the last one.
    /// - Returns: how late it was.
    mutating func look(at now: Instant, step: TimeAmount, wallOffset: Int64) -> TimeAmount {
        if let offset, abs(wallOffset - offset) > Self.jump { clockJumps += 1 }
        offset = wallOffset
        defer { last = now }
        guard let last else { return .zero }
        // The loop counts in whole milliseconds.
        let lateness = max(.zero, now - last - step - .milliseconds(1))
        late.record(lateness)
        return lateness
    }
}

extension LoadRun {
    func measureNoise(_ now: Instant) {
        let late = state.pointee.noise.look(at: now, step: step, wallOffset: loop.wallOffset())
        guard state.pointee.phase == .sending || state.pointee.phase == .draining else { return }
        state.pointee.series.timerWas(late: late)
        state.pointee.series.advance(to: now)
    }

    /// How quiet the machine was so far, as far as this process can tell.
    package var noise: RunNoise {
        var noise = RunNoise()
        noise.lateP99 = state.pointee.noise.late.quantile(0.99).milliseconds
        noise.lateMost = state.pointee.noise.late.longest.milliseconds
        noise.lagP99 = state.pointee.accounts.lag.percentile(99).milliseconds
        noise.dropped = state.pointee.accounts.dropped
        noise.clockJumps = state.pointee.noise.clockJumps
        return noise
    }

    /// What was seen from second to second, as far as it is over.
    ///
    /// - Parameter last: of the last periods so many; nil for all.
    package func series(last: Int? = nil) -> RunSeries { state.pointee.series.document(last: last) }

    /// When the first request was meant to be sent and when the last answer was there, nanoseconds since 1970; 0 for not yet.
    package var times: (begun: Int64, ended: Int64) { (state.pointee.begunAt, state.pointee.endedAt) }

    /// What the load claims of the mesh: its objectives, and that nothing was lost.
    package func claims(_ report: LoadReport) -> [DrillClaim] {
        let noise = noise
        let drill = DrillNoise(lateMilliseconds: max(noise.lateP99, noise.lagP99), dropped: noise.dropped)
        var claims = configuration.objectives.map { claim($0, report, drill) }
        let isClaimed = configuration.objectives.contains { $0.metric == .lostWrites }
        if report.writes.verified, !isClaimed {
            claims.append(
                .count("acknowledged writes lost", report.writes.lost, .equal, 0, unknown: report.writes.unverified))
        }
        claims += report.verdicts.map { verdict in
            let claim = DrillClaim.count(
                "violations of \(verdict.oracle)", verdict.ok ? 0 : 1, .equal, 0, detail: verdict.detail)
            return verdict.conclusive ? claim : claim.unseen(verdict.detail)
        }
        return claims
    }

    private func claim(_ objective: Objective, _ report: LoadReport, _ noise: DrillNoise) -> DrillClaim {
        let (name, comparison, bound) = (objective.expression, objective.comparison, objective.bound)
        let latency = state.pointee.accounts.latency
        switch objective.metric {
        case .percentile(let percent):
            let samples = latency.count
            return .quantile(name, percent / 100, comparison, bound, samples: samples, noise: noise) { rank in
                latency.percentile(100 * Double(rank) / Double(samples)).milliseconds
            }
        case .longest:
            return .longest(
                name, latency.isEmpty ? nil : latency.maximum.milliseconds, comparison, bound, noise: noise)
        case .success: return .share(name, report.ok, of: report.requests, comparison, bound)
        case .errorRate: return .share(name, report.requests - report.ok, of: report.requests, comparison, bound)
        case .dropped: return .share(name, report.dropped, of: report.requests, comparison, bound)
        case .rate: return .figure(name, report.requests == 0 ? nil : report.rate, comparison, bound)
        case .lostWrites:
            guard report.writes.verified else {
                return .figure(name, nil, comparison, bound, detail: "they were not read back (--verify)")
            }
            // What could not be judged may be lost as well.
            let whole = DrillClaim.figure(name, Double(report.writes.lost), comparison, bound)
            return report.writes.unverified > 0 && whole.verdict == .met
                ? whole.unseen("\(report.writes.unverified) writes could not be read back") : whole
        // None of a load's.
        default: return .figure(name, nil, comparison, bound)
        }
    }
}
