import Reports

/// `export`: the files that were written, a line each.
enum ExportedFilesView {
    static func make(_ report: ExportedFilesReport) -> Report {
        Report(report, names: report.files) { _ in report.files.map { "\(report.directory)/\($0)\n" }.joined() }
    }
}
