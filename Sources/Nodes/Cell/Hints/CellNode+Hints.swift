import MeshBase
import Replication
import Sharding
import Wire

/// How far a cell's hints have come.
package struct HintStatus: Sendable, Equatable {
    /// Records that some member may not have.
    package var outstanding: Int
    /// Milliseconds since the oldest was left: what is younger may be lost with this cell's disk. 0 without any.
    package var oldestMilliseconds: Int64
    package var delivered: UInt64
    package var settled: UInt64
    /// Records that were sent on before they were dropped, and those that were dropped since their deletion may have been
    /// collected elsewhere.
    package var handedOver: UInt64
    package var stale: UInt64
}

/// What a cell alone has acknowledged, or with some of the others, it brings to all members of the entry of the day.
extension CellNode {
    /// Milliseconds since 1970, at the time of the call that is worked on.
    var hintClock: Int64 { (hintNow.nanoseconds &+ wallOffset) / 1_000_000 }

    /// Nil where no tier of the store leaves any.
    package var hintStatus: HintStatus? {
        guard hints.isOn else { return nil }
        return HintStatus(
            outstanding: hints.total, oldestMilliseconds: hints.oldest == 0 ? 0 : max(0, hintClock - hints.oldest),
            delivered: hints.delivered, settled: hints.settled, handedOver: hints.handedOver, stale: hints.stale)
    }

    /// While cohorts are read from other cells hints stand back, except where an entry waits for them: who reads may wait
    /// for that entry.
    private var mayDeliver: Bool { refill.isIdle && refill.peers.isEmpty || !handOvers.isEmpty }

    /// Asks the store for a page, or ends the one at hand.
    mutating func deliverHints(now: Instant, into sink: inout some CellSink) {
        hintNow = now
        guard !isStopping, store?.life == .votes, mayDeliver else {
            return hints.look(at: now + HintDelivery.interval)
        }
        if hints.isComparing { return goOnWithHints(now: now, into: &sink) }
        guard !hints.isAsking, let ticket = orders.insert(PendingOrder(purpose: .hints)) else {
            return hints.look(at: now + HintDelivery.interval)
        }
        hints.isAsking = true
        hints.look(at: .distantFuture)
        give(
            .hints(
                after: hints.after, until: handOvers.isEmpty ? hintClock - HintDelivery.age : .max,
                limit: HintDelivery.pageSize), ticket, into: &sink)
    }

    mutating func tookHints(_ outcome: StoreAnswer.Outcome, now: Instant, into sink: inout some CellSink) {
        hintNow = now
        hints.isAsking = false
        guard case .hinted(let lines, let total, let oldest) = outcome else {
            return hints.look(at: now + HintDelivery.interval)
        }
        hints.total = total
        hints.oldest = oldest
        guard mayDeliver else { return hints.look(at: now + HintDelivery.interval) }
        let missing = lines.map { line in
            let assignment = ledger.placement.assignment(of: line.position.hash)
            var cells = Set(assignment.inForce.map(\.rawValue))
            cells.formUnion(assignment.other.map(\.rawValue))
            cells.remove(cell.rawValue)
            return cells
        }
        hints.begin(lines, missing: missing, leaving: leaving(among: lines), now: now)
        guard hints.isComparing else {
            // Nobody has to be told of anything.
            if total == 0, repair.page == nil { _ = hints.release(keeping: claims.cells, now: now, into: &sink) }
            return
        }
        for peer in Set(missing.flatMap { $0 }).sorted() {
            let peer = CellIndex(peer)
            let isOfRefill = refill.place(of: peer).map { refill.peers[$0].link == .up } ?? false
            if hints.isUp(peer) || isOfRefill {
                askLacking(peer, into: &sink)
            } else if refill.place(of: peer) == nil {
                openHintLink(peer, now: now, into: &sink)
            }
        }
        goOnWithHints(now: now, into: &sink)
    }

    mutating func openHintLink(_ peer: CellIndex, now: Instant, into sink: inout some CellSink) {
        if let known = hints.peers[peer.rawValue] {
            guard now >= known.retryAt else { return }
            // It has been opening for too long.
            closePeer(peer, now: now, into: &sink)
            _ = hints.lost(peer, now: now)
            return
        }
        guard let member = gossip.swim.member(named: topology.cells[peer.position].name), member.status == .alive,
            member.profile.data.port != 0
        else { return }
        hints.opening(peer, now: now)
        if claims.isUp(peer) {
            hints.opened(peer)
            return askLacking(peer, into: &sink)
        }
        if !claims.has(peer) { sink.openLink(to: peer, at: member.profile.data) }
    }

    mutating func hintLinkUp(_ peer: CellIndex, now: Instant, into sink: inout some CellSink) {
        hints.opened(peer)
        askLacking(peer, into: &sink)
        goOnWithHints(now: now, into: &sink)
        askDigest(peer, into: &sink)
    }

    private mutating func askLacking(_ peer: CellIndex, into sink: inout some CellSink) {
        let lines = hints.page.indices.filter { hints.missing[$0].contains(peer.rawValue) }
        guard hints.isComparing, !lines.isEmpty else { return }
        answerBuffer.removeAll()
        RecordPages.append(
            RecordPages.Listing(lines: lines.map { hints.page[$0] }, upTo: .start, isLast: true), into: &answerBuffer)
        let number = hints.ask(.lacks(lines), of: peer)
        let head = FrameHead(kind: .hints, request: number, customer: CustomerHash(rawValue: 0), epoch: .first)
        let body = answerBuffer.bytes
        var name = self.name
        let isSent = name.withUTF8 { name in
            sink.send(
                head, to: peer, customer: .empty, name: .empty, note: UnsafeRawBufferPointer(name), body: body)
        }
        if !isSent { _ = hints.answered(number, by: peer) }
    }

    /// An answer of another member: what it lacks, or that it has kept a record.
    mutating func hintAnswered(
        _ frame: borrowing FrameView, by peer: CellIndex, now: Instant, into sink: inout some CellSink
    ) {
        guard let question = hints.answered(frame.head.request, by: peer) else {
            counters.unexpectedFrames += 1
            return
        }
        let isReply = frame.head.kind == .reply
        if !isReply, Refusal(rawValue: frame.head.status) == .otherEpoch {
            // What it knows may be newer; where it is older, it hears of it from others.
            learn(frame.body, now: now, into: &sink)
        }
        guard hints.isComparing else { return }
        switch question {
        case .lacks(let lines):
            guard isReply, frame.body.count == lines.count else { break }
            for (index, line) in lines.enumerated() {
                switch RecordLack(rawValue: frame.body[index]) {
                case .has: hints.holds(line, peer, wasSent: false)
                case .mayBeCollected where hints.mayBeCollected(line): break
                default: if hints.missing[line].contains(peer.rawValue) { hints.toSend.append((line, peer)) }
                }
            }
        case .write(let line):
            hints.sending -= 1
            if isReply {
                hints.holds(line, peer, wasSent: true)
                hints.delivered += 1
            }
        }
        goOnWithHints(now: now, into: &sink)
    }

    /// Sends what is lacking, a few records at a time, and ends the page when that is done or takes too long.
    private mutating func goOnWithHints(now: Instant, into sink: inout some CellSink) {
        guard hints.isComparing else { return }
        while hints.sending < HintDelivery.mostSending,
            let next = hints.toSend.firstIndex(where: { hints.maySend($0.line, now: now) })
        {
            let (line, peer) = hints.toSend.remove(at: next)
            let position = hints.page[line].position
            // As the store knows it, which may be behind.
            let installed = rooms[ledger.table.cohort(of: position.hash)].stored.entry
            guard
                let ticket = orders.insert(
                    PendingOrder(purpose: .hinted(line: line, to: peer, batch: hints.batch)))
            else { break }
            hints.sending += 1
            give(
                StoreOrder(
                    ticket: ticket.rawValue, customer: position.customer, key: position.key,
                    epoch: installed.epoch(of: position.hash), operation: .read), of: position.hash, into: &sink)
        }
        guard hints.isOver(now: now) else { return }
        let complete = hints.complete
        hints.end(now: now)
        guard !complete.isEmpty, let ticket = orders.insert(PendingOrder(purpose: .settled)) else { return }
        give(.settle(complete), ticket, into: &sink)
    }

    /// The cell's own record of a hint: on to the member that lacks it.
    mutating func deliver(
        _ outcome: StoreAnswer.Outcome, _ line: Int, to peer: CellIndex, batch: UInt64, now: Instant,
        into sink: inout some CellSink
    ) {
        guard batch == hints.batch, hints.isComparing else { return }
        var isSent = false
        if case .record(_, let value, _, _) = outcome, value.count > recordLimit {
            // Written when the limit was higher: no frame takes it. Where it goes, it goes unsent.
            _ = hints.mayBeCollected(line)
        } else if case .record(let version, let value, let tombstone, _) = outcome, version != .none {
            let position = hints.page[line].position
            let number = hints.ask(.write(line: line), of: peer)
            var head = FrameHead(
                kind: .recordWrite, flags: .priority(.low), request: number, customer: position.hash,
                epoch: ledger.placement.epoch(of: position.hash))
            if tombstone { head.flags.insert(.tombstone) }
            head.set(version)
            isSent = position.customer.withUnsafeBytes { customer in
                position.key.withUnsafeBytes { key in
                    value.withUnsafeBytes {
                        sink.send(head, to: peer, customer: customer, name: key, note: .empty, body: $0)
                    }
                }
            }
            if !isSent { _ = hints.answered(number, by: peer) }
        } else if case .record(.none, _, _, _) = outcome {
            // It was dropped here, and is kept by those who may: nothing is left to be sent.
            hints.missing[line] = []
        }
        if !isSent { hints.sending -= 1 }
        goOnWithHints(now: now, into: &sink)
    }

    mutating func settled(_ outcome: StoreAnswer.Outcome, now: Instant) {
        if case .settled(let count) = outcome {
            hints.settled += UInt64(count)
            hints.total = max(0, hints.total - count)
            if hints.total == 0 { hints.oldest = 0 }
            // An entry may have waited for these.
            if count > 0, !handOvers.isEmpty { installRetryAt = .zero }
        }
    }
}
