import Evacuation
import MeshBase
import Reports
import Store
import Telemetry
import Topology
import UVDriver

/// Reports of evacuations, restores and moves of cells: whoever has begun them, and whether or not somebody waits.
extension ControlPlane {
    /// Keeps what a plan that has ended has left. That it cannot be kept is an event, and no failure of the plan.
    func keepReport(of plan: PlanDecree) {
        guard let found = desk.report, found.outcome.isFinal, found.outcome != .refused else { return }
        let reporter = MeshReporter(directory)
        let run = Self.run(of: plan, topology, ended: loop.wallClock())
        // Logs are read and files written: not on the loop's time.
        WorkPool(loop: loop).submit {
            Self.keep(found, run, reporter)
        } completion: { [weak self] result in
            guard let self, let reason = result.value ?? nil else { return }
            _ = try? journal.append(
                JournalEvent(
                    TelemetryEvent(
                        time: loop.wallClock(), type: "report", action: "not-kept", id: run.kind.rawValue,
                        attributes: [.init("reason", .string(reason))])))
        }
    }

    /// - Returns: why it could not be kept; nil where it was.
    static func keep(
        _ evacuation: EvacuationReport, _ run: MeshReporter.Run, _ reporter: MeshReporter
    ) -> String? {
        do {
            var draft = try reporter.draft(run)
            draft.report.take(evacuation)
            try reporter.keep(draft, series: nil, further: [("evacuation.json", ReportJSON.encode(evacuation))])
            return nil
        } catch { return "\(error)" }
    }

    /// What was run, in words, and the command that runs it again.
    static func run(of plan: PlanDecree, _ topology: MeshTopology, ended: Int64) -> MeshReporter.Run {
        let region = topology.regions[plan.region].name
        let cells = plan.cells.map { topology.cells[$0.position].name }
        let (title, command) =
            switch plan.kind {
            case .evacuate:
                (
                    "evacuation of \(region)",
                    "evacuate \(region) --confirm \(region)" + (plan.acceptsLoss ? " --accept-loss" : "")
                )
            case .restore: ("restore of \(region)", "restore \(region)")
            case .add:
                (
                    "move to \(cells.joined(separator: ", ")), further in \(region)",
                    "cell add \(region)" + (cells.count == 1 ? "" : " --count \(cells.count)")
                )
            case .drain: ("drain of \(cells.joined(separator: ", "))", "cell drain \(cells.joined(separator: " "))")
            }
        return MeshReporter.Run(
            kind: RunReport.kind(of: plan.kind), title: title, command: "cellmesh \(command)", begun: plan.began,
            ended: max(ended, plan.began), series: nil)
    }
}
