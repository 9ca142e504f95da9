import ControlPlane
import Reports
import Telemetry

/// The events of every process of a mesh, merged by time.
struct EventHistory {
    struct Entry {
        /// Nanoseconds since 1970, UTC.
        var time: Int64
        var event: EventRecord
        /// The event as one line of JSON, attributes in the order in which they were told.
        var line: String
    }

    /// Which events are wanted.
    struct Filter {
        var since: Int64 = .min
        /// Empty: of all types.
        var types: Set<String> = []
        var id: String?

        func accepts(_ entry: Entry) -> Bool {
            entry.time >= since && (types.isEmpty || types.contains(entry.event.type))
                && (id == nil || entry.event.id == id)
        }
    }

    private var journal: JournalTail
    private var tails: [FileTail]
    private let filter: Filter

    init(_ mesh: DataDirectory, _ filter: Filter) {
        self.filter = filter
        journal = JournalTail(mesh)
        tails = Self.directories(mesh).map { FileTail(path: $0 + "/events.ndjson") }
    }

    private static func directories(_ mesh: DataDirectory) -> [String] {
        [mesh.controlDirectory]
            + ["cells", "routers"].flatMap { folder in
                SystemFile.names(in: "\(mesh.path)/\(folder)").map { "\(mesh.path)/\(folder)/\($0)" }
            }
    }

    /// What has come since the last call, oldest first; all that is on disk at the first one.
    mutating func next() -> [Entry] {
        var entries = journal.next().filter(filter.accepts)
        for position in tails.indices {
            for line in tails[position].next() {
                if let entry = Self.entry(line, since: filter.since), filter.accepts(entry) { entries.append(entry) }
            }
        }
        // Equal times keep the order of the files: control first, then cells, then routers.
        return entries.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }

    /// Nil for a line that is no event, or is older than `since`.
    static func entry(_ line: Substring.UTF8View, since: Int64) -> Entry? {
        let text = Substring(line)
        // Most lines of a long history are too old: their time is read without parsing the rest.
        let opening = "{\"time\":\""
        if since > .min, text.hasPrefix(opening) {
            let rest = text.dropFirst(opening.count)
            if let end = rest.firstIndex(of: "\""), let time = Timestamp.parse(rest[..<end]), time < since {
                return nil
            }
        }
        guard let event = ReportJSON.decode(EventRecord.self, Array(line)), let time = Timestamp.parse(event.time)
        else {
            return nil
        }
        return Entry(time: time, event: event, line: String(text))
    }
}
