/// Decides whether writes of records that keep siblings survived: each that was acknowledged is among what is read back at
/// the end, unless a write superseded it whose client had seen it.
///
/// The clients' own knowledge is the witness, no version: what a write has seen is what its client had read. What cannot be
/// judged is never lost, and never found either: of a record with more writes at once than are kept the oldest may go, and
/// where clients write that are none of this run, what is older than theirs may have been superseded by them.
package struct SiblingChecker: Sendable {
    package enum Violation: Hashable, Sendable {
        /// Acknowledged, seen by nobody who wrote, and not there at the end.
        case vanished
        /// What was read back is of no write of this record.
        case valueFromNowhere
    }

    private struct Row: Sendable {
        /// Writes and deletions that may have been kept, and that no write has seen.
        var left: Set<UInt64> = []
        /// With the counters of their versions; 0 where it is not known.
        var acknowledged: [UInt64: UInt64] = [:]
        var written: Set<UInt64> = []
        var superseded: Set<UInt64> = []
        var excused: Set<UInt64> = []
        /// There were more at once than are kept.
        var isCrowded = false
        var isVerified = false
        /// The highest counter of what other clients have written.
        var others: UInt64 = 0
        /// Acknowledged, and gone, of which nobody can say whether it may be.
        var unjudged = 0
    }

    /// Siblings that a record may have.
    package let most: Int
    package private(set) var violations = Violations<Violation>()
    private var rows: [RecordID: Row] = [:]
    /// Writes that vanished.
    private var lost = 0
    /// Reads that showed more than one value.
    package private(set) var conflictsSeen = 0

    /// Writes and deletions that are watched; records of further ones are not judged.
    package let limit: Int
    private var watched = 0
    /// Of records that are not watched.
    private var unwatched = 0

    package init(most: Int, limit: Int = 1_000_000) {
        self.most = most
        self.limit = limit
    }

    /// A write or deletion is sent.
    /// - Parameters:
    ///   - number: unique in the run; of a write also its value.
    ///   - seen: the writes and deletions that it says to have seen.
    package mutating func invoke(_ record: RecordID, number: UInt64, deletes: Bool, seen: [UInt64]) {
        guard watched < limit else {
            // What it writes and supersedes is as if another client did.
            rows[record]?.others = .max
            return
        }
        watched += 1
        var row = rows.removeValue(forKey: record) ?? Row()
        if !deletes { row.written.insert(number) }
        row.left.insert(number)
        row.superseded.formUnion(seen)
        row.left.subtract(seen)
        if row.left.count > most { row.isCrowded = true }
        rows[record] = row
    }

    /// The write will be kept.
    /// - Parameter counter: of its version, by which it is told from what others have superseded; 0 where it is not known.
    package mutating func acknowledged(_ record: RecordID, value: UInt64, counter: UInt64 = 0) {
        guard rows[record]?.written.contains(value) == true else {
            unwatched += 1
            return
        }
        rows[record]?.acknowledged[value] = counter
    }

    /// The write has changed nothing.
    /// - Parameter seen: what it would have superseded, and what nothing else has.
    package mutating func refused(_ record: RecordID, number: UInt64, seen: [UInt64]) {
        rows[record]?.left.remove(number)
        rows[record]?.left.formUnion(seen)
    }

    /// Something was read that clients of another run have written or deleted.
    /// - Parameter counter: of its version.
    package mutating func others(_ record: RecordID, counter: UInt64) {
        if let known = rows[record]?.others { rows[record]?.others = max(known, counter) }
    }

    /// These are promised to nobody any more, acknowledged or on the way: the only disk that had them is lost.
    package mutating func excuse(_ record: RecordID, _ values: [UInt64]) { rows[record]?.excused.formUnion(values) }

    /// A read showed these at once.
    package mutating func read(_ values: [UInt64]) { if values.count > 1 { conflictsSeen += 1 } }

    /// The records with a write, in order: what must be read back.
    package var recordsToRead: [RecordID] { rows.keys.sorted() }

    /// What a record holds at the end; the read must have begun after the last write ended.
    package mutating func readBack(_ record: RecordID, _ values: [UInt64]) {
        guard let row = rows[record], !row.isVerified else { return }
        rows[record]?.isVerified = true
        for value in values where !row.written.contains(value) && row.others != .max {
            violations.add(.valueFromNowhere, "\(record): \(value) was read back, which nobody wrote")
        }
        for value in missing(row, values).sorted() {
            guard !row.isCrowded, row.others == 0 || row.acknowledged[value]! > row.others else {
                rows[record]?.unjudged += 1
                continue
            }
            lost += 1
            violations.add(
                .vanished, "\(record): the write of \(value) was acknowledged, no write has seen it, and it is gone")
        }
    }

    /// Acknowledged, seen by no write of this run, not excused, and not among what was read.
    private func missing(_ row: Row, _ values: [UInt64]) -> [UInt64] {
        row.acknowledged.keys.filter {
            !row.superseded.contains($0) && !row.excused.contains($0) && !values.contains($0)
        }
    }

    /// Whether everything is there that has to be. If not, and copies are still being repaired, it may be worth asking again
    /// before `readBack`.
    package func isWhole(_ record: RecordID, _ values: [UInt64]) -> Bool {
        rows[record].map { missing($0, values).isEmpty } ?? true
    }

    /// Of writes, as those of other records are counted. What could not be judged is `unverified`.
    package func totals() -> AcknowledgedWrites.Counts {
        var counts = AcknowledgedWrites.Counts()
        counts.acknowledged = unwatched
        counts.unverified = unwatched
        counts.lost = lost
        for row in rows.values {
            counts.acknowledged += row.acknowledged.count
            counts.unverified += row.isVerified ? row.unjudged : row.acknowledged.count
        }
        return counts
    }

    /// Nothing is known to be lost, and not of everything that nothing is.
    package var isInconclusive: Bool { violations.isEmpty && !verdict(needsAll: true).ok }

    /// - Parameter needsAll: what could not be judged is not ok.
    package func verdict(needsAll: Bool = false) -> Verdict {
        var judged = 0
        var crowded = 0
        var unread = 0
        var unjudged = 0
        var excused = 0
        // Sums do not depend on the order.
        for row in rows.values {
            if row.isCrowded { crowded += 1 } else { judged += row.acknowledged.count - row.unjudged }
            if !row.isVerified { unread += 1 }
            unjudged += row.unjudged
            excused += row.excused.count
        }
        var detail =
            "\(judged) writes judged, \(conflictsSeen) conflicts read, \(crowded) records with too many at once"
        if excused > 0 { detail += ", \(excused) gone with the only disk that had them" }
        if unread > 0 { detail += ", \(unread) not read back" }
        if unjudged > 0 {
            detail += ", \(unjudged) writes gone that other clients or too many at once may have superseded"
        }
        if unwatched > 0 { detail += ", \(unwatched) beyond the limit of \(limit)" }
        if !violations.isEmpty { detail += "; " + violations.summary }
        return Verdict(
            oracle: "siblings", ok: violations.isEmpty && unread == 0 && !(needsAll && unjudged + unwatched > 0),
            judged > 0 ? .judged : .vacuous, detail: detail)
    }
}
