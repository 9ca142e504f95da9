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
        claimAll()
        if hasInjected {
            let unreached = ledger.unreached(plan)
            report.exposed = unreached.isEmpty && ledger.method.all.requests > 0
            if !report.exposed {
                report.exposure =
                    unreached.isEmpty ? "nobody asked meanwhile" : unreached.joined(separator: "; ")
            }
        }
        return conclude()
    }

    /// All that a scenario claims, and all that always has to hold, as far as it is known.
    private mutating func claimAll() {
        report.claims += unlookedSteps
        if scenario.hypothesis?.strategy.isDuring ?? false {
            report.claims += hypothesis {
                $0.isDuring
            } over: {
                ledger.method
            }
            .map { $0.named("\($0.name), meanwhile") }
            .map { looked($0, isCutShort || !hasInjected ? unlooked : dependence ?? ledger.standstill) }
            report.claims += looks.meanwhile(scenario.hypothesis?.calls ?? []).map {
                looked($0, isCutShort || !hasInjected ? unlooked : ledger.standstill)
            }
        }
        report.claims += unlookedAfter
        report.claims += scenario.objectives.map { looked($0, $0.text) }
        report.claims += scenario.thresholds.map { looked($0.bound, $0.text) }
        if hasInjected { report.claims += standing }
    }

    /// The report of a run whose driver goes away without another word.
    package var unfinished: DrillReport {
        var run = self
        (run.isCutShort, run.isMethodWhole, run.trouble) = (true, false, .error)
        run.report.reason = "its command was killed"
        run.claimAll()
        run.report.reason = report.reason
        return run.report
    }

    /// What has to hold of every scenario, whatever its objectives allow for beside.
    private var standing: [DrillClaim] {
        var claims: [DrillClaim] = []
        // How many may fare otherwise a scenario may say, such as one that makes routers doubt.
        if !scenario.objectives.contains(where: { $0.measure == Measure(.customersDifferent) && $0.isAbove }) {
            claims.append(looked(different, unlooked ?? dependence ?? ledger.standstill))
        }
        let isReadBack = scenario.objectives.contains { $0.measure == Measure(.lostWrites) && $0.isNone }
        if scenario.load.writes > 0, !isReadBack {
            let claim = ledger.lostWrites("acknowledged writes lost")
            claims.append(scenario.load.verifies ? claim : claim.unseen("'verify: false': no write was read back"))
        }
        for violation in ledger.found?.violations ?? [] {
            let claim = DrillClaim.count(
                "violations of \(violation.oracle)", violation.isViolated ? 1 : 0, detail: violation.detail)
            let isWhole = trouble != .interrupted || ledger.found?.isVerified == true
            claims.append(looked(claim, isWhole ? nil : "the load was ended before its time"))
        }
        claims.append(
            steadyAt == nil && !ledger.wasLooked
                ? .count("steady again", nil, .equal, 1, detail: ledger.isForsaken ? ledger.unseen : unlooked)
                : .count(
                    "steady again", steadyAt == nil ? 0 : 1, .equal, 1,
                    detail: steadyAt == nil ? ledger.unsteady : nil))
        return claims
    }

    private var different: DrillClaim {
        let impact = ledger.impact
        let asked = impact.seen > 0 ? "\(impact.seen) asked" : "nobody was seen to come to harm"
        let different = ledger.different
        let claim = DrillClaim.count(
            "customers different from the prediction", different,
            detail: different == nil
                ? "no router tells" : [asked, ledger.strange].compactMap { $0 }.joined(separator: "; "))
        if claim.verdict == .deviated, let why = ledger.fleeting, ledger.strange == nil { return claim.unseen(why) }
        guard !claim.isBroken else { return claim }
        // Who fared otherwise by somebody else's doing may be none of those that asked.
        return (ledger.unseen ?? ledger.strange ?? ledger.unproven).map { claim.unseen($0) } ?? claim
    }

    // MARK: What nobody has looked at

    /// A claim that nothing is known of, for a reason; what was broken already stays so.
    private func looked(_ claim: DrillClaim, _ why: String?) -> DrillClaim {
        guard let why, claim.verdict != .undecided || claim.detail == nil, !claim.isBroken else { return claim }
        // What it was given up for was seen to go wrong.
        if trouble == .aborted || trouble == .deviated, claim.verdict == .deviated { return claim }
        return claim.unseen(why)
    }

    /// A claim of the time from the first action until the mesh has settled, or of what was read back at the end.
    private func looked(_ bound: MeasureBound, _ name: String) -> DrillClaim {
        let claim = claim(name, bound, over: ledger.whole)
        switch bound.measure.figure {
        case .lostWrites: return looked(claim, hasInjected ? nil : unlooked)
        case .violations:
            return looked(claim, ledger.found?.isVerified == true ? nil : unlooked ?? "nothing was read back")
        default:
            let figure = bound.measure.figure
            let unseen = figure.isOfSights && ledger.isForsaken ? ledger.unseen : dependence
            return looked(claim, unlooked ?? unseen ?? (figure.isOfStores ? nil : ledger.standstill))
        }
    }

    /// Why the mesh was not looked at from the first action until it had settled; nil where it was.
    private var unlooked: String? {
        let because = report.reason.map { ": \($0)" } ?? ""
        guard hasInjected else { return "nothing was done\(because)" }
        guard isMethodWhole else { return "the method was not taken to its end\(because)" }
        return ledger.isWatched ? nil : "the mesh was not watched until it had settled\(because)"
    }

    /// What was not in force for as long as it was to be; nil where all was.
    private var dependence: String? {
        ledger.others.ended.isEmpty
            ? nil : ledger.others.ended.sorted { $0.key < $1.key }.map(\.value).joined(separator: "; ")
    }

    /// Looks of the method that did not come.
    private var unlookedSteps: [DrillClaim] {
        let why = unlooked ?? "the method did not come to it"
        return scenario.method.enumerated().flatMap { place, step -> [DrillClaim] in
            guard !looked.contains(place) else { return [] }
            switch step {
            case .action: return []
            case .probe(let probe):
                return probe.tolerance.bounds(probe.measure).map {
                    claim(probe.name, $0, over: .nothing).unseen(why)
                }
            case .look(let probe):
                return probe.tolerance == nil ? [] : [.count(probe.name, nil, .equal, 1, detail: why)]
            }
        }
    }

    /// The hypothesis, where nobody looked at it again.
    private var unlookedAfter: [DrillClaim] {
        guard !isLookedAfter, let hypothesis = scenario.hypothesis, hypothesis.strategy.isAfter else { return [] }
        let why = "it was not looked at again" + (report.reason.map { ": \($0)" } ?? "")
        let figures = self.hypothesis {
            $0.isAfter
        } over: {
            .nothing
        }
        let calls = hypothesis.calls.filter { $0.tolerance != nil }.map {
            DrillClaim.count($0.name, nil, .equal, 1, detail: why)
        }
        return (figures.map { $0.unseen(why) } + calls).map { $0.named("\($0.name), after") }
    }

    /// Somebody was exposed to what was done, to nothing else, and all of what is claimed is decided.
    private var isConclusive: Bool {
        report.exposed && ledger.strange == nil && !report.claims.isEmpty
            && report.claims.allSatisfy { $0.verdict != .undecided }
    }

    private mutating func conclude() -> DrillReport {
        let deviated = report.claims.filter { $0.verdict == .deviated }
        let undecided = report.claims.filter { $0.verdict == .undecided }
        func names(_ claims: [DrillClaim]) -> String { claims.map(\.name).joined(separator: "; ") }
        if let rest = inForce {
            trouble = trouble.map { .graver($0, .error) } ?? .error
            // What has not come back was found out later.
            if let step = report.steps.lastIndex(where: { $0.name == Phase.rollbacks.rawValue && $0.outcome == .done })
            {
                (report.steps[step].outcome, report.steps[step].detail) = (.failed, rest)
            }
        }
        report.outcome = DrillOutcome.graver(trouble ?? .passed, deviated.isEmpty ? .passed : .deviated)
        switch report.outcome {
        case .deviated:
            report.conclusive = isConclusive
            report.reason = "not kept: " + names(deviated)
        case .passed:
            let others = ledger.strange
            report.conclusive = isConclusive
            if let others, report.exposure == nil {
                report.reason = "not alone: \(others)"
            } else if let exposure = report.exposure {
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
