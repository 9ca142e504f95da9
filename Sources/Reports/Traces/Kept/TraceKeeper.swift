/// The traces that a control plane keeps, so that what a process knew of a request outlives it. Parts of one trace are kept
/// together and leave together: the plain ones first, then what somebody asked for, and last what ended unlike the others; of
/// each kind the oldest. Bounded in number and bytes.
package struct TraceKeeper: Sendable {
    /// Traces that are kept.
    package static let traces = 10_000
    /// Bytes of all, about.
    package static let bytes = 64 << 20
    /// Parts of one trace: a request that went to more processes is kept without the others.
    package static let parts = 64

    /// What became of what was told, in spans.
    package enum Fate: Int, Sendable, CaseIterable {
        /// Taken up.
        case gathered
        /// Told again by their process, with what was added.
        case replaced
        /// Beyond the parts of a trace.
        case refused
        /// Left for want of room, of plain traces.
        case plainLeft
        /// Left for want of room, of the others.
        case left

        /// The word of the label.
        package var name: StaticString {
            switch self {
            case .gathered: "gathered"
            case .replaced: "replaced"
            case .refused: "refused"
            case .plainLeft: "left-plain"
            case .left: "left"
            }
        }
    }

    private struct Kept: Sendable {
        var standing: KeptPart.Standing
        /// Of its place on the shelf of its standing.
        var number: UInt64
        var parts: [KeptPart]
        var bytes: Int
    }

    private struct Place: Sendable {
        let id: String
        let number: UInt64
    }

    private struct Shelf: Sendable {
        private var all: [Place] = []
        private var first = 0

        var places: ArraySlice<Place> { all[first...] }

        mutating func append(_ place: Place) { all.append(place) }

        mutating func popFirst() -> Place? {
            guard first < all.count else { return nil }
            first += 1
            let place = all[first - 1]
            // What has left is let go of in large steps.
            if first * 2 > all.count { sweep { _ in true } }
            return place
        }

        mutating func sweep(_ stays: (Place) -> Bool) {
            all = places.filter(stays)
            first = 0
        }
    }

    private let most: (traces: Int, bytes: Int)
    /// By the id of the request, which is that of the process where it came in.
    private var kept: [String: Kept] = [:]
    /// Names of attempts, under which cells keep parts, and the trace that they are of.
    private var owners: [String: String] = [:]
    /// By standing, the oldest first; an entry whose number is not its trace's any more is void.
    private var shelves = [Shelf](repeating: Shelf(), count: KeptPart.Standing.allCases.count)
    private var numbers: UInt64 = 0
    private var spans = [UInt64](repeating: 0, count: Fate.allCases.count)
    /// What all take, about.
    package private(set) var taken = 0
    /// Traces that left, by standing.
    private var gone = [UInt64](repeating: 0, count: KeptPart.Standing.allCases.count)

    /// - Parameters:
    ///   - traces: at most; at least 1.
    ///   - bytes: of all, about.
    package init(traces: Int = Self.traces, bytes: Int = Self.bytes) { most = (max(traces, 1), bytes) }

    /// Traces that are kept now.
    package var count: Int { kept.count }
    /// Spans that had a fate since the start.
    package subscript(_ fate: Fate) -> UInt64 { spans[fate.rawValue] }
    /// Traces that left for want of room.
    package var left: TraceStoreFigures.Left {
        TraceStoreFigures.Left(
            plain: gone[KeptPart.Standing.plain.rawValue], outcome: gone[KeptPart.Standing.outcome.rawValue],
            explained: gone[KeptPart.Standing.explained.rawValue])
    }

    // MARK: What is told

    /// Takes what a process told of a trace; what it told of it before is replaced.
    package mutating func take(_ part: KeptPart) {
        let own = part.head.trace
        // A name of an attempt belongs to one router's request at a time; the same name at another time is of another.
        let id = owners[own].flatMap { owner in
            kept[owner]?.parts.contains { GatheredTrace.belongs(part.head, to: $0.head) } == true ? owner : nil
        }
        add(part, to: id ?? own)
        if !part.head.customer.isEmpty {
            for attempt in (part.head.attempts ?? []).prefix(Self.parts) { adopt(attempt, for: own, part.head) }
        }
        makeRoom()
    }

    private mutating func add(_ part: KeptPart, to id: String) {
        spans[Fate.gathered.rawValue] &+= part.spans
        var entry = kept[id] ?? Kept(standing: part.standing, number: 0, parts: [], bytes: 0)
        if let place = entry.parts.firstIndex(where: { $0.isAgain(part) }) {
            let old = entry.parts[place]
            spans[Fate.replaced.rawValue] &+= old.spans
            entry.bytes += part.bytes - old.bytes
            taken += part.bytes - old.bytes
            entry.parts[place] = part
        } else if entry.parts.count < Self.parts {
            entry.parts.append(part)
            entry.bytes += part.bytes
            taken += part.bytes
        } else {
            spans[Fate.refused.rawValue] &+= part.spans
        }
        let standing = part.standing
        if entry.number == 0 || standing.rawValue > entry.standing.rawValue {
            entry.standing = standing
            entry.number = shelve(id, standing)
        }
        kept[id] = entry
    }

    /// What a cell told under the name of an attempt before the router told whose attempt that was.
    private mutating func adopt(_ attempt: String, for id: String, _ root: TraceHead) {
        owners[attempt] = id
        guard attempt != id, let orphan = kept[attempt] else { return }
        let own = orphan.parts.filter { $0.head.customer.isEmpty && GatheredTrace.belongs($0.head, to: root) }
        guard own.count == orphan.parts.count else { return }
        kept[attempt] = nil
        taken -= orphan.bytes
        for part in own {
            spans[Fate.gathered.rawValue] &-= part.spans
            add(part, to: id)
        }
    }

    // MARK: What is asked

    /// All parts of a trace, those under the names of its attempts among them; of such a name, those that have it.
    package func parts(of id: String) -> [KeptPart] {
        if let entry = kept[id] { return entry.parts }
        guard let owner = owners[id], let entry = kept[owner] else { return [] }
        return entry.parts.filter { $0.head.trace == id }
    }

    /// Parts of traces that began at these milliseconds since 1970 or later, in no order that matters.
    package func list(since: Double, _ body: (KeptPart) -> Void) {
        // By shelf and not by name: an order that does not depend on the run.
        for shelf in shelves {
            for place in shelf.places {
                guard let entry = kept[place.id], entry.number == place.number else { continue }
                for part in entry.parts where part.head.began >= since { body(part) }
            }
        }
    }

    // MARK: Room

    private mutating func shelve(_ id: String, _ standing: KeptPart.Standing) -> UInt64 {
        numbers += 1
        shelves[standing.rawValue].append(Place(id: id, number: numbers))
        return numbers
    }

    /// The last one stays, whatever it takes.
    private mutating func makeRoom() {
        while kept.count > most.traces || taken > most.bytes && kept.count > 1 { forgetOldest() }
        // Places that are void are found when they come first; a shelf of little else is swept.
        for shelf in shelves.indices where shelves[shelf].places.count > 2 * most.traces {
            shelves[shelf].sweep { place in kept[place.id]?.number == place.number }
        }
    }

    private mutating func forgetOldest() {
        for shelf in shelves.indices {
            while let place = shelves[shelf].popFirst() {
                guard let entry = kept[place.id], entry.number == place.number else { continue }
                kept[place.id] = nil
                taken -= entry.bytes
                gone[shelf] &+= 1
                let fate = shelf == KeptPart.Standing.plain.rawValue ? Fate.plainLeft : .left
                for part in entry.parts {
                    spans[fate.rawValue] &+= part.spans
                    for attempt in part.head.attempts ?? [] where owners[attempt] == place.id { owners[attempt] = nil }
                }
                return
            }
        }
    }
}
