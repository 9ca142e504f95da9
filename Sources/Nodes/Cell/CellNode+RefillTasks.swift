import Membership
import MeshBase
import Replication
import Topology
import Wire

/// The cohorts that are read, one after the other, and their pages.
extension CellNode {
    /// The next cohort to be read, when none is.
    mutating func takeTask(now: Instant, into sink: inout some CellSink) {
        guard refill.task == nil else { return }
        switch refill.stage {
        case .asking, .waiting: return
        case .pulling: return takeTaskOfLife(now: now, into: &sink)
        case .done: break
        }
        while let (cohort, purpose) = refill.nextWaiting() {
            guard isInstalled(cohort), purpose == .verify || needsFill(cohort) else { continue }
            return begin(purpose, cohort, now: now, into: &sink)
        }
        letGo(now: now, into: &sink)
    }

    private mutating func takeTaskOfLife(now: Instant, into sink: inout some CellSink) {
        while refill.nextCohort < ledger.cohorts {
            let cohort = refill.nextCohort
            guard isInstalled(cohort) else { return }
            if ledger.placement.mayHold(cohort, cell, targetOnly: false) {
                return begin(.life, cohort, now: now, into: &sink)
            }
            refill.nextCohort += 1
        }
        // Nothing is left: an empty page ends the refill.
        guard refill.page == nil, !isChangingLife, let last = rooms.indices.last, isInstalled(last) else { return }
        let fence = CohortFence(ledger.table, cohort: last)
        let page = FillPage(fence: fence, records: [], upTo: refill.cursor, isLastOfStore: true)
        ask(.fill(page), at: refill.cursor, into: &sink)
    }

    mutating func begin(
        _ purpose: RefillTask.Purpose, _ cohort: Int, now: Instant, into sink: inout some CellSink
    ) {
        let task = RefillTask(
            purpose, ledger.table.entries[cohort], ledger.placement, of: (cell, rooms[cohort].stored.filled), now: now)
        gather(task.cells, own: purpose != .life, now: now, into: &sink)
        refill.begin(task)
    }

    /// Keeps the links to those cells that the task needs, and no others.
    mutating func gather(
        _ cells: Set<UInt16>, own: Bool, now: Instant, into sink: inout some CellSink
    ) {
        // One link between two cells: what moves or was lost comes first.
        let released = hints.release(keeping: claims.cells, now: now, into: &sink)
        repair.abandon(now: now)
        var peers: [RefillPeer] = []
        for peer in refill.peers {
            if !peer.isSelf, cells.contains(peer.cell.rawValue) {
                peers.append(peer)
            } else if !peer.isSelf, peer.link != .closed, !claims.has(peer.cell) {
                sink.closeLink(to: peer.cell)
            }
        }
        let known = Set(peers.map(\.cell.rawValue))
        for cell in cells.sorted() where cell != self.cell.rawValue && !known.contains(cell) {
            let index = CellIndex(cell)
            let peer = RefillPeer(cell: index, name: topology.cells[index.position].name, after: refill.cursor)
            if released { peer.retryAt = now + RefillPeer.entryInterval }
            peers.append(peer)
        }
        if own { peers.append(RefillPeer(cell: cell, name: name, after: refill.cursor, isSelf: true)) }
        refill.peers = peers.sorted { $0.cell < $1.cell }
    }

    mutating func letGo(now: Instant, into sink: inout some CellSink) {
        for peer in refill.peers where !peer.isSelf && peer.link != .closed && !claims.has(peer.cell) {
            sink.closeLink(to: peer.cell)
        }
        refill.peers = []
    }

    /// All of the task's cohort is here.
    mutating func finishTask(now: Instant, into sink: inout some CellSink) {
        guard let task = refill.task else { return }
        refill.end()
        switch task.purpose {
        case .life:
            refill.nextCohort = task.cohort + 1
            if task.isWhole { rooms[task.cohort].stored.filled = max(rooms[task.cohort].stored.filled, task.move) }
        case .move:
            rooms[task.cohort].stored.filled = max(rooms[task.cohort].stored.filled, task.move)
        case .verify:
            rooms[task.cohort].verified = (task.fence.version, task.isDamaged ? .damaged : .sound)
            if task.isDamaged {
                counters.damagedCohorts += 1
                sink.emit(.store(.damaged(cohort: task.cohort)))
            }
        }
    }

    // MARK: Pages

    mutating func pull(now: Instant, into sink: inout some CellSink) {
        guard let life = store?.life, let task = refill.task else { return }
        let byName = isCoveredByName(task)
        let isCovered = refill.isCovered(life: life, now: now, byName: byName) { isAlive($0) }
        tell(isCovered: isCovered, now: now, into: &sink)
        if isCovered, now >= refill.paceAt, !merge(byName: byName) { return }
        if let ready = refill.page?.ready(), now >= refill.paceAt {
            let isAtEnd = ready.isLast
            if isAtEnd, ready.records.isEmpty, task.purpose == .verify {
                finishTask(now: now, into: &sink)
                return refill.hurry()
            }
            refill.page?.isCommitting = true
            var page = FillPage(fence: task.fence, records: ready.records, upTo: ready.upTo)
            if isAtEnd {
                page.floor = refill.floor
                if task.purpose != .verify, task.isWhole { page.filled = task.move }
                // A store without a vote goes on behind the cohort.
                if task.purpose == .life, task.fence.hashes.upperBound < .max {
                    page.upTo = RecordPosition(before: task.fence.hashes.upperBound + 1)
                }
            }
            ask(.fill(page), at: ready.upTo, isLast: isAtEnd, into: &sink)
        }
        var hasMore = false
        for place in refill.peers.indices where refill.peers[place].isSource && refill.peers[place].asked == nil {
            let wanted = refill.page?.wanted(of: place, limit: topology.routing.bodyLimit) ?? []
            if !wanted.isEmpty {
                ask(place, .fetch(wanted), now: now, into: &sink)
            } else if refill.peers[place].wantsLines {
                if refill.peers[place].isSelf {
                    if takeOwn(place, task) { hasMore = true } else { listOwn(place, now: now, into: &sink) }
                } else {
                    ask(place, .list, now: now, into: &sink)
                }
            }
        }
        // Outside of the loop: it may bring the task to its end.
        if hasMore { pull(now: now, into: &sink) }
    }

    /// Whether enough of each customer's shard is read, customer by customer of the topology's: looked at where it cannot be
    /// said whatever their names are. Without records of others there is nobody to ask about.
    private mutating func isCoveredByName(_ task: RefillTask) -> Bool {
        guard task.purpose == .move, refill.rule.tier == .critical, !refill.isCovered(task) else { return false }
        // Who was moved by hand is not among the cohort's customers.
        guard task.pins.allSatisfy({ pin in pin.hasMajority { refill.isMissing($0) } }) else {
            return false
        }
        let missing = task.cells.sorted().map { CellIndex($0) }.filter { refill.isMissing($0) }
        if let known = refill.task?.named, known.missing == missing { return known.isCovered }
        let customers = task.customers ?? CohortMembers.customers(of: task.cohort, topology, ledger.placement)
        refill.named(customers)
        let isCovered = CohortMembers.areCovered(customers, other: false, ledger.placement) { missing.contains($0) }
        refill.named(missing, isCovered: isCovered)
        return isCovered
    }

    /// False where a customer that the topology does not name has records, and too few cells of its shard are read: then
    /// the cohort waits for them.
    private mutating func merge(byName: Bool) -> Bool {
        guard byName, let task = refill.task else {
            _ = refill.merge()
            return true
        }
        let (placement, missing) = (ledger.placement, task.named?.missing ?? [])
        let pins = ledger.table.entries[task.cohort].pins
        let isWhole = refill.merge { customer in
            guard !pins.contains(where: { $0.customer == customer && $0.isHeld }) else { return false }
            return !placement.assignment(of: customer).inForce.hasMajority { missing.contains($0) }
        }
        guard !isWhole else { return true }
        refill.named(missing, isCovered: false)
        refill.rewind()
        return false
    }

    /// What is known of the cell's own store; false where it has to be asked.
    private mutating func takeOwn(_ place: Int, _ task: RefillTask) -> Bool {
        let key = CohortListings.Key(
            cohort: task.cohort, version: task.fence.version, verifies: task.purpose == .verify,
            after: max(refill.peers[place].after, task.fence.start))
        guard let listing = listings.known(key) else { return false }
        refill.peers[place].take(listing)
        return true
    }

    /// Asks the cell's own store what it has already.
    private mutating func listOwn(_ place: Int, now: Instant, into sink: inout some CellSink) {
        guard let task = refill.task else { return }
        let number = refill.nextNumber()
        let after = refill.peers[place].after
        refill.peers[place].ask(.list, number: number, now: now)
        guard
            !list(
                task.fence, after: after, verifies: task.purpose == .verify, for: .own(number: number), now: now,
                into: &sink)
        else { return }
        // The store has as much to do as it may: the next look tries again.
        _ = refill.peers[place].answered(number)
    }

    /// What the cell's own store has; nil where it did not tell.
    mutating func listedOwn(
        _ listing: CohortListings.Listing?, number: UInt64, now: Instant, into sink: inout some CellSink
    ) {
        guard let place = refill.place(of: cell), refill.peers[place].answered(number) != nil else { return }
        if let listing {
            refill.peers[place].take(listing)
            goOn(now: now, into: &sink)
        } else {
            refill.paceAt = now + Refill.pace
            refill.plan(now: now)
        }
    }

    mutating func tell(isCovered: Bool, now: Instant, into sink: inout some CellSink) {
        guard let task = refill.task else { return }
        if isCovered {
            if task.purpose == .life, !hasToldSources {
                hasToldSources = true
                sink.emit(.store(.refillBegan(sources: refill.peers.count(where: \.isSource))))
            }
            refill.stalled = []
        } else if now >= task.since + Refill.courtesy {
            let missing = refill.missing { isAlive($0) }.map(\.cell)
            guard missing != refill.stalled else { return }
            refill.stalled = missing
            sink.emit(.store(.refillStalled(missing: missing)))
        }
    }
}
