import Reports
import Telemetry

/// A line of `events -o json`: an event, with how many have seen it.
struct FoldedEvent: Encodable {
    /// Names of observers that are told at most; `seen` counts all.
    static let most = 4

    let event: EventRecord
    let observers: [String]
    let seen: Int

    init(_ line: ViewCollapser.Line) {
        event = line.entry.event
        observers = Array(line.observers.prefix(Self.most))
        seen = max(line.observers.count, 1)
    }

    private enum CodingKeys: String, CodingKey { case observers, seen }

    func encode(to encoder: any Encoder) throws {
        try event.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(observers, forKey: .observers)
        try container.encode(seen, forKey: .seen)
    }

    /// One line of JSON, with the event as it was told.
    static func line(_ line: ViewCollapser.Line) -> String {
        let told = FoldedEvent(line)
        var tail = JSONWriter(.compact)
        tail.object {
            $0.field("observers", told.observers)
            $0.field("seen", told.seen)
        }
        // An event is an object with members.
        return String(line.entry.line.dropLast()) + "," + String(tail.string.dropFirst())
    }
}
