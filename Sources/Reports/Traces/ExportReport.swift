/// What was given to another tool. `trace export -o json`.
package struct ExportReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// A file, or the address of a collector.
    package var to: String
    package var traces = 0
    package var requests = 0
    package var spans = 0
    /// Spans that the collector did not take, and why.
    package var rejected = 0
    package var message = ""
    /// Processes that gave no answer: their parts are not in it.
    package var missing: [String] = []

    package init(to: String) { self.to = to }
}
