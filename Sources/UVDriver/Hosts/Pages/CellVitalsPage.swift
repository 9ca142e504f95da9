import MeshBase
import Nodes
import Reports
import Resilience

extension CellHost {
    /// By the id of each fault that concerns this cell: what it has struck here, on the wire and of the services.
    var faultHits: [String: UInt64] {
        serviceHits.byFault(counted: node.pointee.faultsOnServices().map(\.counters))
            .merging(runtime.wire.hitsByFault, uniquingKeysWith: &+)
    }

    /// What the cell says of itself, of what is counted anyhow; what has no counter is left out.
    var vitals: CellVitals {
        let now = runtime.loop.now()
        let health = node.pointee.health(now: now)
        var vitals = CellVitals(
            utilisation: node.pointee.utilisation, isStoreFull: node.pointee.storeTrouble == .full,
            filled: node.pointee.filledRecords, verified: node.pointee.verifiedRecords,
            damaged: node.pointee.counters.damagedCohorts, hints: node.pointee.hintStatus?.outstanding,
            oldestHint: node.pointee.hintStatus?.oldestMilliseconds)
        vitals.cell = node.pointee.name
        vitals.boot = String(runtime.settings.boot, radix: 16)
        vitals.healthScore = health.score
        vitals.health = "\(health.state.name)"
        vitals.services = health.services.filter(\.isFailing).map {
            StatusReport.FailingService(service: $0.name, score: $0.score, count: $0.count)
        }
        vitals.epoch = node.pointee.ledger.table.highestEpoch.rawValue
        vitals.condition = CellVitals.Condition(
            health: "\(health.state.name)", ready: health.isReady, level: "\(node.pointee.degradation.level.name)",
            store: node.pointee.storeStatus(now: now)?.life.rawValue, storeBroken: store.map { $0.isBroken },
            why: health.state == .healthy ? nil : health.whyLifeless ?? health.whyUnready ?? health.detail,
            waitingJobs: health.jobs?.waiting)
        let figures = node.pointee.figures
        vitals.traffic = CellVitals.Traffic(
            requests: figures.requests, failed: figures.failed,
            shed: node.pointee.shed().reduce(0) { $0 &+ $1.count }, latency: figures.times.total(0))
        for scope in node.pointee.scopeViews(now: now) {
            vitals.traffic?.calls &+= scope.counters.first
            vitals.traffic?.attempts &+= scope.counters.first &+ scope.counters.retries &+ scope.counters.hedges
        }
        vitals.pools = node.pointee.services().map { service in
            CellVitals.Pool(
                service: service.name, busy: service.busy, workers: service.workers, waiting: service.waiting,
                calls: service.counters.calls, failed: service.counters.failed, refused: service.counters.rejected)
        }
        vitals.gates = node.pointee.gateViews(now: now).compactMap { Vitals.Gate($0) }
        vitals.storeWaiting = store.map { $0.queue.count }
        vitals.loopLag = node.pointee.load.loopLag.milliseconds
        vitals.amplification = node.pointee.amplification(now: now)
        let hits = faultHits
        if !hits.isEmpty { vitals.faults = hits }
        vitals.host = runtime.hostMeter.host(now)
        vitals.view = Vitals.View(node.pointee.gossip.swim.members)
        return vitals.bounded
    }
}

extension Vitals.Gate {
    /// A gate that is not closed; nil for others, and for those without a breaker.
    ///
    /// - Parameter to: who is called; nil: the service alone.
    init?(_ view: GateView, to: String? = nil) {
        guard let state = view.figures.state, state != .closed else { return nil }
        self.init(
            from: view.from, to: to ?? view.to, state: "\(state.name)",
            sinceMilliseconds: Int64(view.figures.age.milliseconds), failure: view.figures.failureRate,
            calls: view.figures.calls)
    }
}
