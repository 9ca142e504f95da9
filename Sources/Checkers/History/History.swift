import MeshBase

/// What clients did to records and what they were told, in the order in which it happened.
///
/// The order of the calls is the real-time order: an operation precedes another if it was completed before the other
/// was invoked. Instants are kept for people. The streaming checkers take the same calls and need no history.
package struct History: Sendable {
    package enum Action: Hashable, Sendable {
        case read
        /// Writes a value that no other operation of the history writes.
        case write(value: UInt64)
        case delete
    }

    package enum Outcome: Hashable, Sendable {
        /// A write or deletion that the store promised to keep, as this version.
        case acknowledged(VersionWitness)
        /// A read that found a value.
        case found(VersionWitness, value: UInt64)
        /// A read that found no value: never written (`none`), or deleted at this version.
        case missing(VersionWitness)
        /// It has had no effect and will have none.
        case failed
        /// Timed out, or the answer was lost: it may have had an effect, or may have one at any time to come.
        case unknown
    }

    package struct Invocation: Hashable, Sendable {
        package var client: UInt64
        package var record: RecordID
        package var action: Action
        package init(client: UInt64, record: RecordID, action: Action) {
            self.client = client
            self.record = record
            self.action = action
        }
    }

    package enum Step: Hashable, Sendable {
        case invoke(Invocation)
        case complete(Outcome)
    }

    package struct Event: Hashable, Sendable {
        package var at: Instant
        package var operation: OperationID
        package var step: Step
    }

    package private(set) var events: [Event] = []
    /// At most this many events are kept.
    package let limit: Int
    /// Events that did not fit. A history with some is not complete, and proves nothing.
    package private(set) var overflow = 0

    package init(limit: Int = 4_000_000) { self.limit = limit }

    package mutating func invoke(_ operation: OperationID, _ invocation: Invocation, at instant: Instant) {
        append(Event(at: instant, operation: operation, step: .invoke(invocation)))
    }

    package mutating func complete(_ operation: OperationID, _ outcome: Outcome, at instant: Instant) {
        append(Event(at: instant, operation: operation, step: .complete(outcome)))
    }

    private mutating func append(_ event: Event) {
        guard events.count < limit else {
            overflow += 1
            return
        }
        events.append(event)
    }
}
