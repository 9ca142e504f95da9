import Store
import Telemetry

/// `events -o json`: what the journal holds after a number.
package struct EventsReport: Sendable {
    package var events: [JournalEvent]

    package init(events: [JournalEvent]) { self.events = events }

    static func read(_ journal: Journal, since: Int64, limit: Int) -> Result<EventsReport, APIFailure> {
        do throws(StoreError) {
            return .success(EventsReport(events: try journal.events(since: since, limit: limit)))
        } catch {
            return .failure(APIFailure(500, "The journal cannot be read: \(error)"))
        }
    }

    /// The number to ask from next time.
    package func next(after since: Int64) -> Int64 { events.last?.id ?? since }

    /// Written by hand: the attributes are JSON already.
    package func encoded(since: Int64) -> [UInt8] {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("next", next(after: since))
            json.array("events") { json in
                for event in events {
                    json.object { json in
                        json.field("seq", event.id)
                        json.field("time", Timestamp.string(event.time, .nanoseconds))
                        json.field("type", event.type)
                        json.field("action", event.action)
                        json.field("id", event.subject)
                        json.field("attributes", raw: event.attributes)
                    }
                }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
