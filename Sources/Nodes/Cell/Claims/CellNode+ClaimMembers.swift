import Membership
import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// A cell as a member of the shard that keeps a claim.
extension CellNode {
    /// Another cell asks for one half of a round.
    mutating func keepClaim(
        _ frame: borrowing FrameView, _ asker: CellAsker, now: Instant, into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        guard store != nil else { return refuse(asker, .noStore, frame.head, into: &sink) }
        let value = Array(frame.body)
        let isPromise = frame.head.status == 1 && value.isEmpty
        let isValue = frame.head.status == 2 && ClaimValue(value) != nil
        guard frame.customer.count > 0, frame.name.count > 0, frame.name[0] == ClaimKey.mark,
            frame.head.customer == CustomerHash(frame.customer), isPromise || isValue
        else {
            counters.unexpectedFrames += 1
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        let (epoch, current) = (frame.head.epoch, ledger.placement.epoch(of: frame.head.customer))
        let isOldAccept = defect == .acceptsOldClaims && isValue && epoch < current
        if !isOldAccept {
            guard isCurrent(frame.head, asker, isRecord: true, into: &sink) else { return }
        }
        let purpose = PendingOrder.Purpose.claim(
            link, request: request, customer: frame.head.customer, epoch: frame.head.epoch)
        guard let ticket = orders.insert(PendingOrder(purpose: purpose, bytes: frame.body.count)) else {
            counters.refused += 1
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        storeBytes += frame.body.count
        let ballot = RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter)
        give(
            StoreOrder(
                ticket: ticket.rawValue, customer: Array(frame.customer), key: Array(frame.name),
                epoch: frame.head.epoch,
                operation: isPromise
                    ? .promise(ballot, until: wall(now) + ClaimDesk.promiseTime) : .accept(ballot, value)),
            of: frame.head.customer, into: &sink)
    }

    /// The store has kept it, or not.
    mutating func keptClaim(
        _ outcome: StoreAnswer.Outcome, to link: ConnectionID, request: UInt64, customer: CustomerHash, epoch: Epoch,
        into sink: inout some CellSink
    ) {
        var head = Self.answer(request)
        switch outcome {
        case .promised(let accepted, let value):
            (head.versionCounter, head.versionWriter) = (accepted.counter, accepted.writer)
            value.withUnsafeBytes { sink.reply(head, to: link, note: .empty, body: $0) }
        case .accepted: sink.reply(head, to: link, note: .empty, body: .empty)
        case .outdated(let promised):
            head.status = 409
            (head.versionCounter, head.versionWriter) = (promised.counter, promised.writer)
            sink.reply(head, to: link, note: .empty, body: .empty)
        case .otherEpoch:
            counters.staleEpochs += 1
            refuseEpoch(ledger.table.cohort(of: customer), request: request, epoch: epoch, to: link, into: &sink)
        default: sink.refuse(Self.refusal(of: outcome), request: request, epoch: epoch, to: link)
        }
    }

    // MARK: Those whose time is over

    /// Asks the store for a slice of them, and lets go of links that nobody needs.
    mutating func sweepClaims(now: Instant, into sink: inout some CellSink) {
        claims.sweepAt = now + ClaimDesk.sweepInterval
        for peer in claims.idle(now: now) {
            claims.unlinked(peer)
            let isRefilling = refill.place(of: peer).map { refill.peers[$0].link != .closed } ?? false
            if !isRefilling, !hints.isUp(peer), !hints.isOpening(peer) { sink.closeLink(to: peer) }
        }
        guard store?.life == .votes, let order = orders.insert(PendingOrder(purpose: .expireClaims)) else { return }
        give(
            .expireClaims(before: wall(now), keeping: ClaimDesk.mostClaims, limit: ClaimDesk.sweepSlice), order,
            into: &sink)
    }

    /// The store has dropped some.
    mutating func expiredClaims(_ outcome: StoreAnswer.Outcome, now: Instant) {
        guard case .expired(let over, let evicted, let left) = outcome else { return }
        claimCounters.expired += UInt64(over)
        claimCounters.evicted += UInt64(evicted)
        claimCounters.kept = left
        // There may be more: the next slice does not hold up what waits for the store.
        if max(over, evicted) >= ClaimDesk.sweepSlice { claims.sweepAt = min(claims.sweepAt, now + .milliseconds(50)) }
    }

    // MARK: Links, shared with refills and hints

    /// False where the cell cannot be reached.
    mutating func openClaimLink(_ peer: CellIndex, now: Instant, into sink: inout some CellSink) -> Bool {
        guard !claims.has(peer) else { return true }
        if let place = refill.place(of: peer), refill.peers[place].link != .closed {
            claims.linked(peer, isUp: refill.peers[place].link == .up, now: now)
            return true
        }
        if hints.isUp(peer) || hints.isOpening(peer) {
            claims.linked(peer, isUp: hints.isUp(peer), now: now)
            return true
        }
        guard let member = gossip.swim.member(named: topology.cells[peer.position].name), member.status == .alive,
            member.profile.data.port != 0
        else { return false }
        claims.linked(peer, isUp: false, now: now)
        sink.openLink(to: peer, at: member.profile.data)
        return true
    }

    /// A link is up: what waited for it is sent.
    mutating func claimLinkUp(_ peer: CellIndex, now: Instant, into sink: inout some CellSink) {
        guard claims.has(peer), !claims.isUp(peer) else { return }
        claims.linked(peer, isUp: true, now: now)
        for (ticket, position) in waiting(for: peer) {
            claims.tasks[ticket]?.unsent &= ~(1 << Positions(position))
            resend(ticket, to: peer, now: now, into: &sink)
        }
    }

    /// A link is gone: who was asked over it has refused.
    mutating func claimLinkDown(_ peer: CellIndex, now: Instant, into sink: inout some CellSink) {
        guard claims.has(peer) else { return }
        claims.unlinked(peer)
        let asked = claims.questions.filter { $0.value.cell == peer }.sorted { $0.key < $1.key }
        let unsent = waiting(for: peer)
        for (number, question) in asked {
            claims.forget([number])
            refused(question.task, by: peer, now: now, into: &sink)
        }
        for (ticket, position) in unsent where (claims.tasks[ticket]?.unsent ?? 0) & 1 << Positions(position) != 0 {
            refused(ticket, by: peer, now: now, into: &sink)
        }
    }

    private func waiting(for peer: CellIndex) -> [(SlabKey, Int)] {
        claims.byKey.values.compactMap { ticket in
            guard let task = claims.tasks[ticket], let position = task.members.position(of: peer),
                task.unsent & 1 << Positions(position) != 0
            else { return nil }
            return (ticket, position)
        }.sorted { $0.0.rawValue < $1.0.rawValue }
    }

    /// Closes a link for all who use it.
    mutating func closePeer(_ peer: CellIndex, now: Instant, into sink: inout some CellSink) {
        sink.closeLink(to: peer)
        claimLinkDown(peer, now: now, into: &sink)
    }
}
