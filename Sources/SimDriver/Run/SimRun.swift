import Checkers
import MeshBase

/// Runs a simulation from its start to its verdicts.
package enum SimRun {
    /// Runs the configuration once.
    ///
    /// - Parameters:
    ///   - feed: writes the run down; the outcome is the same.
    ///   - progress: called every few thousand events; false ends the run as out of time. What it returns must not matter
    ///     to the outcome otherwise.
    package static func run(
        _ configuration: SimConfiguration, feed: SimFeed? = nil,
        progress: @escaping (SimProgress) -> Bool = { _ in true }
    ) throws(SimRefusal) -> SimulationReport {
        let simulation = try Simulation(configuration, feed: feed)
        defer { simulation.dispose() }
        var course = Course(simulation, progress)
        course.run()
        feed?.end(course.guardian.isStopped ? "stopped" : "ended")
        return course.report()
    }

    /// Runs the configuration once, or twice to hold the two against each other.
    package static func run(
        _ configuration: SimConfiguration, feed: SimFeed? = nil, twice: Bool,
        progress: @escaping (SimProgress) -> Bool
    ) throws(SimRefusal) -> SimulationReport {
        try twice
            ? checkDeterminism(configuration, feed: feed, progress: progress)
            : run(configuration, feed: feed, progress: progress)
    }

    /// Runs the configuration twice and holds the two against each other; only the first is written down.
    package static func checkDeterminism(
        _ configuration: SimConfiguration, feed: SimFeed? = nil,
        progress: @escaping (SimProgress) -> Bool = { _ in true }
    ) throws(SimRefusal) -> SimulationReport {
        var first = try run(configuration, feed: feed, progress: progress)
        guard !first.findings.contains(.outOfTime) else { return first }
        let second = try run(configuration, progress: progress)
        guard !second.findings.contains(.outOfTime) else { return second }
        let isEqual = first.traceHash == second.traceHash && first.verdicts == second.verdicts
        first.add(
            Verdict(
                oracle: "determinism", ok: isEqual,
                detail: isEqual
                    ? "two runs have one trace hash"
                    : "the trace hashes of two runs differ: \(first.traceHash) and \(second.traceHash)"),
            otherwise: .nondeterminism)
        return first
    }
}

/// The phases of one run.
private struct Course {
    let simulation: Simulation
    var guardian: SimGuardian
    var started: TimeAmount?
    var isWholeAtEnd = false
    var isSettled = false
    var isDrained = false
    var isReadBack = false
    /// Of records of tier important: nil where there are none, or where customers moved.
    var replicas: Verdict?
    var policies: Verdict?
    let bound: TimeAmount
    let refill: TimeAmount

    init(_ simulation: Simulation, _ progress: @escaping (SimProgress) -> Bool) {
        self.simulation = simulation
        guardian = SimGuardian(eventLimit: simulation.configuration.eventLimit, progress: progress)
        bound = simulation.swim.agreementBound(members: simulation.mesh.count)
        // A disk that was lost at the end of the load is refilled first.
        refill = simulation.faults.contains { $0.action == .loseDisk || $0.action == .destroy } ? .seconds(15) : .zero
    }

    mutating func run() {
        let configuration = simulation.configuration
        simulation.boot()
        guard
            let isStarted = simulation.run(
                atMost: configuration.startLimit, &guardian,
                until: \.isSteady)
        else { return }
        if isStarted { started = simulation.now - .zero }

        guardian.phase = .load
        let end = simulation.now + configuration.duration
        simulation.scheduleFaults()
        simulation.clients.ledger.impact.began(now: simulation.now)
        simulation.clients.begin(until: end)
        guard simulation.run(until: end, &guardian) else { return }

        guardian.phase = .healing
        simulation.heal()
        let healed = simulation.now
        guard
            let isAgreed = simulation.run(
                atMost: bound + refill, &guardian, until: \.isSteady)
        else { return }
        isWholeAtEnd = isAgreed
        guard
            let isSettled = simulation.run(atMost: .seconds(60), &guardian, until: { $0.isSettled })
        else { return }
        self.isSettled = isSettled
        if isAgreed { simulation.membership.agreedAfter = simulation.now - healed }
        guard
            let isDrained = simulation.run(
                atMost: simulation.longestRequest, &guardian, until: { $0.clients.inFlight == 0 })
        else { return }
        self.isDrained = isDrained

        // Work of calls that were given up goes on to its end.
        guard simulation.run(atMost: .seconds(30), &guardian, until: { $0.isAtRest }) != nil else { return }
        policies = simulation.policyVerdict()

        if simulation.topology.blueprints.contains(where: { $0.store?.has(.important) ?? false }) {
            // Before anything is read: reads repair what they find.
            guard simulation.run(atMost: .seconds(60), &guardian, until: { $0.hintsLeft == 0 }) != nil else { return }
            replicas = simulation.compareReplicas()
        }
        if configuration.repair != nil {
            guard
                simulation.run(
                    atMost: .seconds(60), &guardian, until: { ($0.compareReplicas(repaired: true)?.ok ?? true) }) != nil
            else { return }
            replicas = simulation.compareReplicas(repaired: true)
        }
        guardian.phase = .verifying
        simulation.clients.readBack()
        simulation.flushClients()
        let patience = simulation.longestRequest * Int64(20)
        guard let isReadBack = simulation.run(atMost: patience, &guardian, until: { $0.clients.isIdle }) else { return }
        self.isReadBack = isReadBack
    }

    func report() -> SimulationReport {
        let configuration = simulation.configuration
        var report = SimulationReport(
            scenario: configuration.scenario, seed: configuration.seed, traceHash: simulation.trace.value,
            simulated: simulation.now - .zero, events: simulation.trace.events, faultsFired: simulation.faultsFired)
        report.steps = simulation.steps
        report.placement = simulation.placement.table.entries.map(SimEnd.init)
        let ledger = simulation.clients.ledger
        report.requests = SimulationReport.Requests(ledger)
        report.answers = ledger.answers
        report.membership = simulation.membership.figures
        report.membership.memberHours =
            (simulation.now - .zero).milliseconds / 3_600_000 * Double(simulation.mesh.count)
        if guardian.isStopped {
            // What was found by then counts; what was not checked is neither right nor wrong.
            report.add(
                ledger.registers.verdict(), otherwise: .safety)
            for verdict in simulation.membership.safetyVerdicts { report.add(verdict, otherwise: .safety) }
            report.add(
                Verdict(
                    oracle: "in-time", ok: false,
                    detail: "stopped after \(simulation.trace.events) events, while \(guardian.phase.rawValue)"),
                otherwise: .outOfTime)
            return report
        }
        report.add(
            Verdict(
                oracle: "start", ok: started != nil,
                detail: started.map { "the mesh was whole after \(Int64($0.milliseconds)) ms" }
                    ?? "the mesh was not whole after \(Int64(configuration.startLimit.milliseconds)) ms"),
            otherwise: .liveness)
        addRecords(ledger, to: &report)
        if let replicas { report.add(replicas, otherwise: .safety) }
        for verdict in simulation.moves.verdicts(of: simulation, isSettled: isSettled) {
            report.add(verdict, otherwise: verdict.oracle == "moves" ? .liveness : .safety)
        }
        if let policies { report.add(policies, otherwise: .safety) }
        for verdict in ledger.impact.verdicts { report.add(verdict, otherwise: .safety) }
        for verdict in simulation.membership.safetyVerdicts { report.add(verdict, otherwise: .safety) }
        for verdict in simulation.membership.verdicts(atEnd: bound) { report.add(verdict, otherwise: .liveness) }
        let isAnswered = isDrained && isReadBack && ledger.malformed == 0
        report.add(
            Verdict(
                oracle: "answers", ok: isAnswered,
                detail: "\(ledger.requests) requests: \(ledger.ok) ok, \(ledger.refused) refused, "
                    + "\(ledger.unknown) of unknown outcome, \(ledger.dropped) dropped; \(ledger.malformed) malformed answers"
            ),
            otherwise: .liveness)
        return report
    }

    private func addRecords(_ ledger: ClientLedger, to report: inout SimulationReport) {
        let tiers = ledger.tiersInUse
        guard !tiers.isEmpty else { return }
        // The cache tier promises nothing, and only the critical one a register.
        guard tiers != [.cache] else {
            let reason = "a store of tier cache promises nothing"
            report.add(.skipped("acknowledged-writes", because: reason), otherwise: .safety)
            report.add(.skipped("sessions", because: reason), otherwise: .safety)
            report.add(.skipped("keys", because: reason), otherwise: .safety)
            return report.add(.skipped("registers", because: reason), otherwise: .safety)
        }
        report.add(
            tiers.contains(.important)
                ? ledger.sessions.verdict()
                : .skipped("sessions", because: "only tier important promises sessions and no more"), otherwise: .safety
        )
        if ledger.hasSiblings {
            let checker = ledger.siblings.checker
            report.add(checker.verdict(), otherwise: checker.violations.isEmpty ? .liveness : .safety)
        }
        report.add(
            tiers.contains(.critical)
                ? ledger.keys.verdict()
                : .skipped("keys", because: "what a lost disk may cost at tier important, it may cost of keys"),
            otherwise: .safety)
        let writes = ledger.writes.verdict()
        report.add(writes, otherwise: ledger.writes.violations.isEmpty ? .liveness : .safety)
        report.add(
            tiers.contains(.critical)
                ? ledger.registers.verdict()
                : .skipped("registers", because: "only tier critical promises registers"), otherwise: .safety)
    }
}
