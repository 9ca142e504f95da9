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
        status.sources = refill.peers.count { $0.isSource && !$0.isSelf }
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
        guard store != nil, !refill.isIdle || !refill.peers.isEmpty, !isStopping else { return }
        if case .waiting(let until) = refill.stage, now >= until { refill.stage = .pulling(since: now) }
        if refill.stage != .done, now >= refill.lookAt {
            refill.lookAt = now + Refill.lookInterval
            ask(.life, into: &sink)
        }
        takeTask(now: now, into: &sink)
        for place in refill.peers.indices where !refill.peers[place].isSelf {
            tend(place, now: now, into: &sink)
        }
        switch refill.stage {
        case .asking: decideBirth(into: &sink)
        case .pulling, .done: pull(now: now, into: &sink)
        case .waiting: break
        }
        refill.plan(now: now)
    }

    // MARK: Tasks

    /// The next cohort to be read, when none is.
    private mutating func takeTask(now: Instant, into sink: inout some CellSink) {
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

    private mutating func begin(
        _ purpose: RefillTask.Purpose, _ cohort: Int, now: Instant, into sink: inout some CellSink
    ) {
        let task = RefillTask(purpose, ledger.table.entries[cohort], ledger.placement, now: now)
        gather(task.cells, own: purpose != .life, now: now, into: &sink)
        refill.begin(task)
    }

    /// Keeps the links to those cells that the task needs, and no others.
    private mutating func gather(
        _ cells: Set<UInt16>, own: Bool, now: Instant, into sink: inout some CellSink
    ) {
        // One link between two cells: what moves or was lost comes first.
        let released = hints.release(now: now, into: &sink)
        var peers: [RefillPeer] = []
        for peer in refill.peers {
            if !peer.isSelf, cells.contains(peer.cell.rawValue) {
                peers.append(peer)
            } else if !peer.isSelf, peer.link != .closed {
                sink.closeLink(to: peer.cell)
            }
        }
        let known = Set(peers.map(\.cell.rawValue))
        for cell in cells.sorted() where cell != self.cell.rawValue && !known.contains(cell) {
            let index = CellIndex(cell)
            var peer = RefillPeer(cell: index, name: topology.cells[index.position].name, after: refill.cursor)
            if released { peer.retryAt = now + RefillPeer.entryInterval }
            peers.append(peer)
        }
        if own { peers.append(RefillPeer(cell: cell, name: name, after: refill.cursor, isSelf: true)) }
        refill.peers = peers.sorted { $0.cell < $1.cell }
    }

    private mutating func letGo(now: Instant, into sink: inout some CellSink) {
        for peer in refill.peers where !peer.isSelf && peer.link != .closed { sink.closeLink(to: peer.cell) }
        refill.peers = []
    }

    /// All of the task's cohort is here.
    private mutating func finishTask(now: Instant, into sink: inout some CellSink) {
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
            guard peer.asked == nil else { return }
            if peer.state == nil || peer.state?.life != .votes && now >= peer.retryAt {
                ask(place, .state, now: now, into: &sink)
            } else if peer.isElsewhere, now >= peer.retryAt {
                ask(place, .entries, now: now, into: &sink)
            }
        }
    }

    private mutating func drop(_ place: Int, now: Instant, into sink: inout some CellSink) {
        let cell = refill.peers[place].cell
        refill.dropped(place, now: now)
        sink.closeLink(to: cell)
    }

    package mutating func linkUp(_ cell: CellIndex, now: Instant, into sink: inout some CellSink) {
        if hints.isOpening(cell) { return hintLinkUp(cell, now: now, into: &sink) }
        guard let place = refill.place(of: cell), refill.peers[place].link == .opening else {
            return sink.closeLink(to: cell)
        }
        refill.peers[place].link = .up
        refill.peers[place].failures = 0
        goOn(now: now, into: &sink)
    }

    package mutating func linkDown(_ cell: CellIndex, now: Instant, into sink: inout some CellSink) {
        if hints.lost(cell, now: now) { return }
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
        guard let store, let task = refill.task else { return }
        let isCovered = refill.isCovered(life: store.life, now: now) { isAlive($0) }
        tell(isCovered: isCovered, now: now, into: &sink)
        if isCovered, now >= refill.paceAt { refill.merge() }
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
        for place in refill.peers.indices where refill.peers[place].isSource && refill.peers[place].asked == nil {
            let wanted = refill.page?.wanted(of: place, limit: topology.routing.bodyLimit) ?? []
            if !wanted.isEmpty {
                ask(place, .fetch(wanted), now: now, into: &sink)
            } else if refill.peers[place].wantsLines {
                if refill.peers[place].isSelf {
                    listOwn(place, now: now, into: &sink)
                } else {
                    ask(place, .list, now: now, into: &sink)
                }
            }
        }
    }

    /// Asks the cell's own store what it has already.
    private mutating func listOwn(_ place: Int, now: Instant, into sink: inout some CellSink) {
        guard let task = refill.task else { return }
        let number = refill.nextNumber()
        guard let ticket = orders.insert(PendingOrder(purpose: .ownList(number: number))) else { return }
        refill.peers[place].ask(.list, number: number, now: now)
        sink.store(
            StoreOrder(
                ticket: ticket.rawValue, customer: [], key: [], epoch: .first,
                operation: .list(
                    task.fence, after: refill.peers[place].after, limit: RecordPages.mostLines,
                    fingerprints: task.purpose == .verify)))
    }

    /// What the cell's own store has.
    mutating func listedOwn(
        _ outcome: StoreAnswer.Outcome, number: UInt64, now: Instant, into sink: inout some CellSink
    ) {
        guard let place = refill.place(of: cell), refill.peers[place].answered(number) != nil else { return }
        if case .listed(let lines, let isLast, _) = outcome {
            refill.peers[place].lines.append(contentsOf: lines)
            refill.peers[place].after = lines.last?.position ?? refill.peers[place].after
            refill.peers[place].isAtEnd = isLast
            goOn(now: now, into: &sink)
        } else {
            refill.paceAt = now + Refill.pace
            refill.plan(now: now)
        }
    }

    private mutating func tell(isCovered: Bool, now: Instant, into sink: inout some CellSink) {
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

    // MARK: The store

    private mutating func ask(
        _ operation: StoreOrder.Operation, at position: RecordPosition = .start, isLast: Bool = false,
        into sink: inout some CellSink
    ) {
        let purpose = PendingOrder.Purpose.refill(position, isChange: operation.isChange, isLast: isLast)
        guard let ticket = orders.insert(PendingOrder(purpose: purpose)) else {
            // The store has as much to do as it may; the next look tries again.
            refill.page?.isCommitting = false
            return
        }
        if operation.isChange { isChangingLife = true }
        sink.store(
            StoreOrder(ticket: ticket.rawValue, customer: [], key: [], epoch: .first, operation: operation))
    }

    /// What the store has answered to an order of the refill.
    mutating func refilled(
        _ outcome: StoreAnswer.Outcome, upTo position: RecordPosition, isChange: Bool, isLast: Bool, now: Instant,
        into sink: inout some CellSink
    ) {
        if isChange { isChangingLife = false }
        let wasPage = !isChange && (position != .start || isLast)
        switch outcome {
        case .life(let life), .noVote(let life):
            if refill.page?.isCommitting ?? false, wasPage || life == .votes {
                let before = refill.page?.items.count ?? 0
                refill.kept(upTo: position)
                let kept = before - (refill.page?.items.count ?? 0)
                refill.records += UInt64(kept)
                if kept > 0 { refill.paceAt = now + Refill.pace }
                if isLast { finishTask(now: now, into: &sink) }
            }
            entered(life, now: now, into: &sink)
        case .otherEntry, .purging:
            // The entry has changed meanwhile: what was read belongs to another one, and is looked at anew.
            if refill.page?.isCommitting ?? false, let task = refill.task {
                refill.end()
                if task.purpose == .move { planFill(task.cohort) }
            }
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
            refill.stage = .done
            refill.end()
            letGo(now: now, into: &sink)
            for cohort in rooms.indices { planFill(cohort) }
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
    fileprivate var isChange: Bool {
        switch self {
        case .becomes: true
        // The last page of a store gives it a vote.
        case .fill(let page): page.isLastOfStore
        default: false
        }
    }
}
