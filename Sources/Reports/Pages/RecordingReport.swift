/// `dashboard --record -o json`: a recording that was written.
package struct RecordingReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// As it was named.
    package var file: String
    /// Its length.
    package var bytes: Int
    /// States and changes of states in it.
    package var states: Int
    /// Why it ended: `interrupted`, `full`, or what the feed said.
    package var reason: String

    /// One recording.
    package init(file: String, bytes: Int, states: Int, reason: String) {
        self.file = file
        self.bytes = bytes
        self.states = states
        self.reason = reason
    }
}
