/// `export prometheus -o json` and `export grafana -o json`: what was written.
package struct ExportedFilesReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// Absolute.
    package var directory: String
    /// Below the directory, in the order in which they were written.
    package var files: [String]

    /// What was written where.
    package init(directory: String, files: [String]) {
        self.directory = directory
        self.files = files
    }
}
