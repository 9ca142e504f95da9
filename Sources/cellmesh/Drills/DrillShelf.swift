import ControlPlane
import Drills
import Reports

/// The reports of drills, among all others of a mesh.
struct DrillShelf {
    private let store: ReportStore

    init(_ mesh: DataDirectory) { store = ReportStore(mesh) }

    /// Newest first.
    var ids: [String] { store.drillIDs }

    /// Keeps one more.
    /// - Returns: where it is.
    func keep(_ report: DrillReport) throws -> String {
        guard ReportShelf.isID(report.id) else { throw CommandFailure("'\(report.id)' is no name of a report") }
        let path = "\(store.directory(of: report.id))/report.json"
        var report = report
        report.report = path
        // The form that all reports have, and the drill's own beside it.
        try store.add(
            report.id,
            [("report.json", ReportJSON.encode(RunReport(report))), ("drill.json", ReportJSON.encode(report))])
        return path
    }

    /// The newest report of a drill; nil where there is none.
    func newest(_ drill: String) -> DrillReport? {
        ids.lazy.compactMap { report($0) }.first { $0.drill == drill }
    }

    /// One report; nil where it is not there any more, or is none.
    func report(_ id: String) -> DrillReport? {
        store.drillReport(id)
    }
}
