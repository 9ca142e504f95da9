import ControlPlane
import Drills
import Glibc
import MeshBase
import Scenarios
import Telemetry
import UVDriver

/// What a drill does in each of its steps, and what it finds.
protocol DrillBody: AnyObject {
    var drill: Drill { get }
    /// What it is done to.
    var target: String? { get }
    /// The command that repeats it.
    var command: String { get }
    /// Takes a step.
    /// - Returns: what was done and seen, in words.
    func take(_ step: DrillStep) throws -> String
    /// Claims what was seen; called once, after the last step.
    func judge(_ run: inout DrillRun)
    /// How busy the machine was.
    var noise: DrillNoise { get }
    /// By which what it has in force is known, should this process be killed.
    var marks: DrillTrace.Marks { get }
    /// Called when `marks` have changed within a step.
    var onMark: () -> Void { get set }
    /// Lets go of what still runs in this process.
    func close()
}

/// What went wrong in a step, and what it makes of the drill.
struct DrillTrouble: Error {
    var outcome: DrillOutcome
    var detail: String

    init(_ outcome: DrillOutcome, _ detail: String) {
        self.outcome = outcome
        self.detail = detail
    }
}

/// `drill run`: takes the steps that `DrillRun` names, keeps the report and ends with its code.
struct DrillRunner {
    let mesh: DataDirectory
    let console: Console

    func run(_ body: any DrillBody) throws {
        let lock = try begin()
        defer { lock.release() }
        let notice = DrillNotice(mesh, body.drill.name)
        defer { notice.end() }
        try takeBack()
        let leftovers = DrillLeftovers(mesh)
        let wall = Timestamp.string(WallClock.now())
        var run = DrillRun(
            body.drill, id: ReportShelf.id(of: body.drill.name, wall: wall), mesh: mesh.name, target: body.target,
            command: body.command, wall: wall, now: Pause.now())
        defer { body.close() }
        while let step = run.next(now: Pause.now()) {
            notice.tell(step.rawValue)
            try take(step, body, &run)
        }
        // What could not be taken back is left for the next one to try.
        if run.isTakenBack { leftovers.forget() }
        body.judge(&run)
        var report = run.finish(noise: body.noise, now: Pause.now())
        report.topology = digest
        keep(&report)
        console.show(DrillView.report(report))
        try end(report)
    }

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
        let report = try perform(scenario, text: text, command: command, notice, rehearsal)
        console.show(DrillView.report(report))
        try end(report)
    }

    /// From here on this process alone runs drills on the mesh, Ctrl-C and SIGTERM take back what was injected, and so does a
    /// guard where this process is killed.
    func begin() throws -> FileLock {
        let lock = try lock()
        Interruption.note(heedsEnd: true)
        DrillGuard.begin(mesh)
        return lock
    }

    /// Takes back what a drill that was killed has left.
    private func takeBack() throws {
        do { try DrillLeftovers(mesh).takeBack(console) } catch let trouble as DrillTrouble {
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
        report.topology = digest
        do {
            report.report = try reporter.keep(report, live.found, text: text)
        } catch {
            report.report = nil
            console.message("warning: the report could not be kept: \(error)")
        }
        return report
    }

    /// Of the mesh that the drill was run on.
    private var digest: String? { (try? mesh.model()).map { MeshReporter.digest(of: $0) } }

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

    private func take(_ step: DrillStep, _ body: any DrillBody, _ run: inout DrillRun) throws {
        if console.format != .json { console.message("\(step.rawValue) ...") }
        do {
            if step.role != .takesBack, step.role != .tidies { try DrillWait.checkInterruption() }
            if step.role != .before || step == .baseline { try note(step, body, run) }
            let detail = try body.take(step)
            if console.format != .json { console.message("  \(detail)") }
            run.end(detail, now: Pause.now())
        } catch let trouble as DrillTrouble {
            tell(trouble.detail)
            run.end(trouble.detail, failure: trouble.outcome, now: Pause.now())
        } catch let failure as CommandFailure {
            // What was refused before anything was injected is no run of the drill.
            if step == .validate || step == .predict { throw failure }
            tell(failure.message)
            run.end(
                failure.message, failure: step.role == .after ? .probeError : .error, now: Pause.now())
        }
    }

    /// Before anything is injected it stands on the disk what is to be taken back; from the baseline on the drill's load
    /// writes, and its keys may wait on the queue of conflicts.
    private func note(_ step: DrillStep, _ body: any DrillBody, _ run: DrillRun) throws {
        let leftovers = DrillLeftovers(mesh)
        func write() throws(FileFailure) {
            if let trace = run.trace(body.marks) { try leftovers.note(trace) }
        }
        body.onMark = { try? write() }
        do { try write() } catch {
            // Afterwards the disk may be full: what is in force is taken back all the same.
            guard step.role == .injects else { return }
            throw DrillTrouble(.error, "nothing was injected: \(error)")
        }
    }

    private func tell(_ text: String) { console.message("  \(console.painted(text, .yellow))") }

    private func keep(_ report: inout DrillReport) {
        do {
            report.report = try DrillShelf(mesh).keep(report)
        } catch {
            report.report = nil
            console.message("warning: the report could not be kept: \(error)")
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
                    + (hasInjected ? "what it had injected was taken back" : "nothing had been injected"), next: next)
        }
    }

    /// How it would be decided.
    private func hint(_ report: DrillReport) -> String? {
        guard let claim = report.claims.first(where: { $0.needed != nil }), let needed = claim.needed else {
            return nil
        }
        return "\(Wording.count(needed)) requests would decide '\(claim.name)': a higher --rate or a longer "
            + (report.drill == "partition" ? "--for" : report.drill == "evacuation" ? "--hold" : "time in the scenario")
    }
}

/// Waiting within a step.
enum DrillWait {
    /// - Throws: `DrillTrouble` after Ctrl-C.
    static func checkInterruption() throws {
        if Interruption.hasCome { throw DrillTrouble(.interrupted, "interrupted by Ctrl-C") }
    }

    /// - Throws: `DrillTrouble` after Ctrl-C.
    static func sleep(_ amount: TimeAmount, _ meanwhile: () throws -> Void = {}) throws {
        let end = Pause.now() + amount
        while Pause.now() < end {
            try checkInterruption()
            try meanwhile()
            Pause.sleep(min(.milliseconds(50), end - Pause.now()))
        }
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
