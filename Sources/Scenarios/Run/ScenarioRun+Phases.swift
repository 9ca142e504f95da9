import Drills
import MeshBase
import Reports

/// Which part of a run comes next, up to the method, and what ends it early.
extension ScenarioRun {
    mutating func enter(_ phase: Phase, now: Instant) {
        self.phase = phase
        phaseSince = now
        due = nil
    }

    func step(
        _ name: String, _ part: DrillReport.Step.Part, _ detail: String, from: Instant, _ now: Instant,
        _ outcome: DrillReport.Step.Outcome = .done
    ) -> DrillReport.Step {
        DrillReport.Step(
            name: name, part: part, outcome: outcome, startMilliseconds: (from - began).milliseconds,
            durationMilliseconds: (now - from).milliseconds, detail: detail)
    }

    mutating func end(
        _ phase: Phase, _ detail: String, _ outcome: DrillReport.Step.Outcome = .done, now: Instant
    ) {
        report.steps.append(step(phase.rawValue, phase.part, detail, from: phaseSince, now, outcome))
    }

    /// What strikes its targets one after the other becomes an action for each: the first in its place, the others behind the plan.
    /// All of them end together, the last not before its time.
    mutating func spread() {
        for key in scenario.actions.indices {
            guard let apart = plan[key].apart, plan[key].deed.canSpread else { continue }
            let (whole, targets) = (plan[key], plan[key].deed.targets)
            let length = max(whole.length ?? .zero, apart * Int64(targets.count))
            plan[key].deed = whole.deed.of([targets[0]])
            plan[key].length = length
            for (number, target) in targets.enumerated().dropFirst() {
                var other = whole
                other.name += " \(number + 1)"
                other.deed = whole.deed.of([target])
                other.length = length - apart * Int64(number)
                turns[key, default: []].append((plan.count, apart * Int64(number)))
                plan.append(other)
            }
        }
    }

    mutating func announce(now: Instant) {
        guard scenario.notice > .zero else { return startLoad(now: now) }
        enter(.notice, now: now)
        due = now + scenario.notice
        orders.append(.announce(scenario.title, scenario.notice))
    }

    mutating func startLoad(now: Instant) {
        if phase == .notice { end(.notice, "announced for \(Syntax.written(scenario.notice))", now: now) }
        enter(.baseline, now: now)
        orders.append(.startLoad)
    }

    /// Does what is due.
    mutating func step(now: Instant) {
        // Each turn of it either waits or comes to another phase.
        for _ in 0..<(Scenario.most * 4) {
            let before = (phase, cursor, wait, orders.count)
            if let end = end(of: phase), now >= end { return overrun(now: now) }
            endLeases(now: now)
            switch phase {
            case .validate, .predict, .readBack, .tidy, .over: return
            case .notice: if let due, now >= due { startLoad(now: now) }
            case .baseline: endBaseline(now: now)
            case .before: return
            case .method: goOn(now: now)
            case .rollbacks: rollBack(now: now)
            case .settle: settle(now: now)
            case .after: if let due, now >= due { endAfter(now: now) }
            }
            if before == (phase, cursor, wait, orders.count) { return }
        }
    }

    mutating func endBaseline(now: Instant) {
        guard mayWrite, let due, now >= due else { return }
        let seen = ledger.baseline.all
        // Seconds close after they are over.
        let isShort = ledger.baseline.length < scenario.baseline.length || seen.requests < scenario.baseline.requests
        if isShort, now < phaseSince + scenario.baseline.longest {
            self.due = min(now + .milliseconds(100), phaseSince + scenario.baseline.longest)
            return
        }
        let rule = holdingRule
        let broken = hypothesis {
            $0.isBefore
        } over: {
            ledger.baseline
        }
        .filter { $0.verdict == .deviated }
        if seen.ok == 0 || rule != nil || !broken.isEmpty, retakeBaseline(now: now) { return }
        ledger.endBaseline()
        end(.baseline, "\(seen.ok) of \(Wording.plural(Int(clamping: seen.requests), "request")) answered", now: now)
        enter(.before, now: now)
        guard seen.ok > 0 else { return failBaseline("no request was answered", now: now) }
        if let rule { return failBaseline("'abort' holds before anything is done: \(rule.text)", now: now) }
        guard broken.isEmpty else { return failBaseline(Self.told(broken), now: now) }
        if askHypothesis(.before, now: now) { endBefore(now: now) }
    }

    /// What somebody has left behind whose faults are over: breakers that only calls close. A load has calls, so the baseline is
    /// taken again until it has closed them, for a time.
    ///
    /// - Returns: whether it is.
    private mutating func retakeBaseline(now: Instant) -> Bool {
        let patience = max(Self.breakerPatience, scenario.baseline.length * 2)
        guard let left = leftBreakers, let loadedAt, now < loadedAt + patience else { return false }
        takeBaselineAgain((ledger.baseline.failing.map { "\($0); " } ?? "") + left, now: now)
        return true
    }

    /// Breakers that were not closed while the baseline was taken, in words; nil where all were.
    private var leftBreakers: String? { ScenarioSight.told(breakers: ledger.baselineBreakers) }

    /// How it was before, and what is known of why.
    private mutating func failBaseline(_ what: String, now: Instant) {
        let why = [what, ledger.baseline.failing, leftBreakers].compactMap { $0 }.joined(separator: "; ")
        end(.before, "not met: \(why)", .failed, now: now)
        fail(.baselineNotMet, why, now: now)
    }

    static func told(_ claims: [DrillClaim]) -> String {
        claims.map { "\($0.name) is \(RunReport.figure($0.observed, $0))" }.joined(separator: "; ")
    }

    mutating func beginMethod(now: Instant) {
        enter(.method, now: now)
        looks.begin(now: now)
        abortCounts = Array(repeating: 0, count: scenario.abort.count)
        ledger.beginMethod(now: now)
        var key = 0
        for case .action(let action) in scenario.method {
            if let after = action.startAfter { timed.append((now + after, key)) }
            key += 1
        }
        timed.sort { ($0.at, $0.key) < ($1.at, $1.key) }
    }

    /// The number of the action at a place of the method.
    func key(at place: Int) -> Int {
        scenario.method.prefix(place).count { if case .action = $0 { true } else { false } }
    }
}
