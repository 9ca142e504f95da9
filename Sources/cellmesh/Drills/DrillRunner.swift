import ControlPlane
import Drills
import Glibc
import MeshBase
import Scenarios
import Telemetry
import UVDriver

/// What went wrong in a step, and what it makes of the drill.
struct DrillTrouble: Error, CustomStringConvertible {
    var outcome: DrillOutcome
    var detail: String
    var description: String { detail }

    init(_ outcome: DrillOutcome, _ detail: String) {
        self.outcome = outcome
        self.detail = detail
    }
}

/// `drill run`: runs a scenario, keeps its report and ends with its code.
struct DrillRunner {
    let mesh: DataDirectory
    let console: Console

    /// Runs a scenario, keeps its report and ends with its code.
    ///
    /// - Parameter text: of the scenario, as a file.
    func run(
        _ scenario: Scenario, text: String, command: String, rehearsal: DrillReport.Rehearsal? = nil
    ) throws {
        let lock = try begin()
        defer { lock.release() }
        let notice = DrillNotice(mesh, scenario.name)
        defer { notice.end() }
        try takeBack()
        GameDayLeftovers(mesh).keep(console)
        let report = try perform(scenario, text: text, command: command, notice, rehearsal)
        console.show(DrillView.report(report))
        try end(report)
    }

    /// From here on this process alone runs drills on the mesh, Ctrl-C and SIGTERM take back what was injected, and so does a
    /// guard where this process is killed.
    func begin() throws -> FileLock {
        let lock = try lock()
        Interruption.note(heedsEnd: true)
        mesh.forgetDrillEnd()
        Interruption.sender = mesh.drillEndPath
        DrillGuard.begin(mesh)
        return lock
    }

    /// Takes back what a drill that was killed has left.
    func takeBack() throws {
        do { try DrillLeftovers(mesh).takeBack(console) } catch let down as DrillMesh.CellsDown {
            throw CommandFailure(
                .unhealthy, "\(down) since an earlier drill, and cannot be started; nothing was changed",
                next: "cellmesh doctor --mesh \(mesh.name)")
        } catch let trouble as DrillTrouble {
            throw CommandFailure(.interrupted, "\(trouble.detail); what an earlier drill has in force stays noted")
        }
    }

    /// Runs a scenario and keeps its report. The lock is the caller's.
    ///
    /// - Throws: where it was refused, and nothing was done.
    func perform(
        _ scenario: Scenario, text: String, command: String, _ notice: DrillNotice,
        _ rehearsal: DrillReport.Rehearsal? = nil
    ) throws -> DrillReport {
        try takeBack()
        let reporter = ScenarioReporter(mesh)
        let live = try LiveScenario(scenario, mesh, command: command, notice, console)
        defer { live.close() }
        var report = try live.perform()
        report.rehearsal = rehearsal
        do {
            report.report = try reporter.keep(report, live.found, unseen: live.run.unseen, text: text)
        } catch {
            report.report = nil
            console.message("warning: the report could not be kept: \(error)")
        }
        return report
    }

    private func lock() throws -> FileLock {
        let path = mesh.drillLockPath
        let deadline = Pause.now() + DrillMesh.patience
        // A guard that takes something back is done in a moment.
        while DrillGuard.isTakingBack(mesh), Pause.now() < deadline { Pause.sleep(.milliseconds(100)) }
        do {
            return try FileLock(path: path)
        } catch let error where error.code == -EAGAIN {
            let holder = ((try? FileLock.holder(of: path)) ?? nil).map { " (process \($0))" } ?? ""
            throw CommandFailure(
                .declined, "another drill runs on mesh '\(mesh.name)'\(holder); nothing was changed",
                hint: "one at a time: wait for it, or end it", next: "cellmesh drill stop")
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    private func end(_ report: DrillReport) throws {
        let what = "the drill '\(report.drill)'"
        let reason = report.reason.map { ": \($0)" } ?? ""
        let next = report.report == nil ? nil : "cellmesh drill show \(report.id)"
        switch report.outcome {
        case .passed where report.conclusive: console.next("cellmesh drill show \(report.drill)")
        case .passed:
            throw CommandFailure(.unhealthy, "\(what) is inconclusive\(reason)", hint: hint(report), next: next)
        case .deviated, .aborted:
            throw CommandFailure(.violated, "\(what) \(report.outcome.rawValue)\(reason)", next: next)
        case .baselineNotMet:
            throw CommandFailure(
                .unhealthy, "\(what) injected nothing: the mesh was not well before\(reason)", next: "cellmesh status")
        case .error, .probeError: throw CommandFailure("\(what) failed\(reason)", next: next)
        case .interrupted:
            let hasInjected = report.steps.contains { $0.part == .injects && $0.outcome != .skipped }
            throw CommandFailure(
                .interrupted,
                "\(what) was interrupted; "
                    + (!hasInjected
                        ? "nothing had been injected"
                        : (report.reason ?? "").contains("still in force")
                            ? report.reason ?? "" : "what it had injected was taken back"),
                next: next)
        }
    }

    /// How it would be decided.
    private func hint(_ report: DrillReport) -> String? {
        guard let claim = report.claims.first(where: { $0.needed != nil }), let needed = claim.needed else {
            return nil
        }
        return "\(Wording.count(needed)) requests would decide '\(claim.name)': a higher --rate or a longer "
            + (report.drill == "partition"
                ? "--for" : report.drill == "region-evacuation" ? "--hold" : "time in the scenario")
    }
}

/// Waiting within a step.
enum DrillWait {
    /// - Throws: `DrillTrouble` after Ctrl-C.
    static func checkInterruption() throws {
        if Interruption.hasCome { throw DrillTrouble(.interrupted, Interruption.reason) }
    }

    /// Waits until something is so.
    /// - Parameter heedsInterruption: false for what takes back.
    /// - Returns: how long that took; nil where it was not so in time.
    static func until(
        _ limit: TimeAmount, every step: TimeAmount = .milliseconds(100), heedsInterruption: Bool = true,
        _ isSo: () throws -> Bool
    ) throws -> TimeAmount? {
        let begun = Pause.now()
        while true {
            if heedsInterruption { try checkInterruption() }
            if try isSo() { return Pause.now() - begun }
            guard Pause.now() - begun < limit else { return nil }
            Pause.sleep(step)
        }
    }
}
