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
        let text = ReportJSON.encode(report)
        // By the second it is known as a drill's, whatever its name is.
        try store.add(report.id, [("report.json", text), ("drill.json", text)])
        return path
    }

    /// One report; nil where it is not there any more, or is none.
    func report(_ id: String) -> DrillReport? {
        store.drillReport(id)
    }
}
