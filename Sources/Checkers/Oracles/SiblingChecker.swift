/// Decides whether writes of records that keep siblings survived: each that was acknowledged is among what is read back at
/// the end, unless a write superseded it whose client had seen it.
///
/// The clients' own knowledge is the witness, no version: what a write has seen is what its client had read. Of a record
/// with more writes at once than are kept the oldest may go: it is not judged.
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
        var acknowledged: Set<UInt64> = []
        var written: Set<UInt64> = []
        var superseded: Set<UInt64> = []
        /// There were more at once than are kept.
        var isCrowded = false
        var isVerified = false
    }

    /// Siblings that a record may have.
    package let most: Int
    package private(set) var violations = Violations<Violation>()
    private var rows: [RecordID: Row] = [:]
    /// Reads that showed more than one value.
    package private(set) var conflictsSeen = 0

    package init(most: Int) { self.most = most }

    /// A write or deletion is sent.
    /// - Parameters:
    ///   - number: unique in the run; of a write also its value.
    ///   - seen: the writes and deletions that it says to have seen.
    package mutating func invoke(_ record: RecordID, number: UInt64, deletes: Bool, seen: [UInt64]) {
        var row = rows[record] ?? Row()
        if !deletes { row.written.insert(number) }
        row.left.insert(number)
        row.superseded.formUnion(seen)
        row.left.subtract(seen)
        if row.left.count > most { row.isCrowded = true }
        rows[record] = row
    }

    /// The write will be kept.
    package mutating func acknowledged(_ record: RecordID, value: UInt64) { rows[record]?.acknowledged.insert(value) }

    /// A read showed these at once.
    package mutating func read(_ values: [UInt64]) { if values.count > 1 { conflictsSeen += 1 } }

    /// The records with a write, in order: what must be read back.
    package var recordsToRead: [RecordID] { rows.keys.sorted() }

    /// What a record holds at the end; the read must have begun after the last write ended.
    package mutating func readBack(_ record: RecordID, _ values: [UInt64]) {
        guard let row = rows[record], !row.isVerified else { return }
        rows[record]?.isVerified = true
        for value in values where !row.written.contains(value) {
            violations.add(.valueFromNowhere, "\(record): \(value) was read back, which nobody wrote")
        }
        guard !row.isCrowded else { return }
        let lost = row.acknowledged.subtracting(row.superseded).subtracting(values)
        for value in lost.sorted() {
            violations.add(
                .vanished, "\(record): the write of \(value) was acknowledged, no write has seen it, and it is gone")
        }
    }

    package func verdict() -> Verdict {
        var judged = 0
        var crowded = 0
        var unread = 0
        // Sums do not depend on the order.
        for row in rows.values {
            if row.isCrowded { crowded += 1 } else { judged += row.acknowledged.count }
            if !row.isVerified { unread += 1 }
        }
        var detail =
            "\(judged) writes judged, \(conflictsSeen) conflicts read, \(crowded) records with too many at once"
        if unread > 0 { detail += ", \(unread) not read back" }
        if !violations.isEmpty { detail += "; " + violations.summary }
        return Verdict(
            oracle: "siblings", ok: violations.isEmpty && unread == 0, judged > 0 ? .judged : .vacuous, detail: detail)
    }
}
