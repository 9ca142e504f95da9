import Drills
import MeshBase
import Reports

/// What a figure of the run is.
extension ScenarioLedger {
    var lastSecond: RunSecond? { recent.last }

    /// What was found, where it was read back.
    var verified: ScenarioFound? { found.flatMap { $0.isVerified ? $0 : nil } }

    /// The last seconds that make up so much time.
    func last(_ window: TimeAmount) -> RunSecond {
        var sum = RunSecond.nothing
        for second in recent.reversed() where sum.length < window { sum.add(second) }
        return sum
    }

    /// Whether nothing is wrong any more, as far as is seen.
    func isSteady(tolerates share: Double) -> Bool {
        guard let sight, sight.isWhole, !sight.isStale, let last = recent.last else { return false }
        let failed = Double(last.all.failed)
        return failed <= Double(last.all.requests) * share
    }

    /// What is not steady, in words.
    var unsteady: String {
        var words: [String] = []
        if isForsaken { words.append("no control plane looks") }
        if let down = sight?.down, !down.isEmpty { words.append("\(down.joined(separator: ", ")) down") }
        if let views = sight?.views, views.agree < views.of {
            words.append("views agree: \(views.agree) of \(views.of)")
        }
        if let last = recent.last, last.all.failed > 0 {
            words.append(
                "\(last.all.failed) of \(last.all.requests) requests failed in the last second")
        }
        return words.isEmpty ? "the mesh is not whole" : words.joined(separator: "; ")
    }

    /// A bound as a figure; nil where there is nothing that it could be of.
    func limit(_ bound: MeasureBound) -> Double? {
        switch bound.bound {
        case .figure(let figure): figure
        case .ofBaseline(let factor):
            observed(bound.measure, over: baseline).map { $0 * factor }
        case .ofProfile(let factor):
            (bound.measure.figure == .agreement ? profile.agreement : profile.detection).milliseconds * factor
        }
    }

    func tally(_ scope: Measure.Scope?, _ window: RunSecond) -> RunSecond.Tally {
        switch scope {
        case nil, .layer: return window.all
        case .service(let name): return window.services[name] ?? RunSecond.Tally()
        case .notService(let name):
            return window.all.subtracting(window.services[name] ?? RunSecond.Tally())
        case .cell(let name): return window.cells[name] ?? RunSecond.Tally()
        case .notCell(let name):
            return window.all.subtracting(window.cells[name] ?? RunSecond.Tally())
        case .region(let name): return window.regions[name] ?? RunSecond.Tally()
        case .kind(let name): return window.kinds[name] ?? RunSecond.Tally()
        case .priority(let priority): return window.priorities["\(priority.name)"] ?? RunSecond.Tally()
        }
    }

    /// What a figure is; nil where nothing was seen of it.
    func observed(_ measure: Measure, over window: RunSecond) -> Double? {
        let tally = tally(measure.scope, window)
        func share(_ count: UInt64) -> Double? {
            tally.requests > 0 ? Double(count) / Double(tally.requests) : nil
        }
        switch measure.figure {
        case .success: return share(tally.ok)
        case .errorRate: return share(tally.failed)
        case .shedRate: return share(tally.shed)
        case .percentile(let percent): return tally.latency.quantile(percent / 100)?.milliseconds
        case .average:
            let samples = tally.latency.total
            return samples > 0 ? tally.time.milliseconds / Double(samples) : nil
        case .longest: return tally.longest?.milliseconds
        case .shortest: return tally.shortest?.milliseconds
        case .requests: return Double(tally.requests)
        case .requestRate: return window.length > .zero ? Double(tally.requests) / window.length.seconds : nil
        case .rate: return window.length > .zero ? Double(tally.ok) / window.length.seconds : nil
        case .failed: return Double(tally.failed)
        case .dropped:
            let all = window.all.requests + window.dropped
            return all > 0 ? Double(window.dropped) / Double(all) : nil
        case .customersLost: return customers.map { Double($0.lost) }
        case .customersDegraded: return customers.map { Double($0.degraded) }
        // Of a run in which nobody came to harm there is none.
        case .customersHarmed: return customers.map { Double($0.harmed ?? 0) }
        case .customersDifferent:
            return isOfNow
                ? sight.flatMap { $0.impact.open ? $0.impact.different : 0 }.map(Double.init)
                : different.map(Double.init)
        case .lostWrites: return verified.map { Double($0.lost) }
        case .violations: return found.map { Double($0.violations.count(where: \.isViolated)) }
        case .falseDeaths: return Double(falseDeaths.values.reduce(0, +))
        case .detection: return told { $0.min() }?.milliseconds
        case .agreement: return told { $0.max() }?.milliseconds
        case .recovery: return nil
        case .amplification:
            func mean(_ name: String) -> Double? { amplification[name].map { $0.sum / Double($0.count) } }
            if case .layer(let name) = measure.scope { return mean(name) }
            return amplification.keys.compactMap(mean).max()
        case .breakersOpen: return sight.map { _ in Double(worst.openBreakers.count) }
        case .breakerOpened: return breakerAt.flatMap { at in firstAction.map { (at - $0).milliseconds } }
        case .named: return Double(zoo.named)
        case .unnamed: return Double(zoo.injected - zoo.named)
        case .falseNames: return Double(zoo.falseNames)
        case .naming: return zoo.longest?.milliseconds
        case .waveGrowth: return wave.aftermath.growth
        case .shedBegun:
            guard case .priority(let priority) = measure.scope else {
                return methodAt.map { _ in Double(shed.values.reduce(0, +)) }
            }
            return methodAt.map { _ in Double(shed["\(priority.name)"] ?? 0) }
        case .servicesFailing: return methodAt.map { _ in Double(cascade.services) }
        case .placementChanges: return firstEpoch.map { _ in Double(epochs) }
        case .movesCompleted: return movesCompleted
        case .movesBegun: return attempts.isEmpty ? nil : Double(attempts.values.count { $0 })
        case .off: return moves.values.compactMap(\.off).max()?.milliseconds
        case .writePause: return moves.values.compactMap(\.writePause).max()?.milliseconds
        case .rowsLeft: return stock.rowsLeft.map(Double.init)
        case .customersAstray: return stock.customersAstray.map(Double.init)
        case .customersMoved: return stock.customersMoved.map(Double.init)
        case .cellsPoorer: return stock.cellsPoorer.map(Double.init)
        case .hintsLeft: return stock.hintsLeft.map(Double.init)
        case .viewsAgreed:
            guard hasSplit, let endedAt else { return nil }
            return agreedAt.map { ($0 - endedAt).milliseconds }
        case .criticalAnswered: return cut.map { Double($0.withoutQuorum.ok) }
        case .importantAnswered:
            guard let reachable = cut?.reachable, reachable.requests > 0 else { return nil }
            return Double(reachable.ok) / Double(reachable.requests)
        case .cellsDown: return sight.map { _ in Double(worst.down.count) }
        case .cellsDegraded: return sight.map { _ in Double(worst.degraded.count) }
        case .utilisation: return worst.utilisation
        case .waiting: return worst.waiting.map(Double.init)
        }
    }

    /// Before and after what is done a figure of customers is of the moment; else of the run.
    private var isOfNow: Bool { methodAt == nil || phase == .after }

    private var customers: FeedImpact.Counts? {
        isOfNow ? sight.map { $0.impact.open ? $0.impact.observed : FeedImpact.Counts() } : impact.observed
    }

    /// Customers who fared otherwise than the scenario has foretold: where it stops what its load goes through nothing is foretold
    /// of them, neither meanwhile nor while that comes back.
    var different: Int? {
        silenced != nil
            ? nil : impact.different(others.harm ?? ScenarioHarm(), strangers: others.cells(of: impact.cells))
    }

    /// What others have done meanwhile, in words; nil where nobody has done anything.
    var strange: String? { others.words(own: faults.values) }

    /// Cells that were foretold to be out, and of which no router has told that they were; nil where there is none.
    var unproven: String? {
        guard let harm = others.harm, method.all.requests > 0 else { return nil }
        let victims = deeds.values.filter(\.takesOut).reduce(into: Set<String>()) { $0.formUnion($1.victims) }
        let missing = victims.intersection(harm.out).subtracting(impact.cells).sorted()
        guard !missing.isEmpty else { return nil }
        return "foretold to be out, and told so by no router: \(missing.joined(separator: ", "))"
    }

    /// What falls silent for less than this may be back before a router takes it for out: requests that wait for it are answered late.
    static let noticed = TimeAmount.seconds(2)

    /// An action too short for routers to tell who was hit by it, in words; nil where none is.
    var fleeting: String? {
        for (_, deed) in deeds.sorted(by: { $0.key < $1.key }) where deed.isSilent {
            guard let until = deed.until, until - deed.since < Self.noticed, let name = deed.victims.min() else {
                continue
            }
            let who = deed.victims.count > 1 ? "\(name) and \(deed.victims.count - 1) more were" : "\(name) was"
            return
                "\(who) silent for \(Wording.time(milliseconds: (until - deed.since).milliseconds)): routers need up to "
                + "\(Wording.time(milliseconds: Self.noticed.milliseconds)) to take who is silent for out"
        }
        return nil
    }

    /// Routers that an action has stopped, where the load goes through none beside them, in words; nil where there is none.
    private var silenced: String? {
        for (_, deed) in deeds.sorted(by: { $0.key < $1.key }) where deed.stops {
            let routers = through.isEmpty ? sight?.routers ?? [] : through
            let stopped = routers.intersection(deed.victims)
            // Where it is not known which of them it goes through, it goes on through any that is left.
            guard !stopped.isEmpty, !through.isEmpty || stopped == routers else { continue }
            let names = stopped.sorted().joined(separator: ", ")
            return
                "the load goes through \(names), which a step has stopped, and no router told what its customers got meanwhile"
        }
        return nil
    }

    /// Why nothing is known for certain of what customers got, or of what else is looked at; nil where all was seen.
    var unseen: String? {
        if isForsaken { return "no control plane looked to the end" }
        if let silenced { return silenced }
        if gaze.unseen > 0 {
            return
                "\(Wording.plural(Int(clamping: gaze.unseen), "request")) failed while no control plane, or no router that the load "
                + "goes through, told of customers"
        }
        return nil
    }

    /// Nothing is known while some have not come to an end, unless one was taken back.
    private var movesCompleted: Double? {
        guard moves.count == moveCount || moves.values.contains(where: { !$0.isCompleted }) else { return nil }
        return Double(moves.values.count { $0.isCompleted })
    }

    /// Whether the mesh was waited for after what was done.
    var wasLooked: Bool { isWatched && !isForsaken }

    var firstAction: Instant? { deeds.values.map(\.since).min() }

    /// From an action with victims until a member took one for dead: of the slowest action, the member that is picked.
    private func told(_ pick: (Dictionary<String, Instant>.Values) -> Instant?) -> TimeAmount? {
        let times = deeds.values.filter { !$0.victims.isEmpty }.map { deed in
            pick(deed.told.values).map { $0 - deed.since }
        }
        return times.contains { $0 == nil } ? nil : times.compactMap { $0 }.max()
    }
}
