import Drills
import MeshBase
import Reports

/// Looks at what is beside the mesh.
extension ScenarioRun {
    /// Asks what the hypothesis has beside figures of the mesh.
    ///
    /// - Returns: whether there is nothing to wait for.
    mutating func askHypothesis(_ part: CallLooks.Part, now: Instant) -> Bool {
        let calls = scenario.hypothesis?.calls ?? []
        if part == .before, !(scenario.hypothesis?.strategy.isBefore ?? false) { return true }
        for (place, probe) in calls.enumerated() { ask(part, place, probe, now: now) }
        return calls.isEmpty
    }

    private mutating func ask(_ part: CallLooks.Part, _ place: Int, _ probe: CallProbe, now: Instant) {
        orders.append(.ask(looks.ask(part, place, probe, now: now), probe))
    }

    /// Asks the step of the method that is at hand.
    mutating func askStep(now: Instant) {
        guard case .look(let probe) = scenario.method[cursor] else { return }
        let key = looks.ask(.step, cursor, probe, now: now)
        orders.append(.ask(key, probe))
        wait = .asked(key)
    }

    /// What is due while the method goes on.
    mutating func lookMeanwhile(now: Instant) {
        for (place, probe) in looks.takeDue(now) { ask(.step, place, probe, now: now) }
        guard let hypothesis = scenario.hypothesis, hypothesis.strategy.isDuring,
            !hypothesis.calls.isEmpty || hypothesis.failFast != nil
        else { return }
        guard looks.isRoundDue(now) else { return }
        let isBroken = hypothesis.probes.contains { probe in
            let window = ledger.last(probe.window)
            return probe.tolerance.bounds(probe.measure).contains { bound in
                // What nobody has asked yet is not broken.
                ledger.observed(bound.measure, over: window) != nil
                    && !holds(bound, over: window)
            }
        }
        looks.beginRound(isBroken: isBroken)
        for (place, probe) in hypothesis.calls.enumerated() { ask(.meanwhile, place, probe, now: now) }
        endRound(now: now)
    }

    private mutating func endRound(now: Instant) {
        guard let hypothesis = scenario.hypothesis, looks.endRound(now, hypothesis.frequency) else { return }
        guard let share = hypothesis.failFast, looks.brokenRounds > 0, looks.broken >= share else { return }
        fail(
            .aborted,
            "the hypothesis was not met in \(looks.brokenRounds) of \(Wording.plural(looks.rounds, "look")) meanwhile",
            now: now)
    }

    mutating func answered(_ key: Int, _ answer: CallAnswer, now: Instant) {
        guard let ask = looks.end(key) else { return }
        let isMet = ask.probe.tolerance?.holds(answer) ?? true
        let claim = ask.probe.tolerance.map {
            DrillClaim.count(
                ask.probe.name, isMet ? 1 : 0, .equal, 1, detail: "\($0.text); \(answer.detail)")
        }
        switch ask.part {
        case .before, .after:
            if let claim { looks.note(ask.part, claim) }
            if ask.part == .before { endBefore(now: now) }
        case .meanwhile:
            looks.noteMeanwhile(ask.place, isMet: isMet, answer.detail)
            endRound(now: now)
        case .step:
            looked.insert(ask.place)
            if let claim { report.claims.append(claim) }
            report.steps.append(
                step(ask.probe.name, .during, answer.detail, from: ask.since, now, isMet ? .done : .failed))
            if wait == .asked(key) { wait = .after(now + ask.probe.pauseAfter) }
        }
    }

    /// What was not seen is neither kept nor broken, and the run has an error.
    mutating func unanswered(_ key: Int, _ why: String, now: Instant) {
        guard let ask = looks.end(key) else { return }
        let reason = "\(ask.probe.name): \(why)"
        switch ask.part {
        case .before:
            end(.before, reason, .failed, now: now)
            fail(.probeError, reason, now: now)
        case .after:
            looks.note(.after, .count(ask.probe.name, nil, .equal, 1, detail: why))
            fail(.probeError, reason, now: now)
        case .meanwhile:
            // The method goes on: what it does may be the reason.
            looks.noteMeanwhile(ask.place, isMet: nil, why)
            if trouble == nil { report.reason = reason }
            trouble = trouble.map { .graver($0, .probeError) } ?? .probeError
            endRound(now: now)
        case .step:
            looked.insert(ask.place)
            if ask.probe.tolerance != nil { report.claims.append(.count(ask.probe.name, nil, .equal, 1, detail: why)) }
            report.steps.append(step(ask.probe.name, .during, why, from: ask.since, now, .failed))
            fail(.probeError, reason, now: now)
        }
    }

    /// All of the hypothesis was asked before the method, where there was anything to ask.
    mutating func endBefore(now: Instant) {
        guard phase == .before, !looks.isAsking(.before) else { return }
        let asked = looks.take(.before)
        let figures = hypothesis {
            $0.isBefore
        } over: {
            ledger.baseline
        }
        let broken = asked.filter { $0.verdict == .deviated }
        guard broken.isEmpty else {
            end(.before, "not met: \(broken.told)", .failed, now: now)
            return fail(.baselineNotMet, broken.told, now: now)
        }
        let told = [Self.told(figures), asked.told].filter { !$0.isEmpty }
        end(.before, told.isEmpty ? "nothing is claimed" : "met: \(told.joined(separator: "; "))", now: now)
        beginMethod(now: now)
    }
}
