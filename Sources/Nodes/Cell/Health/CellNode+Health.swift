import Membership
import MeshBase
import Resilience

/// The cell looks at itself.
extension CellNode {
    /// What the driver measures: CPU, lag of the loop, memory. Set before a wake; what is never set harms nothing.
    package var load: LoadSignals {
        get { measured }
        set {
            measured = newValue
            graph.load = newValue
        }
    }

    /// How well it is.
    package var health: CellHealthReport {
        selfLook.report(name: { graph.gateName($0) }, service: { graph.services[$0].name })
    }

    /// What `/health` tells: the same, with the calls that were put off.
    package func health(now: Instant) -> CellHealthReport {
        var report = health
        if jobs.isOn {
            let waited = jobs.oldest.map { wall(now) - $0 } ?? 0
            report.jobs = .init(
                waiting: jobs.depth, capacity: jobs.capacity, oldest: .milliseconds(max(waited, 0)))
        }
        return report
    }

    /// It may begin to take work: its store knows whose it is, if it has one.
    package var hasStarted: Bool { condition.life != .unborn }

    /// Where probes are made no service is called before the startup probe would pass; records have an answer of their own.
    var isStarting: Bool { !hasStarted && graph.policies.probes != nil }

    mutating func lookAtItself(now: Instant, into sink: inout some CellSink) {
        for service in graph.services.indices {
            let counts = graph.counters[service].health
            // What was long ago says nothing of it any more.
            if let young = selfLook.served(service, counts: counts, own: graph.scores[service], now: now) {
                graph.scores[service].keep(newest: young)
            }
        }
        selfLook.areJobsFull = jobs.isFull
        let wasReady = selfLook.isReady
        let found = signals(now: now)
        let services = graph.services
        selfLook.look(found, hasStarted: hasStarted, now: now, name: { services[$0].name }) { sink.emit(.health($0)) }
        makeProbes(now: now, into: &sink)
        guard selfLook.isReady != wasReady else { return }
        condition.isReady = selfLook.isReady
        gossip.update(condition.metadata, now: now, into: &sink)
    }

    private mutating func signals(now: Instant) -> HealthSignals {
        var (waiting, places) = (0, 0)
        var stalled = TimeAmount.zero
        for (number, pool) in graph.pools.enumerated() {
            // All queues together: one service that hangs does not take the others of the cell with it.
            waiting += pool.waiting
            places += pool.queueLimit
            let done = graph.counters[number].ok &+ graph.counters[number].failed &+ graph.counters[number].timedOut
            stalled = max(stalled, stalls.look(number, isFull: pool.busy >= pool.workers, done: done, now: now))
        }
        var load = measured
        // What the driver measures last does not know of it.
        if graph.countsMemory { load.memory = graph.memory.utilisation }
        return HealthSignals(
            load: load, poolStalled: stalled, store: store == nil ? nil : condition.trouble != .broken,
            queue: places > 0 ? Double(waiting) / Double(places) : 0, failing: graph.foreseen)
    }
}

/// For how long each pool has had all workers busy and finished nothing.
struct PoolStalls: Sendable {
    private var pools: [(done: UInt64, since: Instant?)] = []

    /// - Parameter done: what the pool has finished since the start.
    mutating func look(_ pool: Int, isFull: Bool, done: UInt64, now: Instant) -> TimeAmount {
        while pools.count <= pool { pools.append((0, nil)) }
        if !isFull || done != pools[pool].done { pools[pool] = (done, nil) }
        guard isFull else { return .zero }
        let since = pools[pool].since ?? now
        pools[pool].since = since
        return now - since
    }
}
