import Checkers
import MeshBase

/// The end of a run whose faults came from whoever reacts to what is seen.
extension Simulation {
    /// So long a request of a client's may take, with what is tried again.
    var longestRequest: TimeAmount { topology.routing.requestTimeout + .seconds(4) }

    /// The load ends, and every acknowledged write is read.
    ///
    /// - Returns: false where that was not done in time.
    func readBack(_ guardian: inout SimGuardian) -> Bool {
        let longest = longestRequest
        clients.stop()
        guardian.phase = .verifying
        _ = run(atMost: longest, &guardian, until: { $0.clients.inFlight == 0 })
        clients.readBack()
        flushClients()
        return run(atMost: longest * Int64(20), &guardian, until: { $0.clients.isIdle }) == true
    }

    /// What must hold whatever was done.
    var reactiveVerdicts: [Verdict] {
        let ledger = clients.ledger
        let tiers = ledger.tiersInUse
        var verdicts: [Verdict] = []
        if !tiers.isEmpty, tiers != [.cache] { verdicts.append(ledger.writes.verdict()) }
        if tiers.contains(.critical) { verdicts.append(ledger.registers.verdict()) }
        if tiers.contains(.important) { verdicts.append(ledger.sessions.verdict()) }
        return verdicts + ledger.impact.verdicts + membership.safetyVerdicts
    }

    /// - Parameter further: verdicts beside `reactiveVerdicts`.
    func report(named scenario: String, further: [Verdict] = []) -> SimulationReport {
        var report = SimulationReport(
            scenario: scenario, seed: seed, traceHash: trace.value, simulated: now - .zero, events: trace.events,
            faultsFired: faultsFired)
        let ledger = clients.ledger
        report.requests = SimulationReport.Requests(ledger)
        report.answers = ledger.answers
        report.membership = membership.figures
        report.membership.memberHours = (now - .zero).milliseconds / 3_600_000 * Double(mesh.count)
        for verdict in reactiveVerdicts + further { report.add(verdict, otherwise: .safety) }
        return report
    }
}
