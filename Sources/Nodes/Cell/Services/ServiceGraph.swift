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
    /// By service: how its last calls went.
    var scores: [HealthScore]
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
    /// Uses whose permits go back at the end of this turn: no more than there are live invocations.
    var freedPermits: [Int] = []
    /// What all work of the cell holds, orders of the store among it.
    var memory: MemoryBudget
    let countsMemory: Bool
    /// Refused while a fault holds memory: for want of it, or for the pressure that it is.
    var starved: UInt64 = 0
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
    /// What is counted as calls end.
    var figures: CellFigures
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
        scores = blueprint.services.map { _ in HealthScore() }
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
        figures = CellFigures(services: blueprint.services.count, routes: routes.plans.count)
    }

    var services: [Service] { catalogue.services }

    func service(named name: UnsafeRawBufferPointer) -> Int? { catalogue.service(named: name) }

    /// What happens by itself begins.
    mutating func start(now: Instant) {
        programs.start(now: now)
        if peaks.looks, !timers.isArmed(.look) { timers.arm(.look, at: now + .seconds(1)) }
    }
}
