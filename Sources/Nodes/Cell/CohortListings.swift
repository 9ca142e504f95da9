import MeshBase
import Replication
import Wire

/// What the cell's own store was found to hold of a cohort, line by line, kept for as long as nothing was ordered since that
/// may have changed it.
///
/// A cohort that moves is listed by every cell that shares a customer of it, all within a moment, and each wants the few
/// lines that it shares: the rows are looked at once for all of them. Orders are carried out in the order in which they
/// were given, so that between two orders that change a cohort every listing of it is the same.
struct CohortListings {
    /// Who waits for a listing.
    enum Waiter {
        case cell(ConnectionID, request: UInt64, asker: CellIndex, ListQuestion)
        /// The cell's own refill.
        case own(number: UInt64)
    }

    struct Key: Equatable {
        var cohort: Int
        /// Of the entry at which it is listed.
        var version: UInt64
        var verifies: Bool
        var after: RecordPosition
    }

    struct Listing {
        let lines: [RecordLine]
        var isLast: Bool
        var floor: UInt64
        /// The customers of the lines, in their order, each with where its lines end: most lines are of customers that the
        /// asker does not share, and are passed over by customer.
        let customers: [(hash: CustomerHash, end: Int)]

        init(lines: [RecordLine], isLast: Bool, floor: UInt64) {
            self.lines = lines
            self.isLast = isLast
            self.floor = floor
            var customers: [(hash: CustomerHash, end: Int)] = []
            for place in lines.indices {
                let hash = lines[place].position.hash
                if customers.last?.hash == hash {
                    customers[customers.count - 1].end = place + 1
                } else {
                    customers.append((hash, place + 1))
                }
            }
            self.customers = customers
        }
    }

    private struct Kept {
        var key: Key
        var changes: UInt64
        var listing: Listing
    }

    private struct Asked {
        var ticket: SlabKey
        var key: Key
        var changes: UInt64
        var waiters: [Waiter]
    }

    /// Rows that one order looks at; few of them need to be the asker's.
    static let scanned = 2_048
    /// Lines that are kept of all cohorts together.
    static let mostLines = 8_192
    /// Who waits for one listing; further ones ask the store themselves.
    static let mostWaiters = 1_024

    /// Orders so far that may have changed a cohort.
    private var changes: [UInt64]
    /// The oldest first.
    private var kept: [Kept] = []
    private var lines = 0
    /// In the order in which they were given.
    private var asked: [Asked] = []
    /// Questions that were answered without the store.
    private(set) var shared: UInt64 = 0

    init(cohorts: Int) { changes = Array(repeating: 0, count: cohorts) }

    /// An order was given to the store.
    mutating func note(_ reach: StoreOrder.Reach) {
        switch reach {
        case .nothing: return
        case .cohort(let cohort): if changes.indices.contains(cohort) { changes[cohort] &+= 1 }
        case .everything: for cohort in changes.indices { changes[cohort] &+= 1 }
        }
    }

    /// What is known; nil where the store has to be asked.
    mutating func known(_ key: Key) -> Listing? {
        guard let place = kept.firstIndex(where: { $0.key == key }) else { return nil }
        guard kept[place].changes == changes[key.cohort] else {
            lines -= kept[place].listing.lines.count
            kept.remove(at: place)
            return nil
        }
        shared &+= 1
        return kept[place].listing
    }

    /// Waits for a listing that the store was asked for, where nothing was changed since; false where there is none.
    mutating func join(_ waiter: Waiter, _ key: Key) -> Bool {
        guard let place = asked.lastIndex(where: { $0.key == key }), asked[place].changes == changes[key.cohort],
            asked[place].waiters.count < Self.mostWaiters
        else { return false }
        asked[place].waiters.append(waiter)
        shared &+= 1
        return true
    }

    /// The store is asked.
    mutating func ask(_ ticket: SlabKey, _ key: Key, for waiter: Waiter) {
        asked.append(Asked(ticket: ticket, key: key, changes: changes[key.cohort], waiters: [waiter]))
    }

    /// The store has answered: a listing, or nil for anything else.
    /// - Returns: who waited for it.
    mutating func answered(_ ticket: SlabKey, _ listing: Listing?) -> [Waiter] {
        guard let place = asked.firstIndex(where: { $0.ticket == ticket }) else { return [] }
        let order = asked.remove(at: place)
        if let listing, order.changes == changes[order.key.cohort], listing.lines.count <= Self.mostLines {
            kept.append(Kept(key: order.key, changes: order.changes, listing: listing))
            lines += listing.lines.count
            while lines > Self.mostLines || kept.count > changes.count {
                lines -= kept.removeFirst().listing.lines.count
            }
        }
        return order.waiters
    }
}

/// All orders of the store go through here: what may change a cohort is noted.
extension CellNode {
    /// Gives an order about a record.
    mutating func give(_ order: StoreOrder, of customer: CustomerHash, into sink: inout some CellSink) {
        listings.note(order.operation.changes ? .cohort(ledger.table.cohort(of: customer)) : .nothing)
        sink.store(order)
    }

    /// Gives an order that is about no single record.
    mutating func give(_ operation: StoreOrder.Operation, _ ticket: SlabKey, into sink: inout some CellSink) {
        listings.note(operation.reach)
        sink.store(StoreOrder(ticket: ticket.rawValue, customer: [], key: [], epoch: .first, operation: operation))
    }

    /// Has a cohort listed, by the store where that has to be asked.
    /// - Returns: false where the store has as much to do as it may.
    mutating func list(
        _ fence: CohortFence, after: RecordPosition, verifies: Bool, for waiter: CohortListings.Waiter, now: Instant,
        into sink: inout some CellSink
    ) -> Bool {
        let key = CohortListings.Key(
            cohort: fence.cohort, version: fence.version, verifies: verifies, after: max(after, fence.start))
        if let listing = listings.known(key) {
            tell(listing, waiter, now: now, into: &sink)
            return true
        }
        if listings.join(waiter, key) { return true }
        guard let ticket = orders.insert(PendingOrder(purpose: .list(cohort: fence.cohort))) else { return false }
        listings.ask(ticket, key, for: waiter)
        give(
            .list(fence, after: key.after, limit: CohortListings.scanned, fingerprints: verifies), ticket, into: &sink)
        return true
    }

    /// The store has listed a cohort, or has not.
    mutating func listed(
        _ outcome: StoreAnswer.Outcome, _ ticket: SlabKey, _ cohort: Int, now: Instant, into sink: inout some CellSink
    ) {
        if case .listed(let lines, let isLast, let floor) = outcome {
            let listing = CohortListings.Listing(lines: lines, isLast: isLast, floor: floor)
            for waiter in listings.answered(ticket, listing) { tell(listing, waiter, now: now, into: &sink) }
            return
        }
        for waiter in listings.answered(ticket, nil) {
            switch waiter {
            case .cell(let link, let request, _, _):
                if case .otherEntry = outcome {
                    refuseEpoch(cohort, request: request, epoch: .first, to: link, into: &sink)
                } else {
                    sink.refuse(Self.refusal(of: outcome), request: request, to: link)
                }
            case .own(let number): listedOwn(nil, number: number, now: now, into: &sink)
            }
        }
    }

    private mutating func tell(
        _ listing: CohortListings.Listing, _ waiter: CohortListings.Waiter, now: Instant, into sink: inout some CellSink
    ) {
        switch waiter {
        case .cell(let link, let request, let asker, let question):
            tell(listing, question, to: link, request: request, asker: asker, into: &sink)
        case .own(let number): listedOwn(listing, number: number, now: now, into: &sink)
        }
    }
}
