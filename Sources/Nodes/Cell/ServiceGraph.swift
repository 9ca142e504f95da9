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
        case call(SlabKey)
        /// The deadline of a call that waits for a worker.
        case expiry(SlabKey)
    }

    /// What goes on within one call of the graph.
    private enum Step {
        /// It has a worker now.
        case work(SlabKey)
        case childEnded(parent: SlabKey, ServiceOutcome)
    }

    let services: [Service]
    let names: [UInt64: Int]
    var pools: [WorkerPool<SlabKey>]
    /// One for each pool, in front of it.
    var shedders: [LoadShedder]
    var invocations: Slab<Invocation>
    var timers = TimerTable<Timer>()
    /// By service and edge: it has succeeded before, so an older answer could stand in for it.
    var succeededBefore: [[Bool]]
    var waits: Generator
    var errors: Generator
    package var counters: [ServiceCounters]
    let waitSamplers: [WaitSampler?]
    /// True for a service that answers in the same call: no wait, no processor time, no errors, no calls.
    let isInstant: [Bool]
    /// What is left undone in this turn, taken up by the holder; never grows beyond the live invocations.
    var finished: [(owner: Invocation.Owner, service: Int, outcome: ServiceOutcome, results: EdgeResults)] = []

    /// Stands in a line in place of calling itself: a thousand calls that end at once must not need a thousand frames
    /// of the stack.
    private var steps = Deque<Step>()

    /// Work and calls in one cell at once; further ones are refused.
    static let invocationLimit = 65_536

    init(blueprint: Blueprint, seed: UInt64, node: UInt64) {
        services = blueprint.services
        names = Dictionary(
            uniqueKeysWithValues: blueprint.services.enumerated().map { (StableHash.hash($1.name), $0) })
        pools = blueprint.services.map { service in
            WorkerPool(
                workers: service.pool.workers, queueLimit: service.pool.queue,
                overflow: Self.overflow(service))
        }
        let thresholds = ShedThresholds(blueprint.shedding)
        shedders = blueprint.services.map {
            LoadShedder(capacity: $0.pool.workers + $0.pool.queue, thresholds: thresholds)
        }
        invocations = Slab(limit: Self.invocationLimit)
        succeededBefore = blueprint.services.map { Array(repeating: false, count: $0.calls.count) }
        waits = Generator(seed: seed, concern: "service.wait", node: node)
        errors = Generator(seed: seed, concern: "service.errors", node: node)
        counters = blueprint.services.map { _ in ServiceCounters() }
        waitSamplers = blueprint.services.map { $0.work.wait.map { WaitSampler($0) } }
        isInstant = blueprint.services.map {
            $0.work.wait == nil && $0.work.cpu <= .zero && $0.work.errors <= 0 && $0.calls.isEmpty
        }
    }

    private static func overflow(_ service: Service) -> WorkerPool<SlabKey>.Overflow {
        switch service.pool.overflow {
        case .rejectNew: .rejectNew
        case .dropOldest: .dropOldest
        case .dropNewest: .dropNewest
        case .priority: .priority
        case .ageLimit: .ageLimit(service.pool.age)
        }
    }

    func service(named name: UnsafeRawBufferPointer) -> Int? { names[StableHash.hash(name)] }

    // MARK: Calls

    /// Begins a call of a service for an asker outside; it ends in `finished`, perhaps in this same call.
    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?, deadline: Instant,
        now: Instant, into sink: inout some CellSink
    ) {
        if isInstant[service], pools[service].hasFreeWorker {
            counters[service].calls += 1
            counters[service].count(.ok)
            finished.append((.asker(asker), service, .ok, EdgeResults()))
            return
        }
        begin(
            Invocation(
                service: service, owner: .asker(asker), customer: customer,
                priority: .granted(priority, declared: services[service].priority), deadline: deadline),
            now: now, into: &sink)
        runSteps(now: now, into: &sink)
    }

    private mutating func runSteps(now: Instant, into sink: inout some CellSink) {
        while let step = steps.popFirst() {
            switch step {
            case .work(let key): work(key, now: now, into: &sink)
            case .childEnded(let parent, let outcome): childEnded(parent, outcome, now: now, into: &sink)
            }
        }
    }

    @discardableResult
    private mutating func begin(
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

    private mutating func leave(_ key: SlabKey, _ outcome: ServiceOutcome) {
        guard let invocation = invocations.remove(key) else { return }
        timers.cancel(.expiry(key))
        counters[invocation.service].count(outcome)
        answer(invocation.owner, invocation.service, outcome, EdgeResults())
    }

    private mutating func work(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        let service = invocation.service
        guard invocation.deadline > now else {
            counters[service].expired += 1
            return finish(key, .timedOut, now: now, into: &sink)
        }
        invocations[key]?.stage = .working
        if let sampler = waitSamplers[service] {
            timers.arm(.work(key), at: now + sampler.sample(using: &waits))
        } else {
            waited(key, now: now, into: &sink)
        }
    }

    private mutating func waited(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        let cpu = services[invocation.service].work.cpu
        if cpu > .zero {
            sink.burn(ProcessorQueue.Order(ticket: key.rawValue, amount: cpu, deadline: invocation.deadline))
        } else {
            worked(key, now: now, into: &sink)
        }
    }

    /// The processor time that a call asked for has been used.
    mutating func burned(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        worked(SlabKey(rawValue: ticket), now: now, into: &sink)
        runSteps(now: now, into: &sink)
    }

    /// No processor time was to be had for a call: it ends as what is turned away.
    mutating func burnRefused(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        let key = SlabKey(rawValue: ticket)
        guard let invocation = invocations[key], invocation.stage == .working else { return }
        finish(key, invocation.deadline > now ? .rejected : .timedOut, now: now, into: &sink)
        runSteps(now: now, into: &sink)
    }

    private mutating func worked(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key], invocation.stage == .working else { return }
        let ratio = services[invocation.service].work.errors
        if ratio > 0, errors.chance(ratio) {
            finish(key, .failed, now: now, into: &sink)
        } else {
            nextCall(key, from: 0, now: now, into: &sink)
        }
    }

    /// Makes the calls of a service one after the other.
    private mutating func nextCall(_ key: SlabKey, from first: Int, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        let edges = services[invocation.service].calls
        guard first < edges.count else { return finish(key, .ok, now: now, into: &sink) }
        let edge = edges[first]
        invocations[key]?.stage = .calling(edge: first, child: nil)
        let limit = min(now + edge.timeout, invocation.deadline)
        timers.arm(.call(key), at: limit)
        let child = begin(
            Invocation(
                service: edge.to, owner: .parent(key), customer: invocation.customer,
                priority: edge.criticality == .luxury ? invocation.priority.lowered : invocation.priority,
                deadline: limit), now: now, into: &sink)
        // The child may have ended already; then there is nothing to remember.
        if let child, invocations.contains(child) {
            invocations[key]?.stage = .calling(edge: first, child: child)
        }
    }

    // MARK: Ends

    private mutating func finish(
        _ key: SlabKey, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard let invocation = invocations.remove(key) else { return }
        timers.cancel(.call(key))
        timers.cancel(.work(key))
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
        case .parent(let parent): steps.append(.childEnded(parent: parent, outcome))
        }
    }

    private mutating func childEnded(
        _ parent: SlabKey, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard let invocation = invocations[parent] else { return }
        switch invocation.stage {
        case .calling(let edge, _):
            timers.cancel(.call(parent))
            callEnded(parent, edge: edge, outcome, now: now, into: &sink)
        case .compensating(let edge, _):
            timers.cancel(.call(parent))
            if outcome == .ok { invocations[parent]?.results[edge] = .compensated }
            compensate(parent, below: edge, now: now, into: &sink)
        case .queued, .working:
            break
        }
    }

    private mutating func callEnded(
        _ key: SlabKey, edge index: Int, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard let service = invocations[key]?.service else { return }
        let edge = services[service].calls[index]
        if outcome == .ok {
            succeededBefore[service][index] = true
            invocations[key]?.results[index] = .ok
        } else if let stand = substitute(for: edge, service: service, index: index) {
            counters[service].fallbacks += 1
            invocations[key]?.results[index] = stand
        } else {
            if case .shed = outcome {
                invocations[key]?.results[index] = .shed
            } else {
                invocations[key]?.results[index] = .failed
            }
            invocations[key]?.failure = outcome == .timedOut ? .timedOut : .dependency(edge: index)
            return compensate(key, below: index, now: now, into: &sink)
        }
        nextCall(key, from: index + 1, now: now, into: &sink)
    }

    private func substitute(for edge: Edge, service: Int, index: Int) -> EdgeResults.Result? {
        guard edge.criticality != .core else { return nil }
        for fallback in edge.fallback {
            switch fallback {
            case .cached: if succeededBefore[service][index] { return .cached }
            case .generic: return .generic
            case .static: return .static
            case .empty: return .empty
            }
        }
        return .skipped
    }

    /// Undoes what succeeded, latest first, then fails the call.
    private mutating func compensate(
        _ key: SlabKey, below edge: Int, now: Instant, into sink: inout some CellSink
    ) {
        guard let invocation = invocations[key] else { return }
        let edges = services[invocation.service].calls
        var index = edge - 1
        while index >= 0 {
            if invocation.results[index] == .ok, let undo = edges[index].compensation {
                counters[invocation.service].compensations += 1
                invocations[key]?.stage = .compensating(edge: index, child: nil)
                // Undoing is worth doing even when the caller's time is up: it has the edge's own limit.
                let limit = now + edges[index].timeout
                timers.arm(.call(key), at: limit)
                let child = begin(
                    Invocation(
                        service: undo, owner: .parent(key), customer: invocation.customer, priority: .critical,
                        deadline: limit), now: now, into: &sink)
                if let child, invocations.contains(child) {
                    invocations[key]?.stage = .compensating(edge: index, child: child)
                }
                return
            }
            index -= 1
        }
        finish(key, invocation.failure ?? .failed, now: now, into: &sink)
    }

    // MARK: Time

    mutating func wake(now: Instant, into sink: inout some CellSink) {
        while let timer = timers.popDue(now: now) {
            switch timer {
            case .work(let key):
                waited(key, now: now, into: &sink)
            case .call(let key):
                callTimedOut(key, now: now, into: &sink)
            case .expiry(let key):
                expired(key)
            }
            runSteps(now: now, into: &sink)
        }
    }

    private mutating func callTimedOut(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        switch invocation.stage {
        case .calling(let edge, let child):
            disown(child)
            counters[invocation.service].callTimeouts += 1
            callEnded(key, edge: edge, .timedOut, now: now, into: &sink)
        case .compensating(let edge, let child):
            disown(child)
            compensate(key, below: edge, now: now, into: &sink)
        case .queued, .working:
            break
        }
    }

    private mutating func disown(_ child: SlabKey?) {
        guard let child, let invocation = invocations[child] else { return }
        if invocation.stage == .queued {
            pools[invocation.service].withdraw { $0 == child }
            invocations.remove(child)
        } else {
            invocations[child]?.owner = .nobody
        }
    }
}

/// Counters of one service; they only rise.
package struct ServiceCounters: Sendable {
    package var calls: UInt64 = 0
    package var ok: UInt64 = 0
    package var failed: UInt64 = 0
    package var rejected: UInt64 = 0
    /// Refused while there was room, which is kept for what matters more.
    package var shed: UInt64 = 0
    package var timedOut: UInt64 = 0
    package var callTimeouts: UInt64 = 0
    /// Of `timedOut`: calls whose time was up before a worker began on them.
    package var expired: UInt64 = 0
    package var fallbacks: UInt64 = 0
    package var compensations: UInt64 = 0

    mutating func count(_ outcome: ServiceOutcome) {
        switch outcome {
        case .ok: ok += 1
        case .failed, .dependency: failed += 1
        case .rejected: rejected += 1
        case .shed: shed += 1
        case .timedOut: timedOut += 1
        }
    }
}
