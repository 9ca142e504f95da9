import Membership
import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// The rounds by which a cell changes a claim, member of the customer's shard or not.
extension CellNode {
    /// A round at the epoch of now.
    mutating func beginRound(_ ticket: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard var task = claims.tasks[ticket] else { return }
        claims.forget(task.asked)
        task.asked = []
        task.unsent = 0
        (task.lacking, task.lack) = (0, nil)
        if task.stage == .reading { task.stage = .claiming }
        let assignment = ledger.placement.assignment(of: task.position.hash)
        if assignment.epoch != task.epoch { task.told = 0 }
        task.members = QuorumMembers(assignment)
        if defect == .claimsOfOneShard { task.members.narrow(toSecond: false) }
        task.epoch = assignment.epoch
        claimCounters.rounds += 1
        let step = task.change.begin(
            epoch: defect == .claimsByRound ? .first : task.epoch, quorum: task.members.quorum,
            proposer: claims.nextProposer())
        claims.tasks[ticket] = task
        claims.timers.arm(ticket, at: min(now + ClaimDesk.roundTime, task.giveUpAt))
        perform(step, ticket, now: now, into: &sink)
    }

    private mutating func perform(
        _ first: ClaimChange.Step, _ ticket: SlabKey, now: Instant, into sink: inout some CellSink
    ) {
        var step = first
        while let task = claims.tasks[ticket] {
            switch step {
            case .wait: return
            case .prepare(let ballot, let members):
                step = ask(ticket, members, ballot, nil, now: now, into: &sink)
            case .accept(let ballot, let value, let members):
                step = ask(ticket, members, ballot, value, now: now, into: &sink)
            case .decide(let current):
                guard let next = decide(current, ticket, task, now: now, into: &sink) else { return }
                step = next
            case .again:
                // Others may reach more of them: they are not kept waiting.
                if task.stage != .settling, task.hindrance != nil, now >= task.began + ClaimDesk.reachTime {
                    return giveUp(ticket, task, now: now, into: &sink)
                }
                // By the call's number, so that two who are in each other's way part.
                let wait = Int64(5 + (task.value.claimer.call &* 7 &+ UInt64(task.change.rounds) &* 13) % 40)
                claims.timers.arm(ticket, at: min(now + .milliseconds(wait), task.giveUpAt))
                return
            case .chosen(let value):
                return chosen(value, ticket, task, now: now, into: &sink)
            }
        }
    }

    /// Rounds that took too long or wait for another try, and the store's old claims.
    mutating func wakeClaims(now: Instant, into sink: inout some CellSink) {
        while let ticket = claims.timers.popDue(now: now) {
            guard let task = claims.tasks[ticket] else { continue }
            if now < task.giveUpAt {
                beginRound(ticket, now: now, into: &sink)
            } else {
                giveUp(ticket, task, now: now, into: &sink)
            }
        }
        if now >= claims.sweepAt { sweepClaims(now: now, into: &sink) }
    }

    // MARK: Asking

    /// Asks members for one half of a round; who cannot be asked refuses.
    private mutating func ask(
        _ ticket: SlabKey, _ members: Positions, _ ballot: RecordVersion, _ value: [UInt8]?, now: Instant,
        into sink: inout some CellSink
    ) -> ClaimChange.Step {
        var step = ClaimChange.Step.wait
        claims.tasks[ticket]!.unsent = 0
        for position in 0..<claims.tasks[ticket]!.members.count where members & 1 << Positions(position) != 0 {
            let member = claims.tasks[ticket]!.members[position]
            let isAsked: Bool
            if member == cell {
                isAsked = askItself(ticket, ballot, value, now: now, into: &sink)
            } else if !openClaimLink(member, now: now, into: &sink) {
                claims.tasks[ticket]!.lacks(position, nil)
                isAsked = false
            } else if claims.isUp(member) {
                isAsked = send(ticket, to: member, ballot, value, now: now, into: &sink)
            } else {
                claims.tasks[ticket]!.unsent |= 1 << Positions(position)
                isAsked = true
            }
            guard !isAsked else { continue }
            let next = claims.tasks[ticket]!.change.refused(ballot, by: position)
            if next != .wait { step = next }
        }
        return step
    }

    private mutating func askItself(
        _ ticket: SlabKey, _ ballot: RecordVersion, _ value: [UInt8]?, now: Instant, into sink: inout some CellSink
    ) -> Bool {
        guard let task = claims.tasks[ticket],
            let order = orders.insert(
                PendingOrder(purpose: .ownClaim(ticket, ballot: ballot), bytes: value?.count ?? 0))
        else { return false }
        storeBytes += value?.count ?? 0
        give(
            StoreOrder(
                ticket: order.rawValue, customer: task.position.customer, key: task.position.key, epoch: task.epoch,
                operation: value.map { .accept(ballot, $0) }
                    ?? .promise(ballot, until: wall(now) + ClaimDesk.promiseTime)),
            of: task.position.hash, into: &sink)
        return true
    }

    private mutating func send(
        _ ticket: SlabKey, to member: CellIndex, _ ballot: RecordVersion, _ value: [UInt8]?, now: Instant,
        into sink: inout some CellSink
    ) -> Bool {
        guard let task = claims.tasks[ticket] else { return false }
        let number = claims.ask(
            ClaimDesk.Question(task: ticket, cell: member, ballot: ballot, isAccept: value != nil), now: now)
        var head = FrameHead(
            kind: .claim, status: value == nil ? 1 : 2, request: number, customer: task.position.hash,
            epoch: task.epoch)
        (head.versionCounter, head.versionWriter) = (ballot.counter, ballot.writer)
        let isSent = task.position.customer.withUnsafeBytes { customer in
            task.position.key.withUnsafeBytes { key in
                (value ?? []).withUnsafeBytes {
                    sink.send(head, to: member, customer: customer, name: key, note: .empty, body: $0)
                }
            }
        }
        if isSent { claims.tasks[ticket]!.asked.append(number) } else { claims.forget([number]) }
        return isSent
    }

    /// A member can be asked now.
    mutating func resend(_ ticket: SlabKey, to peer: CellIndex, now: Instant, into sink: inout some CellSink) {
        guard let (ballot, value) = claims.tasks[ticket]?.change.pending else { return }
        if !send(ticket, to: peer, ballot, value, now: now, into: &sink) {
            refused(ticket, by: peer, now: now, into: &sink)
        }
    }

    /// The link to a member is gone, or takes no more.
    mutating func refused(_ ticket: SlabKey, by peer: CellIndex, now: Instant, into sink: inout some CellSink) {
        guard let task = claims.tasks[ticket], let position = task.members.position(of: peer),
            let ballot = task.change.pending?.ballot
        else { return }
        if !claims.isUp(peer) { claims.tasks[ticket]!.lacks(position, nil) }
        perform(claims.tasks[ticket]!.change.refused(ballot, by: position), ticket, now: now, into: &sink)
    }

    // MARK: What members say

    /// The cell's own store has answered.
    mutating func ownClaim(
        _ outcome: StoreAnswer.Outcome, _ ticket: SlabKey, _ ballot: RecordVersion, now: Instant,
        into sink: inout some CellSink
    ) {
        guard let position = claims.tasks[ticket]?.members.position(of: cell) else { return }
        let step: ClaimChange.Step
        switch outcome {
        case .promised(let accepted, let value):
            step = claims.tasks[ticket]!.change.promised(
                ballot, by: position, accepted: accepted == .none ? nil : (accepted, value))
        case .accepted: step = claims.tasks[ticket]!.change.accepted(ballot, by: position)
        case .outdated(let promised):
            step = claims.tasks[ticket]!.change.refused(ballot, by: position, promised: promised)
        default:
            claims.tasks[ticket]!.lacks(position, Self.refusal(of: outcome))
            step = claims.tasks[ticket]!.change.refused(ballot, by: position)
        }
        perform(step, ticket, now: now, into: &sink)
    }

    /// Another cell has answered.
    mutating func claimAnswered(
        _ frame: borrowing FrameView, by peer: CellIndex, now: Instant, into sink: inout some CellSink
    ) {
        guard let question = claims.questions.removeValue(forKey: frame.head.request), question.cell == peer,
            let position = claims.tasks[question.task]?.members.position(of: peer)
        else { return }
        let version = RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter)
        let step: ClaimChange.Step
        switch (frame.head.kind, frame.head.status) {
        case (.reply, 200) where question.isAccept:
            step = claims.tasks[question.task]!.change.accepted(question.ballot, by: position)
        case (.reply, 200):
            step = claims.tasks[question.task]!.change.promised(
                question.ballot, by: position, accepted: version == .none ? nil : (version, Array(frame.body)))
        case (.reply, _):
            step = claims.tasks[question.task]!.change.refused(question.ballot, by: position, promised: version)
        default:
            if Refusal(rawValue: frame.head.status) == .otherEpoch {
                learn(frame.body, now: now, into: &sink)
                tellEpoch(question.task, peer, position, into: &sink)
            }
            guard claims.tasks[question.task] != nil else { return }
            // An unknown one says nothing of how long it will last.
            claims.tasks[question.task]!.lacks(position, Refusal(rawValue: frame.head.status) ?? .overloaded)
            step = claims.tasks[question.task]!.change.refused(question.ballot, by: position)
        }
        perform(step, question.task, now: now, into: &sink)
    }

    /// A member serves the customer in an epoch that is not newer than what is known here: it is told, once an epoch.
    private mutating func tellEpoch(
        _ ticket: SlabKey, _ peer: CellIndex, _ position: Int, into sink: inout some CellSink
    ) {
        guard let task = claims.tasks[ticket], task.told & 1 << Positions(position) == 0,
            ledger.placement.epoch(of: task.position.hash) == task.epoch,
            let sealed = ledger.sealed(ledger.table.cohort(of: task.position.hash))
        else { return }
        claims.tasks[ticket]!.told |= 1 << Positions(position)
        answerBuffer.removeAll()
        EntryExchange(digest: ledger.digest, entries: [sealed]).append(to: &answerBuffer)
        let head = FrameHead(
            kind: .entries, request: claims.tell(), customer: CustomerHash(rawValue: 0), epoch: .first)
        // Its answer says nothing that the next round does not.
        _ = sink.send(head, to: peer, customer: .empty, name: .empty, note: .empty, body: answerBuffer.bytes)
    }
}
