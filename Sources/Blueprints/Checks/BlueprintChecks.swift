import MeshBase
import Topology

/// What can be judged about one blueprint by itself: call cycles (errors) and anti-patterns (warnings).
struct BlueprintChecks {
    let reporter: Reporter

    func check(_ loaded: LoadedBlueprint) {
        checkCycles(loaded)
        for (service, marks) in zip(loaded.blueprint.services, loaded.services) {
            if service.pool.workers == 1 {
                reporter.warning(
                    .poolOfOne, at: marks.workers,
                    "the pool of '\(service.name)' has one worker: one slow call stops the service")
            }
            let mode = service.idempotency?.mode
            if mode == .body || mode == .required, (loaded.blueprint.store?.strictest ?? .cache) == .cache {
                reporter.warning(
                    .keysUnkept, at: marks.position,
                    "calls of '\(service.name)' are to be carried out once, and these cells keep no keys: every POST is "
                        + "refused",
                    hint: "give the blueprint a store of tier critical or important")
            }
            for (edge, edgeMarks) in zip(service.calls, marks.edges) { check(edge, edgeMarks, loaded.blueprint) }
        }
    }

    private func check(_ edge: Edge, _ marks: LoadedBlueprint.EdgeMarks, _ blueprint: Blueprint) {
        let target = blueprint.services[edge.to]
        let timeout = Syntax.written(edge.timeout)
        if marks.timeout == nil {
            reporter.warning(
                .timeoutMissing, at: marks.position, "the call to '\(target.name)' has no timeout; it gets \(timeout)",
                hint: "set 'timeout' to what the caller can bear to wait")
        }
        let place = marks.timeout ?? marks.position
        let calls = target.timeoutOfCalls
        let needed = calls * 1.2
        if calls > .zero, edge.timeout < needed {
            reporter.warning(
                .timeoutHierarchy, at: place,
                "the call to '\(target.name)' ends after \(timeout), and the calls that it makes may take "
                    + "\(Syntax.written(calls)): work goes on that nobody waits for",
                hint: "give it \(Syntax.written(needed)), its calls and 20 % more, or shorten those")
        }
        let work = (target.work.wait?.p99 ?? .zero) + target.work.cpu
        if work > edge.timeout {
            reporter.warning(
                .workAboveTimeout, at: place,
                "one call in a hundred to '\(target.name)' takes \(Syntax.written(work)) by itself, more than its "
                    + "timeout of \(timeout)")
        }
    }

    // MARK: Cycles

    /// Reports each call that closes a cycle; compensations count as calls.
    private func checkCycles(_ loaded: LoadedBlueprint) {
        var search = CycleSearch(loaded: loaded)
        for service in loaded.blueprint.services.indices { search.visit(service) }
        for (position, path) in search.found {
            let names = path.map { loaded.blueprint.services[$0].name }.joined(separator: " -> ")
            reporter.error(.callCycle, at: position, "the calls form a cycle: \(names)")
        }
    }

    private struct CycleSearch {
        let loaded: LoadedBlueprint
        var found: [(position: Position, path: [Int])] = []
        private var path: [Int] = []
        private var done: Set<Int> = []

        init(loaded: LoadedBlueprint) { self.loaded = loaded }

        mutating func visit(_ service: Int) {
            guard !done.contains(service) else { return }
            path.append(service)
            let marks = loaded.services[service].edges
            for (edge, mark) in zip(loaded.blueprint.services[service].calls, marks) {
                follow(edge.to, mark.position)
                if let compensation = edge.compensation { follow(compensation, mark.compensation ?? mark.position) }
            }
            path.removeLast()
            done.insert(service)
        }

        private mutating func follow(_ target: Int, _ position: Position) {
            if let start = path.firstIndex(of: target) {
                found.append((position, path[start...] + [target]))
            } else {
                visit(target)
            }
        }
    }
}
