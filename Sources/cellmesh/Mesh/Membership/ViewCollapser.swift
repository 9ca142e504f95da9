import ControlPlane
import Feed
import Reports

/// Makes one line of the views that many members have of one change: n members tell of each of the others otherwise.
struct ViewCollapser {
    struct Line {
        /// As the first has seen it.
        var entry: EventHistory.Entry
        /// Who has seen it; empty for what nobody has merely seen.
        var observers: [String]
    }

    /// What is longer apart is told again, as in the feed; in nanoseconds.
    private static let window = EventFolder.window.nanoseconds

    /// The latest line of each change, with those who have seen it. At most `most`; all are forgotten beyond that.
    private var recent: [EventIdentity: (time: Int64, observers: Set<String>)] = [:]
    private static let most = 100_000

    /// - Parameter entries: oldest first. Views of a change that was told in an earlier call are left out.
    mutating func lines(_ entries: [EventHistory.Entry]) -> [Line] {
        if recent.count > Self.most { recent.removeAll() }
        var lines: [Line] = []
        var places: [EventIdentity: Int] = [:]
        for entry in entries {
            let event = entry.event
            guard let observer = event.attributes["observer"]?.text else {
                lines.append(Line(entry: entry, observers: []))
                continue
            }
            let key = EventIdentity(event)
            if let known = recent[key], entry.time - known.time <= Self.window, !known.observers.contains(observer) {
                recent[key]?.observers.insert(observer)
                if let place = places[key] { lines[place].observers.append(observer) }
                continue
            }
            recent[key] = (entry.time, [observer])
            places[key] = lines.count
            lines.append(Line(entry: entry, observers: [observer]))
        }
        return lines
    }
}
