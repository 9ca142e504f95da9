import Blueprints
import Drills
import MeshBase
import Reports
import Topology

/// Writes the report of something that was run on a mesh: what its processes tell of that time beside what the run itself
/// has found.
package struct MeshReporter: Sendable {
    /// Where its files lie.
    package let mesh: DataDirectory
    private let store: ReportStore

    /// Bytes of `events.ndjson` at most.
    private static let mostEvents = 4 << 20

    /// - Parameter store: for tests another one.
    package init(_ mesh: DataDirectory, store: ReportStore? = nil) {
        self.mesh = mesh
        self.store = store ?? ReportStore(mesh)
    }

    /// What was run, and when.
    package struct Run: Sendable {
        /// What was run.
        package let kind: RunReport.Kind
        /// In a few words.
        package let title: String
        /// That repeats it.
        package let command: String
        /// Nanoseconds since 1970.
        package let begun: Int64
        /// As `begun`.
        package let ended: Int64
        let series: RunSeries?

        /// - Parameters:
        ///   - command: that repeats it.
        ///   - begun: nanoseconds since 1970, as `ended`.
        package init(
            kind: RunReport.Kind, title: String, command: String, begun: Int64, ended: Int64, series: RunSeries?
        ) {
            self.kind = kind
            self.title = title
            self.command = command
            self.begun = begun
            self.ended = ended
            self.series = series
        }
    }

    /// A report that is not kept yet, with what else is to lie beside it.
    package struct Draft: Sendable {
        /// With what happened, and where it ran.
        package var report: RunReport
        /// Of that time, as they were told.
        package var events: [EventHistory.Entry]
        /// The topology.
        package var yaml: String
    }

    /// The report so far: with what happened, and where it ran.
    ///
    /// - Throws: where the topology of the mesh cannot be read.
    package func draft(_ run: Run) throws -> Draft {
        let topology = try mesh.model()
        let yaml = ConfigurationRenderer.yaml(topology)
        var report = RunReport(
            id: store.freeID(run.kind.rawValue, wall: run.begun), kind: run.kind, title: run.title, mesh: mesh.name,
            begun: ReportTime.string(run.begun), ended: ReportTime.string(run.ended),
            durationMilliseconds: Double(run.ended - run.begun) / 1_000_000, command: run.command)
        var history = EventHistory(mesh, .init(since: run.begun))
        let events = history.next().filter { $0.time <= run.ended + 1_000_000_000 }
        let told = RunHistory(events.map { .init(time: $0.time, $0.event) }, series: run.series, begun: run.begun)
        (report.timeline, report.incidents, report.left) = (told.timeline, told.incidents, told.left)
        report.environment = RunReport.Environment.current(seed: topology.seed, topology: Self.digest(ofYAML: yaml))
        return Draft(report: report, events: events, yaml: yaml)
    }

    /// Of a topology with all that it refers to: equal digests are equal meshes.
    package static func digest(of topology: MeshTopology) -> String {
        digest(ofYAML: ConfigurationRenderer.yaml(topology))
    }

    private static func digest(ofYAML text: String) -> String { String(StableHash.hash(text), radix: 16) }

    /// Keeps a report with its files.
    ///
    /// - Parameter further: beside those that every report has.
    /// - Throws: where the disk is full, say; nothing of the report is left then.
    package func keep(
        _ draft: Draft, series: RunSeries?, further: [(name: String, content: [UInt8])] = []
    ) throws {
        let report = draft.report
        var files: [(name: String, content: [UInt8])] = [
            ("report.json", ReportJSON.encode(report)),
            ("report.html", Array(report.page(series).render().utf8)),
            ("events.ndjson", Self.lines(draft.events, report)), ("topology.yaml", Array(draft.yaml.utf8)),
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
