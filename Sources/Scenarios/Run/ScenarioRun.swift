import Drills
import MeshBase
import Reports
import Topology

/// One run of a scenario: what is to be done next, what was found, and the verdict. It does nothing itself: whoever drives it
/// carries out its orders, on real processes or in virtual time, and tells what came of them and what is seen each second.
///
/// Validate, predict, announce, a baseline under load, the hypothesis, the method, rollbacks, settling, the hypothesis again,
/// reading back. Nothing is injected where the hypothesis is not met; what was injected is taken back whatever happens.
package struct ScenarioRun: Sendable {
    /// Where a run is.
    package enum Phase: String, Sendable, CaseIterable {
        case validate, predict, notice, baseline
        case before = "hypothesis-before"
        case method, rollbacks, settle
        case after = "hypothesis-after"
        case readBack = "read-back"
        case tidy
        case over
    }

    /// What is to be done. Each is answered by an event, but for `announce`, which only tells.
    package enum Order: Sendable, Equatable {
        /// That the mesh is whole and has all that the scenario names: `validated` or `refused`.
        case validate
        /// What its faults will do; targets that are chosen are chosen here: `predicted` or `refused`.
        case predict
        case announce(String, TimeAmount)
        /// `loadStarted` or `failed`.
        case startLoad
        /// `begun`, and `ended` for what ends by itself; or `failed`.
        case begin(Int, ScenarioAction)
        /// It ends before its time, or its time is over: `ended` or `failed`.
        case end(Int)
        /// The load ends, and what it wrote is read back: `found` or `failed`.
        case readBack
        /// What the load has left for others goes: `tidied`.
        case tidy
    }

    /// What came of an order, or is seen.
    package enum Event: Sendable {
        case validated(String)
        case predicted(String, actions: [Int: ScenarioAction])
        /// Nothing was changed, and the scenario was not run.
        case refused(String)
        case loadStarted(String)
        case begun(Int, Begun)
        case ended(Int, String)
        case failed(Int?, DrillOutcome, String)
        case found(ScenarioFound, DrillNoise)
        case tidied(String)
        case second(RunSecond)
        case sight(ScenarioSight)
        case event(EventRecord, at: Instant)
        case interrupted(String)
    }

    /// What the constants of the membership allow for.
    package struct Profile: Sendable, Equatable {
        /// Until the first member takes one that is gone for dead, in 99 of 100 cases.
        package var detection: TimeAmount
        /// Until all do, at worst.
        package var agreement: TimeAmount

        package init(detection: TimeAmount, agreement: TimeAmount) {
            self.detection = detection
            self.agreement = agreement
        }
    }

    /// How an action has begun.
    package struct Begun: Sendable, Equatable {
        /// How many it has reached, of how many it was meant for.
        package var applied: Int
        package var of: Int
        /// Of the register, where it is a fault of its.
        package var fault: String?
        /// Members that others are to take for dead by it.
        package var victims: [String] = []
        package var detail: String

        package init(applied: Int, of: Int, fault: String? = nil, victims: [String] = [], detail: String) {
            self.applied = applied
            self.of = of
            self.fault = fault
            self.victims = victims
            self.detail = detail
        }
    }

    package let scenario: Scenario
    package private(set) var phase = Phase.validate
    package internal(set) var report: DrillReport
    /// The gravest thing that has gone wrong; nil while nothing has.
    package private(set) var trouble: DrillOutcome?
    /// Why nothing was run; nil where it was.
    package private(set) var refusal: String?
    private(set) var began: Instant
    private var orders: [Order] = []
    private(set) var phaseSince: Instant
    /// When something is due by itself.
    private var due: Instant?

    /// With the targets that were chosen, by position in `plan`.
    package private(set) var plan: [ScenarioAction]
    /// Position in the method, and what is waited for there.
    private var cursor = 0
    private var wait: Wait = .none
    /// Actions that begin at a time of their own, the next first.
    private var timed: [(at: Instant, key: Int)] = []
    /// What is in force, by position in `plan`.
    private(set) var active: [Int: Active] = [:]
    private var rolled = 0
    /// The method was begun.
    private(set) var hasInjected = false
    private var mayWrite = false
    var ledger: ScenarioLedger
    private var abortCounts: [Int]
    private(set) var steadyAt: Instant?
    private(set) var overAt: Instant?

    private enum Wait: Equatable {
        case none
        /// The pause before an action, and the one after it.
        case before(Instant), after(Instant)
        /// Until it has begun, or ended by itself.
        case begun(Int), ended(Int)
    }

    /// One action that is in force.
    struct Active: Sendable {
        var since: Instant
        /// Nil for what ends by itself.
        var until: Instant?
        var isEnding = false
        var isBegun = false
    }

    /// How long the mesh has to be steady to count as steady.
    package static let steady = TimeAmount.seconds(2)

    /// - Parameters:
    ///   - id: under which its report is kept.
    ///   - target: what it is done to, for people; nil for the whole mesh.
    ///   - wall: when it began, RFC 3339.
    ///   - command: what repeats it.
    ///   - profile: what the constants of the membership allow for.
    package init(
        _ scenario: Scenario, id: String, mesh: String, target: String?, command: String, wall: String,
        profile: Profile, now: Instant
    ) {
        self.scenario = scenario
        began = now
        phaseSince = now
        report = DrillReport(id: id, drill: scenario.name, mesh: mesh, target: target, began: wall, command: command)
        plan = scenario.actions + scenario.rollbacks
        ledger = ScenarioLedger(profile, tolerates: Self.tolerates(scenario))
        abortCounts = Array(repeating: 0, count: scenario.abort.count)
        orders = [.validate]
    }

    /// It begins now, and not when it was made.
    package mutating func restart(now: Instant) { (began, phaseSince) = (now, now) }

    /// The orders that have come up since they were asked for last.
    package mutating func takeOrders() -> [Order] {
        defer { orders = [] }
        return orders
    }

    /// Whether something is to be done now.
    package var hasOrders: Bool { !orders.isEmpty }

    /// What goes on, in a few words.
    package var sentence: String {
        var words: [String] = active.sorted { $0.key < $1.key }.map { key, deed in
            "\(plan[key].name)\(deed.isBegun ? "" : " ...")"
        }
        if let last = ledger.lastSecond {
            words.append("\(last.all.ok) of \(last.all.requests) answered")
        }
        return words.joined(separator: ", ")
    }

    /// When `wake` is to be called at the latest; nil while only events matter.
    package var nextDeadline: Instant? {
        ([due] + active.values.map { $0.isEnding ? nil : $0.until } + timed.map(\.at)).compactMap { $0 }.min()
    }

    /// What is in force by faults of the register, as the driver named them.
    package var faults: [Int: String] { ledger.faults }

    /// Whether all that was injected has been taken back.
    package var isTakenBack: Bool { active.isEmpty }

    package var isOver: Bool { phase == .over }

    // MARK: Events

    package mutating func handle(_ event: Event, now: Instant) {
        switch event {
        case .second(let second): take(second, now: now)
        case .sight(let sight):
            ledger.take(sight, now: now)
            if phase == .settle { settle(now: now) }
        case .event(let record, let at): ledger.take(record, at: at)
        case .interrupted(let why): fail(.interrupted, why, now: now)
        case .refused(let why):
            refusal = why
            phase = .over
            orders = []
        case .validated(let detail):
            end(phase, detail, now: now)
            enter(.predict, now: now)
            orders.append(.predict)
        case .predicted(let detail, let actions):
            for (key, action) in actions where plan.indices.contains(key) { plan[key] = action }
            end(phase, detail, now: now)
            announce(now: now)
        case .loadStarted(let detail):
            guard phase == .baseline else { return }
            mayWrite = true
            ledger.beginBaseline()
            report.steps.append(step("load", .before, detail, from: phaseSince, now))
            phaseSince = now
            due = now + scenario.baseline.length
        case .begun(let key, let how): begun(key, how, now: now)
        case .ended(let key, let detail): ended(key, detail, now: now)
        case .failed(let key, let outcome, let why): failed(key, outcome, why, now: now)
        case .found(let found, let noise):
            ledger.found = found
            ledger.noise = noise
            end(
                phase,
                "\(Wording.plural(found.acknowledged, "acknowledged write")), \(found.lost) lost"
                    + (found.unverified > 0 ? ", \(found.unverified) could not be read" : ""), now: now)
            tidy(now: now)
        case .tidied(let detail):
            end(.tidy, detail, now: now)
            phase = .over
        }
        step(now: now)
    }

    /// Something may be due.
    package mutating func wake(now: Instant) {
        step(now: now)
    }

    // MARK: Phases

    private mutating func enter(_ phase: Phase, now: Instant) {
        self.phase = phase
        phaseSince = now
        due = nil
    }

    private func step(
        _ name: String, _ part: DrillReport.Step.Part, _ detail: String, from: Instant, _ now: Instant,
        _ outcome: DrillReport.Step.Outcome = .done
    ) -> DrillReport.Step {
        DrillReport.Step(
            name: name, part: part, outcome: outcome, startMilliseconds: (from - began).milliseconds,
            durationMilliseconds: (now - from).milliseconds, detail: detail)
    }

    private mutating func end(
        _ phase: Phase, _ detail: String, _ outcome: DrillReport.Step.Outcome = .done, now: Instant
    ) {
        report.steps.append(step(phase.rawValue, phase.part, detail, from: phaseSince, now, outcome))
    }

    private mutating func announce(now: Instant) {
        guard scenario.notice > .zero else { return startLoad(now: now) }
        enter(.notice, now: now)
        due = now + scenario.notice
        orders.append(.announce(scenario.title, scenario.notice))
    }

    private mutating func startLoad(now: Instant) {
        if phase == .notice { end(.notice, "announced for \(Syntax.written(scenario.notice))", now: now) }
        enter(.baseline, now: now)
        orders.append(.startLoad)
    }

    /// Does what is due.
    private mutating func step(now: Instant) {
        // Each turn of it either waits or comes to another phase.
        for _ in 0..<(Scenario.most * 4) {
            let before = (phase, cursor, wait, orders.count)
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

    private mutating func endBaseline(now: Instant) {
        guard mayWrite, let due, now >= due else { return }
        let seen = ledger.baseline.all
        // Seconds close after they are over.
        let isShort = ledger.baseline.length < scenario.baseline.length || seen.requests < scenario.baseline.requests
        if isShort, now < phaseSince + scenario.baseline.longest {
            self.due = min(now + .milliseconds(100), phaseSince + scenario.baseline.longest)
            return
        }
        ledger.endBaseline()
        end(.baseline, "\(seen.ok) of \(Wording.plural(Int(clamping: seen.requests), "request")) answered", now: now)
        enter(.before, now: now)
        guard seen.ok > 0 else { return fail(.baselineNotMet, "no request was answered", now: now) }
        let claims = hypothesis {
            $0.isBefore
        } over: {
            ledger.baseline
        }
        let broken = claims.filter { $0.verdict == .deviated }
        guard broken.isEmpty else {
            end(.before, "not met: \(Self.told(broken))", .failed, now: now)
            return fail(.baselineNotMet, Self.told(broken), now: now)
        }
        end(.before, claims.isEmpty ? "nothing is claimed" : "met: \(Self.told(claims))", now: now)
        beginMethod(now: now)
    }

    private static func told(_ claims: [DrillClaim]) -> String {
        claims.map { "\($0.name) is \(RunReport.figure($0.observed, $0))" }.joined(separator: "; ")
    }

    private mutating func beginMethod(now: Instant) {
        enter(.method, now: now)
        ledger.beginMethod(now: now)
        var key = 0
        for case .action(let action) in scenario.method {
            if let after = action.startAfter { timed.append((now + after, key)) }
            key += 1
        }
        timed.sort { ($0.at, $0.key) < ($1.at, $1.key) }
    }

    /// The number of the action at a place of the method.
    private func key(at place: Int) -> Int {
        scenario.method.prefix(place).count { if case .action = $0 { true } else { false } }
    }

    // MARK: The method

    private mutating func goOn(now: Instant) {
        while let next = timed.first, now >= next.at {
            timed.removeFirst()
            begin(next.key, now: now)
        }
        switch wait {
        case .none: break
        case .begun, .ended: return
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
            if timed.isEmpty, !isLasting { endMethod("all steps were taken", now: now) }
            return
        }
        switch scenario.method[cursor] {
        case .action(let action) where action.startAfter != nil: cursor += 1
        case .action(let action): wait = .before(now + action.pauseBefore)
        case .probe(let probe):
            look(probe, now: now)
            cursor += 1
        }
    }

    private mutating func begin(_ key: Int, now: Instant) {
        hasInjected = true
        let action = plan[key]
        active[key] = Active(since: now, until: nil)
        ledger.begin(key, action, now: now)
        orders.append(.begin(key, action))
    }

    private mutating func begun(_ key: Int, _ how: Begun, now: Instant) {
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

    private mutating func endLeases(now: Instant) {
        for key in active.keys.sorted() {
            guard let deed = active[key], !deed.isEnding, let until = deed.until, now >= until else { continue }
            active[key]?.isEnding = true
            orders.append(.end(key))
        }
    }

    private mutating func ended(_ key: Int, _ detail: String, now: Instant) {
        guard let deed = active[key] else { return }
        let action = plan[key]
        // A region that was left stays so until somebody takes it back.
        if case .evacuate = action.deed, !deed.isEnding {
            report.steps.append(step(action.name, .during, detail, from: deed.since, now))
        } else {
            active[key] = nil
            ledger.end(key, now: now)
            report.steps.append(step("\(action.name) ended", .takesBack, detail, from: now, now))
            if case .restore(let region) = action.deed { restored(region, now: now) }
        }
        if wait == .ended(key) { wait = .after(now + action.pauseAfter) }
    }

    /// What was left is taken back by a step of its own.
    private mutating func restored(_ region: String, now: Instant) {
        for (key, _) in active {
            if case .evacuate(let left) = plan[key].deed,
                TargetSelector.name(in: left, of: .region) == TargetSelector.name(in: region, of: .region)
            {
                active[key] = nil
                ledger.end(key, now: now)
            }
        }
    }

    private mutating func failed(_ key: Int?, _ outcome: DrillOutcome, _ why: String, now: Instant) {
        if let key, let deed = active[key] {
            report.steps.append(
                step(plan[key].name, deed.isEnding ? .takesBack : .injects, why, from: deed.since, now, .failed))
            // What could not be taken back is told, and not tried for ever; the driver keeps it noted.
            if deed.isEnding || !deed.isBegun {
                active[key] = nil
                ledger.end(key, now: now)
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

    private mutating func look(_ probe: ScenarioProbe, now: Instant) {
        let claims = probe.tolerance.bounds(probe.measure).map {
            claim(probe.name, $0, over: ledger.last(probe.window))
        }
        report.claims += claims
        report.steps.append(
            step(
                probe.name, .during, claims.isEmpty ? "nothing is claimed" : Self.told(claims), from: now, now,
                claims.contains { $0.verdict == .deviated } ? .failed : .done))
    }

    private mutating func endMethod(_ detail: String, now: Instant) {
        end(.method, detail, now: now)
        enterRollbacks(now: now)
    }

    private mutating func enterRollbacks(now: Instant) {
        enter(.rollbacks, now: now)
        (wait, timed) = (.none, [])
        for key in active.keys.sorted() where active[key]?.isEnding == false {
            active[key]?.isEnding = true
            orders.append(.end(key))
        }
    }

    private mutating func rollBack(now: Instant) {
        guard active.isEmpty else { return }
        let first = scenario.actions.count
        guard first + rolled < plan.count else {
            end(.rollbacks, "nothing is in force any more", now: now)
            overAt = now
            ledger.endMethod()
            guard hasInjected, trouble != .interrupted else { return readBack(now: now) }
            enter(.settle, now: now)
            due = now + scenario.settle
            return
        }
        let key = first + rolled
        rolled += 1
        active[key] = Active(since: now, until: nil)
        orders.append(.begin(key, plan[key]))
    }

    // MARK: Afterwards

    private mutating func settle(now: Instant) {
        guard phase == .settle, let overAt else { return }
        if let steady = ledger.steadyFrom {
            let since = max(steady, overAt)
            if now - since >= Self.steady {
                steadyAt = since
                end(
                    .settle, "steady \(Wording.time(milliseconds: (since - overAt).milliseconds)) after it was over",
                    now: now)
                return beginAfter(now: now)
            }
        }
        guard let due, now >= due else { return }
        end(.settle, "not steady within \(Syntax.written(scenario.settle)): \(ledger.unsteady)", .failed, now: now)
        beginAfter(now: now)
    }

    /// The share of requests that may fail while the mesh counts as steady: what the hypothesis says of success, or none.
    private static func tolerates(_ scenario: Scenario) -> Double {
        for probe in scenario.hypothesis?.probes ?? [] where probe.measure == Measure(.success) {
            if case .figure(let low) = probe.tolerance.low { return 1 - low }
        }
        return 0
    }

    private mutating func beginAfter(now: Instant) {
        enter(.after, now: now)
        ledger.beginAfter()
        let windows = (scenario.hypothesis?.probes ?? []).map(\.window)
        let isLooked = scenario.hypothesis?.strategy.isAfter ?? false
        due = now + (isLooked ? windows.max() ?? .zero : .zero)
    }

    private mutating func endAfter(now: Instant) {
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
        ledger.endAfter()
        report.claims += claims.map { $0.named("\($0.name), after") }
        end(.after, claims.isEmpty ? "nothing is claimed" : Self.told(claims), now: now)
        readBack(now: now)
    }

    private mutating func readBack(now: Instant) {
        enter(.readBack, now: now)
        orders.append(.readBack)
    }

    private mutating func tidy(now: Instant) {
        enter(.tidy, now: now)
        orders.append(.tidy)
    }

    /// Something went wrong: what is in force is taken back, and what is to be seen afterwards is still looked at.
    private mutating func fail(_ outcome: DrillOutcome, _ why: String, now: Instant) {
        if trouble == nil { report.reason = why }
        trouble = trouble.map { .graver($0, outcome) } ?? outcome
        switch phase {
        case .validate, .predict, .notice:
            phase = .over
            orders = []
        case .baseline, .before:
            orders = []
            guard mayWrite else { return phase = .over }
            readBack(now: now)
        case .method:
            end(.method, why, .failed, now: now)
            enterRollbacks(now: now)
        case .settle, .after:
            // Whoever asks for an end does not wait for more to be seen.
            if outcome == .interrupted { readBack(now: now) }
        case .rollbacks, .readBack, .tidy, .over: break
        }
    }

    // MARK: Each second

    private mutating func take(_ second: RunSecond, now: Instant) {
        ledger.take(second, now: now)
        guard phase == .method else { return }
        for (place, rule) in scenario.abort.enumerated() {
            guard holds(rule.bound, over: second) else {
                abortCounts[place] = 0
                continue
            }
            abortCounts[place] += 1
            guard TimeAmount.seconds(Int64(abortCounts[place])) >= rule.length else { continue }
            return fail(.aborted, "\(rule.text) held", now: now)
        }
    }

    /// Whether a figure stands so, by what it is alone: to give up nobody waits for an interval.
    private func holds(_ bound: MeasureBound, over second: RunSecond) -> Bool {
        guard !bound.measure.figure.isOfTheEnd, let limit = ledger.limit(bound),
            let observed = ledger.observed(bound.measure, over: second)
        else { return false }
        return bound.comparison.holds(observed, limit)
    }
}

extension ScenarioRun.Phase {
    /// What a phase is to the mesh.
    package var part: DrillReport.Step.Part {
        switch self {
        case .validate, .predict, .notice, .baseline, .before: .before
        case .method: .during
        case .rollbacks: .takesBack
        case .settle, .after, .readBack, .over: .after
        case .tidy: .tidies
        }
    }
}
