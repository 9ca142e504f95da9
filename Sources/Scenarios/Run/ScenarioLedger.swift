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
        /// Routers are to tell that they are out.
        var takesOut = false
        /// Processes are ended or stopped by it.
        var stops = false
        /// Links do not break by it: what it stops falls silent, and goes on where it was.
        var isSilent = false
        var applied = 0
        var of = 0
        /// When some member took a victim for dead first, by the observer; and when the first gate opened.
        var told: [String: Instant] = [:]
    }

    private(set) var baseline = RunSecond.nothing
    /// Gates that were not closed while the baseline was taken.
    private(set) var baselineBreakers: Set<String> = []
    /// While something was in force.
    private(set) var method = RunSecond.nothing
    /// From the first action until the mesh had settled.
    private(set) var whole = RunSecond.nothing
    private(set) var after = RunSecond.nothing
    private(set) var recent: [RunSecond] = []
    private(set) var sight: ScenarioSight?
    private(set) var deeds: [Int: Deed] = [:]
    /// By the key of an action.
    private(set) var faults: [Int: String] = [:]
    private(set) var hits: [String: UInt64] = [:]
    private(set) var zoo = ScenarioZoo()
    private(set) var cascade = ScenarioCascade()
    private(set) var wave = ScenarioWave()
    /// How often something began to be refused, by the class.
    private(set) var shed: [String: Int] = [:]
    var found: ScenarioFound?
    /// Of evacuations and restores that have ended, by the key of their action; and of those that had to be refused, whether they
    /// began.
    var moves: [Int: ScenarioMove] = [:]
    var attempts: [Int: Bool] = [:]
    private(set) var stock = ScenarioStock()
    var cut: ScenarioCut?
    /// The views of the membership have differed while something was in force, and when they agreed again.
    private(set) var hasSplit = false
    private(set) var agreedAt: Instant?
    private(set) var endedAt: Instant?
    var noise = DrillNoise()
    private(set) var impact = ScenarioImpact()
    /// Whether somebody looks.
    private(set) var gaze = ScenarioGaze()
    /// The mesh was watched until it had settled, or the time for it was over; and nobody looked then.
    private(set) var isWatched = false
    private(set) var isForsaken = false
    /// Routers that its load goes through; empty for all.
    var through: Set<String> = []
    /// What others do meanwhile.
    var others = ScenarioOthers()
    /// For how long the run's driver stood still, from the first action until the mesh had settled, and after that.
    private(set) var stood = (meanwhile: TimeAmount.zero, after: TimeAmount.zero)
    private(set) var falseDeaths: [String: Int] = [:]
    private(set) var firstEpoch: UInt64?
    private(set) var epochs = 0
    private(set) var lastEpoch: UInt64 = 0
    private(set) var breakerAt: Instant?
    private(set) var methodAt: Instant?
    /// By layer: what sights have told while something was in force.
    private(set) var amplification: [String: (sum: Double, count: Int)] = [:]
    private(set) var worst = ScenarioSight()
    private(set) var phase = Part.idle
    /// Since when all that was seen is steady.
    private(set) var steadyFrom: Instant?
    let profile: ScenarioRun.Profile
    /// The share of requests that may fail in a second while the mesh counts as steady.
    private let tolerance: Double
    /// Evacuations and restores that the scenario has.
    let moveCount: Int

    enum Part { case idle, baseline, method, settling, after }

    /// Seconds that are kept one by one.
    static let mostRecent = 120
    /// Observers that are told apart.
    static let mostObservers = 4_096

    init(_ profile: ScenarioRun.Profile, tolerates tolerance: Double, moves: Int = 0) {
        self.profile = profile
        moveCount = moves
        self.tolerance = tolerance
    }

    // MARK: Parts

    mutating func beginBaseline() {
        (phase, baseline) = (.baseline, .nothing)
        baselineBreakers = Set(sight?.openBreakers ?? [])
    }
    mutating func endBaseline() { phase = .idle }
    mutating func beginMethod(now: Instant) {
        (phase, methodAt) = (.method, now)
        impact.begin(sight)
        gaze.beginCounting()
        firstEpoch = sight?.epoch
        lastEpoch = sight?.epoch ?? 0
    }
    mutating func endMethod(now: Instant) {
        (phase, endedAt) = (.settling, now)
        gaze.beginTiming(now: now)
    }
    /// The mesh has settled, or has had its time for it.
    mutating func endSettling(now: Instant) { (isWatched, isForsaken) = (true, gaze.isAway(now)) }
    mutating func beginAfter() { phase = .after }
    mutating func endAfter() { phase = .idle }

    /// The run's driver stood still.
    mutating func stood(_ length: TimeAmount) {
        switch phase {
        case .baseline, .method, .settling: stood.meanwhile = stood.meanwhile + length
        case .after: stood.after = stood.after + length
        case .idle: break
        }
    }

    /// Why nothing is known of what is measured from second to second; nil where the driver ran all the while.
    var standstill: String? { Self.standstill(stood.meanwhile) }
    var standstillAfter: String? { Self.standstill(stood.after) }

    private static func standstill(_ length: TimeAmount) -> String? {
        guard length > .zero else { return nil }
        return "the drill itself stood still for \(Wording.time(milliseconds: length.milliseconds)) meanwhile"
    }

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
            gaze.take(failed: second.all.failed)
            wave.take(second)
        case .settling:
            whole.add(second)
            gaze.take(failed: second.all.failed)
            wave.take(second)
        case .after: after.add(second)
        }
        noteSteadiness(now)
    }

    /// Since when nothing that is seen is wrong: from the first look on that finds it so.
    private mutating func noteSteadiness(_ now: Instant) {
        steadyFrom = !gaze.isAway(now) && isSteady(tolerates: tolerance) ? steadyFrom ?? now : nil
    }

    /// Whether no router tells what the load's customers get.
    private func isBlind(_ sight: ScenarioSight) -> Bool {
        through.isEmpty
            ? !sight.routers.isEmpty && sight.routers.isSubset(of: sight.routersOut)
            : !sight.routersOut.isDisjoint(with: through)
    }

    mutating func take(_ sight: ScenarioSight, _ plan: [ScenarioAction], now: Instant) {
        self.sight = sight
        guard !sight.isStale else {
            gaze.lose()
            return noteSteadiness(now)
        }
        let isBlind = isBlind(sight)
        gaze.look(isBlind: isBlind, now: now)
        for (id, count) in sight.hits { hits[id] = max(hits[id] ?? 0, count) }
        noteSteadiness(now)
        if phase == .baseline { baselineBreakers.formUnion(sight.openBreakers) }
        guard phase == .method || phase == .settling else { return }
        others.take(sight.faults.values, own: Set(faults.values), plan)
        if !isBlind { impact.take(sight) }
        if let views = sight.views { note(views, now) }
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

    private mutating func note(_ views: (agree: Int, of: Int), _ now: Instant) {
        if views.agree < views.of {
            if phase == .method { hasSplit = true }
        } else if phase == .settling, agreedAt == nil {
            agreedAt = now
        }
    }

    /// Somebody has looked into stores.
    mutating func take(_ stock: ScenarioStock) { self.stock.merge(stock) }

    mutating func take(_ record: EventRecord, at: Instant) {
        if record.type == "breaker", record.action == "open", phase == .method || phase == .settling {
            breakerAt = breakerAt.map { min($0, at) } ?? at
        }
        if record.type == "shedding", record.action == "begun", phase == .method,
            let priority = record.attributes["priority"]?.text
        {
            shed[priority, default: 0] += 1
        }
        if let methodAt {
            zoo.take(record, at: at)
            cascade.take(record, after: at - methodAt)
        }
        if let methodAt, at >= methodAt {
            others.take(record, at: at, isMeanwhile: phase == .method || phase == .settling)
        }
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

    /// An action was ended before its time by somebody else.
    ///
    /// - Parameter what: that was in force, in words.
    /// - Returns: how, in words.
    mutating func endedEarly(_ key: Int, _ what: String, of length: TimeAmount?, now: Instant) -> String {
        let names = (faults[key].map { [$0] } ?? []) + (deeds[key]?.victims.sorted() ?? [])
        return others.end(key, what, named: names, since: deeds[key]?.since ?? now, of: length)
    }

    /// Whether a later action has done something to the same processes, which ends what was done before.
    func isOvertaken(_ key: Int) -> Bool {
        guard let deed = deeds[key], !deed.victims.isEmpty else { return false }
        return deeds.contains {
            $0.key != key && $0.value.since > deed.since && !$0.value.victims.isDisjoint(with: deed.victims)
        }
    }

    // MARK: Actions

    mutating func begin(_ key: Int, _ action: ScenarioAction, now: Instant) {
        deeds[key] = Deed(
            since: now, until: nil, victims: [], takesOut: action.deed.takesOut, stops: action.deed.stopsProcesses,
            isSilent: action.deed.takesOut && !action.deed.breaksLinks)
        zoo.begin(key, action, now: now)
    }

    mutating func begun(_ key: Int, _ how: ScenarioRun.Begun) {
        deeds[key]?.applied = how.applied
        deeds[key]?.of = how.of
        deeds[key]?.victims = Set(how.victims)
        if let fault = how.fault { faults[key] = fault }
    }

    mutating func end(_ key: Int, injects: Bool, now: Instant) {
        deeds[key]?.until = now
        if injects { wave.faultEnded() }
        zoo.end(key, now: now)
    }

    /// Actions that have reached nobody, in words.
    func unreached(_ plan: [ScenarioAction]) -> [String] {
        deeds.sorted { $0.key < $1.key }.compactMap { key, deed in
            guard plan.indices.contains(key), plan[key].deed.injects else { return nil }
            if deed.applied == 0 { return "\(plan[key].name) reached nobody" }
            if let text = others.ended[key] { return "\(plan[key].name): \(text)" }
            if let id = faults[key], let count = hits[id], count == 0 { return "\(plan[key].name) has hit nothing" }
            return nil
        }
    }
}
