import MeshBase
import Topology

/// Pools of services (C14-C16, C19).
struct PoolLints {
    let reporter: Reporter
    let loaded: LoadedBlueprint
    private var blueprint: Blueprint { loaded.blueprint }

    init(reporter: Reporter, loaded: LoadedBlueprint) {
        self.reporter = reporter
        self.loaded = loaded
    }

    func check() {
        for (service, marks) in zip(blueprint.services, loaded.services) {
            if service.pool.workers == 1 {
                reporter.warning(
                    .poolOfOne, at: marks.workers,
                    "the pool of '\(service.name)' has one worker: one slow call stops the service")
            }
            if let queue = marks.queue, marks.overflow == nil, service.pool.queue > 1_000 {
                warnOverflow(queue, service.pool.queue, "the pool of '\(service.name)'")
            }
            checkBounds(service, marks)
            checkConnection(service, marks)
        }
        if let queue = marks.queue, let capacity = blueprint.queue?.capacity, blueprint.queue?.overflow == nil,
            capacity > 1_000
        {
            warnOverflow(queue, capacity, "the queue of the cell")
        }
        checkMixed()
        checkCount()
        checkSizes()
    }

    private var marks: LoadedBlueprint.Marks { loaded.marks }

    private func warnOverflow(_ position: Position, _ places: Int, _ name: String) {
        reporter.warning(
            .queueWithoutOverflow, at: position,
            "\(name) has \(places) places, and who comes when it is full is refused, however important",
            hint: "say who goes: overflow: priority, age-limit, drop-oldest or reject-new")
    }

    private func checkConnection(_ service: Service, _ marks: LoadedBlueprint.ServiceMarks) {
        let uses = (blueprint.connections ?? []).map(\.name)
        guard let use = service.connection, let position = marks.connection, !uses.contains(use) else { return }
        reporter.error(
            .unknownWord, at: position, "no pool of connections is for '\(use)'",
            hint: uses.isEmpty
                ? "connections: {\(use): {max: 20}} in the blueprint"
                : NearestWord.hint(for: use, among: uses, listing: "there are"))
    }

    private func checkBounds(_ service: Service, _ marks: LoadedBlueprint.ServiceMarks) {
        guard let dynamic = service.pool.dynamic, let position = marks.dynamic else { return }
        let workers = service.pool.workers
        let least = dynamic.min ?? min(workers, max(1, workers / 2))
        let most = dynamic.max ?? max(workers, min(4 * workers, TopologyLimits.workersPerPool))
        guard least > workers || most < workers else { return }
        reporter.warning(
            .dynamicBounds, at: position,
            "the pool of '\(service.name)' begins with \(workers) workers, outside of \(least) to \(most)",
            hint: "'min' <= 'workers' <= 'max'")
    }

    /// Critical and low work in one queue that knows no difference.
    private func checkMixed() {
        var reached = [Set<Priority>](repeating: [], count: blueprint.services.count)
        for (number, service) in blueprint.services.enumerated() {
            if let priority = service.priority { spread(priority, from: number, &reached, blueprint.services.count) }
        }
        for (number, (service, marks)) in zip(blueprint.services, loaded.services).enumerated() {
            guard reached[number].contains(.critical), reached[number].contains(.low), service.pool.queue > 0,
                service.pool.overflow != .priority
            else { continue }
            reporter.warning(
                .poolMixed, at: marks.workers,
                "critical and low work meet in the pool of '\(service.name)', and its queue is first come first served",
                hint: "overflow: priority")
        }
    }

    private func spread(_ priority: Priority, from service: Int, _ reached: inout [Set<Priority>], _ depth: Int) {
        guard depth >= 0, reached[service].insert(priority).inserted else { return }
        for edge in blueprint.services[service].calls {
            spread(edge.criticality == .luxury ? priority.lowered : priority, from: edge.to, &reached, depth - 1)
        }
    }

    private func checkCount() {
        let count = blueprint.services.count
        let workers = blueprint.services.reduce(0) { $0 + $1.pool.workers }
        guard count > 16, workers < 2 * count else { return }
        reporter.warning(
            .poolsTooMany, at: loaded.marks.name,
            "\(count) pools share \(workers) workers, fewer than two each: what one does not use no other can",
            hint: "put services together that may fail together")
    }

    /// A pool above three quarters of its use waits more than it works.
    private func checkSizes() {
        guard let throughput = blueprint.objectives?.throughput else { return }
        let called = Set(blueprint.services.flatMap { $0.calls.map(\.to) })
        let entries = blueprint.services.indices.filter { !called.contains($0) }
        guard !entries.isEmpty else { return }
        var rates = [Double](repeating: 0, count: blueprint.services.count)
        // Which service is asked for is not declared: each that nobody else calls, equally often.
        for entry in entries { add(throughput / Double(entries.count), to: entry, &rates, blueprint.services.count) }
        for (number, (service, marks)) in zip(blueprint.services, loaded.services).enumerated() {
            let use = rates[number] * held(number, blueprint.services.count).seconds / Double(service.pool.workers)
            guard use > 0.75 else { continue }
            reporter.warning(
                .poolUndersized, at: marks.workers,
                "at \(Syntax.written(throughput)) requests a second the pool of '\(service.name)' is used to "
                    + "\(Int((use * 100).rounded())) %: above 75 % calls wait longer than they take",
                hint: "\(Int((use * Double(service.pool.workers) / 0.75).rounded(.up))) workers")
        }
    }

    private func add(_ rate: Double, to service: Int, _ rates: inout [Double], _ depth: Int) {
        rates[service] += rate
        guard depth > 0 else { return }
        for edge in blueprint.services[service].calls { add(rate, to: edge.to, &rates, depth - 1) }
    }

    /// A worker is held for its own work and for the calls that it makes.
    private func held(_ service: Int, _ depth: Int) -> TimeAmount {
        let work = blueprint.services[service].work
        let own = (work.wait.map { WaitSampler($0).mean } ?? .zero) + work.cpu
        guard depth > 0 else { return own }
        return blueprint.services[service].steps.reduce(own) { sum, step in
            switch step {
            case .one(let call): sum + held(blueprint.services[service].calls[call].to, depth - 1)
            case .several(let group):
                sum
                    + (group.range.map { held(blueprint.services[service].calls[$0].to, depth - 1) }.max() ?? .zero)
            }
        }
    }
}
