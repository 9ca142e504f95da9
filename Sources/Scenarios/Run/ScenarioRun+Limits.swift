import Drills
import MeshBase
import Topology

/// What bounds a run: how long each part may take, what a plan must not be, and what is told of that which stays in force.
extension ScenarioRun {
    /// The longest that a part may take, whoever does not answer; nil for those that a timer of their own ends.
    private static func longest(_ phase: Phase) -> TimeAmount? {
        switch phase {
        case .notice, .baseline, .settle, .over: nil
        case .validate, .predict, .before: .minutes(10)
        case .method: Scenario.longest
        // An evacuation ends within ten minutes, and so does the restore behind it.
        case .rollbacks: .minutes(30)
        case .after: Scenario.longest
        case .readBack, .tidy: .minutes(10)
        }
    }

    /// When a part is given up.
    func end(of phase: Phase) -> Instant? { Self.longest(phase).map { phaseSince + $0 } }

    /// A part has taken longer than it may: what goes on in it is told, and not waited for any longer.
    mutating func overrun(now: Instant) {
        let why = "not over within \(Syntax.written(Self.longest(phase) ?? .zero))"
        switch phase {
        case .rollbacks:
            for (key, deed) in active.sorted(by: { $0.key < $1.key }) {
                left.insert(key)
                report.steps.append(step(plan[key].name, .takesBack, why, from: deed.since, now, .failed))
                drop(key, now: now)
            }
            rolled = scenario.rollbacks.count
            fail(.error, "\(phase.rawValue): \(why)", now: now)
            rollBack(now: now)
        case .after:
            end(.after, why, .failed, now: now)
            fail(.probeError, "\(phase.rawValue): \(why)", now: now)
            readBack(now: now)
        default:
            failed(nil, .error, why, now: now)
        }
    }

    /// The rule of 'abort' that holds where nothing was done yet: by the last seconds of the baseline.
    var holdingRule: AbortRule? {
        let seconds = Int64(ledger.baseline.length.seconds.rounded(.down))
        for (place, rule) in scenario.abort.enumerated() where abortCounts[place] > 0 {
            if case .ofBaseline = rule.bound.bound { continue }
            let needed = min(rule.length, TimeAmount.seconds(max(seconds, 1)))
            if TimeAmount.seconds(Int64(abortCounts[place])) >= needed { return rule }
        }
        return nil
    }

    /// A restore that leaves its region to be chosen means the one that the method has left last.
    mutating func restoreWhatIsLeft() {
        var region: String?
        for (key, written) in (scenario.actions + scenario.rollbacks).enumerated() {
            region = plan[key].deed.leftRegion ?? region
            guard case .restore(let word) = written.deed, TargetChoice.isMeant(word), let region else { continue }
            plan[key].deed = .restore(TargetSelector.region(region).text)
        }
    }

    /// Why a plan whose targets have been chosen cannot come to a good end; nil where it can.
    var misplanned: String? {
        let regions = scenario.actions.indices.compactMap { plan[$0].deed.leftRegion }
        for action in plan {
            guard case .restore(let word) = action.deed else { continue }
            let region = TargetSelector.name(in: word, of: .region)
            guard !regions.contains(region) else { continue }
            return "\(action.label): region '\(region)' is not evacuated, and no step of the method evacuates it"
        }
        return nil
    }

    /// Whether a region that the method has left is still to be taken back.
    func isLeft(_ word: String) -> Bool {
        let region = TargetSelector.name(in: word, of: .region)
        return left.union(active.keys).contains { plan[$0].deed.leftRegion == region }
    }

    /// Whether a region that the method has left whole was taken back.
    func isBack(_ word: String) -> Bool {
        let region = TargetSelector.name(in: word, of: .region)
        return !isLeft(word)
            && ledger.moves.contains { plan[$0.key].deed.leftRegion == region && $0.value.isCompleted }
    }

    /// The rollback that restores a region; nil where none does.
    package func restore(of region: String) -> Int? {
        plan.indices.dropFirst(scenario.actions.count).first {
            guard case .restore(let word) = plan[$0].deed else { return false }
            return TargetSelector.name(in: word, of: .region) == region
        }
    }

    /// What is left in force, and who takes it back; nil where nothing is.
    package var inForce: String? {
        let words = noted.isEmpty ? left.sorted().map { plan[$0].name } : noted
        guard !words.isEmpty else { return nil }
        return
            "still in force: \(words.joined(separator: ", ")); it stays noted, and the drill's guard or the next drill "
            + "takes it back"
    }
}
