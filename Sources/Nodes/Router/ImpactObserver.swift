import MeshBase
import Sharding

/// What traffic saw of a fault, customer by customer.
///
/// A window opens when a cell stops serving or a request comes to harm, and closes when all cells serve and, where no
/// cell explained the harm, nobody was harmed for a while; what it holds stays readable until the next. Customers are counted while one and the same
/// set of cells is out, the window's `cells`, so that a prediction for this set can be held against them. The set
/// changes to what is out now where a cell is known to be gone, or where a doubt has lasted; outcomes of the whole
/// window are counted beside.
package struct ImpactObserver: Sendable {
    package enum Impact: UInt8, Sendable, Comparable {
        case untouched = 0
        /// Answered while some cell of its shard did not serve.
        case degraded = 1
        /// Refused because no cell of its shard served.
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

    /// A doubt that lasts so long counts as a cell that is out.
    private static let doubt = TimeAmount.seconds(1)
    /// Cells that are back so long are out no more, although others still are.
    private static let recovery = TimeAmount.seconds(10)
    /// Nobody was harmed for so long.
    private static let calm = TimeAmount.seconds(5)

    /// At most this many customers are noted; further ones are counted only.
    package let limit: Int
    package private(set) var overflow: UInt64 = 0
    /// In the order in which they were first seen.
    private var entries: [Entry] = []
    private var places: [UInt64: Int32] = [:]
    private var opened: Instant?
    private var closed: Instant?
    private var lastHarm: Instant?
    /// Counts windows and the changes of `cells` in them.
    package private(set) var phase: UInt32 = 0
    /// The cells that were out while the customers were counted.
    package private(set) var cells = CellSet()
    /// The cells that are out now, since `changed`.
    private var out = CellSet()
    private var changed = Instant.zero
    private var isSameOut = true
    /// Of the placement: as of the last look, and since customers are counted; nil before the first look.
    private var latest: UInt64?
    private var version: UInt64?
    private var isMoved = false
    private var counts = Summary()

    package init(limit: Int = 1_000_000) { self.limit = min(limit, Int(Int32.max)) }

    package var isOpen: Bool { opened != nil && closed == nil }

    /// A cell stopped serving. `isFirm`: it is gone, not only in doubt.
    package mutating func faultBegan(_ cell: CellIndex, isFirm: Bool = true, now: Instant) {
        out.insert(cell)
        changed = now
        if !isOpen { open(now: now) }
        // One fault strikes many cells within moments.
        let isFresh = opened.map { now - $0 < Self.doubt } ?? true
        // One that was out and is again belongs to the same fault, such as a link that is opened anew at its end.
        if (isFirm || isFresh) && !cells.contains(cell) { adopt() } else { compare() }
    }

    /// A cell serves again.
    package mutating func faultEnded(_ cell: CellIndex, now: Instant) {
        guard out.contains(cell) else { return }
        out.remove(cell)
        changed = now
        compare()
        look(now: now)
    }

    /// Closes the window, or takes over what is out now, once that has lasted.
    ///
    /// - Parameter placement: the version in force; nil leaves it open.
    package mutating func look(now: Instant, placement: UInt64? = nil) {
        if let placement {
            latest = placement
            version = version ?? placement
            isMoved = isMoved || placement != version
        }
        guard isOpen else { return }
        if out.isEmpty {
            let calmSince = lastHarm.map { max($0, changed) } ?? changed
            if lastHarm == nil || now - calmSince >= Self.calm { closed = calmSince }
            return
        }
        guard !isSameOut else { return }
        let hasGrown = cells.allSatisfy { out.contains($0) }
        if now - changed >= (hasGrown ? Self.doubt : Self.recovery) { adopt() }
    }

    /// A request was answered while `serving` of its shard's `size` cells served.
    @inline(__always)
    package mutating func note(
        _ customer: CustomerHash, serving: Int, of size: Int, _ outcome: ImpactOutcomes.Outcome, now: Instant
    ) {
        guard isOpen || outcome.isFault else { return }
        noteOpen(customer, serving == 0 ? .lost : serving < size ? .degraded : .untouched, outcome, now: now)
    }

    private mutating func noteOpen(
        _ customer: CustomerHash, _ impact: Impact, _ outcome: ImpactOutcomes.Outcome, now: Instant
    ) {
        if !isOpen { open(now: now) }
        // While cells are out, harm is theirs.
        if outcome.isFault, out.isEmpty { lastHarm = now }
        counts.total.add(outcome)
        guard isSameOut else { return }
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

    private mutating func open(now: Instant) {
        entries.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        overflow = 0
        opened = now
        closed = nil
        lastHarm = nil
        counts = Summary()
        cells = CellSet()
        adopt()
    }

    /// From now on customers are counted for the cells that are out now.
    private mutating func adopt() {
        guard !isSame(cells, out) || phase == 0 || counts.customers == 0 else { return compare() }
        phase &+= 1
        (version, isMoved) = (latest, false)
        cells = out
        isSameOut = true
        counts = Summary(total: counts.total)
    }

    private mutating func compare() { isSameOut = isSame(cells, out) }

    private func isSame(_ a: CellSet, _ b: CellSet) -> Bool { a.count == b.count && a.allSatisfy { b.contains($0) } }

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

    /// What is known of one customer; nil when it was not seen while the current `cells` were out.
    package func entry(of customer: CustomerHash) -> Entry? {
        guard let place = places[customer.rawValue], entries[Int(place)].phase == phase else { return nil }
        return entries[Int(place)]
    }
}
