import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// A range of a cohort of which another member wants a digest.
struct DigestQuestion: Sendable {
    var question: ListQuestion
    var asker: CellIndex
    var after: RecordPosition
    /// Nil for the cohort's end.
    var upTo: RecordPosition?
    var cutoff: UInt64
}

/// What a cell has compared with other members; these only rise.
package struct RepairStatus: Sendable, Equatable {
    /// Rounds over all cohorts.
    package var rounds: UInt64
    /// Ranges that were compared with a member, and those that differed.
    package var compared: UInt64
    package var differing: UInt64
    /// Records that were taken over.
    package var repaired: UInt64
    /// Records of one version that have another value at a member.
    package var damaged: UInt64
    /// Members that did not answer in time.
    package var unanswered: UInt64
}

/// Compares the cell's records with those of the other members, in the background of everything else: nothing is compared
/// while cohorts are read from other cells, and none that moves.
extension CellNode {
    package var repairStatus: RepairStatus {
        RepairStatus(
            rounds: repair.rounds, compared: repair.compared, differing: repair.differing, repaired: repair.repaired,
            damaged: repair.damaged, unanswered: repair.unanswered)
    }

    /// Compared are records that more than one member has to have. Of claims their own rounds take care.
    private func isCompared(_ line: RecordLine) -> Bool {
        guard !ClaimKey.isClaim(line.position.key) else { return false }
        return line.position.key.withUnsafeBytes { tiers?.tier(ofKey: $0) } != .cache
    }

    /// Whether two cells are members for a customer.
    private func areMembers(_ customer: CustomerHash, _ other: CellIndex) -> Bool {
        let shard = ledger.placement.assignment(of: customer).inForce
        return shard.contains(cell) && shard.contains(other)
    }

    private func mayCompare(_ cohort: Int) -> Bool {
        tier != .cache && topology.sharding.replacement == .never && isInstalled(cohort) && isToHold(cohort)
            && !needsFill(cohort) && ledger.placement.phase(ofCohort: cohort) == .stable
            && !ledger.table.entries[cohort].pins.contains { $0.state.phase != .stable }
    }

    mutating func tendRepair(now: Instant, into sink: inout some CellSink) {
        guard !isStopping, store?.life == .votes, refill.isIdle, refill.peers.isEmpty, handOvers.isEmpty else {
            repair.abandon(now: now)
            return repair.wait(until: now + .seconds(1))
        }
        if repair.page != nil { return goOnRepairing(now: now, into: &sink) }
        let cohort = repair.cohort
        guard mayCompare(cohort) else { return skipRepair(now: now, into: &sink) }
        guard !repair.isAsking, let ticket = orders.insert(PendingOrder(purpose: .repairPage(cohort: cohort))) else {
            return repair.wait(until: now + .seconds(1))
        }
        repair.isAsking = true
        repair.wait(until: .distantFuture)
        let fence = CohortFence(ledger.table, cohort: cohort)
        give(
            .list(fence, after: max(repair.after, fence.start), limit: Repair.pageSize, fingerprints: true), ticket,
            into: &sink)
    }

    private mutating func skipRepair(now: Instant, into sink: inout some CellSink) {
        let rounds = repair.rounds
        repair.skip(of: ledger.cohorts, now: now)
        if repair.rounds != rounds { endRound(now: now, into: &sink) }
    }

    /// Links are kept for hints alone until the next round.
    private mutating func endRound(now: Instant, into sink: inout some CellSink) {
        if hints.total == 0, !hints.isComparing { _ = hints.release(keeping: claims.cells, now: now, into: &sink) }
    }

    mutating func tookRepairPage(
        _ outcome: StoreAnswer.Outcome, _ cohort: Int, now: Instant, into sink: inout some CellSink
    ) {
        repair.isAsking = false
        guard case .listed(let lines, let isLast, _) = outcome, mayCompare(cohort), refill.isIdle else {
            return repair.wait(until: now + .seconds(1))
        }
        let fence = CohortFence(ledger.table, cohort: cohort)
        let own = lines.map { ($0.position, $0) }
        let page = Repair.Page(
            fence: fence, after: max(repair.after, fence.start), upTo: isLast ? nil : lines.last?.position,
            cutoff: HybridClock.counter(wall: now.nanoseconds &+ wallOffset &- Repair.age.nanoseconds),
            lines: Dictionary(uniqueKeysWithValues: own))
        var members = Set<UInt16>()
        for shape in ledger.placement.shapes(ofCohort: cohort, other: false) {
            for domain in shape.domains { members.formUnion(domain.cells.map(\.rawValue)) }
        }
        for pin in ledger.table.entries[cohort].pins { members.formUnion(pin.state.inForce.shard.map(\.rawValue)) }
        members.remove(cell.rawValue)
        repair.begin(page, with: repair.chosen(members.sorted()), now: now)
        for peer in repair.peers.keys.sorted() {
            let peer = CellIndex(peer)
            if !hints.isUp(peer) { openHintLink(peer, now: now, into: &sink) }
            if hints.isUp(peer) {
                askDigest(peer, into: &sink)
            } else if !hints.isOpening(peer) {
                // Who is not there has nothing to tell.
                repair.done(peer)
            }
        }
        goOnRepairing(now: now, into: &sink)
    }

    mutating func goOnRepairing(now: Instant, into sink: inout some CellSink) {
        guard let page = repair.page else { return }
        guard ledger.versions[page.fence.cohort] == page.fence.version else { return repair.abandon(now: now) }
        guard repair.isOver(now: now) else { return }
        let rounds = repair.rounds
        repair.end(of: ledger.cohorts, now: now)
        if repair.rounds != rounds { endRound(now: now, into: &sink) }
    }

    // MARK: Questions

    mutating func askDigest(_ peer: CellIndex, into sink: inout some CellSink) {
        guard let page = repair.page, repair.peers[peer.rawValue]?.asked == nil else { return }
        answerBuffer.removeAll()
        RecordPages.append(
            RecordPages.Listing(
                lines: [], upTo: page.upTo ?? .start, isLast: page.upTo == nil, floor: page.cutoff),
            into: &answerBuffer)
        askRepair(.digest, .recordDigest, page.after, of: peer, into: &sink)
    }

    /// Sends what is in `answerBuffer`.
    private mutating func askRepair(
        _ question: Repair.Question, _ kind: FrameKind, _ position: RecordPosition, of peer: CellIndex,
        into sink: inout some CellSink
    ) {
        guard let page = repair.page else { return }
        var head = FrameHead(
            kind: kind, request: repair.ask(question, of: peer), customer: position.hash, epoch: .first)
        let words = ListQuestion(cohort: page.fence.cohort, version: page.fence.version, verifies: true).words
        (head.versionCounter, head.versionWriter) = words
        let body = answerBuffer.bytes
        var name = self.name
        let isSent = name.withUTF8 { name in
            position.customer.withUnsafeBytes { customer in
                position.key.withUnsafeBytes { key in
                    sink.send(
                        head, to: peer, customer: customer, name: key, note: UnsafeRawBufferPointer(name), body: body)
                }
            }
        }
        if !isSent { repair.done(peer) }
    }

    mutating func repairAnswered(
        _ frame: borrowing FrameView, by peer: CellIndex, now: Instant, into sink: inout some CellSink
    ) {
        guard let question = repair.answered(frame.head.request, by: peer) else {
            counters.unexpectedFrames += 1
            return
        }
        guard frame.head.kind == .reply, let page = repair.page else {
            // It has another entry, or no vote: another round.
            repair.done(peer)
            return goOnRepairing(now: now, into: &sink)
        }
        switch question {
        case .digest:
            repair.compared += 1
            let theirs = RangeDigest(sum: frame.head.versionCounter, count: frame.head.versionWriter)
            if theirs == digest(of: page.lines.values.filter(page.covers), with: peer) {
                repair.done(peer)
            } else {
                repair.differing += 1
                answerBuffer.removeAll()
                askRepair(.lines, .recordList, page.after, of: peer, into: &sink)
            }
        case .lines:
            guard let listing = RecordPages.listing(frame.body) else {
                repair.done(peer)
                break
            }
            let lines = listing.lines.filter { isCompared($0) && areMembers($0.position.hash, peer) }
            let tiers = tiers
            let damage = repair.take(lines, of: peer) { tiers?.hasSiblings($0.key) ?? false }
            for line in damage where repair.mayTell() {
                sink.emit(.store(.damagedRecord(line.position, cell: peer)))
            }
            let isAtEnd = listing.isLast || page.upTo.map { listing.upTo >= $0 } ?? false
            if !isAtEnd, let after = repair.peers[peer.rawValue]?.after, listing.upTo > after {
                repair.peers[peer.rawValue]?.after = listing.upTo
                answerBuffer.removeAll()
                askRepair(.lines, .recordList, listing.upTo, of: peer, into: &sink)
            } else {
                fetchWanted(peer, into: &sink)
            }
        case .records(let wanted):
            keep(RecordPages.records(frame.body) ?? [], wanted, page, into: &sink)
            repair.done(peer)
        }
        goOnRepairing(now: now, into: &sink)
    }

    private mutating func fetchWanted(_ peer: CellIndex, into sink: inout some CellSink) {
        guard let wanted = repair.peers[peer.rawValue]?.wanted, !wanted.isEmpty else { return repair.done(peer) }
        answerBuffer.removeAll()
        RecordPages.append(wanted, into: &answerBuffer)
        askRepair(.records(wanted), .recordFetch, .start, of: peer, into: &sink)
    }

    /// Takes over what is newer than here; the store compares once more, at this very entry.
    private mutating func keep(
        _ records: [StoredRecord], _ wanted: [RecordPosition], _ page: Repair.Page, into sink: inout some CellSink
    ) {
        let asked = Set(wanted)
        let newer = records.filter { record in
            asked.contains(record.line.position)
                && (page.lines[record.line.position].map { $0.version < record.line.version } ?? true
                    || tiers?.hasSiblings(record.line.position.key) ?? false)
        }
        for record in newer where page.lines[record.line.position] == nil {
            repair.lacked += 1
            repair.oldestLacked = min(repair.oldestLacked, record.line.version.counter)
        }
        guard let last = newer.last,
            let ticket = orders.insert(PendingOrder(purpose: .repaired(count: newer.count)))
        else { return }
        give(
            .fill(FillPage(fence: page.fence, records: newer, upTo: last.line.position)), ticket, into: &sink)
    }

    mutating func repaired(_ outcome: StoreAnswer.Outcome, _ count: Int) {
        // At another entry nothing was kept: the next round looks anew.
        if case .life(.votes) = outcome { repair.repaired += UInt64(count) }
    }

    // MARK: Answers

    private func digest(of lines: some Sequence<RecordLine>, with other: CellIndex) -> RangeDigest {
        var digest = RangeDigest()
        var looked: (customer: CustomerHash, isShared: Bool)?
        for line in lines where isCompared(line) {
            if looked?.customer != line.position.hash {
                looked = (line.position.hash, areMembers(line.position.hash, other))
            }
            if looked?.isShared ?? false { digest.add(line) }
        }
        return digest
    }

    /// The store has looked at a range for another member.
    mutating func tellDigest(
        _ lines: [RecordLine], isLast: Bool, _ asked: DigestQuestion, to link: ConnectionID, request: UInt64,
        into sink: inout some CellSink
    ) {
        // Longer than one look: it has many that the other does not.
        let isWhole = isLast || asked.upTo.map { end in lines.last.map { $0.position >= end } ?? false } ?? false
        let covered = lines.filter { line in
            line.version.counter < asked.cutoff && asked.upTo.map { line.position <= $0 } ?? true
        }
        let digest = isWhole ? digest(of: covered, with: asked.asker) : .unknown
        var head = Self.answer(request)
        (head.versionCounter, head.versionWriter) = (digest.sum, digest.count)
        sink.reply(head, to: link, note: .empty, body: .empty)
    }
}
