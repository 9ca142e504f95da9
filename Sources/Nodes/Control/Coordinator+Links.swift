import Consensus
import Evacuation
import Membership
import MeshBase
import Sharding
import Topology
import Wire

/// Where a coordinator writes its orders. A sink only appends: it never calls back into the node.
package protocol CoordinatorSink: LinkSink {
    /// Ask a cell; its answer comes back through `handle(answer:)`, or the link breaks.
    /// - Returns: false when the link is gone or full: nothing was sent, and nothing will be.
    mutating func send(_ head: FrameHead, to cell: CellIndex, body: UnsafeRawBufferPointer) -> Bool
    mutating func note(_ event: CoordinatorEvent)
    /// A change has come so far; for who interrupts it there.
    mutating func reached(_ step: CoordinatorStep)
}

extension CoordinatorSink {
    package mutating func reached(_ step: CoordinatorStep) {}
}

extension Coordinator {
    /// Membership's view of a cell.
    package mutating func follow(_ name: String, status: MemberStatus, endpoint: Endpoint, now: Instant) {
        guard let cell = topology.cellIndex(named: name) else { return }
        let link = links[cell.position]
        if link.status != status || link.endpoint != endpoint, isBusy {
            due = .zero
            hasNews = true
        }
        // A process that is another, or has come back, may know something that nobody else was told.
        if link.endpoint != endpoint || status == .alive && !link.isAlive {
            links[cell.position].isHeard = false
            stores[cell.rawValue] = nil
            due = .zero
        }
        links[cell.position].status = status
        links[cell.position].endpoint = endpoint
        if status == .alive, link.state == .closed { links[cell.position].retryAt = min(link.retryAt, now) }
    }

    package mutating func linkUp(_ cell: CellIndex, now: Instant, into sink: inout some CoordinatorSink) {
        guard links[cell.position].state == .opening else { return sink.closeLink(to: cell) }
        links[cell.position].state = .up
        links[cell.position].failures = 0
        goOn(now: now, into: &sink)
    }

    package mutating func linkDown(_ cell: CellIndex, now: Instant, into sink: inout some CoordinatorSink) {
        guard links[cell.position].state != .closed else { return }
        lose(cell, now: now)
        goOn(now: now, into: &sink)
    }

    private mutating func lose(_ cell: CellIndex, now: Instant) {
        links[cell.position].state = .closed
        links[cell.position].failures += 1
        links[cell.position].asked.removeAll()
        links[cell.position].cohorts.removeAll()
        links[cell.position].trouble = .none
        hasNews = true
        links[cell.position].digest = nil
        links[cell.position].retryAt =
            now + .milliseconds(min(1_000, 50 << Int64(min(links[cell.position].failures - 1, 5))))
        for id in jobs.keys.sorted() {
            guard let set = jobs[id]?.change.set else { continue }
            let step = jobs[id]!.change.failed(set.bits(of: cell))
            later.append((id, step))
        }
    }

    /// Links to all cells while there is work, and to none otherwise.
    mutating func tendLinks(now: Instant, into sink: inout some CoordinatorSink) {
        let areWanted = isBusy || idleSince.map { now - $0 < Self.idleLimit } ?? false
        for position in links.indices {
            // What was asked is waited for: who has said what it knows may still have to say which store it has.
            let isOpen = !links[position].isHeard || !links[position].asked.isEmpty
            let isWanted = areWanted || isOpen && links[position].isAlive
            links[position].isWanted = isWanted
            let cell = CellIndex(position)
            switch links[position].state {
            case .closed:
                guard isWanted, links[position].canBeOpened, now >= links[position].retryAt,
                    let endpoint = links[position].endpoint
                else { continue }
                links[position].state = .opening
                sink.openLink(to: cell, at: endpoint)
            case .opening: break
            case .up:
                if !isWanted {
                    sink.closeLink(to: cell)
                    links[position].state = .closed
                    links[position].asked.removeAll()
                    links[position].digest = nil
                } else if let oldest = links[position].oldestQuestion, now - oldest > Self.linkPatience {
                    // It takes what it is asked and answers nothing.
                    sink.closeLink(to: cell)
                    lose(cell, now: now)
                }
            }
        }
    }
    private static let linkPatience = TimeAmount.seconds(3)

    // MARK: Questions

    /// - Returns: whether it was sent.
    mutating func ask(
        _ cell: CellIndex, _ kind: FrameKind, _ question: CoordinatorLink.Question, _ body: [UInt8],
        words: (UInt64, UInt64) = (0, 0), now: Instant, into sink: inout some CoordinatorSink
    ) -> Bool {
        guard links[cell.position].state == .up else { return false }
        nextQuestion += 1
        var head = FrameHead(kind: kind, request: nextQuestion, customer: CustomerHash(rawValue: 0), epoch: .first)
        (head.versionCounter, head.versionWriter) = words
        guard body.withUnsafeBytes({ sink.send(head, to: cell, body: $0) }) else { return false }
        links[cell.position].asked[nextQuestion] = (question, now)
        return true
    }

    /// Tells a cell everything that it may lack.
    mutating func push(_ cell: CellIndex, now: Instant, into sink: inout some CoordinatorSink) {
        guard links[cell.position].digest != ledger.digest, !links[cell.position].hasEntriesQuestion else { return }
        var body = ByteBuffer()
        // What was decided since it was told last. It answers with its versions where it has anything else, and is told
        // the rest.
        let news = fresh.reversed().prefix { $0.number > links[cell.position].told }.prefix(64)
        EntryExchange(digest: ledger.digest, entries: news.reversed().compactMap { ledger.sealed($0.cohort) }).append(
            to: &body)
        if ask(cell, .entries, .entries, Array(body.bytes), now: now, into: &sink) {
            links[cell.position].told = nextFresh
        }
    }

    /// Asks those that have not told yet what they know.
    mutating func hear(now: Instant, into sink: inout some CoordinatorSink) {
        for position in links.indices where links[position].state == .up && !links[position].isHeard {
            let cell = CellIndex(position)
            // A decider that has lost its disk is none.
            if stores[cell.rawValue] == nil, deciders?.members.contains(where: { $0.cell == cell }) ?? false {
                identify(cell, now: now, into: &sink)
            }
            guard !links[position].hasEntriesQuestion else { continue }
            var body = ByteBuffer()
            ledger.question.append(to: &body)
            _ = ask(cell, .entries, .entries, Array(body.bytes), now: now, into: &sink)
        }
    }

    mutating func identify(_ cell: CellIndex, now: Instant, into sink: inout some CoordinatorSink) {
        guard !links[cell.position].asked.values.contains(where: { $0.question == .identity }) else { return }
        _ = ask(cell, .decree, .identity, decreeBody(DecreeQuestion(items: [])), now: now, into: &sink)
    }

    package mutating func handle(
        answer frame: borrowing FrameView, from cell: CellIndex, now: Instant, into sink: inout some CoordinatorSink
    ) {
        guard let (question, _) = links[cell.position].asked.removeValue(forKey: frame.head.request) else { return }
        let isReply = frame.head.kind == .reply
        switch question {
        case .entries:
            guard isReply, let exchange = EntryExchange(frame.body, cohorts: ledger.cohorts) else { break }
            let (news, more) = ledger.hear(answer: exchange)
            links[cell.position].digest = exchange.digest
            if !news.isEmpty { due = .zero }
            if more == nil { links[cell.position].isHeard = true }
            if let more {
                var body = ByteBuffer()
                more.append(to: &body)
                _ = ask(cell, .entries, .entries, Array(body.bytes), now: now, into: &sink)
            }
        case .status(let isCount):
            guard isReply, let all = CohortStatus.all(frame.body) else { break }
            var isNews = isCount
            if let status = all.first { links[cell.position].trouble = status.trouble }
            for status in all {
                if isCount {
                    if status.rows != CohortStatus.unknown {
                        links[cell.position].rows[status.cohort] = (status.version, Int(status.rows))
                    }
                } else if links[cell.position].cohorts[status.cohort] != status {
                    links[cell.position].cohorts[status.cohort] = status
                    isNews = true
                }
            }
            // Where it has come no further, the next question is all that follows, and that has its time.
            guard isNews else { return }
            hasNews = true
            due = .zero
        case .tombstones, .drop:
            swept(frame, question, by: cell, isReply: isReply, now: now)
        case .identity, .decrees:
            decided(frame, question, by: cell, isReply: isReply, now: now)
        }
        goOn(now: now, into: &sink)
    }

    private mutating func decided(
        _ frame: borrowing FrameView, _ question: CoordinatorLink.Question, by cell: CellIndex, isReply: Bool,
        now: Instant
    ) {
        let reply = isReply ? DecreeReply(decoding: Array(frame.body)) : nil
        if let reply { stores[reply.decider.cell.rawValue] = reply.decider.store }
        guard case .decrees(let ids) = question else { return }
        for (position, id) in ids.enumerated() {
            guard let set = jobs[id]?.change.set else { continue }
            if let reply, reply.decider.cell == cell, position < reply.answers.count {
                later.append((id, jobs[id]!.change.answered(reply.answers[position], by: reply.decider)))
            } else {
                later.append((id, jobs[id]!.change.failed(set.bits(of: cell))))
            }
        }
    }
}
