import Membership
import MeshBase
import Replication
import Topology
import Wire

/// How a cell whose store has no vote comes to one.
extension CellNode {
    /// What the cell tells of its store; nil where it has none.
    package func storeStatus(now: Instant) -> StoreStatus? {
        guard let identity = store else { return nil }
        var status = StoreStatus(storeID: identity.id, life: identity.life, stage: .serving)
        status.records = refill.records
        switch refill.stage {
        case .done: return status
        case .asking: status.stage = .asking
        case .waiting(let until):
            status.stage = .waiting
            status.waits = max(until - now, .zero)
        case .pulling: status.stage = .pulling
        }
        status.sources = refill.peers.count(where: \.isSource)
        if status.stage == .asking {
            status.missing = refill.missing { isAlive($0) }.filter { missing in
                refill.place(of: missing.cell).map { refill.peers[$0].state == nil } ?? true
            }
        } else if !refill.isCovered(life: identity.life, now: now, isAlive: { isAlive($0) }) {
            status.missing = refill.missing { isAlive($0) }
        }
        return status
    }

    func isAlive(_ peer: RefillPeer) -> Bool { gossip.swim.member(named: peer.name)?.status == .alive }

    mutating func beginRefill(now: Instant, into sink: inout some CellSink) {
        guard let store, refill.stage != .done else { return }
        refill.began = now
        refill.lookAt = now + Refill.lookInterval
        if store.life == .unborn {
            refill.stage = .asking
        } else {
            sink.emit(.store(.lost))
            // A refill that has begun has waited.
            refill.stage = store.cursor == nil ? .waiting(until: now + refill.rule.wait) : .pulling(since: now)
        }
        goOn(now: now, into: &sink)
    }

    /// Does everything that can be done now, and sets when to look again.
    mutating func goOn(now: Instant, into sink: inout some CellSink) {
        guard refill.stage != .done, !isStopping else { return }
        if case .waiting(let until) = refill.stage, now >= until { refill.stage = .pulling(since: now) }
        if now >= refill.lookAt {
            refill.lookAt = now + Refill.lookInterval
            ask(.life, into: &sink)
        }
        for place in refill.peers.indices {
            tend(place, now: now, into: &sink)
        }
        switch refill.stage {
        case .asking: decideBirth(into: &sink)
        case .pulling: pull(now: now, into: &sink)
        case .waiting, .done: break
        }
        refill.plan(now: now)
    }

    // MARK: Peers

    private mutating func tend(_ place: Int, now: Instant, into sink: inout some CellSink) {
        let peer = refill.peers[place]
        if let asked = peer.asked, now >= asked.until {
            counters.refillTimeouts += 1
            return drop(place, now: now, into: &sink)
        }
        switch peer.link {
        case .closed:
            guard now >= peer.retryAt else { return }
            guard let member = gossip.swim.member(named: peer.name), member.status == .alive,
                member.profile.data.port != 0
            else {
                refill.peers[place].retryAt = now + RefillPeer.stateInterval
                return
            }
            refill.peers[place].link = .opening
            sink.openLink(to: peer.cell, at: member.profile.data)
        case .opening:
            break
        case .up:
            guard peer.asked == nil, peer.state == nil || peer.state?.life != .votes && now >= peer.retryAt else {
                return
            }
            ask(place, .state, now: now, into: &sink)
        }
    }

    private mutating func drop(_ place: Int, now: Instant, into sink: inout some CellSink) {
        let cell = refill.peers[place].cell
        refill.dropped(place, now: now)
        sink.closeLink(to: cell)
    }

    package mutating func linkUp(_ cell: CellIndex, now: Instant, into sink: inout some CellSink) {
        guard let place = refill.place(of: cell), refill.peers[place].link == .opening else {
            return sink.closeLink(to: cell)
        }
        refill.peers[place].link = .up
        refill.peers[place].failures = 0
        goOn(now: now, into: &sink)
    }

    package mutating func linkDown(_ cell: CellIndex, now: Instant, into sink: inout some CellSink) {
        guard let place = refill.place(of: cell), refill.peers[place].link != .closed else { return }
        refill.dropped(place, now: now)
        goOn(now: now, into: &sink)
    }

    private mutating func ask(
        _ place: Int, _ question: RefillPeer.Question, now: Instant, into sink: inout some CellSink
    ) {
        guard let store else { return }
        let number = refill.nextNumber()
        refill.peers[place].ask(question, number: number, now: now)
        let cell = refill.peers[place].cell
        var head = FrameHead(kind: .storeState, request: number, customer: CustomerHash(rawValue: 0), epoch: .first)
        var position = RecordPosition.start
        answerBuffer.removeAll()
        switch question {
        case .state:
            head.versionCounter = store.id
        case .list:
            head.kind = .recordList
            position = refill.peers[place].after
        case .fetch(let positions):
            head.kind = .recordFetch
            RecordPages.append(positions, into: &answerBuffer)
        }
        let body = answerBuffer.bytes
        var name = self.name
        let isSent = name.withUTF8 { name in
            position.customer.withUnsafeBytes { customer in
                position.key.withUnsafeBytes { key in
                    sink.send(
                        head, to: cell, customer: customer, name: key, note: UnsafeRawBufferPointer(name), body: body)
                }
            }
        }
        guard !isSent else { return }
        // It takes nothing: to wait for its answer would be to wait for the question to be given up.
        counters.refillUnsent += 1
        drop(place, now: now, into: &sink)
    }

    /// An answer of a peer.
    package mutating func handle(
        answer frame: borrowing FrameView, from cell: CellIndex, now: Instant, into sink: inout some CellSink
    ) {
        guard let place = refill.place(of: cell), let question = refill.peers[place].answered(frame.head.request) else {
            counters.unexpectedFrames += 1
            return
        }
        guard frame.head.kind == .reply, take(frame, question, place, now: now) else {
            // It has no vote any more, or is no cell that speaks like this one: its state says what to think of it.
            return drop(place, now: now, into: &sink)
        }
        goOn(now: now, into: &sink)
    }

    private mutating func take(
        _ frame: borrowing FrameView, _ question: RefillPeer.Question, _ place: Int, now: Instant
    ) -> Bool {
        switch question {
        case .state:
            guard let state = RefillPeer.State(frame.head.versionCounter, frame.head.versionWriter) else {
                return false
            }
            refill.peers[place].state = state
            refill.peers[place].retryAt = now + RefillPeer.stateInterval
            refill.joined(place)
        case .list:
            guard let page = RecordPages.listing(frame.body), page.isLast || page.upTo > refill.peers[place].after
            else { return false }
            refill.peers[place].lines.append(contentsOf: page.lines)
            refill.peers[place].after = page.upTo
            refill.peers[place].isAtEnd = page.isLast
        case .fetch(let positions):
            let isComplete = frame.head.versionCounter != 0
            guard let records = RecordPages.records(frame.body), isComplete || !records.isEmpty else { return false }
            refill.page?.take(records, asked: positions, isComplete: isComplete, from: place)
        }
        return true
    }

    // MARK: Birth

    private mutating func decideBirth(into sink: inout some CellSink) {
        guard !isChangingLife else { return }
        switch refill.verdict {
        case .unknown: break
        case .born(let peers): ask(.becomes(.votes, peers: peers), into: &sink)
        case .lost: ask(.becomes(.refilling, peers: [:]), into: &sink)
        }
    }

    // MARK: Pages

    private mutating func pull(now: Instant, into sink: inout some CellSink) {
        guard let store else { return }
        let isCovered = refill.isCovered(life: store.life, now: now) { isAlive($0) }
        tell(isCovered: isCovered, now: now, into: &sink)
        if isCovered, now >= refill.paceAt { refill.merge() }
        if let ready = refill.page?.ready(), now >= refill.paceAt {
            refill.page?.isCommitting = true
            ask(.fill(ready.records, isLast: ready.isLast), at: ready.upTo, into: &sink)
        }
        for place in refill.peers.indices where refill.peers[place].isSource && refill.peers[place].asked == nil {
            let wanted = refill.page?.wanted(of: place, limit: topology.routing.bodyLimit) ?? []
            if !wanted.isEmpty {
                ask(place, .fetch(wanted), now: now, into: &sink)
            } else if refill.peers[place].wantsLines {
                ask(place, .list, now: now, into: &sink)
            }
        }
    }

    private mutating func tell(isCovered: Bool, now: Instant, into sink: inout some CellSink) {
        guard case .pulling(let since) = refill.stage else { return }
        if isCovered {
            if !hasToldSources {
                hasToldSources = true
                sink.emit(.store(.refillBegan(sources: refill.peers.count(where: \.isSource))))
            }
            refill.stalled = []
        } else if now >= since + Refill.courtesy {
            let missing = refill.missing { isAlive($0) }.map(\.cell)
            guard missing != refill.stalled else { return }
            refill.stalled = missing
            sink.emit(.store(.refillStalled(missing: missing)))
        }
    }

    // MARK: The store

    private mutating func ask(
        _ operation: StoreOrder.Operation, at position: RecordPosition = .start, into sink: inout some CellSink
    ) {
        guard let ticket = orders.insert(PendingOrder(purpose: .refill(position, isChange: operation.isChange))) else {
            // The store has as much to do as it may; the next look tries again.
            refill.page?.isCommitting = false
            return
        }
        if operation.isChange { isChangingLife = true }
        sink.store(
            StoreOrder(
                ticket: ticket.rawValue, customer: position.customer, key: position.key, epoch: .first,
                operation: operation))
    }

    /// What the store has answered to an order of the refill.
    mutating func refilled(
        _ outcome: StoreAnswer.Outcome, upTo position: RecordPosition, isChange: Bool, now: Instant,
        into sink: inout some CellSink
    ) {
        if isChange { isChangingLife = false }
        let wasPage = !isChange && position != .start
        switch outcome {
        case .life(let life), .noVote(let life):
            if refill.page?.isCommitting ?? false, wasPage || life == .votes {
                let before = refill.page?.items.count ?? 0
                refill.kept(upTo: position)
                refill.records += UInt64(before - (refill.page?.items.count ?? 0))
                refill.paceAt = now + Refill.pace
            }
            entered(life, now: now, into: &sink)
        default:
            // Full, broken or overloaded: the same page again, later.
            counters.recordFailures += 1
            refill.page?.isCommitting = false
            refill.paceAt = now + Refill.lookInterval
        }
        goOn(now: now, into: &sink)
    }

    private mutating func entered(_ life: StoreLife, now: Instant, into sink: inout some CellSink) {
        guard let old = store?.life, old != life else { return }
        store?.life = life
        switch life {
        case .votes:
            if old == .unborn {
                sink.emit(.store(.born(peers: refill.peers.count)))
            } else {
                sink.emit(.store(.refilled(records: refill.records, took: now - refill.began)))
            }
            if case .born(let known) = refill.verdict, old == .unborn { store?.peers = known }
            for peer in refill.peers where peer.link != .closed { sink.closeLink(to: peer.cell) }
            refill.stage = .done
            refill.peers = []
            refill.page = nil
        case .refilling, .accepted:
            if refill.stage == .asking {
                sink.emit(.store(.lost))
                refill.stage = .waiting(until: refill.began + refill.rule.wait)
            }
        case .unborn:
            break
        }
        condition.life = life
        gossip.update(condition.metadata, now: now, into: &sink)
    }
}

extension StoreOrder.Operation {
    fileprivate var isChange: Bool { if case .becomes = self { true } else { false } }
}
