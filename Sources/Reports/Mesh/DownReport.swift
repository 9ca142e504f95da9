/// `down -o json`.
package struct DownReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var mesh: String
    /// `api`: the control plane has stopped everything; `reaped`: it was dead, or did not answer.
    package var how: String
    /// Processes that were ended without the control plane.
    package var reaped: Int
    /// Processes that could not be ended.
    package var left: Int
    /// Cells of hosts that did not answer: nobody has seen them end. Absent where there are none.
    package var elsewhere: [String]?
    package var milliseconds: Double

    package init(
        mesh: String, how: String, reaped: Int, left: Int, elsewhere: [String]? = nil, milliseconds: Double
    ) {
        self.elsewhere = elsewhere
        self.mesh = mesh
        self.how = how
        self.reaped = reaped
        self.left = left
        self.milliseconds = milliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case schema, mesh, how, reaped, left, elsewhere
        case milliseconds = "took_ms"
    }
}
