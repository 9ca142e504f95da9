import Reports
import Store
import Telemetry

/// What the control plane has written into its journal, as it comes. Its own view of the members is left out: that
/// stands in its event log too.
package struct JournalTail {
    private let path: String
    private var journal: Journal?
    private var last: Int64 = 0

    /// Reads nothing yet.
    package init(_ mesh: DataDirectory) { path = mesh.journalPath }

    /// The events since the last call; none where there is no journal, or where it cannot be read.
    package mutating func next() -> [EventHistory.Entry] {
        // Opening would create it.
        if journal == nil, SystemFile.exists(path) { journal = try? Journal(path: path) }
        var entries: [EventHistory.Entry] = []
        while let page = try? journal?.events(since: last, limit: 1_000), let newest = page.last {
            last = newest.id
            entries += page.filter { $0.type != "member" }.map(Self.entry)
        }
        return entries
    }

    private static func entry(_ event: JournalEvent) -> EventHistory.Entry {
        let time = Timestamp.string(event.time, .nanoseconds)
        let attributes = ReportJSON.decode([String: EventRecord.Value].self, Array(event.attributes.utf8))
        var line = JSONWriter(.compact)
        line.object {
            $0.field("time", time)
            $0.field("type", event.type)
            $0.field("action", event.action)
            $0.field("id", event.subject)
            $0.field("attributes", raw: attributes == nil ? "{}" : event.attributes)
        }
        return EventHistory.Entry(
            time: event.time,
            event: EventRecord(
                time: time, type: event.type, action: event.action, id: event.subject, attributes: attributes ?? [:]),
            line: line.string)
    }
}
