import DequeModule
import MeshBase
import Resilience
import Topology
import Wire

/// The services of a cell, running: each with its own worker pool and queue, doing its own work and then calling the
/// services that it needs, each call with a time limit.
///
/// Everything happens in the cell's one process. A call whose caller gave up goes on until it ends by itself, because
/// real work cannot be recalled either, and it holds its worker until then.
struct ServiceGraph {
    enum Timer: Hashable, Sendable {
        case work(SlabKey)
        /// The end of what a fault delays a call's work by.
        case held(SlabKey)
        /// What a call of an edge waits for next.
        case call(SlabKey)
        /// The deadline of a call of somebody outside.
        case expiry(SlabKey)
        /// What the queue before a gate waits for.
        case gate(Int)
        /// The look at all gates.
        case look
        /// Until a group of calls is waited for.
        case join(SlabKey)
        /// The time that a program has for a call.
        case program(SlabKey)
    }

    /// A call as the asker at the other end of a link names it.
    struct Asked: Hashable {
        let link: ConnectionID
        let request: UInt64
    }

    /// What goes on within one call of the graph.
    enum Step {
        /// It has a worker now.
        case work(SlabKey)
        case attemptEnded(SlabKey, ServiceOutcome, EdgeBlame?)
        /// It waited at a gate and gave way.
        case displaced(SlabKey)
        /// A place at a gate has become free.
        case turns(Int)
        /// A call of a group has ended, with this for its caller.
        case memberEnded(SlabKey, member: Int, EdgeResults.Result)
    }

    /// A call that has ended.
    struct End {
        let owner: Invocation.Owner
        let service: Int
        let outcome: ServiceOutcome
        let results: EdgeResults
        let blame: EdgeBlame?
        /// Of the program that it is.
        var answer: ProgramAnswer?
    }

    let catalogue: ServiceCatalogue
    var pools: [WorkerPool<SlabKey>]
    /// One for each pool, in front of it.
    var admissions: [ClassAdmission]
    var invocations: Slab<Invocation>
    /// The calls of edges that are out; each has an invocation as its parent.
    var edgeCalls: Slab<EdgeCall>
    /// Their attempts; each has at most one invocation that works on it.
    var edgeAttempts: Slab<EdgeAttempt>
    /// Groups of calls that are out, or of which one is.
    var joins: Slab<CallJoin>
    let policies: CellPolicies
    let routes: EdgeRoutes
    /// What is switched off.
    var switches: EdgeSwitches
    /// By route.
    var scopes: [CallScope]
    /// As `EdgeRoutes.gates`; made at first use.
    var gates: [TargetGate?]
    /// By route: the fallbacks that stood in, by their raw values.
    var fallbacks: [SIMD8<UInt64>]
    /// By service and edge: what became of its failures; nil where they stay what they are.
    var transformers: [[FailureTransformer?]]
    /// Last good answers, of edges that may fall back on them.
    var answers: LastGoodAnswers<[UInt8]>?
    /// By service and edge.
    let keepsAnswers: [[Bool]]
    /// What has changed at edges since it was last told.
    var news: [EdgeNews] = []
    var timers = TimerTable<Timer>()
    var waits: Generator
    var errors: Generator
    /// Of gates: probes, jitter, throttles.
    var gateCoins: Generator
    /// Of waits between attempts.
    var backoffs: Generator
    /// Of shedding by pressure.
    var shedCoins: Generator
    var faults: ServiceFaults
    package var counters: [ServiceCounters]
    /// The calls of askers on mesh links, which may give them up.
    var asked: [Asked: SlabKey] = [:]
    /// What is left undone in this turn, taken up by the holder; never grows beyond the live invocations.
    var finished: [End] = []
    /// The services that are programs.
    var programs: ProgramDesk
    var defect: CellDefect?

    /// Stands in a line in place of calling itself: a thousand calls that end at once must not need a thousand frames
    /// of the stack.
    var steps = Deque<Step>()

    /// Work and calls in one cell at once; further ones are refused.
    static let invocationLimit = 65_536

    /// - Parameter programs: the rule by which services that are programs run as such; nil: they are their `work`.
    init(
        blueprint: Blueprint, policies: CellPolicies, flags: [FlagSetting] = [], seed: UInt64, node: UInt64,
        programs rule: ProgramRule? = nil
    ) {
        catalogue = ServiceCatalogue(blueprint, runsPrograms: rule != nil)
        programs = ProgramDesk(blueprint.services, rule: rule ?? ProgramRule(), runsPrograms: rule != nil)
        self.policies = policies
        pools = catalogue.pools()
        admissions = catalogue.admissions(policies)
        invocations = Slab(limit: Self.invocationLimit)
        edgeCalls = Slab(limit: Self.invocationLimit)
        edgeAttempts = Slab(limit: Self.invocationLimit)
        joins = Slab(limit: Self.invocationLimit)
        let routes = EdgeRoutes(blueprint.services, policies)
        self.routes = routes
        switches = EdgeSwitches(blueprint, policies, flags: flags)
        scopes = routes.plans.map { CallScope($0) }
        gates = routes.gates.map { _ in nil }
        fallbacks = routes.plans.map { _ in .zero }
        transformers = policies.services.map { $0.edges.map { $0.transformation.map { FailureTransformer($0) } } }
        answers = policies.answers.map { LastGoodAnswers($0) }
        keepsAnswers = policies.services.map { $0.edges.map { $0.fallback.kinds.contains(.cached) } }
        waits = Generator(seed: seed, concern: "service.wait", node: node)
        errors = Generator(seed: seed, concern: "service.errors", node: node)
        gateCoins = Generator(seed: seed, concern: "edge.gate", node: node)
        backoffs = Generator(seed: seed, concern: "edge.backoff", node: node)
        shedCoins = Generator(seed: seed, concern: "service.shed", node: node)
        faults = ServiceFaults(services: blueprint.services.count, seed: seed, node: node)
        counters = blueprint.services.map { _ in ServiceCounters() }
    }

    var services: [Service] { catalogue.services }

    func service(named name: UnsafeRawBufferPointer) -> Int? { catalogue.service(named: name) }

    // MARK: Calls

    /// Begins a call of a service for an asker outside; it ends in `finished`, perhaps in this same call.
    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?,
        safety: CallSafety = .idempotent, deadline: Instant, request: ProgramRequest? = nil, now: Instant,
        into sink: inout some CellSink
    ) {
        if catalogue.isInstant[service], pools[service].hasFreeWorker, !faults.strikes(service) {
            counters[service].calls += 1
            counters[service].count(.ok)
            finished.append(
                End(owner: .asker(asker), service: service, outcome: .ok, results: EdgeResults(), blame: nil))
            return
        }
        let key = begin(
            Invocation(
                service: service, owner: .asker(asker), customer: customer,
                priority: .granted(priority, declared: services[service].priority), safety: safety,
                deadline: deadline),
            request: request, now: now, into: &sink)
        if case .frame(let link, let request) = asker, let key, invocations.contains(key) {
            asked[Asked(link: link, request: request)] = key
        }
        runSteps(now: now, into: &sink)
    }

    mutating func runSteps(now: Instant, into sink: inout some CellSink) {
        while let step = steps.popFirst() {
            switch step {
            case .work(let key): work(key, now: now, into: &sink)
            case .attemptEnded(let attempt, let outcome, let blame):
                attemptEnded(attempt, outcome, blame, now: now, into: &sink)
            case .displaced(let attempt): displaced(attempt, now: now, into: &sink)
            case .turns(let gate): turns(gate, now: now, into: &sink)
            case .memberEnded(let join, let member, let result):
                memberEnded(join, edge: member, result, now: now, into: &sink)
            }
        }
    }

    @discardableResult
    mutating func begin(
        _ invocation: Invocation, request: ProgramRequest? = nil, now: Instant, into sink: inout some CellSink
    ) -> SlabKey? {
        let service = invocation.service
        counters[service].calls += 1
        let inWork = pools[service].busy + pools[service].waiting
        let asked = defect == .shedsCritical && invocation.priority == .critical ? .low : invocation.priority
        guard admissions[service].admit(asked, inWork: inWork, random: &shedCoins) == .admitted else {
            counters[service].count(.shed(invocation.priority))
            answer(invocation.owner, service, .shed(invocation.priority), EdgeResults(), nil)
            return nil
        }
        guard let key = invocations.insert(invocation) else {
            counters[service].count(.rejected)
            answer(invocation.owner, service, .rejected, EdgeResults(), nil)
            return nil
        }
        keepRequest(request, of: key, invocation)
        switch pools[service].admit(key, rank: invocation.priority.rawValue, now: now) {
        case .run:
            if policies.isOn(.deadline) { expire(key, invocation, isRunning: true) }
            work(key, now: now, into: &sink)
        case .queued: expire(key, invocation, isRunning: false)
        case .rejected: reject(key)
        case .displaced(let other): reject(other)
        }
        return key
    }

    /// Sees to it that a call of somebody outside is answered when its time is up, whatever it does then; a call of another
    /// service has the limit of its caller's attempt.
    private mutating func expire(_ key: SlabKey, _ invocation: Invocation, isRunning: Bool) {
        guard case .asker = invocation.owner, invocation.deadline != .distantFuture else { return }
        if isRunning, invocation.endsByItself { return }
        timers.arm(.expiry(key), at: invocation.deadline)
    }

    private mutating func expired(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        switch invocation.stage {
        case .queued:
            pools[invocation.service].withdraw { $0 == key }
            counters[invocation.service].expired += 1
            leave(key, .timedOut)
        case .working, .calling, .compensating:
            // Answered now; the worker is held to the end of the work, which answers nobody.
            forget(invocation)
            invocations[key]?.answered = invocation.failure ?? .timedOut
            answer(
                invocation.owner, invocation.service, invocation.failure ?? .timedOut, invocation.results,
                invocation.blame)
            giveUp(key, why: .timeout, now: now, into: &sink)
        }
    }

    /// Ends a call that never had a worker.
    private mutating func reject(_ key: SlabKey) { leave(key, .rejected) }

    mutating func leave(_ key: SlabKey, _ outcome: ServiceOutcome) {
        guard let invocation = remove(key) else { return }
        timers.cancel(.expiry(key))
        _ = programs.forget(key)
        counters[invocation.service].count(outcome)
        answer(invocation.owner, invocation.service, outcome, EdgeResults(), nil)
    }

    // MARK: Ends

    private mutating func remove(_ key: SlabKey) -> Invocation? {
        guard let invocation = invocations.remove(key) else { return nil }
        forget(invocation)
        return invocation
    }

    /// Whoever asked can give it up no longer.
    private mutating func forget(_ invocation: Invocation) {
        guard case .asker(.frame(let link, let request)) = invocation.owner else { return }
        asked[Asked(link: link, request: request)] = nil
    }

    mutating func finish(
        _ key: SlabKey, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard let invocation = remove(key) else { return }
        timers.cancel(.work(key))
        timers.cancel(.expiry(key))
        faults.forget(key, of: invocation.service)
        counters[invocation.service].count(invocation.answered ?? outcome)
        if let extra = invocation.extra { counters[invocation.service].count(extra, now - invocation.startedAt) }
        let release = pools[invocation.service].release(now: now)
        answer(
            invocation.owner, invocation.service, outcome, invocation.results, invocation.blame,
            programs.forget(key))
        for expired in release.expired { reject(expired) }
        if let next = release.next {
            // It stands in the queue no longer: who gives it up now must not look for it there.
            if !policies.isOn(.deadline) || invocations[next]?.endsByItself != false { timers.cancel(.expiry(next)) }
            invocations[next]?.stage = .working
            steps.append(.work(next))
        }
    }

    private mutating func answer(
        _ owner: Invocation.Owner, _ service: Int, _ outcome: ServiceOutcome, _ results: EdgeResults,
        _ blame: EdgeBlame?, _ answer: ProgramAnswer? = nil
    ) {
        switch owner {
        case .nobody: break
        case .asker:
            finished.append(
                End(
                    owner: owner, service: service, outcome: outcome, results: results, blame: blame,
                    answer: answer))
        case .attempt(let attempt): steps.append(.attemptEnded(attempt, outcome, blame))
        }
    }

    // MARK: Time

    mutating func wake(now: Instant, into sink: inout some CellSink) {
        while let timer = timers.popDue(now: now) {
            switch timer {
            case .work(let key):
                waited(key, now: now, into: &sink)
            case .held(let key): delayOver(key, now: now, into: &sink)
            case .call(let key): callIsDue(key, now: now, into: &sink)
            case .expiry(let key): expired(key, now: now, into: &sink)
            case .gate(let gate): turns(gate, now: now, into: &sink)
            case .look: look(now: now)
            case .join(let join): joinIsDue(join, now: now, into: &sink)
            case .program(let key): programOverdue(key, now: now, into: &sink)
            }
            runSteps(now: now, into: &sink)
        }
    }
}
