import MeshBase
import Resilience

/// Shedding by pressure (C18): by what the driver measures of the process, and by how long the answers of each pool take.
extension CellNode {
    /// Once a second: takes the signals, and tells what is shed from now on, or no longer.
    mutating func lookAtPressure(now: Instant, into sink: inout some CellSink) {
        if graph.countsMemory { measured.memory = graph.memory.utilisation }
        let isOn = graph.policies.adaptiveShedding != nil
        let policy = graph.policies.adaptiveShedding ?? .local
        var worst = 0.0
        for service in graph.admissions.indices {
            let name = graph.services[service].name
            if needsStrain {
                var signals = measured
                signals.p95 = graph.strains[service].take(isFullNow: !graph.pools[service].hasFreeWorker)
                worst = max(worst, Pressure(signals, policy: policy).worst)
                if isOn { graph.admissions[service].look(signals) }
                graph.admissions[service].adaptive.changes {
                    sink.emit(.shedding(place: "adaptive/\(name)", $0, hasBegun: $1))
                }
            }
            graph.admissions[service].load.changes { sink.emit(.shedding(place: name, $0, hasBegun: $1)) }
        }
        storeShedder.changes { sink.emit(.shedding(place: "records", $0, hasBegun: $1)) }
        graph.qualities.take(pressure: worst)
        lookAtQualities(now: now, into: &sink)
    }

    /// Whether anybody wants to know how pools fare.
    private var needsStrain: Bool { graph.policies.adaptiveShedding != nil || graph.qualities.isDeclared }

    /// Looks anew at how much each service does: once a second, and where the level has changed.
    mutating func lookAtQualities(now: Instant, into sink: inout some CellSink) {
        let level = graph.switches.level
        let second = graph.switches.comparison == nil ? nil : graph.switches.second
        for (service, readings) in graph.qualities.look(measured, level, second: second, now: now) {
            guard let state = graph.qualities.entries[service].ladder else { continue }
            sink.emit(
                .ladder(
                    cell: name, service: graph.services[service].name, mode: state.ladder.rungs[state.rung].mode,
                    why: state.ladder.explanation(of: state.rung, for: readings, level: level.level).detail))
        }
    }

    /// Somebody outside has an answer.
    mutating func note(_ end: ServiceGraph.End, now: Instant) {
        let took = now - end.began
        switch end.outcome {
        case .shed, .rejected, .noProgram, .givenUp: break
        default: if needsStrain { graph.strains[end.service].answered(took) }
        }
        let isOK = end.outcome.status(of: end.answer) < 500
        objectives.answered(ok: isOK, took: took, now: now)
        graph.figures.answered(isFailed: !isOK, took: took)
        if graph.switches.comparison != nil { arms.count(graph.switches.arm(of: end.customer), ok: isOK) }
    }

    /// What each pool, named by its service, and the store have shed by load, and all pools by pressure, by class; for
    /// metrics.
    package func shed() -> [(place: String, priority: Priority, count: UInt64)] {
        var places = graph.services.indices.map { (graph.services[$0].name, graph.admissions[$0].load.shed) }
        if store != nil { places.append(("records", storeShedder.shed)) }
        var counts: [(place: String, priority: Priority, count: UInt64)] = places.flatMap { place, counts in
            Priority.allCases.map { (place, $0, counts[$0]) }
        }
        guard graph.policies.adaptiveShedding != nil else { return counts }
        for priority in Priority.allCases {
            counts.append(("adaptive", priority, graph.admissions.reduce(0) { $0 + $1.adaptive.shed[priority] }))
        }
        return counts
    }

    /// Pressure by signal, 0 to 1: of the process, and of the answers of each service; nothing where it sheds nothing.
    package var pressures: [(place: String, signal: String, value: Double)] {
        guard graph.policies.adaptiveShedding != nil, let any = graph.admissions.first?.adaptive.pressure else {
            return []
        }
        var values: [(place: String, signal: String, value: Double)] = [
            ("cell", "cpu", any.cpu), ("cell", "memory", any.memory),
        ]
        for service in graph.services.indices {
            values.append((graph.services[service].name, "p95", graph.admissions[service].adaptive.pressure.latency))
        }
        return values
    }
}

extension ServiceGraph {
    /// Whether a call is taken up. Pressure refuses calls from outside alone: a call of another service is part of one
    /// that was taken up, and to refuse it would waste what was done for it.
    mutating func admits(_ invocation: Invocation, now: Instant) -> Bool {
        let service = invocation.service
        let inWork = pools[service].busy + pools[service].waiting
        let asked = defect == .shedsCritical && invocation.priority == .critical ? .low : invocation.priority
        var verdict = ClassAdmission.Verdict.admitted
        if case .asker = invocation.owner {
            verdict = admissions[service].admit(asked, inWork: inWork, random: &shedCoins)
        } else if !admissions[service].load.admit(asked, inWork: inWork) {
            verdict = .load
        }
        guard verdict != .admitted else { return true }
        if countsMemory, memory.held > 0, verdict != .load { starved &+= 1 }
        noteShed(verdict, invocation, inWork: inWork, now: now)
        return false
    }
}
