import MeshBase
import Resilience

/// How well a cell is, by looking at itself: whether it has begun, whether it can serve, whether it lives, whether what it
/// needs answers, and one number for all of it.
///
/// It looks whenever one of its probes is due. What a look finds changes a verdict only several times in a row, so that
/// readiness, which all members are told, does not flap. It is switched off with the policy `health`: then the cell is
/// ready as long as it runs.
struct CellHealth: Sendable {
    /// When to look next.
    private(set) var nextLook = Instant.distantFuture
    /// Why it could not serve, and did not live, at the last look.
    private(set) var unready: HealthReasons = []
    private(set) var lifeless: HealthReasons = []
    private(set) var machine: HealthMachine
    private(set) var counters = ProbeCounters()
    /// Of what its services call.
    private(set) var dependencies: DependencyProbes
    /// By `ProbeKind`; nil for those that are not made, and that of dependencies.
    private var own = InlineArray<7, Probe?>(repeating: nil)
    private var out = InlineArray<7, Probe.Token?>(repeating: nil)
    private var scores: ServiceScores
    private var signals = HealthSignals()
    private let policy: HealthPolicy
    private let adaptive: AdaptivePolicy
    private let probes: ProbePolicy?
    /// Nothing more can be put off.
    var areJobsFull = false
    /// Its services lead no deeper than this.
    private let deepest: HealthState

    /// - Parameters:
    ///   - hasStore: it has a store to ask; else there is no deep probe.
    ///   - hasSynthetic: a service is named that it may call by itself.
    ///   - dependencies: how many calls from service to service there are.
    ///   - services: how many services there are; each is scored by itself.
    ///   - deepest: what services that fail lead to at most.
    init(
        probes: ProbePolicy?, adaptive: AdaptivePolicy?, hasStore: Bool = false, hasSynthetic: Bool = false,
        dependencies: Int = 0, services: Int = 1, deepest: HealthState = .critical
    ) {
        scores = ServiceScores(services)
        self.deepest = deepest
        self.probes = probes
        machine = HealthMachine(policy: .local, now: .zero)
        policy = .local
        self.adaptive = adaptive ?? .local
        self.dependencies = DependencyProbes(probes == nil ? 0 : dependencies)
        for kind in ProbeKind.allCases where kind != .dependency {
            if kind == .deep, !hasStore { continue }
            if kind == .synthetic, !hasSynthetic { continue }
            own[Int(kind.rawValue)] = probes.map { Probe(kind, settings: $0[kind], now: .zero) }
        }
    }

    /// Whether it can serve: until several looks in a row say that it cannot.
    var isReady: Bool { self[.readiness]?.verdict != .down }

    private subscript(_ kind: ProbeKind) -> Probe? { own[Int(kind.rawValue)] }

    private func isDown(_ kind: ProbeKind) -> Bool { self[kind]?.verdict == .down }

    mutating func begin(now: Instant) {
        guard let probes else { return }
        machine = HealthMachine(policy: machine.policy, now: now)
        for kind in ProbeKind.allCases where self[kind] != nil {
            // What costs more than a look waits until it may be expected to go well.
            let due = kind == .deep || kind == .synthetic ? now + probes[kind].every : now
            own[Int(kind.rawValue)] = Probe(kind, settings: probes[kind], now: now, due: due)
        }
        dependencies.begin(probes[.dependency], now: now)
        nextLook = now
    }

    /// The cell goes: it asks nobody else any more.
    mutating func stop() {
        own[Int(ProbeKind.deep.rawValue)] = nil
        own[Int(ProbeKind.synthetic.rawValue)] = nil
        dependencies.stop()
        schedule()
    }

    /// How well what was asked of a service went since the last look: `ServiceScores.take`.
    mutating func served(
        _ service: Int = 0, counts: ServiceScores.Counts, own: HealthScore? = nil, now: Instant
    ) -> Int? {
        scores.take(service, counts, own: own, now: now)
    }

    // MARK: Looks

    /// Looks at the cell, and tells what changed by it.
    ///
    /// - Parameters:
    ///   - hasStarted: it may take work.
    ///   - name: of a service, for who is told; nil where it has none.
    mutating func look(
        _ signals: HealthSignals, hasStarted: Bool = true, now: Instant, name: (Int) -> String? = { _ in nil },
        tell: (HealthNews) -> Void
    ) {
        guard probes != nil else { return }
        self.signals = signals
        take(.startup, isGood: hasStarted, "it has not started", now, tell)
        let isPrompt = probes.map { signals.load.loopLag < $0[.shallow].timeout } ?? true
        take(.shallow, isGood: isPrompt, "event loop late", now, tell)
        elapse(.deep, "the store did not answer in time", now, tell)
        elapse(.synthetic, "the call was not answered in time", now, tell)
        for kind in [ProbeKind.startup, .shallow, .deep] where isDown(kind) { self.signals.down.insert(kind.reason) }
        // Late is better than never: what has started since serves.
        if hasStarted { self.signals.down.remove(.startup) }
        unready = policy.readiness(self.signals)
        lifeless = policy.liveness(self.signals)
        let whyUnready = unready.isEmpty ? "" : explain(unready)
        let whyLifeless = lifeless.isEmpty ? "" : explain(lifeless)
        take(.readiness, isGood: unready.isEmpty, whyUnready, now, tell)
        take(.liveness, isGood: lifeless.isEmpty, whyLifeless, now, tell)
        let floor = depth
        if let move = machine.record(floor == .healthy, notBelow: floor, now: now) {
            tell(.state(move.to, was: move.from, why: why(name)))
        }
        schedule()
    }

    /// Makes a probe of itself that is due; it has its result at once.
    private mutating func take(
        _ kind: ProbeKind, isGood: Bool, _ why: @autoclosure () -> String, _ now: Instant, _ tell: (HealthNews) -> Void
    ) {
        guard begins(kind, now: now) else { return }
        ended(kind, isGood: isGood, why(), now: now, tell: tell)
    }

    /// Begins a probe that is due.
    ///
    /// - Returns: whether it is to be made now.
    mutating func begins(_ kind: ProbeKind, now: Instant) -> Bool {
        guard let token = own[Int(kind.rawValue)]?.begin(now: now) else { return false }
        out[Int(kind.rawValue)] = token
        schedule()
        return true
    }

    /// A probe has ended; one that was overdue is over already.
    mutating func ended(
        _ kind: ProbeKind, isGood: Bool, _ why: @autoclosure () -> String, now: Instant, tell: (HealthNews) -> Void
    ) {
        guard let token = out[Int(kind.rawValue)].take(), let before = self[kind]?.verdict else { return }
        counters.count(kind, isGood: isGood)
        let verdict = own[Int(kind.rawValue)]?.ended(token, isGood: isGood, now: now)
        told(kind, verdict, was: before, isGood ? "" : why(), tell)
        schedule()
    }

    private mutating func elapse(
        _ kind: ProbeKind, _ why: @autoclosure () -> String, _ now: Instant, _ tell: (HealthNews) -> Void
    ) {
        guard let probe = self[kind], let overdue = probe.overdue, now >= overdue else { return }
        out[Int(kind.rawValue)] = nil
        counters.count(kind, isGood: false)
        let verdict = own[Int(kind.rawValue)]?.elapsed(now: now)
        told(kind, verdict, was: probe.verdict, why(), tell)
    }

    /// A changed verdict is told; that all is well as expected is not.
    private func told(
        _ kind: ProbeKind, _ verdict: Probe.Verdict?, was: Probe.Verdict, _ why: @autoclosure () -> String,
        _ tell: (HealthNews) -> Void
    ) {
        guard let verdict, !(was == .unknown && verdict == .up) else { return }
        tell(.probe(kind, isGood: verdict != .down, why: verdict == .down ? why() : "well"))
    }

    /// Probes of what services call, those that are due.
    ///
    /// - Parameters:
    ///   - ask: whether what this gate leads to takes work; else why not.
    ///   - name: of a gate, for who is told.
    mutating func probeDependencies(
        now: Instant, ask: (Int) -> StaticString?, name: (Int) -> String, tell: (HealthNews) -> Void
    ) {
        while let gate = dependencies.begins(now: now) {
            let why = ask(gate)
            counters.count(.dependency, isGood: why == nil)
            if let isUp = dependencies.ended(gate, isGood: why == nil, now: now) {
                tell(.probe(.dependency, isGood: isUp, why: "\(name(gate)) \(why ?? "takes work")"))
            }
        }
        schedule()
    }

    private mutating func schedule() {
        guard probes != nil else { return }
        var next = dependencies.nextDue
        for kind in ProbeKind.allCases { next = min(next, self[kind]?.due ?? self[kind]?.overdue ?? .distantFuture) }
        nextLook = next
    }

    private func explain(_ reasons: HealthReasons) -> String { policy.explain(reasons, signals).detail }

    // MARK: The state

    /// How deep what it finds now would lead if it lasted; healthy where nothing is wrong. What it needs, and how much is
    /// left of the process, lead no deeper than degraded: it serves all the same.
    private var depth: HealthState {
        guard unready.isEmpty, lifeless.isEmpty else { return .critical }
        let services = min(scores.worst.map { HealthState(score: $0.success) } ?? .healthy, deepest)
        let isWhole = needs == 1 && !areJobsFull && HealthState(score: 1 - pressure) == .healthy
        return max(services, isWhole ? .healthy : .degraded)
    }

    /// Why the state is what it comes to.
    private func why(_ name: (Int) -> String?) -> String {
        guard unready.isEmpty, lifeless.isEmpty else { return explain(unready.union(lifeless)) }
        var words = failing.map { Self.words($0, name) }
        if dependencies.down > 0 || isDown(.synthetic) { words.append("what it needs does not answer") }
        if areJobsFull { words.append("its queue of jobs is full") }
        if HealthState(score: 1 - pressure) > .healthy { words.append("pressure \(ShortNumber.text(pressure))") }
        return words.isEmpty ? "well" : words.joined(separator: ", ")
    }

    /// Services that are not well: causes before those that suffer by them, and the worst first.
    private var failing: [ServiceScores.Score] {
        scores.all.filter { HealthState(score: $0.success) > .healthy }
            .sorted { ($0.own, $0.success, $0.service) < ($1.own, $1.success, $1.service) }
    }

    private static func words(_ score: ServiceScores.Score, _ name: (Int) -> String?) -> String {
        (name(score.service).map { "service \($0): " } ?? "")
            + "\(score.good) of \(score.count) went well"
    }

    private var pressure: Double { Pressure(signals.load, policy: adaptive).worst }

    // MARK: What it says

    /// 1 where all that it needs answers, a half where none of it does: it serves all the same.
    private var needs: Double {
        let all = dependencies.count + (self[.synthetic] == nil ? 0 : 1)
        let down = dependencies.down + (isDown(.synthetic) ? 1 : 0)
        return all == 0 ? 1 : 1 - 0.5 * Double(down) / Double(all)
    }

    /// What `/health` says. One that is not ready scores 0.
    ///
    /// - Parameters:
    ///   - name: of a gate.
    ///   - service: the name of a service; nil where it has none.
    func report(
        name: (Int) -> String = { "\($0)" }, service: (Int) -> String? = { _ in nil }
    ) -> CellHealthReport {
        var shown: [CellHealthReport.Probe] = []
        for kind in ProbeKind.allCases {
            if let probe = self[kind] {
                shown.append(
                    .init(
                        kind: kind, verdict: probe.verdict, good: probe.history.good, count: probe.history.count))
            } else if kind == .dependency, let sum = dependencies.sum {
                shown.append(sum)
            }
        }
        var needed = failing.compactMap { service($0.service) == nil ? nil : Self.words($0, service) }
        needed += dependencies.downGates.map { "dependency \(name($0)) takes no work" }
        if isDown(.synthetic) { needed.append("synthetic probe down") }
        if areJobsFull { needed.append("queue of jobs full") }
        let (worst, pressure) = (scores.worst, pressure)
        let success = worst?.success ?? 1
        let part = success < 1 ? worst.flatMap { service($0.service) }.map { "service \($0)" } : nil
        return CellHealthReport(
            score: HealthScore.value(success: success, isReady: isReady, pressure: pressure, needs: needs),
            state: machine.state, isReady: isReady,
            detail: probes == nil
                ? "nobody looks: the policy health is off"
                : isReady
                    ? HealthScore.explain(
                        part, success: success, good: worst?.good ?? 0, of: worst?.count ?? 0, isReady: true,
                        pressure: pressure, needs: needs
                    ).detail : explain(unready),
            whyLifeless: lifeless.isEmpty ? nil : explain(lifeless),
            whyUnready: unready.isEmpty ? nil : explain(unready), needed: needed,
            services: probes == nil
                ? []
                : scores.all.compactMap { score in
                    service(score.service).map { .init(name: $0, score: score.success, count: score.count) }
                }, probes: shown, counters: counters)
    }
}

extension ProbeKind {
    /// Why a cell cannot serve while this probe is down.
    fileprivate var reason: HealthReasons {
        switch self {
        case .startup: .startup
        case .shallow: .shallow
        case .deep: .deep
        case .liveness, .readiness, .dependency, .synthetic: []
        }
    }
}
