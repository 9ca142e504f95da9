/// `report ls -o json`: the reports that are kept of a mesh.
package struct ReportsReport: Codable, Sendable, Equatable {
    /// One report.
    package struct Row: Codable, Sendable, Equatable {
        package var id: String
        /// `load evacuation restore cells drill lab`; null where it cannot be read, as are those that follow.
        @Nullable package var kind: String?
        @Nullable package var title: String?
        @Nullable package var begun: String?
        @Nullable package var durationMilliseconds: Double?
        @Nullable package var outcome: String?
        @Nullable package var ok: Bool?
        /// It stays whatever comes after it.
        package var kept: Bool
        package var bytes: Int

        package init(_ id: String, _ report: RunReport?, kept: Bool, bytes: Int) {
            self.id = id
            self.kept = kept
            self.bytes = bytes
            kind = report?.kind.rawValue
            title = report?.title
            begun = report?.begun
            durationMilliseconds = report?.durationMilliseconds
            outcome = report?.outcome.rawValue
            ok = report?.ok
        }

        private enum CodingKeys: String, CodingKey {
            case id, kind, title, begun
            case durationMilliseconds = "duration_ms"
            case outcome, ok, kept, bytes
        }
    }

    package var schema = ReportJSON.schema
    /// Newest first.
    package var reports: [Row]
    /// Of all of them.
    package var bytes: Int

    package init(_ reports: [Row]) {
        self.reports = reports
        bytes = reports.reduce(0) { $0 + $1.bytes }
    }
}
