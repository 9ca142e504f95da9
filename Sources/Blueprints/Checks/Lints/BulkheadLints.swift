import Topology

/// Several callers before one pool (C14).
struct BulkheadLints {
    let reporter: Reporter
    let loaded: LoadedBlueprint
    let policies: PolicyResolver

    init(reporter: Reporter, loaded: LoadedBlueprint, policies: PolicyResolver) {
        self.reporter = reporter
        self.loaded = loaded
        self.policies = policies
    }

    private struct Gate {
        var caller: Int
        var limit: Int?
        var isWritten: Bool
        var position: Position
    }

    func check() {
        for target in loaded.blueprint.services.indices {
            let gates = gates(before: target)
            guard Set(gates.map(\.caller)).count > 1 else { continue }
            checkShared(target, gates)
            checkTotal(target, gates)
        }
    }

    private func gates(before target: Int) -> [Gate] {
        var gates: [Gate] = []
        for (caller, (service, marks)) in zip(loaded.blueprint.services, loaded.services).enumerated() {
            for (call, (edge, mark)) in zip(service.calls, marks.edges).enumerated() where edge.to == target {
                let inForce = policies.call(call, of: caller)
                let isOn = inForce.isOn(.bulkhead)
                var isWritten = !isOn
                if case .written = inForce.origins["bulkhead.concurrent"] { isWritten = true }
                let position = mark.policies["bulkhead.concurrent"] ?? mark.policies["bulkhead"] ?? mark.position
                gates.append(
                    Gate(
                        caller: caller, limit: isOn ? inForce.values.bulkhead?.concurrent : nil, isWritten: isWritten,
                        position: position))
            }
        }
        return gates
    }

    /// One caller can have the whole pool.
    private func checkShared(_ target: Int, _ gates: [Gate]) {
        let service = loaded.blueprint.services[target]
        for gate in gates where gate.isWritten && gate.limit ?? .max >= service.pool.workers {
            reporter.warning(
                .bulkheadShared, at: gate.position,
                "'\(loaded.blueprint.services[gate.caller].name)' alone can hold all \(service.pool.workers) workers of "
                    + "'\(service.name)', which \(Set(gates.map(\.caller)).count) services call: when it hangs, so do they",
                hint: "bulkhead: {concurrent: \(max(1, service.pool.workers / gates.count))}, or a service of its own")
        }
    }

    /// What callers may have out is more than the pool takes.
    private func checkTotal(_ target: Int, _ gates: [Gate]) {
        let service = loaded.blueprint.services[target]
        let total = service.pool.workers + service.pool.queue
        let written = gates.filter { $0.isWritten && $0.limit != nil }
        let sum = written.reduce(0) { $0 + ($1.limit ?? 0) }
        guard written.count == gates.count, sum > total, let last = written.last else { return }
        reporter.warning(
            .allocationAboveTotal, at: last.position,
            "the callers of '\(service.name)' may have \(sum) calls out, and its pool takes \(total)",
            hint: "shares that add up to what there is")
    }
}
