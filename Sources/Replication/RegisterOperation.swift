import Topology

/// How many of a shard's cells an operation on a record needs, by tier.
public struct QuorumRule: Sendable, Hashable {
    /// Answers a read needs.
    public var read: Int
    /// Acknowledgements a write needs.
    public var write: Int
    /// A read waits for every cell that can be asked, not only for `read` of them.
    public var readsAll: Bool
    /// A read brings what it found to `write` cells before it returns, so that no later read sees older.
    public var writesBack: Bool

    /// The rule of a tier for shards of `size` cells, at least 1.
    public init(tier: StoreSettings.Tier, size: Int) {
        switch tier {
        case .critical:
            self.init(read: size / 2 + 1, write: size / 2 + 1, readsAll: false, writesBack: true)
        case .important:
            self.init(read: 1, write: 1, readsAll: true, writesBack: false)
        case .cache:
            self.init(read: 1, write: 1, readsAll: false, writesBack: false)
        }
    }

    /// A rule by its parts; `read` and `write` are at least 1.
    public init(read: Int, write: Int, readsAll: Bool, writesBack: Bool) {
        self.read = read
        self.write = write
        self.readsAll = readsAll
        self.writesBack = writesBack
    }
}

/// One read, write or deletion of a replicated register, as its coordinator sees it: two phases, query then store,
/// with write-back before a read returns (Attiya, Bar-Noy, Dolev 1995; multi-writer by Lynch and Shvartsman 1997).
///
/// Cells are named by their position in the shard. The holder carries out each `Step` and reports what came of it;
/// reports about positions that were not asked, or were heard already, change nothing.
public struct RegisterOperation: Sendable, Hashable {
    /// What the operation does to the record.
    public enum Kind: Sendable { case read, write, delete }

    /// A set of positions in the shard, one bit each.
    public typealias Positions = UInt16

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
        /// Every cell refused to keep the value, and said so: nothing was changed.
        case refused
    }

    enum Phase: Sendable { case query, store, finished }

    /// What it does.
    public let kind: Kind
    /// How many cells it needs.
    public let rule: QuorumRule
    private let writer: UInt64
    /// A write's version has at least this counter, whatever the query has found; see `HybridClock`.
    public var clock: UInt64 = 0
    private var phase = Phase.query
    private var usable: Positions
    private var asked: Positions = 0
    private var heard: Positions = 0
    private var failed: Positions = 0
    /// Positions that failed without saying whether they keep the value.
    private var uncertain: Positions = 0
    /// Positions known to hold `best`.
    private var holders: Positions = 0
    private var best = RecordVersion.none
    private var bestIsTombstone = false

    /// - Parameters:
    ///   - usable: the cells that can be asked.
    ///   - writer: unique to this operation; see `RecordVersion`.
    public init(kind: Kind, rule: QuorumRule, usable: Positions, writer: UInt64) {
        self.kind = kind
        self.rule = rule
        self.usable = usable
        self.writer = writer
    }

    /// The newest version that the query has found so far, or the one that a write is being stored as.
    public var version: RecordVersion { best }
    /// Positions that were asked and have neither answered nor failed.
    public var pending: Positions { phase == .finished ? 0 : asked & ~heard & ~failed }
    /// It has given its outcome.
    public var isFinished: Bool { phase == .finished }
    /// It is in its second phase: what is reported now are acknowledgements.
    public var isStoring: Bool { phase == .store }
    /// The newest record that the query has found is a deletion.
    public var foundTombstone: Bool { bestIsTombstone }

    /// Begins with the query; ends at once where fewer cells than the rule needs can be asked.
    public mutating func begin() -> Step {
        let needed = max(rule.read, kind == .read && !rule.writesBack ? rule.read : rule.write)
        guard usable.nonzeroBitCount >= needed else {
            return finish(.noQuorum(needed: needed, available: usable.nonzeroBitCount))
        }
        asked = usable
        return .query(asked)
    }

    /// A cell answered the query. `keep` tells the holder that this value is the newest so far.
    public mutating func answered(
        _ position: Int, version: RecordVersion, tombstone: Bool
    ) -> (step: Step, keep: Bool) {
        guard phase == .query, expect(position) else { return (.wait, false) }
        // Nothing could be written above it any more: such an answer is none.
        guard version.counter < RecordVersion.highestCounter else { return (failed(position), false) }
        heard |= 1 << position
        var keep = false
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
    public mutating func stored(_ position: Int) -> Step {
        guard phase == .store, expect(position) else { return .wait }
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
        let open = (asked & ~heard & ~failed).nonzeroBitCount
        let enough = heard.nonzeroBitCount >= rule.read && (!rule.readsAll || open == 0)
        guard enough else {
            if heard.nonzeroBitCount + open >= rule.read { return .wait }
            return finish(.noQuorum(needed: rule.read, available: heard.nonzeroBitCount))
        }
        guard kind == .read else {
            let seen = best
            existed = seen != .none && !bestIsTombstone
            best = RecordVersion(counter: max(seen.counter + 1, clock), writer: writer)
            holders = 0
            return store(usable & ~failed)
        }
        let stale = usable & ~failed & ~holders
        if rule.writesBack, holders.nonzeroBitCount < rule.write, best != .none { return store(stale) }
        let outcome: Outcome = best == .none || bestIsTombstone ? .missing(best) : .found(best)
        let repair = rule.readsAll && best != .none ? heard & ~holders : 0
        if repair != 0 {
            phase = .finished
            return .finishAndRepair(outcome, repair)
        }
        return finish(outcome)
    }

    /// Whether a write found a record to replace.
    private var existed = false

    private mutating func store(_ positions: Positions) -> Step {
        phase = .store
        guard (positions | holders).nonzeroBitCount >= rule.write else {
            return finish(.noQuorum(needed: rule.write, available: (positions | holders).nonzeroBitCount))
        }
        asked = positions
        heard = 0
        failed = 0
        uncertain = 0
        return .store(positions, best)
    }

    private mutating func afterStore() -> Step {
        if holders.nonzeroBitCount >= rule.write {
            switch kind {
            case .write, .delete: return finish(.written(best, replaced: existed))
            case .read: return finish(bestIsTombstone ? .missing(best) : .found(best))
            }
        }
        let open = (asked & ~heard & ~failed).nonzeroBitCount
        if holders.nonzeroBitCount + open >= rule.write { return .wait }
        if kind != .read, holders == 0, uncertain == 0 {
            // The answers that are still out decide between "nothing was changed" and "nobody knows".
            return open > 0 ? .wait : finish(.refused)
        }
        // A read that cannot write back has not changed anything that was not so before: it may be tried again.
        return finish(
            kind == .read ? .noQuorum(needed: rule.write, available: holders.nonzeroBitCount) : .unknown)
    }

    private mutating func finish(_ outcome: Outcome) -> Step {
        phase = .finished
        return .finish(outcome)
    }
}
