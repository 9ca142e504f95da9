import MeshBase
import Sharding

/// What traffic saw of a fault, customer by customer.
///
/// A window opens when a cell stops serving, a fault comes to lie on a service or a request comes to harm, and closes when all
/// cells serve, no such fault is in force and, where nothing explained the harm, nobody was harmed for a while; what it holds stays
/// readable until the next. Customers are counted while one and the same set of cells is out, the window's `cells`, and one and the
/// same set has services that faults lie on, its `impaired`, so that a prediction for these sets can be held against them. The sets
/// change to what does harm now where a cell is known to be gone, or where a doubt has lasted; outcomes of the whole window are
/// counted beside. What follows the end of a fault belongs to it until it has lasted: see `ImpactObserver+Course.swift`.
package struct ImpactObserver: Sendable {
    package enum Impact: UInt8, Sendable, Comparable {
        case untouched = 0
        /// Some cell of its shard did not serve, or a service that a fault lies on failed it or gave it something replaced or reduced.
        case degraded = 1
        /// No cell of its shard served.
        case lost = 2
        package static func < (a: Impact, b: Impact) -> Bool { a.rawValue < b.rawValue }
    }

    package struct Summary: Sendable, Equatable {
        package var customers = 0
        package var lost = 0
        package var degraded = 0
        package var untouched = 0
        /// Customers of which some request found too few cells for its tier.
        package var withoutQuorum = 0
        /// Requests of these customers while `cells` were out.
        package var outcomes = ImpactOutcomes()
        /// All requests of the window.
        package var total = ImpactOutcomes()
        package var window = TimeAmount.zero
        package var open = false
        /// How long ago it closed; nil while it is open, and where there was none.
        package var ended: TimeAmount?
        /// Customers have moved since these were counted: their shards of today say nothing of it.
        package var isMoved = false
    }

    /// One customer while the window's `cells` were out.
    package struct Entry: Sendable, Equatable {
        package var customer: CustomerHash
        package var impact: Impact
        package var outcomes = ImpactOutcomes()
        var phase: UInt32
    }

    /// At most this many customers are noted; further ones are counted only.
    package let limit: Int
    package private(set) var overflow: UInt64 = 0
    /// In the order in which they were first seen.
    private var entries: [Entry] = []
    private var places: [UInt64: Int32] = [:]
    var opened: Instant?
    var closed: Instant?
    var lastHarm: Instant?
    /// Counts windows and the changes of `counted` in them.
    package internal(set) var phase: UInt32 = 0
    /// What did harm while the customers were counted.
    var counted = CellHarm()
    /// What does harm now, since `changed`.
    var present = CellHarm()
    var changed = Instant.zero
    var isSame = true
    /// Some service of `present` has a fault on it.
    package internal(set) var hasStruckServices = false
    /// The window had closed and was opened again by what followed.
    var aftermath: Aftermath?
    /// Of the placement: as of the last look, and since customers are counted; nil before the first look.
    var latest: UInt64?
    var version: UInt64?
    var isMoved = false
    var counts = Summary()

    package init(limit: Int = 1_000_000) { self.limit = min(limit, Int(Int32.max)) }

    package var isOpen: Bool { opened != nil && closed == nil }
    /// The cells that were out while the customers were counted.
    package var cells: CellSet { counted.out }
    /// The cells that had a fault on a service meanwhile.
    package var impaired: CellSet { counted.impaired }

    /// Whether a fault lies on a service of some cell of a shard now.
    package func strikesServices(of shard: Shard) -> Bool { shard.count(in: present.impaired) > 0 }

    /// A request was answered while `serving` of its shard's `size` cells served.
    ///
    /// - Parameter service: what a service has done to it that a fault lies on.
    @inline(__always)
    package mutating func note(
        _ customer: CustomerHash, serving: Int, of size: Int, _ outcome: ImpactOutcomes.Outcome,
        service: Impact = .untouched, now: Instant
    ) {
        guard isOpen || outcome.isFault else { return }
        let shard: Impact = serving == 0 ? .lost : serving < size ? .degraded : .untouched
        noteOpen(customer, max(shard, service), outcome, now: now)
    }

    private mutating func noteOpen(
        _ customer: CustomerHash, _ impact: Impact, _ outcome: ImpactOutcomes.Outcome, now: Instant
    ) {
        if !isOpen, !goesOn(now: now) { open(now: now) }
        // While cells are out or faults on services in force, harm is theirs.
        if outcome.isFault, present.isEmpty { lastHarm = now }
        counts.total.add(outcome)
        guard isSame else { return }
        let place: Int
        if let known = places[customer.rawValue] {
            place = Int(known)
        } else {
            guard entries.count < limit else { return overflow += 1 }
            place = entries.count
            places[customer.rawValue] = Int32(place)
            entries.append(Entry(customer: customer, impact: .untouched, phase: 0))
        }
        counts.outcomes.add(outcome)
        if entries[place].phase != phase {
            entries[place] = Entry(customer: customer, impact: impact, phase: phase)
            counts.customers += 1
            count(impact, 1)
        } else if impact > entries[place].impact {
            count(entries[place].impact, -1)
            count(impact, 1)
            entries[place].impact = impact
        }
        if outcome == .noQuorum, entries[place].outcomes.noQuorum == 0 { counts.withoutQuorum += 1 }
        entries[place].outcomes.add(outcome)
    }

    private mutating func count(_ impact: Impact, _ change: Int) {
        switch impact {
        case .untouched: counts.untouched += change
        case .degraded: counts.degraded += change
        case .lost: counts.lost += change
        }
    }

    mutating func open(now: Instant) {
        entries.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        overflow = 0
        opened = now
        closed = nil
        lastHarm = nil
        aftermath = nil
        counts = Summary()
        counted = CellHarm()
        adopt()
    }

    package func summary(now: Instant) -> Summary {
        guard let opened else { return Summary() }
        var summary = counts
        summary.window = (closed ?? now) - opened
        summary.open = isOpen
        summary.ended = closed.map { now - $0 }
        summary.isMoved = isMoved
        return summary
    }

    /// The customers noted for the current `cells`, from place `from` on; looks at `most` places at the most.
    /// - Returns: where to go on; nil at the end.
    package func page(from: Int, most: Int, _ body: (Entry) -> Void) -> Int? {
        guard from >= 0, from < entries.count else { return nil }
        let end = min(entries.count, from + max(1, most))
        for entry in entries[from..<end] where entry.phase == phase { body(entry) }
        return end < entries.count ? end : nil
    }

    /// Customers noted for the current `cells` of whom some request was not answered as it should have been.
    package var harmed: Int { entries.count { $0.phase == phase && $0.outcomes.harmed > 0 } }

    /// What is known of one customer; nil when it was not seen while the current `cells` were out.
    package func entry(of customer: CustomerHash) -> Entry? {
        guard let place = places[customer.rawValue], entries[Int(place)].phase == phase else { return nil }
        return entries[Int(place)]
    }
}
