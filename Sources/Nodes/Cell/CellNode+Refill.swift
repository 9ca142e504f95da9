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

    // MARK: Birth

    private mutating func decideBirth(into sink: inout some CellSink) {
        guard !isChangingLife else { return }
        switch refill.verdict {
        case .unknown: break
        case .born(let peers): ask(.becomes(.votes, peers: peers), into: &sink)
        case .lost: ask(.becomes(.refilling, peers: [:]), into: &sink)
        }
    }

    // MARK: The store

    mutating func ask(
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
        give(operation, ticket, into: &sink)
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
