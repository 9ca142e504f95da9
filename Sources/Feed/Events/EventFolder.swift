import MeshBase
import Reports

/// Makes one event of what many processes saw, so that a death is a line and not one for each member.
///
/// Events are the same that have a type, an action, a subject and an incarnation in common and come within 10 s of the first.
/// One that further processes see is told again, under its number.
package struct EventFolder: Sendable {
    /// After the first of them.
    package static let window = TimeAmount.seconds(10)
    /// Events that may still be joined.
    package static let mostOpen = 512
    /// Observers that are told apart.
    private static let mostCounted = 1_024

    private struct Open {
        var event: FeedEvents.Event
        var names: Set<String>
        var first: Instant
        var key: EventIdentity
        var isNews = true
    }

    /// In the order of their numbers.
    private var open: [Open] = []
    /// Numbers of those that can be joined.
    private var numbers: [EventIdentity: UInt64] = [:]
    private var next: UInt64 = 1
    private var untold = 0
    private var missed = 0

    /// No event yet.
    package init() {}

    /// Takes what one process has told.
    package mutating func take(_ record: EventRecord, by observer: String, now: Instant) {
        let key = EventIdentity(record)
        if let number = numbers[key], let place = open.firstIndex(where: { $0.event.n == number }),
            now - open[place].first < Self.window
        {
            guard open[place].names.count < Self.mostCounted, open[place].names.insert(observer).inserted else {
                return
            }
            open[place].event.seen += 1
            join(record, by: observer, at: place)
            if !open[place].isNews {
                open[place].isNews = true
                untold += 1
            }
            return
        }
        guard untold < FeedEvents.most else {
            missed += 1
            return
        }
        if open.count >= Self.mostOpen { forget(before: .distantFuture, keep: Self.mostOpen - 1) }
        numbers[key] = next
        open.append(
            Open(
                event: .init(n: next, event: record, observers: [observer], seen: 1), names: [observer], first: now,
                key: key))
        next += 1
        untold += 1
    }

    /// Who said it first by the time that it gives stands first, with its record: tellings come in any order.
    private mutating func join(_ record: EventRecord, by observer: String, at place: Int) {
        if Self.time(record) < Self.time(open[place].event.event) {
            open[place].event.event = record
            open[place].event.observers.insert(observer, at: 0)
            if open[place].event.observers.count > FeedEvents.Event.mostObservers {
                open[place].event.observers.removeLast()
            }
        } else if open[place].event.observers.count < FeedEvents.Event.mostObservers {
            open[place].event.observers.append(observer)
        }
    }

    /// Times of RFC 3339 are in UTC here, and follow each other as their texts do without the Z, which sorts behind digits.
    private static func time(_ record: EventRecord) -> Substring { record.time.dropLast() }

    /// What is new since it was last asked, by number; nil where nothing is.
    package mutating func drain(now: Instant) -> FeedEvents? {
        guard untold > 0 || missed > 0 else {
            forget(before: now - Self.window, keep: 0)
            return nil
        }
        var events: [FeedEvents.Event] = []
        for place in open.indices where open[place].isNews {
            guard events.count < FeedEvents.most else { break }
            open[place].isNews = false
            events.append(open[place].event)
        }
        let message = FeedEvents(events: events, missed: missed)
        untold = max(untold - events.count, 0)
        missed = 0
        forget(before: now - Self.window, keep: 0)
        return message
    }

    /// Told ones that came before an instant can be joined no more; so can the oldest where more than `keep` are left.
    private mutating func forget(before: Instant, keep: Int) {
        var surplus = open.count - keep
        open.removeAll { entry in
            guard surplus > 0, !entry.isNews, entry.first <= before else { return false }
            surplus -= 1
            if numbers[entry.key] == entry.event.n { numbers[entry.key] = nil }
            return true
        }
    }
}
