import Drills
import MeshBase
import Reports

/// What is claimed of a run, and how it ended.
extension ScenarioRun {
    func hypothesis(
        _ isWanted: (ScenarioHypothesis.Strategy) -> Bool, over window: () -> RunSecond
    ) -> [DrillClaim] {
        guard let hypothesis = scenario.hypothesis, isWanted(hypothesis.strategy) else { return [] }
        let window = window()
        return hypothesis.probes.flatMap { probe in
            probe.tolerance.bounds(probe.measure).map { claim(probe.name, $0, over: window) }
        }
    }

    func claim(_ name: String, _ bound: MeasureBound, over window: RunSecond) -> DrillClaim {
        ledger.claim(
            name, bound, over: window,
            recovery: overAt.flatMap { over in steadyAt.map { $0 - over } })
    }

    /// The verdict, once the run is over; nil where nothing was run.
    package mutating func finish(now: Instant) -> DrillReport? {
        precondition(isOver, "a run is finished when it is over")
        guard refusal == nil else { return nil }
        report.noise = ledger.noise
        report.animals = ledger.zoo.report
        report.falls = ledger.cascade.report
        if hasInjected { report.wave = ledger.wave.whole(report.falls) }
        report.durationMilliseconds = (now - began).milliseconds
        if hasInjected {
            if scenario.hypothesis?.strategy.isDuring ?? false {
                report.claims += hypothesis {
                    $0.isDuring
                } over: {
                    ledger.method
                }
                .map { $0.named("\($0.name), meanwhile") }
                .map { isCutShort ? $0.unseen("the method was not taken to its end") : $0 }
                report.claims += looks.meanwhile(scenario.hypothesis?.calls ?? [])
            }
            report.claims += scenario.objectives.map { claim($0.text, $0, over: ledger.whole) }
            report.claims += scenario.thresholds.map { claim($0.text, $0.bound, over: ledger.whole) }
            report.claims += standing
            let unreached = ledger.unreached(plan)
            report.exposed = unreached.isEmpty && ledger.method.all.requests > 0
            if !report.exposed {
                report.exposure =
                    unreached.isEmpty ? "nobody asked meanwhile" : unreached.joined(separator: "; ")
            }
        }
        return conclude()
    }

    /// What has to hold of every scenario.
    private var standing: [DrillClaim] {
        func isClaimed(_ figure: Measure.Figure) -> Bool {
            scenario.objectives.contains { $0.measure.figure == figure }
        }
        var claims: [DrillClaim] = []
        if !isClaimed(.customersDifferent) {
            claims.append(
                .count(
                    "customers different from the prediction", ledger.impact?.different,
                    detail: ledger.impact.map { "\($0.seen) asked" } ?? "no router tells"))
        }
        if scenario.load.verifies, scenario.load.writes > 0, !isClaimed(.lostWrites) {
            claims.append(ledger.lostWrites("acknowledged writes lost"))
        }
        for violation in ledger.found?.violations ?? [] {
            claims.append(
                .count("violations of \(violation.oracle)", violation.isViolated ? 1 : 0, detail: violation.detail))
        }
        if trouble != .interrupted {
            claims.append(
                .count(
                    "steady again", steadyAt == nil ? 0 : 1, .equal, 1,
                    detail: steadyAt == nil ? ledger.unsteady : nil))
        }
        return claims
    }

    private mutating func conclude() -> DrillReport {
        let deviated = report.claims.filter { $0.verdict == .deviated }
        let undecided = report.claims.filter { $0.verdict == .undecided }
        func names(_ claims: [DrillClaim]) -> String { claims.map(\.name).joined(separator: "; ") }
        if inForce != nil { trouble = trouble.map { .graver($0, .error) } ?? .error }
        report.outcome = DrillOutcome.graver(trouble ?? .passed, deviated.isEmpty ? .passed : .deviated)
        switch report.outcome {
        case .deviated:
            report.conclusive = true
            report.reason = "not kept: " + names(deviated)
        case .passed:
            report.conclusive = report.exposed && undecided.isEmpty && !report.claims.isEmpty
            if let exposure = report.exposure {
                report.reason = "not everything has reached somebody: \(exposure)"
            } else if !undecided.isEmpty {
                report.reason = "undecided: " + names(undecided)
            }
        default: report.conclusive = false
        }
        if let rest = inForce, !(report.reason ?? "").contains(rest) {
            report.reason = [report.reason, rest].compactMap { $0 }.joined(separator: "; ")
        }
        return report
    }
}
