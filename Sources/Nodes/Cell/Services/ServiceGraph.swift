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
        /// The limit of the attempt of an edge call that is out.
        case call(SlabKey)
        /// The deadline of a call that waits for a worker.
        case expiry(SlabKey)
    }

    /// A call as the asker at the other end of a link names it.
    struct Asked: Hashable {
        let link: ConnectionID
        let request: UInt64
    }

    /// What goes on within one call of the graph.
    private enum Step {
        /// It has a worker now.
        case work(SlabKey)
        case attemptEnded(SlabKey, token: UInt8, ServiceOutcome)
    }

    let catalogue: ServiceCatalogue
    var pools: [WorkerPool<SlabKey>]
    /// One for each pool, in front of it.
    var shedders: [LoadShedder]
    var invocations: Slab<Invocation>
    /// The calls of edges that are out; each has an invocation as its parent, and at most one that works on it.
    var edgeCalls: Slab<EdgeCall>
    var timers = TimerTable<Timer>()
    /// By service and edge: it has succeeded before, so an older answer could stand in for it.
    var succeededBefore: [[Bool]]
    var waits: Generator
    var errors: Generator
    var faults: ServiceFaults
    package var counters: [ServiceCounters]
    /// The calls of askers on mesh links, which may give them up.
    var asked: [Asked: SlabKey] = [:]
    /// What is left undone in this turn, taken up by the holder; never grows beyond the live invocations.
    var finished: [(owner: Invocation.Owner, service: Int, outcome: ServiceOutcome, results: EdgeResults)] = []

    /// Stands in a line in place of calling itself: a thousand calls that end at once must not need a thousand frames
    /// of the stack.
    private var steps = Deque<Step>()

    /// Work and calls in one cell at once; further ones are refused.
    static let invocationLimit = 65_536

    init(blueprint: Blueprint, seed: UInt64, node: UInt64) {
        catalogue = ServiceCatalogue(blueprint)
        pools = catalogue.pools()
        shedders = catalogue.shedders(ShedThresholds(blueprint.shedding))
        invocations = Slab(limit: Self.invocationLimit)
        edgeCalls = Slab(limit: Self.invocationLimit)
        succeededBefore = blueprint.services.map { Array(repeating: false, count: $0.calls.count) }
        waits = Generator(seed: seed, concern: "service.wait", node: node)
        errors = Generator(seed: seed, concern: "service.errors", node: node)
        faults = ServiceFaults(services: blueprint.services.count, seed: seed, node: node)
        counters = blueprint.services.map { _ in ServiceCounters() }
    }

    var services: [Service] { catalogue.services }

    func service(named name: UnsafeRawBufferPointer) -> Int? { catalogue.service(named: name) }

    // MARK: Calls

    /// Begins a call of a service for an asker outside; it ends in `finished`, perhaps in this same call.
    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?, deadline: Instant,
        now: Instant, into sink: inout some CellSink
    ) {
        if catalogue.isInstant[service], pools[service].hasFreeWorker, !faults.strikes(service) {
            counters[service].calls += 1
            counters[service].count(.ok)
            finished.append((.asker(asker), service, .ok, EdgeResults()))
            return
        }
        let key = begin(
            Invocation(
                service: service, owner: .asker(asker), customer: customer,
                priority: .granted(priority, declared: services[service].priority), deadline: deadline),
            now: now, into: &sink)
        if case .frame(let link, let request) = asker, let key, invocations.contains(key) {
            asked[Asked(link: link, request: request)] = key
        }
        runSteps(now: now, into: &sink)
    }

    mutating func runSteps(now: Instant, into sink: inout some CellSink) {
        while let step = steps.popFirst() {
            switch step {
            case .work(let key): work(key, now: now, into: &sink)
            case .attemptEnded(let call, let token, let outcome):
                attemptEnded(call, token: token, outcome, now: now, into: &sink)
            }
        }
    }

    @discardableResult
    mutating func begin(
        _ invocation: Invocation, now: Instant, into sink: inout some CellSink
    ) -> SlabKey? {
        let service = invocation.service
        counters[service].calls += 1
        guard shedders[service].admit(invocation.priority, inWork: pools[service].busy + pools[service].waiting) else {
            counters[service].count(.shed(invocation.priority))
            answer(invocation.owner, service, .shed(invocation.priority), EdgeResults())
            return nil
        }
        guard let key = invocations.insert(invocation) else {
            counters[service].count(.rejected)
            answer(invocation.owner, service, .rejected, EdgeResults())
            return nil
        }
        switch pools[service].admit(key, rank: invocation.priority.rawValue, now: now) {
        case .run: work(key, now: now, into: &sink)
        case .queued: expire(key, invocation)
        case .rejected: reject(key)
        case .displaced(let other): reject(other)
        }
        return key
    }

    /// Sees to it that a call of somebody outside is answered when its time is up, also while it waits; a call of another
    /// service has the time limit of its caller's edge.
    private mutating func expire(_ key: SlabKey, _ invocation: Invocation) {
        guard case .asker = invocation.owner, invocation.deadline != .distantFuture else { return }
        timers.arm(.expiry(key), at: invocation.deadline)
    }

    private mutating func expired(_ key: SlabKey) {
        guard let invocation = invocations[key], invocation.stage == .queued else { return }
        pools[invocation.service].withdraw { $0 == key }
        counters[invocation.service].expired += 1
        leave(key, .timedOut)
    }

    /// Ends a call that never had a worker.
    private mutating func reject(_ key: SlabKey) { leave(key, .rejected) }

    mutating func leave(_ key: SlabKey, _ outcome: ServiceOutcome) {
        guard let invocation = remove(key) else { return }
        timers.cancel(.expiry(key))
        counters[invocation.service].count(outcome)
        answer(invocation.owner, invocation.service, outcome, EdgeResults())
    }

    // MARK: Ends

    private mutating func remove(_ key: SlabKey) -> Invocation? {
        guard let invocation = invocations.remove(key) else { return nil }
        if case .asker(.frame(let link, let request)) = invocation.owner {
            asked[Asked(link: link, request: request)] = nil
        }
        return invocation
    }

    mutating func finish(
        _ key: SlabKey, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard let invocation = remove(key) else { return }
        timers.cancel(.work(key))
        faults.forget(key, of: invocation.service)
        counters[invocation.service].count(outcome)
        let release = pools[invocation.service].release(now: now)
        answer(invocation.owner, invocation.service, outcome, invocation.results)
        for expired in release.expired { reject(expired) }
        if let next = release.next {
            // It stands in the queue no longer: who gives it up now must not look for it there.
            timers.cancel(.expiry(next))
            invocations[next]?.stage = .working
            steps.append(.work(next))
        }
    }

    private mutating func answer(
        _ owner: Invocation.Owner, _ service: Int, _ outcome: ServiceOutcome, _ results: EdgeResults
    ) {
        switch owner {
        case .nobody: break
        case .asker: finished.append((owner, service, outcome, results))
        case .edge(let call, let token): steps.append(.attemptEnded(call, token: token, outcome))
        }
    }

    // MARK: Time

    mutating func wake(now: Instant, into sink: inout some CellSink) {
        while let timer = timers.popDue(now: now) {
            switch timer {
            case .work(let key):
                waited(key, now: now, into: &sink)
            case .held(let key):
                delayOver(key, now: now, into: &sink)
            case .call(let key):
                callTimedOut(key, now: now, into: &sink)
            case .expiry(let key):
                expired(key)
            }
            runSteps(now: now, into: &sink)
        }
    }
}
