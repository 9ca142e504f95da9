import MeshBase
import Resilience

/// Pools whose size moves while the cell runs.
extension ServiceGraph {
    /// A call has a worker of its pool.
    mutating func poolBegan(_ service: Int, now: Instant) {
        guard hasDynamicPools, !peaks.holds(service), let policy = policies.services[service].pool else { return }
        if dynamicPools[service] == nil {
            dynamicPools[service] = DynamicPool(policy, now: now)
            if !timers.isArmed(.look) { timers.arm(.look, at: now + .seconds(1)) }
        }
        dynamicPools[service]?.began(now: now)
    }

    /// Once a second.
    mutating func lookAtPools(now: Instant) {
        for service in dynamicPools.indices where dynamicPools[service]?.look(now: now) == true {
            guard let size = dynamicPools[service]?.size else { continue }
            resize(service, workers: size, queue: pools[service].queueLimit, now: now)
        }
    }

    /// What runs and what waits stays; who waits has what is free now.
    mutating func resize(_ service: Int, workers: Int, queue: Int, now: Instant) {
        let before = pools[service].workers
        pools[service].resize(workers: workers, queueLimit: queue)
        admissions[service].load.resize(to: workers + queue)
        if before != workers { news.append(.pool(service, from: before, to: workers)) }
        while true {
            let release = pools[service].next(now: now)
            take(release, of: service, now: now)
            if release.next == nil { break }
        }
    }

    /// The next of those that wait has a worker; those that have waited too long are turned away.
    mutating func take(_ release: WorkerPool<SlabKey>.Release, of service: Int, now: Instant) {
        for expired in release.expired { leave(expired, .rejected(.aged), now: now) }
        guard let next = release.next else { return }
        poolBegan(service, now: now)
        // It stands in the queue no longer: who gives it up now must not look for it there.
        if !policies.isOn(.deadline) || invocations[next]?.endsByItself != false { timers.cancel(.expiry(next)) }
        invocations[next]?.stage = .working
        steps.append(.work(next))
    }
}
