import MeshBase
import Reports
import Resilience

extension CellNode {
    /// What the cell says of itself, of what is counted anyhow; what has no counter is left out. Its driver adds what only
    /// that knows: the life, the disk's queue, faults and the machine.
    package mutating func vitals(now: Instant) -> CellVitals {
        let health = health(now: now)
        var vitals = CellVitals(
            utilisation: utilisation, isStoreFull: storeTrouble == .full, filled: filledRecords,
            verified: verifiedRecords, damaged: counters.damagedCohorts, hints: hintStatus?.outstanding,
            oldestHint: hintStatus?.oldestMilliseconds)
        vitals.cell = name
        vitals.healthScore = health.score
        vitals.health = "\(health.state.name)"
        vitals.services = health.services.filter(\.isFailing).map {
            StatusReport.FailingService(service: $0.name, score: $0.score, count: $0.count)
        }
        vitals.epoch = ledger.table.highestEpoch.rawValue
        vitals.condition = CellVitals.Condition(
            health: "\(health.state.name)", ready: health.isReady, level: "\(degradation.level.name)",
            store: storeStatus(now: now)?.life.rawValue,
            why: health.state == .healthy ? nil : health.whyLifeless ?? health.whyUnready ?? health.detail,
            waitingJobs: health.jobs?.waiting)
        if health.whyLifeless != nil { vitals.condition?.lifeless = true }
        vitals.traffic = CellVitals.Traffic(
            requests: figures.requests, failed: figures.failed, shed: shed().reduce(0) { $0 &+ $1.count },
            latency: figures.times.total(0))
        for scope in scopeViews(now: now) {
            vitals.traffic?.calls &+= scope.counters.first
            vitals.traffic?.attempts &+= scope.counters.first &+ scope.counters.retries &+ scope.counters.hedges
        }
        vitals.waiting = services().reduce(0) { $0 + $1.waiting }
        vitals.pools = services().map { service in
            CellVitals.Pool(
                service: service.name, busy: service.busy, workers: service.workers, waiting: service.waiting,
                calls: service.counters.calls, failed: service.counters.failed, refused: service.counters.rejected)
        }
        vitals.gates = gateViews(now: now).compactMap { Vitals.Gate($0) }
        vitals.loopLag = load.loopLag.milliseconds
        vitals.amplification = amplification(now: now)
        if let store {
            vitals.storeID = String(store.id, radix: 16)
            vitals.lacked = repair.lacked
            if repair.lacked > 0 {
                let age = now.nanoseconds &+ wallOffset &- Int64(clamping: repair.oldestLacked)
                vitals.lackedAge = max(age, 0) / 1_000_000
            }
        }
        vitals.view = gossip.view
        return vitals
    }
}
