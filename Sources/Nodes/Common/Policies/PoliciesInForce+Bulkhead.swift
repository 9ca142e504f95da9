import MeshBase
import Resilience
import Topology

/// How many may be out (C14, C15, C31, C34, C35).
extension PoliciesInForce {
    /// Places at the gate; more than there can be calls where bulkheads are off.
    var bulkheadPolicy: BulkheadPolicy {
        guard isOn(.bulkhead), let written = values.bulkhead else { return GatePolicy.off.bulkhead }
        let usual = isLocal ? BulkheadPolicy.local : .seed
        return BulkheadPolicy(concurrent: written.concurrent ?? usual.concurrent, wait: written.wait ?? usual.wait)
    }

    /// What moves the number of places.
    ///
    /// - Parameters:
    ///   - workers: of the caller, where more places than these would be of no use; nil at routers.
    ///   - objective: the 99th percentile that answers are to keep.
    func limitPolicy(workers: Int?, objective: TimeAmount?) -> LimitPolicy {
        let base = bulkheadPolicy.concurrent
        let kind: LimitPolicy.Kind =
            isOn(.bulkhead) && isOn(.dynamic) ? values.bulkhead?.limit.map { LimitPolicy.Kind($0) } ?? .fixed : .fixed
        guard kind != .fixed else { return LimitPolicy.of(.fixed, base, isLocal: true) }
        var policy = LimitPolicy.of(kind, base, isLocal: isLocal, most: isLocal ? workers : nil)
        policy.objective = objective
        return policy
    }

    /// The queue before the bulkhead; nil where none is declared.
    var queuePolicy: BackpressurePolicy? {
        guard isOn(.queue), isOn(.bulkhead), let written = values.bulkhead, let places = written.queue else {
            return nil
        }
        let usual = isLocal ? BackpressurePolicy.local : .seed
        return BackpressurePolicy(
            places: places, put: written.put ?? usual.put, pause: written.pause ?? usual.pause)
    }

    /// When requests are held back; nil where none are.
    var throttlePolicy: ThrottlePolicy? {
        guard isOn(.throttle), let written = values.throttle else { return nil }
        let usual = isLocal ? ThrottlePolicy.local : .seed
        return ThrottlePolicy(k: written.k ?? usual.k, window: written.window ?? usual.window)
    }

    /// Pools of connections; none where bulkheads are off.
    ///
    /// - Parameter shared: the sizes of those that all cells take from.
    func connectionUses(
        _ blueprint: Blueprint, shared: [PeakSettings.Named<Int>]
    ) -> [CellPolicies.ConnectionUse] {
        guard isOn(.bulkhead) else { return [] }
        let usual = isLocal ? ConnectionPolicy.local : .seed
        return (blueprint.connections ?? []).map { pool in
            let value = pool.value.inForce(acquire: values.timeouts?.acquire ?? usual.wait)
            let place = shared.firstIndex { $0.name == pool.name }
            return CellPolicies.ConnectionUse(
                name: pool.name,
                policy: ConnectionPolicy(
                    most: place.map { shared[$0].value } ?? value.max ?? usual.most, least: value.min,
                    wait: value.wait ?? usual.wait), shared: place)
        }
    }

    /// How the size of a pool follows its load; nil where it does not.
    func poolLimit(_ pool: Pool) -> LimitPolicy? {
        guard isOn(.dynamic), let written = pool.dynamic else { return nil }
        let kind: LimitPolicy.Kind =
            switch written.kind ?? .step {
            case .step: .step
            case .errors: .errors
            case .pid: .pid
            }
        let usual = LimitPolicy.of(kind, pool.workers, isLocal: isLocal)
        let least = written.min ?? usual.bounds.lowerBound
        return usual.sized(base: pool.workers, bounds: least...max(written.max ?? usual.bounds.upperBound, least))
    }
}

extension LimitPolicy.Kind {
    init(_ word: BulkheadSettings.Limit) {
        switch word {
        case .fixed: self = .fixed
        case .errors: self = .errors
        case .step: self = .step
        case .pid: self = .pid
        case .aimd: self = .aimd
        case .gradient: self = .gradient
        case .vegas: self = .vegas
        }
    }
}
