import MeshBase
import Topology

/// Features, ladders and what is made once (C21-C25, C28).
struct DegradationLints {
    let reporter: Reporter
    let loaded: LoadedBlueprint
    private var blueprint: Blueprint { loaded.blueprint }

    init(reporter: Reporter, loaded: LoadedBlueprint) {
        self.reporter = reporter
        self.loaded = loaded
    }

    func check() {
        for (service, marks) in zip(blueprint.services, loaded.services) {
            if service.ladder != nil { checkLadder(service, marks) }
            if service.cacheable == true, let position = marks.cacheable { checkCacheable(service, position) }
        }
        checkQueue()
        checkTransformed()
        let hasFeature = blueprint.services.contains { $0.calls.contains { $0.criticality != .core } }
        let features = blueprint.features?.contains { $0.criticality != .core } ?? false
        if blueprint.policies?.slo != nil, let position = loaded.marks.policies["slo"], !hasFeature, !features {
            reporter.warning(
                .sloWithoutFeatures, at: position,
                "objectives are to be held, and there is nothing that could be left out: every call is core",
                hint: "'features', or calls that are enhanced or luxury")
        }
    }

    private func checkCacheable(_ service: Service, _ position: Position) {
        let number = blueprint.services.firstIndex { $0.name == service.name }
        let isUndone = blueprint.services.contains { $0.calls.contains { $0.to == number && $0.compensation != nil } }
        guard isUndone else { return }
        reporter.warning(
            .cacheableWithCompensation, at: position,
            "identical calls of '\(service.name)' are made once, and it has effects that are compensated: two that are meant "
                + "become one",
            hint: "cacheable: off")
    }

    // MARK: Ladders

    private func checkLadder(_ service: Service, _ marks: LoadedBlueprint.ServiceMarks) {
        let rungs = service.ladder ?? []
        for (number, rung) in rungs.enumerated() where number > 0 {
            let position = marks.rungs[number]
            if rung.when == LadderSignals() {
                reporter.warning(
                    .ladderOrder, at: position,
                    "the rung '\(rung.mode)' holds always: those above it never answer",
                    hint: "give it a 'when', or put it first")
            } else if let above = rungs[..<number].dropFirst().first(where: { isReachedBefore(rung.when, $0.when) }) {
                reporter.warning(
                    .ladderOrder, at: position,
                    "the rung '\(rung.mode)' holds wherever '\(above.mode)' above it does: that one never answers",
                    hint: "simpler rungs wait for stronger signals")
            } else if let above = rungs[number - 1].work, let own = rung.work, cost(own) > cost(above) {
                reporter.warning(
                    .ladderOrder, at: position,
                    "the rung '\(rung.mode)' costs more than '\(rungs[number - 1].mode)' above it",
                    hint: "each rung is simpler than the one before")
            }
        }
        guard let last = rungs.last, let position = marks.rungs.last else { return }
        if rungs.count < 2 || last.work?.wait != nil || last.when.inference != nil || last.when.db != nil
            || last.when.cacheHit != nil
        {
            reporter.warning(
                .ladderWithoutLast, at: position,
                rungs.count < 2
                    ? "a ladder of one rung: there is nothing to fall to"
                    : "the last rung '\(last.mode)' waits for something that may be what has failed",
                hint: "end with a rung that needs nothing: {mode: static, when: {cpu: 90%, memory: 85%}}")
        }
    }

    private func cost(_ work: Work) -> TimeAmount { (work.wait?.p50 ?? .zero) + work.cpu }

    /// Whether each signal of `upper` is reached only after one of `lower` of the same kind.
    private func isReachedBefore(_ lower: LadderSignals, _ upper: LadderSignals) -> Bool {
        func covers<Value: Comparable>(_ low: Value?, _ high: Value?) -> Bool? {
            high.map { high in low.map { $0 <= high } ?? false }
        }
        let verdicts = [
            covers(lower.cpu, upper.cpu), covers(lower.memory, upper.memory),
            covers(lower.inference, upper.inference), covers(lower.db, upper.db),
            covers(lower.cacheHit, upper.cacheHit),
        ].compactMap { $0 }
        return !verdicts.isEmpty && verdicts.allSatisfy { $0 }
    }

    // MARK: The queue for later

    /// A queue that can keep nothing is no queue.
    private func checkKeeping() {
        let position = loaded.marks.queue ?? loaded.marks.name
        if blueprint.store == nil {
            reporter.error(
                .contradiction, at: position,
                "'queue' keeps calls in the store of the cell, and the blueprint has no 'store'",
                hint: "store: {}, or leave 'queue' out, and 'failure: ... queue' with it")
        }
        let policies = blueprint.policies
        guard
            let name = [PolicySwitch.queue, .failure].first(where: {
                policies?.off?.contains($0) == true || policies?.profile == .off
            }), let off = loaded.marks.policies["off"] ?? loaded.marks.policies["profile"]
        else { return }
        reporter.error(
            .contradiction, at: position,
            "'queue' is written, and 'policies' in line \(off.line) switches \(name.rawValue) off",
            hint: "leave out one of the two")
    }

    /// A failure cannot become a queued job where there is no queue.
    private func checkQueue() {
        guard blueprint.queue == nil else { return checkKeeping() }
        func refuse(_ block: PoliciesBlock?, _ marks: SettingMarks, _ position: Position) {
            guard block?.failure?.has(.queue) == true else { return }
            reporter.error(
                .contradiction, at: marks["failure"] ?? position,
                "a failure becomes 'queue', and the blueprint has no 'queue' to keep it in",
                hint: "queue: {capacity: 1000}, or try-again")
        }
        refuse(blueprint.policies, loaded.marks.policies, loaded.marks.name)
        for (service, marks) in zip(blueprint.services, loaded.services) {
            refuse(service.policies, marks.policies, marks.position)
            for (edge, mark) in zip(service.calls, marks.edges) { refuse(edge.policies, mark.policies, mark.position) }
        }
    }

    /// What stands in for a call that is not core leaves no failure that could become anything.
    private func checkTransformed() {
        for (service, marks) in zip(blueprint.services, loaded.services) {
            for (edge, mark) in zip(service.calls, marks.edges) where edge.criticality != .core {
                guard let failure = edge.policies?.failure else { continue }
                // What no call can become is refused as that already.
                if failure.has(.stale) || failure.has(.queue) && blueprint.queue == nil { continue }
                reporter.error(
                    .contradiction, at: mark.policies["failure"] ?? mark.position,
                    "the call of '\(blueprint.services[edge.to].name)' is not core: where it fails something stands in for it, "
                        + "and nothing is left that could become something else",
                    hint: "'fallback' here, or criticality: core")
            }
        }
    }
}
