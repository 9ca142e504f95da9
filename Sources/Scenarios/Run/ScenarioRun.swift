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
        /// A look at what is beside the mesh: `answered` or `unanswered`, within its time limit.
        case ask(Int, CallProbe)
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
        /// With what each action is foretold to do, by its position in `plan`.
        case predicted(String, actions: [Int: ScenarioAction], harms: [Int: ScenarioHarm] = [:])
        /// Nothing was changed, and the scenario was not run.
        case refused(String)
        /// With the routers that it goes through; none: through any.
        case loadStarted(String, through: Set<String> = [])
        case begun(Int, Begun)
        case ended(Int, String)
        /// It was in force no more when it was to end, and its time had not come: somebody else has ended it. With what was in force.
        case endedEarly(Int, String)
        case failed(Int?, DrillOutcome, String)
        case answered(Int, CallAnswer)
        case unanswered(Int, String)
        /// What came of an evacuation or a restore, told before it is `ended` or `failed`.
        case moved(Int, ScenarioMove)
        /// Whether an evacuation began that had to be refused.
        case attempted(Int, Bool)
        /// What stores were found to hold; told whenever somebody has looked.
        case stock(ScenarioStock)
        /// What both sides of a cut were answered.
        case cut(ScenarioCut)
        case found(ScenarioFound, DrillNoise)
        case tidied(String)
        case second(RunSecond)
        case sight(ScenarioSight)
        case event(EventRecord, at: Instant)
        case interrupted(String)
        /// Whoever drives the run did not run himself, for so long until now.
        case stood(TimeAmount)
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
    package internal(set) var phase = Phase.validate
    package internal(set) var report: DrillReport
    /// What stands noted as in force, in words: whoever drives the run says so after each order. It is told where the run ends
    /// with it.
    package var noted: [String] = []
    /// Actions whose taking back has failed, by position in `plan`.
    var left: Set<Int> = []
    /// The method was given up for something that went wrong, so that what was to be seen meanwhile was not.
    var isCutShort = false
    /// The method was taken to its end.
    var isMethodWhole = false
    /// Steps of the method that were looked at, by position.
    var looked: Set<Int> = []
    /// The hypothesis was looked at again.
    var isLookedAfter = false
    /// The gravest thing that has gone wrong; nil while nothing has.
    package internal(set) var trouble: DrillOutcome?
    /// Why nothing was run; nil where it was.
    package internal(set) var refusal: String?
    var began: Instant
    var orders: [Order] = []
    /// Looks at what is beside the mesh.
    var looks = CallLooks()
    var phaseSince: Instant
    /// When something is due by itself.
    var due: Instant?

    /// With the targets that were chosen, by position in `plan`.
    package internal(set) var plan: [ScenarioAction]
    /// Position in the method, and what is waited for there.
    var cursor = 0
    var wait: Wait = .none
    /// Actions that begin at a time of their own, the next first.
    var timed: [(at: Instant, key: Int)] = []
    /// Of actions that strike one target after the other, by position in `plan`: the others, and how long after.
    var turns: [Int: [(key: Int, after: TimeAmount)]] = [:]
    /// What is in force, by position in `plan`.
    var active: [Int: Active] = [:]
    var rolled = 0
    /// The method was begun.
    var hasInjected = false
    var mayWrite = false
    /// When the load had begun.
    var loadedAt: Instant?
    var ledger: ScenarioLedger
    var abortCounts: [Int]
    /// Baselines that were taken again since nobody had looked.
    var retaken = 0
    var steadyAt: Instant?
    var overAt: Instant?

    enum Wait: Equatable {
        case none
        /// The pause before an action, and the one after it.
        case before(Instant), after(Instant)
        /// Until it has begun, or ended by itself.
        case begun(Int), ended(Int)
        /// The pause before a look, and its answer.
        case asking(Instant), asked(Int)
    }

    /// One action that is in force.
    struct Active: Sendable {
        var since: Instant
        /// Nil for what ends by itself.
        var until: Instant?
        var isEnding = false
        var isBegun = false
    }

    /// Types of events that it is told of.
    package static let events: Set<String> = ["member", "breaker", "zoo", "cascade", "shedding", "process", "fault"]
    /// How long the mesh has to be steady to count as steady.
    package static let steady = TimeAmount.seconds(2)
    /// How long a load has to close breakers that were left open before it.
    package static let breakerPatience = TimeAmount.seconds(30)

    /// - Parameters:
    ///   - id: under which its report is kept.
    ///   - target: what it is done to, for people; nil for the whole mesh.
    ///   - wall: when it began, RFC 3339.
    ///   - command: what repeats it.
    ///   - profile: what the constants of the membership allow for.
    ///   - topology: a digest of the mesh's; nil of one that is simulated.
    package init(
        _ scenario: Scenario, id: String, mesh: String, target: String?, command: String, wall: String,
        profile: Profile, topology: String? = nil, now: Instant
    ) {
        self.scenario = scenario
        began = now
        phaseSince = now
        report = DrillReport(id: id, drill: scenario.name, mesh: mesh, target: target, began: wall, command: command)
        report.topology = topology
        plan = scenario.actions + scenario.rollbacks
        let moves = plan.count { action in
            switch action.deed {
            case .evacuate, .restore: true
            default: false
            }
        }
        ledger = ScenarioLedger(profile, tolerates: Self.tolerates(scenario), moves: moves)
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
        ([due, end(of: phase), looks.nextDeadline(phase)] + active.values.map { $0.isEnding ? nil : $0.until }
            + timed.map(\.at))
            .compactMap { $0 }.min()
    }

    /// What is in force by faults of the register, as the driver named them.
    package var faults: [Int: String] { ledger.faults }

    /// Whether all that was injected has been taken back.
    package var isTakenBack: Bool { active.isEmpty }

    package var isOver: Bool { phase == .over }

    /// Why nobody knows what customers got for some of the time; nil where all was seen, or nothing was done.
    package var unseen: String? { hasInjected ? ledger.unseen : nil }

    // MARK: Events

    package mutating func handle(_ event: Event, now: Instant) {
        switch event {
        case .second(let second): take(second, now: now)
        case .sight(let sight):
            ledger.take(sight, plan, now: now)
            if phase == .settle { settle(now: now) }
        case .event(let record, let at): ledger.take(record, at: at)
        case .interrupted(let why): fail(.interrupted, why, now: now)
        case .stood(let length): stood(length, now: now)
        case .refused(let why):
            refusal = why
            phase = .over
            orders = []
        case .validated(let detail):
            end(phase, detail, now: now)
            enter(.predict, now: now)
            orders.append(.predict)
        case .predicted(let detail, let actions, let harms):
            for (key, action) in actions where plan.indices.contains(key) { plan[key] = action }
            restoreWhatIsLeft()
            if let why = misplanned {
                refusal = why
                phase = .over
                orders = []
                return
            }
            ledger.others.foretell(harms, plan)
            spread()
            report.target = report.target ?? target
            end(phase, detail, now: now)
            announce(now: now)
        case .loadStarted(let detail, let through):
            guard phase == .baseline else { return }
            ledger.through = through
            mayWrite = true
            loadedAt = now
            ledger.beginBaseline()
            report.steps.append(step("load", .before, detail, from: phaseSince, now))
            phaseSince = now
            due = now + scenario.baseline.length
        case .begun(let key, let how): begun(key, how, now: now)
        case .ended(let key, let detail): ended(key, detail, now: now)
        case .endedEarly(let key, let what):
            let detail =
                ledger.isOvertaken(key)
                ? "\(what) was ended by a later step"
                : ledger.endedEarly(key, what, of: plan.indices.contains(key) ? plan[key].length : nil, now: now)
            ended(key, detail, now: now)
        case .failed(let key, let outcome, let why): failed(key, outcome, why, now: now)
        case .answered(let ask, let answer): answered(ask, answer, now: now)
        case .unanswered(let ask, let why): unanswered(ask, why, now: now)
        case .moved(let key, let move): ledger.moves[key] = move
        case .attempted(let key, let hasBegun): ledger.attempts[key] = hasBegun
        case .stock(let stock): ledger.take(stock)
        case .cut(let cut):
            ledger.cut = cut
            report.tiers = cut.tiers
        case .found(let found, let noise):
            ledger.found = found
            ledger.noise = noise
            let writes = Wording.plural(found.acknowledged, "acknowledged write")
            let rest = found.unverified > 0 ? ", \(found.unverified) could not be read" : ""
            end(
                phase, found.isVerified ? "\(writes), \(found.lost) lost\(rest)" : "\(writes), not read back", now: now)
            tidy(now: now)
        case .tidied(let detail):
            end(.tidy, detail, now: now)
            phase = .over
        }
        step(now: now)
    }

    /// What all that strikes the mesh has in common, where that is one thing.
    private var target: String? {
        let targets = Set(plan.prefix(scenario.actions.count).filter(\.deed.injects).map(\.deed.targets))
        guard targets.count == 1, let only = targets.first, only.count == 1 else { return nil }
        return only[0]
    }

    /// Something may be due.
    package mutating func wake(now: Instant) {
        step(now: now)
    }

    // MARK: Each second

    mutating func take(_ second: RunSecond, now: Instant) {
        ledger.take(second, now: now)
        guard phase == .method || phase == .baseline else { return }
        for (place, rule) in scenario.abort.enumerated() {
            abortCounts[place] = holds(rule.bound, over: second) ? abortCounts[place] + 1 : 0
        }
        guard phase == .method else { return }
        for (place, rule) in scenario.abort.enumerated()
        where abortCounts[place] > 0 && TimeAmount.seconds(Int64(abortCounts[place])) >= rule.length {
            return fail(.aborted, "\(rule.text) held", now: now)
        }
        for threshold in scenario.thresholds where threshold.aborts && now - phaseSince >= threshold.delay {
            guard stands(threshold.bound, over: ledger.whole) == false else { continue }
            return fail(.aborted, "\(threshold.text) was not kept", now: now)
        }
    }

    /// Whether a figure stands so, by what it is alone: to give up nobody waits for an interval.
    func holds(_ bound: MeasureBound, over second: RunSecond) -> Bool {
        !bound.measure.figure.isOfTheEnd && stands(bound, over: second) == true
    }

    /// The same of any figure; nil where nothing is known of it.
    private func stands(_ bound: MeasureBound, over window: RunSecond) -> Bool? {
        guard let limit = ledger.limit(bound), let observed = ledger.observed(bound.measure, over: window) else {
            return nil
        }
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
