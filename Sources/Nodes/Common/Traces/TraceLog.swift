import DequeModule
import MeshBase
import Resilience
import Wire

/// One process's part of one trace.
package struct TraceEntry: Sendable, Equatable {
    package var trace: FrameTrace
    /// Known where the request came in; empty elsewhere.
    package var customer: String
    /// The service that was asked for, or `records`.
    package var service: String
    package var began: Instant
    /// Nil while it goes on.
    package var took: TimeAmount?
    /// The HTTP status that it ended with; 0 while it goes on.
    package var status: UInt16 = 0
    /// The policy that said no; empty where none did.
    package var policy = ""
    /// In the order in which they were made.
    package var decisions: [TraceDecision] = []
    /// Decisions for which there was no room.
    package var dropped = 0
}

/// The traces that a process keeps: the last thousand, each with at most so many decisions. Those that somebody asked to be
/// explained are the last to leave.
package struct TraceLog: Sendable {
    /// Traces that are kept.
    package static let traces = 1_000
    /// Decisions of one.
    package static let decisions = 128

    /// Those that were asked for, and those that failed or are of the sample.
    private var explained = Shelf()
    private var others = Shelf()
    private var places: [Key: Place] = [:]
    /// Traces that were begun here, and those that were left out again for want of room.
    package private(set) var begun: UInt64 = 0
    package private(set) var forgotten: UInt64 = 0

    /// Without the wish to explain, which is no part of the name.
    private struct Key: Hashable, Sendable {
        let high: UInt64
        let low: UInt64
        init(_ trace: FrameTrace) {
            high = trace.high
            low = trace.low
        }
    }

    private struct Place: Sendable {
        let isExplained: Bool
        /// Counted from the first ever of its shelf.
        let number: Int
    }

    private struct Shelf: Sendable {
        var entries: Deque<TraceEntry> = []
        var first = 0

        mutating func append(_ entry: TraceEntry) -> Int {
            entries.append(entry)
            return first + entries.count - 1
        }

        mutating func popFirst() -> TraceEntry? {
            guard let entry = entries.popFirst() else { return nil }
            first += 1
            return entry
        }
    }

    package init() {}

    /// Traces that are kept now.
    package var count: Int { places.count }

    /// Takes up a trace. One that is here already goes on: several calls of one request may come to one cell.
    package mutating func begin(_ trace: FrameTrace, customer: String = "", service: String, now: Instant) {
        guard places[Key(trace)] == nil else { return }
        if places.count >= Self.traces, let oldest = others.popFirst() ?? explained.popFirst() {
            places[Key(oldest.trace)] = nil
            forgotten += 1
        }
        begun += 1
        let entry = TraceEntry(trace: trace, customer: customer, service: service, began: now)
        let number = trace.isExplained ? explained.append(entry) : others.append(entry)
        places[Key(trace)] = Place(isExplained: trace.isExplained, number: number)
    }

    /// Adds a decision to a trace; nothing where this process does not follow it, or no longer.
    package mutating func note(_ trace: FrameTrace, _ decision: TraceDecision) {
        change(trace) { entry in
            guard entry.decisions.count < Self.decisions else { return entry.dropped += 1 }
            entry.decisions.append(decision)
        }
    }

    /// How the request ended, as this process saw it.
    package mutating func end(_ trace: FrameTrace, status: UInt16, policy: String = "", now: Instant) {
        change(trace) { entry in
            entry.took = now - entry.began
            entry.status = status
            entry.policy = policy
        }
    }

    /// The part of one trace.
    package func entry(_ trace: FrameTrace) -> TraceEntry? {
        places[Key(trace)].map { place in
            let shelf = place.isExplained ? explained : others
            return shelf.entries[place.number - shelf.first]
        }
    }

    /// The last ones, the newest first.
    package func latest(_ count: Int) -> [TraceEntry] {
        let count = max(0, count)
        let all = Array(explained.entries.suffix(count)) + Array(others.entries.suffix(count))
        return Array(all.sorted { $0.began > $1.began }.prefix(count))
    }

    private mutating func change(_ trace: FrameTrace, _ body: (inout TraceEntry) -> Void) {
        guard let place = places[Key(trace)] else { return }
        if place.isExplained {
            body(&explained.entries[place.number - explained.first])
        } else {
            body(&others.entries[place.number - others.first])
        }
    }
}
