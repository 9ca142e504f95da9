import Drills
import MeshBase
import Reports

/// What is looked at once all was taken back, and what goes wrong in any part.
extension ScenarioRun {
    mutating func settle(now: Instant) {
        guard phase == .settle, let overAt else { return }
        if let steady = ledger.steadyFrom {
            let since = max(steady, overAt)
            // Somebody has looked again meanwhile.
            if now - since >= Self.steady, let last = ledger.gaze.last, last - since >= Self.steady - .seconds(1) {
                steadyAt = since
                ledger.endSettling(now: now)
                end(
                    .settle, "steady \(Wording.time(milliseconds: (since - overAt).milliseconds)) after it was over",
                    now: now)
                return beginAfter(now: now)
            }
        }
        // What nobody looked at is no time in which it could have been seen to settle.
        guard let due, now >= due + ledger.gaze.absence(now) || ledger.gaze.isForsaken(now) else { return }
        ledger.endSettling(now: now)
        end(.settle, "not steady within \(Syntax.written(scenario.settle)): \(ledger.unsteady)", .failed, now: now)
        beginAfter(now: now)
    }

    /// The share of requests that may fail while the mesh counts as steady: what the hypothesis says of success, or none.
    static func tolerates(_ scenario: Scenario) -> Double {
        for probe in scenario.hypothesis?.probes ?? [] where probe.measure == Measure(.success) {
            if case .figure(let low) = probe.tolerance.low { return 1 - low }
        }
        return 0
    }

    mutating func beginAfter(now: Instant) {
        enter(.after, now: now)
        ledger.beginAfter()
        let windows = (scenario.hypothesis?.probes ?? []).map(\.window)
        let isLooked = scenario.hypothesis?.strategy.isAfter ?? false
        due = now + (isLooked ? windows.max() ?? .zero : .zero)
        if isLooked { _ = askHypothesis(.after, now: now) }
    }

    mutating func endAfter(now: Instant) {
        guard !looks.isAsking(.after) else { return }
        let claims = hypothesis {
            $0.isAfter
        } over: {
            ledger.after
        }
        // More requests would decide, and there is time for them.
        if claims.contains(where: { $0.verdict == .undecided && $0.needed != nil }), now < phaseSince + scenario.settle
        {
            due = now + .seconds(1)
            return
        }
        let judged = claims.map { claim in ledger.standstillAfter.map(claim.unseen) ?? claim }
        ledger.endAfter()
        isLookedAfter = true
        report.claims += judged.map { $0.named("\($0.name), after") }
        let asked = looks.take(.after)
        report.claims += asked.map { $0.named("\($0.name), after") }
        let told = [Self.told(judged), asked.told].filter { !$0.isEmpty }
        end(.after, told.isEmpty ? "nothing is claimed" : told.joined(separator: "; "), now: now)
        readBack(now: now)
    }

    mutating func readBack(now: Instant) {
        enter(.readBack, now: now)
        orders.append(.readBack)
    }

    mutating func tidy(now: Instant) {
        enter(.tidy, now: now)
        orders.append(.tidy)
    }

    /// Something went wrong: what is in force is taken back, and what is to be seen afterwards is still looked at.
    mutating func fail(_ outcome: DrillOutcome, _ why: String, now: Instant) {
        if trouble == nil {
            report.reason = why
        } else if outcome == .error || outcome == .probeError, let reason = report.reason, !reason.contains(why) {
            // What could not be taken back is no less true because somebody had asked for the end.
            report.reason = "\(reason); \(why)"
        }
        trouble = trouble.map { .graver($0, outcome) } ?? outcome
        switch phase {
        case .validate, .predict, .notice:
            phase = .over
            orders = []
        case .baseline, .before:
            orders = []
            looks.forget()
            guard mayWrite else { return phase = .over }
            readBack(now: now)
        case .method:
            isCutShort = outcome == .error || outcome == .interrupted
            end(.method, why, .failed, now: now)
            enterRollbacks(now: now)
        case .settle, .after:
            // Whoever asks for an end does not wait for more to be seen.
            guard outcome == .interrupted else { return }
            end(phase, why, .failed, now: now)
            readBack(now: now)
        case .rollbacks, .readBack, .tidy, .over: break
        }
    }
}
