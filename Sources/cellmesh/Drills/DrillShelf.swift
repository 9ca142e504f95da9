import ControlPlane
import Drills
import Glibc
import Reports

/// The reports of drills in a mesh's data directory: `reports/ID/report.json`, fifty at most.
struct DrillShelf {
    private let path: String

    init(_ mesh: DataDirectory) { path = mesh.path + "/reports" }

    /// Newest first.
    var ids: [String] { ReportShelf.sorted(SystemFile.names(in: path)) }

    /// Keeps one more; the oldest go for it.
    /// - Returns: where it is.
    func keep(_ report: DrillReport) throws -> String {
        let folder = "\(path)/\(report.id)"
        try SystemFile.makeDirectory(path)
        for id in ReportShelf.excess(SystemFile.names(in: path)) { remove(id) }
        try SystemFile.makeDirectory(folder)
        var report = report
        report.report = "\(folder)/report.json"
        try SystemFile.replace("\(folder)/report.json", with: ReportJSON.encode(report))
        return "\(folder)/report.json"
    }

    /// With what lies in it; nothing that does not belong to a report.
    private func remove(_ id: String) {
        let folder = "\(path)/\(id)"
        for name in SystemFile.names(in: folder) { _ = try? SystemFile.remove("\(folder)/\(name)") }
        _ = rmdir(folder)
    }

    /// One report; nil where it is not there any more, or is none.
    func report(_ id: String) -> DrillReport? {
        guard ReportShelf.isID(id), let content = (try? SystemFile.readOwn("\(path)/\(id)/report.json")) ?? nil
        else { return nil }
        return ReportJSON.decode(DrillReport.self, content)
    }
}
