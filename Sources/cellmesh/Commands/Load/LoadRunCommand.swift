import ArgumentParser
import ControlPlane
import LoadGenerator
import MeshBase

struct LoadRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Send a load, wait for its end and report.",
        discussion: """
            An open loop: requests are sent at their times, however slow the answers are, and latency counts from the \
            time for which a request was meant. Ctrl-C ends it early, reports what there is and exits with 130. Exits \
            with 5 when an objective was violated or an acknowledged write was lost, and with 3 when no request was \
            answered as it should be, or a record could not be read back, so that nobody knows.

              cellmesh load run --rate 500 --duration 30s
              cellmesh load run --rate 200 --mix reads=50%,writes=50% --verify
              cellmesh load run --service checkout --post keyed --values 10..5000
              cellmesh load run --service checkout --slo 'p99<50ms' --slo 'success>=99.9%' -o json
            """)

    @OptionGroup var load: LoadOptions
    @OptionGroup var mesh: MeshOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let target = try LoadTarget(mesh, router: load.router)
        var configuration = try load.configuration(target.topology)
        configuration.comparison = try? StoredSettings.read(target.mesh).inForce(at: StoredSettings.now).comparison
        let command = "cellmesh load run " + load.arguments.map { ShellWord.quoted($0) }.joined(separator: " ")
        let reporter = LoadReporter(mesh: target.mesh, command: command, longest: configuration.duration)
        let outcome = try LoadRunner.run(
            target.router, configuration,
            MeshCharges(target.mesh), target.mesh, console)
        var report = outcome.report
        if !load.noReport {
            do {
                try reporter.keep(&report, outcome.facts, isInterrupted: outcome.isInterrupted)
            } catch {
                // What the load has found is not lost with it.
                report.kept = nil
                console.message("warning: \((error as? CommandFailure)?.message ?? "\(error)")")
            }
        }
        if let comparison = report.comparison {
            do { try LoadDirectory(target.mesh).keep(comparison) } catch {
                console.message("warning: \((error as? CommandFailure)?.message ?? "\(error)")")
            }
        }
        console.show(LoadView.make(report))
        if outcome.isInterrupted {
            throw CommandFailure(.interrupted, "the load was interrupted; the report is of what was sent")
        }
        if report.slo.contains(where: { !$0.ok }) || report.writes.lost > 0
            || report.verdicts.contains(where: \.isViolated)
        {
            throw CommandFailure(.violated, LoadView.violation(report), next: "cellmesh events --since 1m")
        }
        if let verdict = report.verdicts.first(where: { !$0.ok }) {
            throw CommandFailure(
                .unhealthy, "inconclusive: \(verdict.oracle): \(verdict.detail)", next: "cellmesh status")
        }
        if report.requests > 0, report.ok == 0 {
            throw CommandFailure(
                .unhealthy,
                "none of \(Wording.plural(Int(clamping: report.requests), "request")) was answered as it should be",
                next: "cellmesh status")
        }
        if report.kept != nil {
            console.next("cellmesh report show last")
        } else if report.customers.degraded + report.customers.lost > 0 {
            console.next("cellmesh blast-radius --actual")
        }
    }
}
