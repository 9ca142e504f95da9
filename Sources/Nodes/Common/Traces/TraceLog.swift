import DequeModule
import MeshBase
import Reports
import Resilience
import Wire

/// One process's part of one trace.
package struct TraceEntry: Sendable, Equatable {
    package var trace: FrameTrace
    /// Known where the request came in; empty elsewhere.
    package var customer: String
    /// Of HTTP; nil where no client asked here.
    package var method: HTTPMethod?
    /// The span that the client named; 0 without one.
    package var parent: UInt64 = 0
    package var reason: TraceReason
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
    /// Of a request that nobody followed: what its attempts were called on their way, under which the cells that they went to
    /// keep their parts.
    package var attempts: [FrameTrace] = []
    /// The number of its end among all ends of this life: anew when something is added later. 0 while it goes on.
    package fileprivate(set) var ended: UInt64 = 0
    /// What it stays for.
    package var rank: KeptPart.Rank { reason == .explained ? .explained : reason.isOutcome ? .outcome : .plain }
    /// Spans that it is read as, about.
    package fileprivate(set) var spans = 1
    /// Bytes that it takes, about.
    fileprivate(set) var bytes = 0
}

/// The traces that a process keeps: the last ones, bounded in number, spans and bytes, each with at most so many decisions. What
/// was sampled leaves first. What ended unlike the others and what somebody asked to be explained have half of the room each, and
/// more only as long as the other leaves it: neither crowds the other out.
package struct TraceLog: Sendable {
    /// Traces that are kept.
    package static let traces = 1_000
    /// Decisions of one.
    package static let decisions = 128
    /// Spans of all.
    package static let spans = 4_096
    /// Bytes of all, about.
    package static let bytes = 1 << 20

    private var shelves = [Shelf](repeating: Shelf(), count: Rank.allCases.count)
    private var places: [Key: Place] = [:]
    /// Traces that were begun here, and those that were left out again for want of room.
    package private(set) var begun: UInt64 = 0
    package private(set) var forgotten: UInt64 = 0
    /// Spans of all that were begun.
    package private(set) var spansKept: UInt64 = 0
    /// Spans that left for want of room, after a control plane had them and before.
    package private(set) var spansForgotten: (told: UInt64, untold: UInt64) = (0, 0)
    /// How far the numbers of ends are.
    package private(set) var last = TraceCursor()
    /// How far they were told to a control plane.
    private var told = TraceCursor()

    /// Without the wish to explain, which is no part of the name.
    private struct Key: Hashable, Sendable {
        let high: UInt64
        let low: UInt64
        init(_ trace: FrameTrace) {
            high = trace.high
            low = trace.low
        }
    }

    private enum Rank: Int, Sendable, CaseIterable {
        case plain, outcome, explained
    }

    private struct Place: Sendable {
        let rank: Rank
        /// Counted from the first ever of its shelf.
        let number: Int
    }

    private struct Shelf: Sendable {
        var entries: Deque<TraceEntry> = []
        var first = 0
        /// What its entries take.
        var (spans, bytes) = (0, 0)

        mutating func append(_ entry: TraceEntry) -> Int {
            entries.append(entry)
            spans += entry.spans
            bytes += entry.bytes
            return first + entries.count - 1
        }

        mutating func popFirst() -> TraceEntry? {
            guard let entry = entries.popFirst() else { return nil }
            first += 1
            spans -= entry.spans
            bytes -= entry.bytes
            return entry
        }

        func taken(_ room: Room) -> Int {
            switch room {
            case .traces: entries.count
            case .spans: spans
            case .bytes: bytes
            }
        }
    }

    /// What is bounded.
    private enum Room: CaseIterable {
        case traces, spans, bytes

        var most: Int {
            switch self {
            case .traces: TraceLog.traces
            case .spans: TraceLog.spans
            case .bytes: TraceLog.bytes
            }
        }
    }

    package init() {}

    /// Traces that are kept now.
    package var count: Int { places.count }

    /// Takes up a trace. One that is here already goes on: several calls of one request may come to one cell.
    ///
    /// - Parameters:
    ///   - client: who asked; nobody in a cell that a router asks.
    ///   - reason: why it is kept; the wish to explain and the sample are told from the trace.
    package mutating func begin(
        _ trace: FrameTrace, _ client: TraceClient = TraceClient(), service: String, reason: TraceReason? = nil,
        now: Instant
    ) {
        guard places[Key(trace)] == nil else { return }
        begun += 1
        let reason = trace.isExplained ? .explained : reason ?? .sampled
        var entry = TraceEntry(
            trace: trace, customer: client.customer, method: client.method, parent: client.span, reason: reason,
            service: service, began: now)
        entry.bytes = Self.size(entry)
        spansKept += 1
        put(entry, trace.isExplained ? .explained : reason.isOutcome ? .outcome : .plain)
        makeRoom()
    }

    /// The request ended unlike the others: it stays longer.
    package mutating func mark(_ trace: FrameTrace, _ reason: TraceReason) {
        change(trace) { if !$0.reason.isOutcome, $0.reason != .explained { $0.reason = reason } }
        number(trace)
    }

    /// Names an attempt of a request that nobody followed, as its cell knows it.
    package mutating func link(_ trace: FrameTrace, _ attempt: FrameTrace) {
        change(trace) { $0.attempts.append(attempt) }
        number(trace)
    }

    /// Adds a decision to a trace; nothing where this process does not follow it, or no longer.
    package mutating func note(_ trace: FrameTrace, _ decision: TraceDecision) {
        let (bytes, spans) = (Self.size(decision), decision.opensSpan ? 1 : 0)
        var isKept = false
        change(trace) { entry in
            guard entry.decisions.count < Self.decisions else { return entry.dropped += 1 }
            entry.decisions.append(decision)
            entry.bytes += bytes
            entry.spans += spans
            isKept = true
        }
        guard isKept, let place = places[Key(trace)] else { return }
        shelves[place.rank.rawValue].spans += spans
        shelves[place.rank.rawValue].bytes += bytes
        spansKept += UInt64(spans)
        number(trace)
        makeRoom()
    }

    /// How the request ended, as this process saw it.
    package mutating func end(_ trace: FrameTrace, status: UInt16, policy: String = "", now: Instant) {
        change(trace) { entry in
            entry.took = now - entry.began
            entry.status = status
            entry.policy = policy
        }
        number(trace, isEnd: true)
    }

    // MARK: What is told to a control plane

    /// Traces that ended, or to which something was added since, behind a cursor: what ended unlike the others and what somebody
    /// asked for comes first, then the sample, each in the order of the numbers.
    package func ended(after cursor: TraceCursor) -> [TraceEntry] {
        guard last != cursor else { return [] }
        let all = shelves.flatMap(\.entries)
        let outcomes = all.filter { $0.rank != .plain && $0.ended > cursor.outcome }
        let plain = all.filter { $0.rank == .plain && $0.ended > cursor.plain }
        return outcomes.sorted { $0.ended < $1.ended } + plain.sorted { $0.ended < $1.ended }
    }

    /// A control plane has all up to here.
    package mutating func tell(upTo cursor: TraceCursor) {
        told.outcome = max(told.outcome, cursor.outcome)
        told.plain = max(told.plain, cursor.plain)
    }

    /// An end has the next number; what is added to a trace that has ended gives it the next one.
    private mutating func number(_ trace: FrameTrace, isEnd: Bool = false) {
        guard let place = places[Key(trace)] else { return }
        let index = place.number - shelves[place.rank.rawValue].first
        guard isEnd || shelves[place.rank.rawValue].entries[index].ended > 0 else { return }
        let number = max(last.outcome, last.plain) + 1
        shelves[place.rank.rawValue].entries[index].ended = number
        if shelves[place.rank.rawValue].entries[index].rank == .plain {
            last.plain = number
        } else {
            last.outcome = number
        }
    }

    /// The part of one trace.
    package func entry(_ trace: FrameTrace) -> TraceEntry? {
        places[Key(trace)].map { place in
            let shelf = shelves[place.rank.rawValue]
            return shelf.entries[place.number - shelf.first]
        }
    }

    /// The last ones, the newest first.
    package func latest(_ count: Int) -> [TraceEntry] {
        let count = max(0, count)
        // What has moved to another shelf stands there in the order in which it came.
        let all = shelves.flatMap(\.entries)
        return Array(all.sorted { $0.began > $1.began }.prefix(count))
    }

    private mutating func change(_ trace: FrameTrace, _ body: (inout TraceEntry) -> Void) {
        guard let place = places[Key(trace)] else { return }
        let first = shelves[place.rank.rawValue].first
        body(&shelves[place.rank.rawValue].entries[place.number - first])
    }

    // MARK: Room

    private mutating func put(_ entry: TraceEntry, _ rank: Rank) {
        places[Key(entry.trace)] = Place(rank: rank, number: shelves[rank.rawValue].append(entry))
    }

    /// The last one stays, whatever it takes.
    private mutating func makeRoom() {
        while places.count > 1, let room = Room.allCases.first(where: { isShort(of: $0) }) { forgetOldest(for: room) }
    }

    private func isShort(of room: Room) -> Bool { shelves.reduce(0) { $0 + $1.taken(room) } > room.most }

    /// Where nothing is left of the sample, one of the other two has more than its half of what there is too much of.
    private mutating func forgetOldest(for room: Room) {
        while let oldest = shelves[Rank.plain.rawValue].popFirst() {
            // Taken up before its end was known.
            guard oldest.reason.isOutcome else { return forget(oldest) }
            put(oldest, .outcome)
        }
        let isExplained = shelves[Rank.explained.rawValue].taken(room) > room.most / 2
        let rank = isExplained ? Rank.explained : .outcome
        if let oldest = shelves[rank.rawValue].popFirst() { forget(oldest) }
    }

    private mutating func forget(_ entry: TraceEntry) {
        places[Key(entry.trace)] = nil
        forgotten += 1
        if entry.ended > 0, entry.ended <= (entry.rank == .plain ? told.plain : told.outcome) {
            spansForgotten.told += UInt64(entry.spans)
        } else {
            spansForgotten.untold += UInt64(entry.spans)
        }
    }

    /// Texts and the room of what holds them.
    private static func size(_ entry: TraceEntry) -> Int { 256 + entry.customer.utf8.count + entry.service.utf8.count }

    private static func size(_ decision: TraceDecision) -> Int {
        160 + decision.gate.utf8.count + decision.policy.utf8.count + decision.why.detail.utf8.count
            + decision.why.numbers.count * 32
    }
}
