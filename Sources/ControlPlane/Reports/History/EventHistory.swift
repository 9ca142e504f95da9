import Reports
import Telemetry

/// The events of every process of a mesh, merged by time.
package struct EventHistory {
    package struct Entry: Sendable {
        /// Nanoseconds since 1970, UTC.
        package var time: Int64
        /// As it was told.
        package var event: EventRecord
        /// The event as one line of JSON, attributes in the order in which they were told.
        package var line: String

        /// One event.
        package init(time: Int64, event: EventRecord, line: String) {
            self.time = time
            self.event = event
            self.line = line
        }
    }

    /// Which events are wanted.
    package struct Filter: Sendable {
        /// Nanoseconds since 1970, UTC.
        package var since: Int64
        /// Empty: of all types.
        package var types: Set<String>
        /// Nil: of all.
        package var id: String?

        /// All, unless said otherwise.
        package init(since: Int64 = .min, types: Set<String> = [], id: String? = nil) {
            self.since = since
            self.types = types
            self.id = id
        }

        func accepts(_ entry: Entry) -> Bool {
            entry.time >= since && (types.isEmpty || types.contains(entry.event.type))
                && (id == nil || entry.event.id == id)
        }
    }

    private var journal: JournalTail
    private var tails: [FileTail]
    private let filter: Filter

    /// Reads nothing yet.
    package init(_ mesh: DataDirectory, _ filter: Filter) {
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
    package mutating func next() -> [Entry] {
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
