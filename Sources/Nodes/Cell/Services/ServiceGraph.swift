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
        /// Until a connection is waited for.
        case connection(SlabKey)
        /// The next step of a peak.
        case peak
        /// The sample of what gates predict by.
        case prediction
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
        case attemptEnded(SlabKey, EdgeReply)
        /// It has the connection that it waited for.
        case connected(SlabKey)
        /// It waited for a connection and gave way.
        case unconnected(SlabKey)
        /// It waited at a gate and gave way.
        case displaced(SlabKey)
        /// A place at a gate has become free.
        case turns(Int)
        /// The call that this one had joined has ended so.
        case shared(SlabKey, EdgeOutcome)
        /// It is to be made in place of the one that it had joined.
        case made(SlabKey)
        /// A call of a group has ended, with this for its caller.
        case memberEnded(SlabKey, member: Int, EdgeResults.Result)
    }

    /// A call that has ended.
    struct End {
        let owner: Invocation.Owner
        let service: Int
        let customer: CustomerHash
        let outcome: ServiceOutcome
        let results: EdgeResults
        let blame: EdgeBlame?
        /// When it was asked for.
        let began: Instant
        /// How much of its work it did.
        let served: Served
        /// Of the program that it is.
        var answer: ProgramAnswer?
        /// Under what its answer is kept; nil: it is not.
        var kept: CustomerHash?
        /// Nil where nobody follows it.
        var trace: FrameTrace?
    }

    let catalogue: ServiceCatalogue
    var pools: [WorkerPool<SlabKey>]
    /// Of those whose size follows their load; made at first use.
    var dynamicPools: [DynamicPool?]
    /// One for each pool, in front of it.
    var admissions: [ClassAdmission]
    /// How each pool fares, for shedding by pressure.
    var strains: [PoolStrain]
    var invocations: Slab<Invocation>
    /// The calls of edges that are out; each has an invocation as its parent.
    var edgeCalls: Slab<EdgeCall>
    /// Their attempts; each has at most one invocation that works on it.
    var edgeAttempts: Slab<EdgeAttempt>
    /// Groups of calls that are out, or of which one is.
    var joins: Slab<CallJoin>
    let policies: CellPolicies
    var routes: EdgeRoutes
    /// As `EdgeRoutes.gates`, while no peak goes on.
    let usualGates: [GatePolicy]
    var peaks: PeakDesk
    /// Calls by askers outside.
    var entered: UInt64 = 0
    /// What is switched off.
    var switches: EdgeSwitches
    /// How much of its work each service does.
    var qualities: ServiceQualities
    /// By route.
    var scopes: [CallScope]
    /// As `EdgeRoutes.gates`; made at first use.
    var gates: [TargetGate?]
    /// What predictions know of the process: its load, and what is to be added to its clock for the wall clock.
    var load = LoadSignals()
    var wallOffset: Int64 = 0
    /// What an opening bears on.
    var coordination: BreakerCoordination
    /// By route: the fallbacks that stood in, by their raw values.
    var fallbacks: [SIMD8<UInt64>]
    /// By service and edge: what became of its failures; nil where they stay what they are.
    var transformers: [[FailureTransformer?]]
    /// By service: what became of failures that clients would have seen; nil where they stay what they are.
    var entryTransformers: [FailureTransformer?]
    /// By service: a last good answer may stand in for a failure.
    let mayBeStale: [Bool]
    /// By service: something stands in for an answer that does not come in time, and has to be there before its asker gives up.
    let answersTimeouts: [Bool]
    /// Last good answers, of edges that may fall back on them and of services that clients call.
    var answers: LastGoodAnswers<[UInt8]>?
    /// By service and edge.
    let keepsAnswers: [[Bool]]
    /// By callee: its answers may be shared within a request.
    let sharesAnswers: [Bool]
    let hasDynamicPools: Bool
    /// By use, as `CellPolicies.connections`.
    var connections: [ConnectionPool]
    /// What all work of the cell holds, orders of the store among it.
    var memory: MemoryBudget
    let countsMemory: Bool
    /// Calls that identical ones of the same request may share.
    var requestCaches = RequestCaches()
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
    /// What is kept of calls that are followed.
    var traces: CellTraces

    /// Stands in a line in place of calling itself: a thousand calls that end at once must not need a thousand frames
    /// of the stack.
    var steps = Deque<Step>()

    /// Work and calls in one cell at once; further ones are refused.
    static let invocationLimit = 65_536

    /// - Parameter programs: the rule by which services that are programs run as such; nil: they are their `work`.
    init(
        blueprint: Blueprint, cell: String = "", policies: CellPolicies, flags: [FlagSetting] = [],
        peaks: [PeakProfile] = [], seed: UInt64, node: UInt64, programs rule: ProgramRule? = nil
    ) {
        catalogue = ServiceCatalogue(blueprint, policies, runsPrograms: rule != nil)
        programs = ProgramDesk(blueprint.services, rule: rule ?? ProgramRule(), runsPrograms: rule != nil)
        self.policies = policies
        traces = CellTraces(node: cell)
        pools = catalogue.pools()
        dynamicPools = pools.map { _ in nil }
        admissions = catalogue.admissions(policies)
        strains = blueprint.services.map { _ in PoolStrain() }
        invocations = Slab(limit: Self.invocationLimit)
        edgeCalls = Slab(limit: Self.invocationLimit)
        edgeAttempts = Slab(limit: Self.invocationLimit)
        joins = Slab(limit: Self.invocationLimit)
        let routes = EdgeRoutes(blueprint.services, policies)
        self.routes = routes
        usualGates = routes.gates.map(\.policy)
        self.peaks = PeakDesk(
            peaks, gates: peaks.map { EdgeRoutes(blueprint.services, $0.atPeak).gates.map(\.policy) })
        switches = EdgeSwitches(blueprint, policies, flags: flags)
        qualities = ServiceQualities(
            policies, switches.level.table, names: blueprint.services.map(\.name),
            isProgram: { rule != nil && blueprint.services[$0].program != nil })
        scopes = routes.plans.map { CallScope($0) }
        gates = routes.gates.map { _ in nil }
        coordination = BreakerCoordination(blueprint.services)
        fallbacks = routes.plans.map { _ in .zero }
        transformers = policies.services.map { $0.edges.map { $0.transformation.map { FailureTransformer($0) } } }
        entryTransformers = policies.services.map { $0.transformation.map { FailureTransformer($0) } }
        mayBeStale = policies.services.map { $0.transformation?.mayBeStale == true }
        answersTimeouts = policies.services.map {
            $0.transformation.map { $0.timeout == .stale || $0.timeout == .queued } ?? false
        }
        answers = policies.answers.map { LastGoodAnswers($0) }
        keepsAnswers = policies.services.map { $0.edges.map { $0.fallback.kinds.contains(.cached) } }
        connections = policies.connections.map { ConnectionPool($0.policy) }
        memory = MemoryBudget(limit: policies.memory)
        countsMemory = policies.memory != nil
        sharesAnswers = policies.services.map { $0.requestCache != nil }
        hasDynamicPools = policies.services.contains { $0.pool != nil }
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

    /// What happens by itself begins.
    mutating func start(now: Instant) {
        programs.start(now: now)
        if peaks.looks, !timers.isArmed(.look) { timers.arm(.look, at: now + .seconds(1)) }
    }

    // MARK: Calls

    /// Begins a call of a service for an asker outside; it ends in `finished`, perhaps in this same call.
    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?,
        safety: CallSafety = .idempotent, isRead: Bool = false, deadline: Instant, request: ProgramRequest? = nil,
        trace: FrameTrace? = nil, now: Instant, into sink: inout some CellSink
    ) {
        entered &+= 1
        let deadline = answersTimeouts[service] ? deadline - min((deadline - now) * 0.1, .milliseconds(50)) : deadline
        if switches.isGivenUp(service, for: customer) {
            counters[service].calls += 1
            counters[service].count(.givenUp)
            finished.append(
                End(
                    owner: .asker(asker), service: service, customer: customer, outcome: .givenUp,
                    results: EdgeResults(), blame: nil, began: now, served: .full, trace: trace))
            return
        }
        let kept = keeping(service, customer: customer, isRead: isRead, path: request?.path)
        if catalogue.isInstant[service], trace == nil, pools[service].hasFreeWorker,
            !admissions[service].adaptive.isActive, !faults.strikes(service)
        {
            counters[service].calls += 1
            counters[service].count(.ok)
            finished.append(
                End(
                    owner: .asker(asker), service: service, customer: customer, outcome: .ok, results: EdgeResults(),
                    blame: nil, began: now, served: .full, kept: kept))
            return
        }
        var invocation = Invocation(
            service: service, owner: .asker(asker), customer: customer,
            priority: .granted(priority, declared: services[service].priority), safety: safety, deadline: deadline,
            began: now, trace: trace)
        invocation.kept = kept
        let key = begin(invocation, request: request, now: now, into: &sink)
        if case .frame(let link, let request) = asker, let key, invocations.contains(key) {
            asked[Asked(link: link, request: request)] = key
        }
        runSteps(now: now, into: &sink)
    }

    mutating func runSteps(now: Instant, into sink: inout some CellSink) {
        while let step = steps.popFirst() {
            switch step {
            case .work(let key): work(key, now: now, into: &sink)
            case .attemptEnded(let attempt, let reply): attemptEnded(attempt, reply, now: now, into: &sink)
            case .connected(let key): connected(key, now: now, into: &sink)
            case .unconnected(let key): unconnected(key, now: now, into: &sink)
            case .displaced(let attempt): displaced(attempt, now: now, into: &sink)
            case .turns(let gate): turns(gate, now: now, into: &sink)
            case .shared(let call, let outcome): sharedEnded(call, outcome, now: now, into: &sink)
            case .made(let call): advance(call, now: now, into: &sink)
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
        if !invocation.isProbe { counters[service].calls += 1 }
        if !pools[service].hasFreeWorker { strains[service].isFull = true }
        guard admits(invocation, now: now) else {
            count(invocation, .shed(invocation.priority))
            answer(invocation, .shed(invocation.priority))
            return nil
        }
        guard let held = take(for: invocation, request) else {
            notePool(.refused, invocation, "the memory of this cell is taken; ", now: now)
            counters[service].noMemory += 1
            count(invocation, .rejected)
            answer(invocation, .rejected)
            return nil
        }
        var invocation = invocation
        invocation.held = held
        guard let key = invocations.insert(invocation) else {
            notePool(.refused, invocation, "no room for calls in this cell; ", now: now)
            memory.giveBack(held)
            count(invocation, .rejected)
            answer(invocation, .rejected)
            return nil
        }
        keepRequest(request, of: key, invocation)
        switch pools[service].admit(key, rank: invocation.priority.rawValue, now: now) {
        case .run:
            notePool(.admitted, invocation, now: now)
            if policies.isOn(.deadline) { expire(key, invocation, isRunning: true) }
            poolBegan(service, now: now)
            work(key, now: now, into: &sink)
        case .queued:
            notePool(.waited, invocation, now: now)
            expire(key, invocation, isRunning: false)
        case .rejected:
            notePool(.refused, invocation, now: now)
            reject(key, now: now)
        case .displaced(let other):
            notePool(.waited, invocation, now: now)
            if let other = invocations[other] { notePool(.refused, other, "gave way; ", now: now) }
            reject(other, now: now)
        }
        return key
    }

    /// Sees to it that a call of somebody outside is answered when its time is up, whatever it does then; a call of another
    /// service has the limit of its caller's attempt.
    private mutating func expire(_ key: SlabKey, _ invocation: Invocation, isRunning: Bool) {
        if case .attempt = invocation.owner { return }
        guard invocation.deadline != .distantFuture else { return }
        if isRunning, invocation.endsByItself { return }
        timers.arm(.expiry(key), at: invocation.deadline)
    }

    private mutating func expired(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        switch invocation.stage {
        case .queued:
            pools[invocation.service].withdraw { $0 == key }
            counters[invocation.service].expired += 1
            leave(key, .timedOut, now: now)
        case .working, .calling, .compensating:
            // Answered now; the worker is held to the end of the work, which answers nobody.
            forget(invocation)
            let outcome = invocation.failure ?? .timedOut
            noteEnd(invocation, outcome, now: now)
            invocations[key]?.answered = outcome
            answer(invocation, outcome)
            giveUp(key, why: .timeout, now: now, into: &sink)
        }
    }

    /// Ends a call that never had a worker.
    private mutating func reject(_ key: SlabKey, now: Instant) { leave(key, .rejected, now: now) }

    mutating func leave(_ key: SlabKey, _ outcome: ServiceOutcome, now: Instant) {
        guard let invocation = remove(key) else { return }
        noteEnd(invocation, outcome, now: now)
        timers.cancel(.expiry(key))
        _ = programs.forget(key)
        count(invocation, outcome)
        answer(invocation, outcome)
    }

    // MARK: Ends

    private mutating func remove(_ key: SlabKey) -> Invocation? {
        guard let invocation = invocations.remove(key) else { return nil }
        if invocation.held > 0 { memory.giveBack(invocation.held) }
        if invocation.request == nil, requestCaches.count > 0 { requestCaches.ended(key) }
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
        if qualities.isActive {
            if outcome != .ok, falls(key, outcome, now: now, into: &sink) { return }
            if outcome == .ok, let invocation = invocations[key] { keepOwnAnswer(invocation, now: now) }
        }
        guard let invocation = remove(key) else { return }
        timers.cancel(.work(key))
        timers.cancel(.expiry(key))
        faults.forget(key, of: invocation.service)
        if case .held = invocation.connection { giveBackConnection(of: invocation, now: now) }
        count(invocation, invocation.answered ?? outcome)
        if let extra = invocation.extra { counters[invocation.service].count(extra, now - invocation.startedAt) }
        if invocation.answered == nil { noteEnd(invocation, outcome, now: now) }
        if hasDynamicPools {
            dynamicPools[invocation.service]?.ended(
                invocation.answered ?? outcome, took: now - invocation.startedAt, now: now)
        }
        let release = pools[invocation.service].release(now: now)
        answer(invocation, outcome, programs.forget(key))
        take(release, of: invocation.service, now: now)
    }

    /// A probe is no customer's call: what came of it its probe counts.
    private mutating func count(_ invocation: Invocation, _ outcome: ServiceOutcome) {
        if !invocation.isProbe { counters[invocation.service].count(outcome) }
    }

    private mutating func answer(
        _ invocation: Invocation, _ outcome: ServiceOutcome, _ answer: ProgramAnswer? = nil
    ) {
        switch invocation.owner {
        case .nobody: break
        case .asker, .probe:
            finished.append(
                End(
                    owner: invocation.owner, service: invocation.service, customer: invocation.customer,
                    outcome: outcome,
                    results: invocation.results, blame: invocation.blame, began: invocation.began,
                    served: invocation.served, answer: answer, kept: invocation.kept, trace: invocation.trace))
        case .attempt(let attempt):
            steps.append(
                .attemptEnded(attempt, .init(outcome: outcome, blame: invocation.blame, served: invocation.served)))
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
            case .peak: stepPeak(now: now)
            case .connection(let key): leaveLine(key, now: now, into: &sink)
            case .prediction: predict(now: now)
            case .join(let join): joinIsDue(join, now: now, into: &sink)
            case .program(let key): programOverdue(key, now: now, into: &sink)
            }
            runSteps(now: now, into: &sink)
        }
    }
}
