import Blueprints
import ControlPlane
import Drills
import MeshBase
import Reports
import Sharding
import Topology

/// Writes the report of something that was run on a mesh: what its processes tell of that time beside what the run itself
/// has found.
struct MeshReporter {
    let mesh: DataDirectory
    private let store: ReportStore

    /// Bytes of `events.ndjson` at most.
    private static let mostEvents = 4 << 20

    init(_ mesh: DataDirectory) {
        self.mesh = mesh
        store = ReportStore(mesh)
    }

    /// What was run, and when.
    struct Run {
        var kind: RunReport.Kind
        var title: String
        var command: String
        /// Nanoseconds since 1970.
        var begun: Int64
        var ended: Int64
        var series: RunSeries?
    }

    /// The report so far: with what happened, and where it ran.
    func draft(_ run: Run) throws -> (report: RunReport, events: [EventHistory.Entry], yaml: String) {
        let model = try StoredMesh(mesh)
        let yaml = ConfigurationRenderer.yaml(model.topology)
        var report = RunReport(
            id: store.freeID(run.kind.rawValue, wall: run.begun), kind: run.kind, title: run.title, mesh: mesh.name,
            begun: ReportTime.string(run.begun), ended: ReportTime.string(run.ended),
            durationMilliseconds: Double(run.ended - run.begun) / 1_000_000, command: run.command)
        var history = EventHistory(mesh, .init(since: run.begun))
        let events = history.next().filter { $0.time <= run.ended + 1_000_000_000 }
        let told = RunHistory(events.map { .init(time: $0.time, $0.event) }, series: run.series, begun: run.begun)
        (report.timeline, report.incidents, report.left) = (told.timeline, told.incidents, told.left)
        let digest = StableHash.hash(yaml)
        report.environment = RunReport.Environment.current(
            seed: model.topology.seed, topology: String(digest, radix: 16))
        return (report, events, yaml)
    }

    /// Customers as predicted and as the routers saw them, of the fault that goes on or was the last; nil where no router
    /// has seen one.
    func impact() -> RunReport.Impact? {
        guard let model = try? StoredMesh(mesh), let observed = try? ObservedImpact(mesh), !observed.cells.isEmpty
        else { return nil }
        let radius = BlastRadius(model.topology, placement: model.placement)
        let dead = CellSet(observed.cells.compactMap { model.topology.cellIndex(named: $0) })
        let view = BlastRadiusView.Observation(
            impact: observed, comparison: ImpactComparison(observed, radius, model.topology, dead: nil))
        return RunReport.Impact(predicted: radius.report(dead: dead), observed: view.document)
    }

    /// Keeps a report with its files.
    ///
    /// - Parameter further: beside those that every report has.
    func keep(
        _ report: RunReport, _ events: [EventHistory.Entry], yaml: String, series: RunSeries?,
        further: [(name: String, content: [UInt8])] = []
    ) throws {
        var files: [(name: String, content: [UInt8])] = [
            ("report.json", ReportJSON.encode(report)),
            ("report.html", Array(report.page(series).render().utf8)),
            ("events.ndjson", Self.lines(events, report)), ("topology.yaml", Array(yaml.utf8)),
        ]
        if let series { files.append(("series.json", ReportJSON.encode(series))) }
        try store.add(report.id, files + further)
    }

    /// The first ones that have room; how many had none is the last line.
    static func lines(_ events: [EventHistory.Entry], _ report: RunReport, most: Int = mostEvents) -> [UInt8] {
        var content: [UInt8] = []
        for (index, event) in events.enumerated() {
            guard content.count + event.line.utf8.count < most else {
                let rest = EventRecord(
                    time: report.ended, type: "report", action: "truncated", id: report.id,
                    attributes: ["left": .integer(Int64(events.count - index))])
                return content + ReportJSON.encode(rest)
            }
            content += Array(event.line.utf8) + [10]
        }
        return content
    }
}
