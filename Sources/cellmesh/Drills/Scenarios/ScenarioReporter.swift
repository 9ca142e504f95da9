import ControlPlane
import Drills
import LoadGenerator
import MeshBase
import Reports
import Telemetry

/// Writes the report of a scenario: what it claimed, beside what the processes tell of that time and what customers saw.
struct ScenarioReporter {
    private let mesh: DataDirectory
    private let impact: RunImpact
    private let begun: Int64

    /// Of one that begins now.
    init(_ mesh: DataDirectory) {
        self.mesh = mesh
        begun = WallClock.now()
        impact = RunImpact(mesh, begun: begun)
        impact.watch()
    }

    /// - Parameters:
    ///   - unseen: why nobody knows what customers got for some of the time; nil where all was seen.
    ///   - text: of the scenario, as a file.
    /// - Returns: where the report is.
    func keep(_ drill: DrillReport, _ found: BackgroundLoad.Found?, unseen: String?, text: String) throws -> String {
        let ended = WallClock.now()
        let store = ReportStore(mesh)
        var drill = drill
        drill.report = "\(store.directory(of: drill.id))/report.json"
        var series = found?.series
        series?.begun = found?.begun.map { ReportTime.string($0) } ?? ReportTime.string(begun)
        let reporter = MeshReporter(mesh, store: store)
        var draft = try reporter.draft(
            .init(
                kind: .drill, title: drill.drill, command: drill.command, begun: begun, ended: ended, series: series))
        var report = RunReport(drill)
        report.ended = ReportTime.string(ended)
        // What was done stands beside what was seen of it.
        report.timeline = (report.timeline + draft.report.timeline.filter { $0.class != .cause })
            .sorted { ($0.at, $0.class) < ($1.at, $1.class) }
        (report.incidents, report.left) = (draft.report.incidents, draft.report.left)
        report.environment = draft.report.environment
        if let found {
            report.figures = LoadReporter.figures(found.report)
            report.noise = found.noise
        }
        let isQuiet = found.map {
            $0.report.failed == 0 && $0.report.customers.lost + $0.report.customers.degraded == 0
        }
        report.impact = impact.result(begun: begun, ended: ended, isQuiet: isQuiet ?? true)
        report.impact?.unseen = unseen
        report.tellUncounted(among: impact.cells)
        draft.report = report
        try reporter.keep(
            draft, series: series,
            further: [("drill.json", ReportJSON.encode(drill)), ("scenario.yaml", Array(text.utf8))])
        return drill.report ?? ""
    }
}
