import Membership
import MeshBase
import Replication
import Topology
import Wire

/// The cells that a refill reads from.
extension CellNode {
    mutating func tend(_ place: Int, now: Instant, into sink: inout some CellSink) {
        let until = refill.peers[place].asked?.until
        if let until, now >= until {
            counters.refillTimeouts += 1
            return drop(place, now: now, into: &sink)
        }
        let retryAt = refill.peers[place].retryAt
        switch refill.peers[place].link {
        case .closed:
            guard now >= retryAt else { return }
            guard let member = gossip.swim.member(named: refill.peers[place].name), member.status == .alive,
                member.profile.data.port != 0
            else {
                refill.peers[place].retryAt = now + RefillPeer.stateInterval
                return
            }
            // One link between two cells: one that is there serves all.
            let peer = refill.peers[place].cell
            if claims.isUp(peer) {
                refill.peers[place].link = .up
                refill.peers[place].failures = 0
                return tend(place, now: now, into: &sink)
            }
            refill.peers[place].link = .opening
            if !claims.has(peer) { sink.openLink(to: peer, at: member.profile.data) }
        case .opening:
            break
        case .up:
            guard until == nil else { return }
            let life = refill.peers[place].state?.life
            if life == nil || life != .votes && now >= retryAt {
                ask(place, .state, now: now, into: &sink)
            } else if refill.peers[place].isElsewhere, now >= retryAt {
                ask(place, .entries, now: now, into: &sink)
            }
        }
    }

    mutating func drop(_ place: Int, now: Instant, into sink: inout some CellSink) {
        let cell = refill.peers[place].cell
        refill.dropped(place, now: now)
        closePeer(cell, now: now, into: &sink)
    }

    package mutating func linkUp(_ cell: CellIndex, now: Instant, into sink: inout some CellSink) {
        let isWanted = claims.has(cell)
        claimLinkUp(cell, now: now, into: &sink)
        if hints.isOpening(cell) { return hintLinkUp(cell, now: now, into: &sink) }
        guard let place = refill.place(of: cell), refill.peers[place].link == .opening else {
            return isWanted ? () : sink.closeLink(to: cell)
        }
        refill.peers[place].link = .up
        refill.peers[place].failures = 0
        goOn(now: now, into: &sink)
    }

    package mutating func linkDown(_ cell: CellIndex, now: Instant, into sink: inout some CellSink) {
        claimLinkDown(cell, now: now, into: &sink)
        if hints.lost(cell, now: now) {
            repair.done(cell)
            return goOnRepairing(now: now, into: &sink)
        }
        guard let place = refill.place(of: cell), refill.peers[place].link != .closed else { return }
        refill.dropped(place, now: now)
        goOn(now: now, into: &sink)
    }

    mutating func ask(
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
            setQuestion(&head)
        case .fetch(let positions):
            head.kind = .recordFetch
            RecordPages.append(positions, into: &answerBuffer)
            setQuestion(&head)
        case .entries:
            head.kind = .entries
            let entries = refill.task.flatMap { ledger.sealed($0.cohort) }.map { [$0] } ?? []
            EntryExchange(digest: ledger.digest, entries: entries).append(to: &answerBuffer)
        }
        head.customer = position.hash
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

    private func setQuestion(_ head: inout FrameHead) {
        guard let task = refill.task else { return }
        let question = ListQuestion(
            cohort: task.cohort, version: task.fence.version, verifies: task.purpose == .verify)
        (head.versionCounter, head.versionWriter) = question.words
    }

    /// An answer of a peer.
    package mutating func handle(
        answer frame: borrowing FrameView, from cell: CellIndex, now: Instant, into sink: inout some CellSink
    ) {
        if ClaimDesk.isItsOwn(frame.head.request) { return claimAnswered(frame, by: cell, now: now, into: &sink) }
        if Repair.isItsOwn(frame.head.request) { return repairAnswered(frame, by: cell, now: now, into: &sink) }
        if HintDelivery.isItsOwn(frame.head.request) { return hintAnswered(frame, by: cell, now: now, into: &sink) }
        guard let place = refill.place(of: cell), let question = refill.peers[place].answered(frame.head.request) else {
            counters.unexpectedFrames += 1
            return
        }
        if frame.head.kind == .refusal, Refusal(rawValue: frame.head.status) == .otherEpoch {
            // What it knows may be newer; where it is older, it is told.
            learn(frame.body, now: now, into: &sink)
            if let place = refill.place(of: cell) {
                refill.peers[place].isElsewhere = true
                refill.peers[place].retryAt = now
            }
            return goOn(now: now, into: &sink)
        }
        guard frame.head.kind == .reply, take(frame, question, place, now: now, into: &sink) else {
            // It has no vote any more, or is no cell that speaks like this one: its state says what to think of it.
            return drop(place, now: now, into: &sink)
        }
        goOn(now: now, into: &sink)
    }

    private mutating func take(
        _ frame: borrowing FrameView, _ question: RefillPeer.Question, _ place: Int, now: Instant,
        into sink: inout some CellSink
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
            refill.floor = max(refill.floor, page.floor)
            if refill.task?.purpose == .verify { verifiedRecords += UInt64(page.lines.count) }
            refill.peers[place].lines.append(contentsOf: page.lines)
            refill.peers[place].after = page.upTo
            refill.peers[place].isAtEnd = page.isLast
        case .fetch(let positions):
            let isComplete = frame.head.versionCounter != 0
            guard let records = RecordPages.records(frame.body), isComplete || !records.isEmpty else { return false }
            refill.page?.take(records, asked: positions, isComplete: isComplete, from: place)
        case .entries:
            guard let exchange = EntryExchange(frame.body, cohorts: ledger.cohorts) else { return false }
            let cell = refill.peers[place].cell
            let (news, _) = ledger.hear(answer: exchange)
            follow(news, now: now, into: &sink)
            guard let place = refill.place(of: cell) else { return true }
            refill.peers[place].rewind(to: refill.cursor)
            // Where it still has another one, it is told again a little later.
            refill.peers[place].retryAt = now + RefillPeer.entryInterval
        }
        return true
    }
}
