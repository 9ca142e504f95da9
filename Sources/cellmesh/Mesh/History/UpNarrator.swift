import ControlPlane
import Reports
import Telemetry

/// What happens in a mesh that runs in the foreground, a line for each event, however many see it.
struct UpNarrator {
    /// Nanoseconds since 1970, UTC: what was before is another run's.
    private let begun: Int64
    private var table: EventTable
    /// The highest number that was told; further observers of an event are no news.
    private var last: UInt64 = 0

    init(begun: Int64, _ style: TableStyle) {
        self.begun = begun
        table = EventTable(style, hasHeader: false)
    }

    /// Lines, each ended; empty where nothing is new.
    mutating func lines(_ events: FeedEvents) -> String {
        var lines: [ViewCollapser.Line] = []
        for told in events.events where told.n > last {
            last = told.n
            guard let time = Timestamp.parse(told.event.time), time >= begun else { continue }
            lines.append(
                .init(
                    entry: .init(time: time, event: told.event, line: ""),
                    observers: told.observers.filter { $0 != "control" }))
        }
        let missed = events.missed > 0 ? "\(events.missed) more events at once: cellmesh events\n" : ""
        return table.render(lines) + missed
    }
}
