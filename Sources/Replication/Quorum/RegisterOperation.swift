import MeshBase

/// One read, write or deletion of a replicated register, as its coordinator sees it: two phases, query then store,
/// with write-back before a read returns (Attiya, Bar-Noy, Dolev 1995; multi-writer by Lynch and Shvartsman 1997).
///
/// Cells are named by their position among the members. The holder carries out each `Step` and reports what came of it;
/// reports about positions that were not asked, or were heard already, change nothing. A phase has one epoch: the holder
/// passes on no report of another one, and tells of a newer epoch by `restart`.
public struct RegisterOperation: Sendable, Hashable {
    /// What the operation does to the record.
    public enum Kind: Sendable { case read, write, delete }

    /// What the holder has to do next.
    public enum Step: Sendable, Equatable {
        /// Nothing: answers are on their way.
        case wait
        /// Ask these for their version (writes) or record (reads).
        case query(Positions)
        /// Have these store the operation's value, or for a read the newest one found, as this version.
        case store(Positions, RecordVersion)
        /// As `store`, but nobody waits for the answers: stale cells that a finished read has found.
        case finishAndRepair(Outcome, Positions)
        /// It has ended; later reports change nothing.
        case finish(Outcome)
    }

    /// How it has ended, for the client.
    public enum Outcome: Sendable, Hashable {
        /// `replaced` is false when there was no record before.
        case written(RecordVersion, replaced: Bool)
        /// The value that the holder was last told to keep is the record, in this version.
        case found(RecordVersion)
        /// Never written, or deleted at this version.
        case missing(RecordVersion)
        /// Too few cells answer: nothing was changed.
        case noQuorum(needed: Int, available: Int)
        /// Too few cells acknowledged after the value had been sent: it may or may not have been kept.
        case unknown
        /// No cell that answers has what the client's session has seen.
        case behind
        /// Every cell refused to keep the value, and said so: nothing was changed.
        case refused
    }

    enum Phase: Sendable { case query, store, finished }

    /// What it does.
    public let kind: Kind
    /// How many cells it needs, of each set.
    public let rule: QuorumRule
    /// Of whom.
    public private(set) var quorum: QuorumSet
    private let writer: UInt64
    /// A write's version has at least this counter, whatever the query has found; see `HybridClock`.
    public var clock: UInt64 = 0
    /// The record is a `SiblingSet`. A read is of what the holder has merged of all answers, which it tells with each. A
    /// write is taken up by one cell, the next one where that fails, and what came of it is brought to the others.
    public var merges = false
    /// Of a write that merges: what one cell has made of it; `none` before.
    public private(set) var spread = RecordVersion.none
    /// Positions that have not been asked to take the write up.
    private var untried: Positions = 0
    /// What the client's session asks of a read. Of a write it asks that `clock` is above all that it has seen.
    public var demand = SessionDemand()
    private var phase = Phase.query
    private var usable: Positions
    /// Those that a read asks as well where the others are not enough for it.
    private var reserve: Positions
    private var asked: Positions = 0
    private var heard: Positions = 0
    private var failed: Positions = 0
    /// Positions that failed without saying whether they keep the value.
    private var uncertain: Positions = 0
    /// Positions known to hold `best`.
    private var holders: Positions = 0
    private var best = RecordVersion.none
    private var bestIsTombstone = false
    /// The highest counter that a cell without the record says to have dropped.
    private var floor: UInt64 = 0
    /// The query of a write is over: it has chosen its version, and is never sent as another one.
    public private(set) var hasChosen = false

    /// - Parameters:
    ///   - quorum: the members.
    ///   - usable: those that can be asked.
    ///   - reserve: those that a read asks where what the others say is not enough.
    ///   - writer: unique to this operation; see `RecordVersion`.
    public init(
        kind: Kind, rule: QuorumRule, quorum: QuorumSet, usable: Positions, reserve: Positions = 0, writer: UInt64
    ) {
        self.kind = kind
        self.rule = rule
        self.quorum = quorum
        self.usable = usable & quorum.all
        self.reserve = kind == .read ? reserve & quorum.all : 0
        self.writer = writer
    }

    /// The newest version that the query has found so far, or the one that a write is being stored as.
    public var version: RecordVersion { best }
    /// Positions that were asked and have neither answered nor failed.
    public var pending: Positions { phase == .finished ? 0 : unheard }
    /// Positions that were asked and have said nothing, whether or not anybody waits for them still.
    public var unheard: Positions { asked & ~heard & ~failed }
    /// Positions that can be asked and have not failed in this phase.
    public var candidates: Positions { usable & ~failed }
    /// It has given its outcome.
    public var isFinished: Bool { phase == .finished }
    /// It is in its second phase: what is reported now are acknowledgements.
    public var isStoring: Bool { phase == .store }
    /// The newest record that the query has found is a deletion.
    public var foundTombstone: Bool { bestIsTombstone }

    /// Begins with the query; ends at once where fewer cells than the rule needs can be asked.
    public mutating func begin() -> Step {
        if let lack = lack(of: usable) { return finish(lack) }
        asked = usable
        return .query(asked)
    }

    /// Nil where these are enough for both phases.
    private func lack(of members: Positions) -> Outcome? {
        for need in kind == .read && !rule.writesBack ? [rule.read] : [rule.read, rule.write]
        where !quorum.isComplete(members, need) {
            let (needed, available) = quorum.shortage(members, need)
            return .noQuorum(needed: needed, available: available)
        }
        return nil
    }

    /// The operation goes on in a newer epoch, with other members perhaps: what was heard so far counts no more. A read,
    /// and a write that has not chosen yet, asks anew. A write that was sending sends the same version again, so that no
    /// write ever has two.
    public mutating func restart(quorum: QuorumSet, usable: Positions, reserve: Positions = 0) -> Step {
        guard phase != .finished else { return .wait }
        // Whoever was sent it and did not say that it keeps what it had may have kept it.
        if phase == .store, asked & ~(failed & ~uncertain) != 0 { wasSentBefore = true }
        self.quorum = quorum
        self.usable = usable & quorum.all
        self.reserve = kind == .read ? reserve & quorum.all : 0
        holders = 0
        failed = 0
        uncertain = 0
        if kind != .read, hasChosen {
            guard quorum.isComplete(self.usable, rule.write) else { return finish(wasSentBefore ? .unknown : .refused) }
            phase = .store
            heard = 0
            asked = self.usable
            if merges { return takeUp(of: self.usable) }
            return .store(asked, best)
        }
        phase = .query
        hasAskedReserve = false
        heard = 0
        best = .none
        bestIsTombstone = false
        floor = 0
        return begin()
    }

    /// Positions that have answered in this phase.
    package var answered: Positions { heard }

    /// As `restart`, wrongly: what these have said before goes on to count, or a write chooses its version anew. For tests,
    /// which show a checker what such a build does.
    package mutating func restart(
        quorum: QuorumSet, usable: Positions, reserve: Positions, keeping kept: Positions, choosesAgain: Bool
    ) -> Step {
        let (found, wasTombstone, before) = (best, bestIsTombstone, phase)
        if choosesAgain { hasChosen = false }
        let step = restart(quorum: quorum, usable: usable, reserve: reserve)
        guard kept & asked != 0, phase == before else { return step }
        heard = kept & asked
        let rest = asked & ~heard
        if phase == .store {
            holders = heard
            let next = afterStore()
            return next == .wait ? .store(rest, best) : next
        }
        (best, bestIsTombstone) = (found, wasTombstone)
        let next = afterQuery()
        return next == .wait ? .query(rest) : next
    }

    /// Begins again what has ended for want of cells, which may be back in a moment; otherwise as `restart`.
    public mutating func resume(quorum: QuorumSet, usable: Positions, reserve: Positions = 0) -> Step {
        guard phase == .finished else { return .wait }
        phase = kind != .read && hasChosen ? .store : .query
        return restart(quorum: quorum, usable: usable, reserve: reserve)
    }

    /// It was sent at an earlier epoch: that nobody keeps it now does not mean that nobody has.
    private var wasSentBefore = false

    /// A cell answered the query. `keep` tells the holder that this value is the newest so far.
    /// - Parameters:
    ///   - absent: of a record that the cell does not have: the highest counter that it has dropped there.
    ///   - merged: of a read that merges: what all answers come to, this one included.
    public mutating func answered(
        _ position: Int, version: RecordVersion, tombstone: Bool, absent: UInt64 = 0, merged: RecordVersion? = nil
    ) -> (step: Step, keep: Bool) {
        guard phase == .query, expect(position) else { return (.wait, false) }
        // Nothing could be written above it any more: such an answer is none.
        guard version.counter < RecordVersion.highestCounter else { return (failed(position), false) }
        heard |= 1 << position
        if absent < RecordVersion.highestCounter { floor = max(floor, absent) }
        var keep = false
        if let merged {
            if merged != best { holders = 0 }
            best = merged
            bestIsTombstone = tombstone
            if version == merged { holders |= 1 << position }
            return (afterQuery(), true)
        }
        if version > best || heard.nonzeroBitCount == 1 {
            best = version
            bestIsTombstone = tombstone
            holders = 1 << position
            keep = true
        } else if version == best {
            holders |= 1 << position
        }
        return (afterQuery(), keep)
    }

    /// A cell acknowledged what it was asked to store.
    /// - Parameter made: of a write that merges and is taken up by the cell: the version of what is stored there now.
    public mutating func stored(_ position: Int, made: RecordVersion = .none) -> Step {
        guard phase == .store, expect(position) else { return .wait }
        if merges, kind != .read, spread == .none { return takenUp(position, made) }
        heard |= 1 << position
        holders |= 1 << position
        return afterStore()
    }

    /// A cell refused, failed or went away.
    /// - Parameter changedNothing: the cell said that it keeps what it had.
    public mutating func failed(_ position: Int, changedNothing: Bool = false) -> Step {
        guard phase != .finished, expect(position) else { return .wait }
        failed |= 1 << position
        if !changedNothing { uncertain |= 1 << position }
        return phase == .query ? afterQuery() : afterStore()
    }

    /// The phase took too long: what was not heard counts as failed.
    public mutating func timedOut() -> Step {
        guard phase != .finished else { return .wait }
        uncertain |= asked & ~heard & ~failed
        failed |= asked & ~heard
        return phase == .query ? afterQuery() : afterStore()
    }

    private func expect(_ position: Int) -> Bool {
        asked & ~heard & ~failed & (1 << position) != 0
    }

    private mutating func afterQuery() -> Step {
        let open = asked & ~heard & ~failed
        let isMet = kind != .read || demand.isMet(by: best, collected: floor, askedAll: heard == quorum.all)
        // Whoever was asked in reserve may not answer at all: nobody waits for more than what was missing.
        let waits = rule.readsAll && open != 0 && !(hasAskedReserve && isMet)
        guard quorum.isComplete(heard, rule.read), !waits else {
            if quorum.isComplete(heard | open, rule.read) { return .wait }
            if let step = askReserve() { return step }
            let (needed, available) = quorum.shortage(heard, rule.read)
            return finish(.noQuorum(needed: needed, available: available))
        }
        guard kind == .read else {
            let seen = best
            existed = seen != .none && !bestIsTombstone
            best = RecordVersion(counter: max(max(seen.counter, floor) + 1, clock), writer: writer)
            holders = 0
            hasChosen = true
            return store(usable & ~failed)
        }
        if !isMet { return open != 0 ? .wait : askReserve() ?? finish(.behind) }
        let stale = usable & ~failed & ~holders
        if rule.writesBack, !quorum.isComplete(holders, rule.write), best != .none { return store(stale) }
        let outcome: Outcome = best == .none || bestIsTombstone ? .missing(best) : .found(best)
        let repair = rule.readsAll && best != .none ? heard & ~holders : 0
        if repair != 0 {
            phase = .finished
            return .finishAndRepair(outcome, repair)
        }
        return finish(outcome)
    }

    /// Some that were held in reserve have been asked.
    private var hasAskedReserve = false

    private mutating func askReserve() -> Step? {
        let more = reserve & ~asked
        guard more != 0 else { return nil }
        hasAskedReserve = true
        asked |= more
        usable |= more
        return .query(more)
    }

    /// Whether a write found a record to replace.
    private var existed = false

    private mutating func store(_ positions: Positions) -> Step {
        phase = .store
        guard quorum.isComplete(positions | holders, rule.write) else {
            let (needed, available) = quorum.shortage(positions | holders, rule.write)
            return finish(.noQuorum(needed: needed, available: available))
        }
        heard = 0
        failed = 0
        uncertain = 0
        asked = positions
        if merges, kind != .read { return takeUp(of: positions) }
        return .store(positions, best)
    }

    private mutating func takeUp(of positions: Positions) -> Step {
        spread = .none
        untried = positions
        asked = 0
        return takeUpNext()
    }

    /// One at a time: each that takes it up marks it, and one mark is enough.
    private mutating func takeUpNext() -> Step {
        let next = untried & (~untried &+ 1)
        guard next != 0 else { return finish(uncertain == 0 && !wasSentBefore ? .refused : .unknown) }
        untried &= ~next
        asked |= next
        return .store(next, best)
    }

    private mutating func takenUp(_ position: Int, _ made: RecordVersion) -> Step {
        spread = made
        heard |= 1 << position
        holders |= 1 << position
        let others = usable & ~asked
        asked |= others
        guard quorum.isComplete(holders, rule.write) else {
            let next = afterStore()
            return next == .wait && others != 0 ? .store(others, made) : next
        }
        let outcome = Outcome.written(best, replaced: existed)
        guard others != 0 else { return finish(outcome) }
        phase = .finished
        return .finishAndRepair(outcome, others)
    }

    private mutating func afterStore() -> Step {
        if quorum.isComplete(holders, rule.write) {
            switch kind {
            case .write, .delete: return finish(.written(best, replaced: existed))
            case .read: return finish(bestIsTombstone ? .missing(best) : .found(best))
            }
        }
        let open = asked & ~heard & ~failed
        if merges, kind != .read, spread == .none { return open != 0 ? .wait : takeUpNext() }
        if quorum.isComplete(holders | open, rule.write) { return .wait }
        if kind != .read, holders == 0, uncertain == 0, !wasSentBefore {
            // The answers that are still out decide between "nothing was changed" and "nobody knows".
            return open != 0 ? .wait : finish(.refused)
        }
        // A read that cannot write back has not changed anything that was not so before: it may be tried again.
        let (needed, available) = quorum.shortage(holders, rule.write)
        return finish(kind == .read ? .noQuorum(needed: needed, available: available) : .unknown)
    }

    /// Ends it where the holder knows that it must not go on: a write that was sending ends unknown, all else without a
    /// quorum.
    public mutating func giveUp() -> Step {
        guard phase != .finished else { return .wait }
        if kind != .read, hasChosen { return finish(.unknown) }
        let (needed, available) = quorum.shortage(heard, rule.read)
        return finish(.noQuorum(needed: needed, available: available))
    }

    private mutating func finish(_ outcome: Outcome) -> Step {
        phase = .finished
        return .finish(outcome)
    }
}
