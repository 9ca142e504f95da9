import Drills
import MeshBase
import Reports

/// What was seen while a scenario ran, and what it says of a figure. Bounded: seconds add up, and the last minute of them is kept
/// one by one.
struct ScenarioLedger: Sendable {
    /// One action that was begun.
    struct Deed: Sendable {
        var since: Instant
        var until: Instant?
        /// Names of the processes that it is to end, stop or cut off; empty for what leaves all alive.
        var victims: Set<String>
        var applied = 0
        var of = 0
        /// When some member took a victim for dead first, by the observer; and when the first gate opened.
        var told: [String: Instant] = [:]
    }

    private(set) var baseline = RunSecond.nothing
    /// While something was in force.
    private(set) var method = RunSecond.nothing
    /// From the first action until the mesh had settled.
    private(set) var whole = RunSecond.nothing
    private(set) var after = RunSecond.nothing
    private var recent: [RunSecond] = []
    private(set) var sight: ScenarioSight?
    private(set) var deeds: [Int: Deed] = [:]
    /// By the key of an action.
    private(set) var faults: [Int: String] = [:]
    private var hits: [String: UInt64] = [:]
    private(set) var zoo = ScenarioZoo()
    var found: ScenarioFound?
    var noise = DrillNoise()
    private(set) var impact: ScenarioSight.Impact?
    private var falseDeaths: [String: Int] = [:]
    private var firstEpoch: UInt64?
    private var epochs = 0
    private var lastEpoch: UInt64 = 0
    private var breakerAt: Instant?
    private var methodAt: Instant?
    /// By layer: what sights have told while something was in force.
    private var amplification: [String: (sum: Double, count: Int)] = [:]
    private var worst = ScenarioSight()
    private var phase = Part.idle
    /// Since when all that was seen is steady.
    private(set) var steadyFrom: Instant?
    private let profile: ScenarioRun.Profile
    /// The share of requests that may fail in a second while the mesh counts as steady.
    private let tolerance: Double

    private enum Part { case idle, baseline, method, settling, after }

    /// Seconds that are kept one by one.
    static let mostRecent = 120
    /// Observers that are told apart.
    static let mostObservers = 4_096

    init(_ profile: ScenarioRun.Profile, tolerates tolerance: Double) {
        self.profile = profile
        self.tolerance = tolerance
    }

    // MARK: Parts

    mutating func beginBaseline() { phase = .baseline }
    mutating func endBaseline() { phase = .idle }
    mutating func beginMethod(now: Instant) {
        (phase, methodAt) = (.method, now)
        firstEpoch = sight?.epoch
        lastEpoch = sight?.epoch ?? 0
    }
    mutating func endMethod() { phase = .settling }
    mutating func beginAfter() { phase = .after }
    mutating func endAfter() { phase = .idle }

    // MARK: What is seen

    mutating func take(_ second: RunSecond, now: Instant) {
        recent.append(second)
        if recent.count > Self.mostRecent { recent.removeFirst() }
        switch phase {
        case .idle: break
        case .baseline: baseline.add(second)
        case .method:
            method.add(second)
            whole.add(second)
        case .settling: whole.add(second)
        case .after: after.add(second)
        }
        noteSteadiness(now)
    }

    /// Since when nothing that is seen is wrong: from the first look on that finds it so.
    private mutating func noteSteadiness(_ now: Instant) {
        steadyFrom = isSteady(tolerates: tolerance) ? steadyFrom ?? now : nil
    }

    mutating func take(_ sight: ScenarioSight, now: Instant) {
        self.sight = sight
        for (id, count) in sight.hits { hits[id] = max(hits[id] ?? 0, count) }
        noteSteadiness(now)
        guard phase == .method || phase == .settling else { return }
        impact = sight.impact
        if sight.epoch != lastEpoch {
            epochs += 1
            lastEpoch = sight.epoch
        }
        if !sight.openBreakers.isEmpty, breakerAt == nil { breakerAt = now }
        guard phase == .method else { return }
        for (layer, ratio) in sight.amplification {
            amplification[layer, default: (0, 0)].sum += ratio
            amplification[layer, default: (0, 0)].count += 1
        }
        if sight.down.count > worst.down.count { worst.down = sight.down }
        if sight.degraded.count > worst.degraded.count { worst.degraded = sight.degraded }
        if sight.openBreakers.count > worst.openBreakers.count { worst.openBreakers = sight.openBreakers }
        worst.utilisation = [worst.utilisation, sight.utilisation].compactMap { $0 }.max()
        worst.waiting = [worst.waiting, sight.waiting].compactMap { $0 }.max()
    }

    mutating func take(_ record: EventRecord, at: Instant) {
        if record.type == "breaker", record.action == "open", phase == .method || phase == .settling {
            breakerAt = breakerAt.map { min($0, at) } ?? at
        }
        if methodAt != nil { zoo.take(record, at: at) }
        guard record.type == "member", record.action == "dead", methodAt != nil else { return }
        let observer = record.attributes["observer"]?.text ?? ""
        var isVictim = false
        for (key, deed) in deeds where deed.victims.contains(record.id) {
            isVictim = true
            guard at >= deed.since, deed.until.map({ at <= $0 + profile.agreement }) ?? true,
                deed.told.count < Self.mostObservers
            else { continue }
            let known = deeds[key]?.told[observer]
            deeds[key]?.told[observer] = known.map { min($0, at) } ?? at
        }
        // One that is cut off takes all others for dead, and is right as far as it can see.
        let isCutOff = deeds.values.contains { $0.victims.contains(observer) }
        if !isVictim, !isCutOff { falseDeaths[record.id, default: 0] += 1 }
    }

    // MARK: Actions

    mutating func begin(_ key: Int, _ action: ScenarioAction, now: Instant) {
        deeds[key] = Deed(since: now, until: nil, victims: [])
        zoo.begin(key, action, now: now)
    }

    mutating func begun(_ key: Int, _ how: ScenarioRun.Begun) {
        deeds[key]?.applied = how.applied
        deeds[key]?.of = how.of
        deeds[key]?.victims = Set(how.victims)
        if let fault = how.fault { faults[key] = fault }
    }

    mutating func end(_ key: Int, now: Instant) {
        deeds[key]?.until = now
        zoo.end(key, now: now)
    }

    /// Actions that have reached nobody, in words.
    func unreached(_ plan: [ScenarioAction]) -> [String] {
        deeds.sorted { $0.key < $1.key }.compactMap { key, deed in
            guard plan.indices.contains(key), plan[key].deed.injects else { return nil }
            if deed.applied == 0 { return "\(plan[key].name) reached nobody" }
            if let id = faults[key], let count = hits[id], count == 0 { return "\(plan[key].name) has hit nothing" }
            return nil
        }
    }

    // MARK: Figures

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
    private func isSteady(tolerates share: Double) -> Bool {
        guard sight?.isWhole ?? false, let last = recent.last else { return false }
        let failed = Double(last.all.requests - min(last.all.ok, last.all.requests))
        return failed <= Double(last.all.requests) * share
    }

    /// What is not steady, in words.
    var unsteady: String {
        var words: [String] = []
        if let down = sight?.down, !down.isEmpty { words.append("\(down.joined(separator: ", ")) down") }
        if let views = sight?.views, views.agree < views.of {
            words.append("views agree: \(views.agree) of \(views.of)")
        }
        if let last = recent.last, last.all.ok < last.all.requests {
            words.append(
                "\(last.all.requests - last.all.ok) of \(last.all.requests) requests failed in the last second")
        }
        return words.isEmpty ? "the mesh is not whole" : words.joined(separator: "; ")
    }

    /// A bound as a figure; nil where there is nothing that it could be of.
    func limit(_ bound: MeasureBound) -> Double? {
        switch bound.bound {
        case .figure(let figure): figure
        case .ofBaseline(let factor):
            observed(bound.measure, over: baseline, now: .zero).map { $0 * factor }
        case .ofProfile(let factor):
            (bound.measure.figure == .agreement ? profile.agreement : profile.detection).milliseconds * factor
        }
    }

    private func tally(_ scope: Measure.Scope?, _ window: RunSecond) -> RunSecond.Tally {
        switch scope {
        case nil, .layer: return window.all
        case .service(let name): return window.services[name] ?? RunSecond.Tally()
        case .notService(let name):
            return window.all.subtracting(window.services[name] ?? RunSecond.Tally())
        case .cell(let name): return window.cells[name] ?? RunSecond.Tally()
        case .notCell(let name):
            return window.all.subtracting(window.cells[name] ?? RunSecond.Tally())
        }
    }

    /// What a figure is; nil where nothing was seen of it.
    func observed(_ measure: Measure, over window: RunSecond, now: Instant) -> Double? {
        let tally = tally(measure.scope, window)
        func share(_ count: UInt64) -> Double? {
            tally.requests > 0 ? Double(count) / Double(tally.requests) : nil
        }
        switch measure.figure {
        case .success: return share(tally.ok)
        case .errorRate: return share(tally.requests - min(tally.ok, tally.requests))
        case .shedRate: return share(tally.shed)
        case .percentile(let percent): return tally.latency.quantile(percent / 100)?.milliseconds
        case .rate: return window.length > .zero ? Double(tally.ok) / window.length.seconds : nil
        case .failed: return Double(tally.requests - min(tally.ok, tally.requests))
        case .dropped: return Double(window.dropped)
        case .customersLost: return (impact ?? sight?.impact).map { Double($0.lost) }
        case .customersDegraded: return (impact ?? sight?.impact).map { Double($0.degraded) }
        case .customersDifferent: return (impact ?? sight?.impact)?.different.map(Double.init)
        case .lostWrites: return verified.map { Double($0.lost) }
        case .violations: return found.map { Double($0.violations.count(where: \.isViolated)) }
        case .falseDeaths: return Double(falseDeaths.values.reduce(0, +))
        case .detection: return first.map(\.milliseconds)
        case .agreement: return last.map(\.milliseconds)
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
        case .placementChanges: return firstEpoch.map { _ in Double(epochs) }
        case .cellsDown: return sight.map { _ in Double(worst.down.count) }
        case .cellsDegraded: return sight.map { _ in Double(worst.degraded.count) }
        case .utilisation: return worst.utilisation
        case .waiting: return worst.waiting.map(Double.init)
        }
    }

    /// Whether the mesh was waited for after what was done.
    private var wasLooked: Bool { phase == .after || phase == .idle && whole.length > .zero }

    private var firstAction: Instant? { deeds.values.map(\.since).min() }

    /// From an action with victims until some member took one for dead: of the slowest action, its quickest member.
    private var first: TimeAmount? {
        let times = deeds.values.filter { !$0.victims.isEmpty }.map { deed in
            deed.told.values.min().map { $0 - deed.since }
        }
        return times.contains { $0 == nil } ? nil : times.compactMap { $0 }.max()
    }

    /// The same of its slowest member.
    private var last: TimeAmount? {
        let times = deeds.values.filter { !$0.victims.isEmpty }.map { deed in
            deed.told.values.max().map { $0 - deed.since }
        }
        return times.contains { $0 == nil } ? nil : times.compactMap { $0 }.max()
    }

    // MARK: Claims

    func claim(
        _ name: String, _ bound: MeasureBound, over window: RunSecond, recovery: TimeAmount?, now: Instant
    ) -> DrillClaim {
        let (measure, comparison) = (bound.measure, bound.comparison)
        guard let limit = limit(bound) else {
            return .figure(name, nil, comparison, 0, detail: "there was no baseline to compare with")
        }
        let tally = tally(measure.scope, window)
        switch measure.figure {
        case .success: return .share(name, tally.ok, of: tally.requests, comparison, limit)
        case .errorRate:
            return .share(name, tally.requests - min(tally.ok, tally.requests), of: tally.requests, comparison, limit)
        case .shedRate: return .share(name, tally.shed, of: tally.requests, comparison, limit)
        case .percentile(let percent):
            return .quantile(
                name, percent / 100, comparison, limit, samples: tally.latency.total, noise: noise
            ) { rank in
                tally.latency.quantile(Double(rank) / Double(max(tally.latency.total, 1)))?.milliseconds ?? 0
            }
        case .detection, .agreement, .breakerOpened, .naming:
            guard let observed = observed(measure, over: window, now: now) else {
                return firstAction == nil
                    ? .longest(name, nil, comparison, limit, noise: noise)
                    : .never(name, comparison, limit, detail: measure.figure.missing)
            }
            return .longest(name, observed, comparison, limit, noise: noise)
        case .recovery:
            guard let recovery else {
                return wasLooked
                    ? .never(name, comparison, limit, detail: unsteady)
                    : .longest(name, nil, comparison, limit, noise: noise)
            }
            return .longest(name, recovery.milliseconds, comparison, limit, noise: noise)
        case .lostWrites:
            return .count(
                name, verified?.lost, comparison, Int(limit), unknown: verified?.unverified ?? 0,
                detail: verified.map { "of \($0.acknowledged)" } ?? "they were not read back")
        default: return .figure(name, observed(measure, over: window, now: now), comparison, limit)
        }
    }
}

extension Measure.Figure {
    /// What has not happened where there is no such time.
    fileprivate var missing: String {
        switch self {
        case .detection: "no member took it for dead"
        case .agreement: "not all members took it for dead"
        case .breakerOpened: "no breaker opened"
        default: "it did not happen"
        }
    }
}
