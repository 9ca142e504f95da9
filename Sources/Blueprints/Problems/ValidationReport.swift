/// What `validate -o json` prints.
package struct ValidationReport: Sendable, Equatable, Codable {
    package var schema = "cellmesh/1"
    /// True when there are no errors; there may be warnings.
    package var ok: Bool
    package var problems: [Problem]

    package init(_ problems: [Problem]) {
        ok = !problems.hasErrors
        self.problems = problems
    }
}
