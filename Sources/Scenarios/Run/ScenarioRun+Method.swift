import Drills
import MeshBase
import Reports
import Topology

/// What is done to the mesh, step by step, and how it is taken back.
extension ScenarioRun {
    mutating func goOn(now: Instant) {
        lookMeanwhile(now: now)
        guard phase == .method else { return }
        while let next = timed.first, now >= next.at {
            timed.removeFirst()
            begin(next.key, now: now)
        }
        switch wait {
        case .none: break
        case .begun, .ended, .asked: return
        case .asking(let until):
            guard now >= until else { return due = until }
            due = nil
            return askStep(now: now)
        case .before(let until):
            guard now >= until else { return due = until }
            due = nil
            begin(key(at: cursor), now: now)
            return wait = .begun(key(at: cursor))
        case .after(let until):
            guard now >= until else { return due = until }
            due = nil
            wait = .none
            cursor += 1
        }
        guard cursor < scenario.method.count else {
            // What is in force goes on to the end of its time.
            let isLasting = active.values.contains { $0.until != nil || !$0.isBegun }
            if timed.isEmpty, !isLasting, !looks.isAsking(.step) { endMethod("all steps were taken", now: now) }
            return
        }
        switch scenario.method[cursor] {
        case .action(let action) where action.startAfter != nil: cursor += 1
        case .action(let action) where action.isBackground:
            timed.append((now + action.pauseBefore, key(at: cursor)))
            timed.sort { ($0.at, $0.key) < ($1.at, $1.key) }
            cursor += 1
        case .look(let probe) where probe.isBackground:
            looks.later(cursor, probe, at: now + probe.pauseBefore)
            cursor += 1
        case .look(let probe): wait = .asking(now + probe.pauseBefore)
        case .action(let action): wait = .before(now + action.pauseBefore)
        case .probe(let probe):
            look(probe, now: now)
            cursor += 1
        }
    }

    mutating func begin(_ key: Int, now: Instant) {
        hasInjected = true
        let action = plan[key]
        active[key] = Active(since: now, until: nil)
        ledger.begin(key, action, now: now)
        orders.append(.begin(key, action))
        timed += (turns[key] ?? []).map { (now + $0.after, $0.key) }
        timed.sort { ($0.at, $0.key) < ($1.at, $1.key) }
    }

    mutating func begun(_ key: Int, _ how: Begun, now: Instant) {
        guard active[key] != nil else { return }
        let action = plan[key]
        active[key]?.isBegun = true
        let since = active[key]?.since ?? now
        if action.deed.lasts { active[key]?.until = since + (action.length ?? .zero) }
        ledger.begun(key, how)
        report.steps.append(step(action.name, .injects, how.detail, from: since, now))
        if how.applied < how.of {
            fail(.error, "\(action.name): reached \(how.applied) of \(how.of)", now: now)
        } else if wait == .begun(key) {
            wait = action.deed.lasts ? .after(now + action.pauseAfter) : .ended(key)
        }
    }

    mutating func endLeases(now: Instant) {
        for key in active.keys.sorted() {
            guard let deed = active[key], !deed.isEnding, let until = deed.until, now >= until else { continue }
            active[key]?.isEnding = true
            orders.append(.end(key))
        }
    }

    mutating func ended(_ key: Int, _ detail: String, now: Instant) {
        guard let deed = active[key] else { return }
        let action = plan[key]
        // A region that was left stays so until somebody takes it back.
        if case .attempt = action.deed {
            drop(key, now: now)
        } else if case .evacuate = action.deed, !deed.isEnding {
            report.steps.append(step(action.name, .during, detail, from: deed.since, now))
        } else {
            drop(key, now: now)
            report.steps.append(step("\(action.name) ended", .takesBack, detail, from: now, now))
            if case .restore(let region) = action.deed { restored(region, now: now) }
        }
        if wait == .ended(key) { wait = .after(now + action.pauseAfter) }
    }

    /// What was left is taken back by a step of its own.
    mutating func restored(_ region: String, now: Instant) {
        let region = TargetSelector.name(in: region, of: .region)
        for key in active.keys.sorted() where plan[key].deed.leftRegion == region { drop(key, now: now) }
    }

    /// It is not in force any more.
    mutating func drop(_ key: Int, now: Instant) {
        active[key] = nil
        ledger.end(key, injects: plan[key].deed.injects, now: now)
    }

    mutating func failed(_ key: Int?, _ outcome: DrillOutcome, _ why: String, now: Instant) {
        if let key {
            // What has come to its end already, such as a program that was stopped, has nothing left to fail.
            guard let deed = active[key] else { return }
            // Nothing is in force of a call: one that fails while it is to be stopped has ended.
            if deed.isEnding, case .call = plan[key].deed { return ended(key, why, now: now) }
            report.steps.append(
                step(plan[key].name, deed.isEnding ? .takesBack : .injects, why, from: deed.since, now, .failed))
            // What could not be taken back is told, and not tried for ever; the driver keeps it noted.
            if deed.isEnding || !deed.isBegun {
                if deed.isEnding { left.insert(key) }
                drop(key, now: now)
            }
        } else {
            end(phase, why, .failed, now: now)
        }
        fail(outcome, key.map { "\(plan[$0].name): \(why)" } ?? "\(phase.rawValue): \(why)", now: now)
        switch phase {
        case .readBack: tidy(now: now)
        case .tidy: phase = .over
        default: break
        }
    }

    mutating func look(_ probe: ScenarioProbe, now: Instant) {
        looked.insert(cursor)
        let claims = probe.tolerance.bounds(probe.measure).map {
            claim(probe.name, $0, over: ledger.last(probe.window))
        }
        .map { claim in claim.isBroken ? claim : ledger.standstill.map(claim.unseen) ?? claim }
        report.claims += claims
        report.steps.append(
            step(
                probe.name, .during, claims.isEmpty ? "nothing is claimed" : Self.told(claims), from: now, now,
                claims.contains { $0.verdict == .deviated } ? .failed : .done))
    }

    mutating func endMethod(_ detail: String, now: Instant) {
        isMethodWhole = true
        end(.method, detail, now: now)
        enterRollbacks(now: now)
    }

    mutating func enterRollbacks(now: Instant) {
        enter(.rollbacks, now: now)
        (wait, timed) = (.none, [])
        looks.forget()
        for key in active.keys.sorted() where active[key]?.isEnding == false {
            active[key]?.isEnding = true
            orders.append(.end(key))
        }
    }

    mutating func rollBack(now: Instant) {
        guard active.isEmpty else { return }
        let first = scenario.actions.count
        guard rolled < scenario.rollbacks.count else {
            let rest = inForce
            end(.rollbacks, rest ?? "nothing is in force any more", rest == nil ? .done : .failed, now: now)
            overAt = now
            ledger.endMethod(now: now)
            guard hasInjected, trouble != .interrupted else { return readBack(now: now) }
            enter(.settle, now: now)
            due = now + scenario.settle
            return
        }
        let key = first + rolled
        rolled += 1
        if case .restore(let region) = plan[key].deed, !isLeft(region) {
            report.steps.append(step(plan[key].name, .takesBack, "nothing is left to be restored", from: now, now))
            // What was left, and is left no more, is restored, whoever has done it.
            if ledger.moves[key] == nil, isBack(region) { ledger.moves[key] = ScenarioMove(isCompleted: true) }
            return
        }
        active[key] = Active(since: now, until: nil)
        orders.append(.begin(key, plan[key]))
    }
}
