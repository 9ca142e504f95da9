import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// When tombstones are collected.
package struct SweepRule: Sendable, Equatable {
    /// Younger ones stay: most deletions are on their way to all members for less. Nothing that is safe hangs on it: one
    /// that is negative also takes what clocks ahead of the cells' have written.
    package var grace: TimeAmount
    /// From the end of one round over all cohorts to the beginning of the next.
    package var round: TimeAmount
    /// Between two cohorts.
    package var pace: TimeAmount

    package init(
        grace: TimeAmount = .minutes(10), round: TimeAmount = .minutes(5), pace: TimeAmount = .milliseconds(50)
    ) {
        self.grace = grace
        self.round = round
        self.pace = pace
    }

    package init(_ settings: TombstoneSettings) { self.init(grace: settings.grace, round: settings.round) }
}

/// What sweeps have done; these only rise.
package struct SweepCounters: Sendable, Equatable {
    /// Rounds over all cohorts that came to their end.
    package var rounds: UInt64 = 0
    /// Entries that were decided for a sweep.
    package var decided: UInt64 = 0
    /// Tombstones that cells have dropped, each counted where it was.
    package var dropped: UInt64 = 0
    /// Tombstones that were old enough and stayed: not every member showed this one.
    package var kept: UInt64 = 0
    /// Those of the last whole round, each version of one record counted once; this one falls as well.
    package var waiting: UInt64 = 0
    /// Sweeps of a cohort that were given up: another entry was decided, or nobody answered in time.
    package var abandoned: UInt64 = 0
}

/// The sweep of one cohort, page after page: tombstones that all members of a shard show at one entry are dropped at the
/// next one, which is decided for that. A pure part: `Coordinator+Sweep` carries it out.
struct TombstoneSweep {
    enum Stage {
        /// Links to the members open.
        case linking
        /// Members are asked what tombstones they have.
        case listing
        /// The next entry is being decided.
        case deciding
        /// Members are told what to drop.
        case dropping
    }
    let cohort: Int
    /// Of the entry that all must have now.
    var version: UInt64
    var stage = Stage.linking
    /// The stage is given up then.
    var until: Instant
    /// The page begins behind this position.
    var after: RecordPosition
    /// By cell: the number of the question that it has not answered.
    var asked: [Int: UInt64] = [:]
    var pages: [Int: RecordPages.Listing] = [:]
    /// What each cell is still to drop.
    var drops: [Int: [RecordLine]] = [:]
    var retryAt = Instant.zero
    /// Where the page ends; nil where the cohort does.
    var next: RecordPosition?

    init(_ entry: PlacementEntry, from start: RecordPosition, until: Instant) {
        cohort = entry.cohort
        version = entry.version
        after = start
        self.until = until
    }

    /// How far every page reaches; nil where all of them are the last.
    static func end(of pages: [Int: RecordPages.Listing]) -> RecordPosition? {
        pages.values.filter { !$0.isLast }.map(\.upTo).min()
    }

    /// The lines that all who promise to have them show, in order, and how many others there are.
    ///
    /// - Parameters:
    ///   - holders: the cells of the customer's shard that promise more of this key than one copy, where a single one that
    ///     shows it is enough if there is none; nil for a customer who is left alone.
    ///   - needed: how many of so many must show it.
    static func held(
        _ pages: [Int: RecordPages.Listing], holders: (RecordPosition) -> [Int]?, needed: (Int) -> Int = { $0 }
    ) -> (lines: [RecordLine], others: Int) {
        let end = end(of: pages)
        var shown: [RecordLine: [Int]] = [:]
        for (cell, page) in pages {
            for line in page.lines where end.map({ line.position <= $0 }) ?? true {
                shown[line, default: []].append(cell)
            }
        }
        var lines: [RecordLine] = []
        for (line, cells) in shown {
            guard let holders = holders(line.position), holders.count(where: cells.contains) >= needed(holders.count)
            else { continue }
            lines.append(line)
        }
        // Sorted, so that the order of the dictionary does not matter.
        lines.sort { $0.position < $1.position }
        return (Array(lines.prefix(RecordPages.mostLines)), shown.count - lines.count)
    }
}
