import MeshBase

/// Decides whether every acknowledged write survived: what is read back at the end must be as new as each of them.
///
/// A write is lost when what is read back is older, or nothing: older in version order, or by the clock of the clients: a
/// value whose write had ended before another acknowledged one of the record began. The second needs no trust in
/// versions. Writes of unknown outcome may be there or not. Memory is 48 bytes a write up to a limit, and a row per record; beyond the limit the losses of a record are
/// counted over its earlier writes only, and values can no longer be told from ones nobody wrote.
package struct AcknowledgedWrites: Sendable {
    package enum Violation: Hashable, Sendable {
        /// Acknowledged, and not there at the end.
        case lost
        /// What was read back is of no write of this record, or of one that was refused.
        case valueFromNowhere
        /// A write's value was read back at another version than it was acknowledged as.
        case valueMoved
        /// Two writes were acknowledged as one version.
        case versionReused
        /// What was read back had been replaced: its write had ended before a later acknowledged one began.
        case superseded
    }

    /// What reading a record back gave.
    package enum ReadBack: Hashable, Sendable {
        case found(VersionWitness, value: UInt64)
        /// Something that another program wrote, for example another load on the same mesh.
        case foreign(VersionWitness)
        case missing
        /// Bytes that no writer makes.
        case corrupt(VersionWitness)
    }

    package struct Counts: Hashable, Sendable {
        package var acknowledged = 0
        package var lost = 0
        /// Writes that were neither acknowledged nor refused.
        package var unknown = 0
        /// Acknowledged writes of records that could not be read back.
        package var unverified = 0
        /// Acknowledged writes that an operator has given up since.
        package var givenUp = 0
        package init() {}
    }

    private struct Write: Sendable {
        var value: UInt64
        /// Nil while it is not known.
        var version: VersionWitness?
        /// When it was acknowledged; never, while it is not known.
        var ended: Instant
        /// The previous write of the record, or -1.
        var previous: Int32
    }

    private struct Row: Sendable {
        var newest = VersionWitness.none
        /// The newest acknowledged version's value.
        var newestValue: UInt64 = 0
        /// Of the acknowledged write that began last.
        var lastBegan = Instant(nanoseconds: .min)
        var lastValue: UInt64 = 0
        var acknowledged = 0
        var last: Int32 = -1
        /// Writes that were not kept.
        var dropped = 0
        var lost = 0
        var isVerified = false
    }

    package let limit: Int
    package private(set) var counts = Counts()
    package private(set) var violations = Violations<Violation>()
    private var rows: [RecordID: Row] = [:]
    private var writes: [Write] = []

    /// - Parameter limit: writes kept one by one, at most 2^31 - 1.
    package init(limit: Int = 4_000_000) { self.limit = min(max(limit, 0), Int(Int32.max)) }

    /// A write was acknowledged; its value is unique in the run. `version` is `none` where the store gave out none: the
    /// order of versions then proves nothing.
    /// - Parameters:
    ///   - began: when its client sent it.
    ///   - ended: when its client had the answer, by the same clock.
    package mutating func acknowledged(
        _ record: RecordID, value: UInt64, version: VersionWitness, began: Instant, ended: Instant
    ) {
        counts.acknowledged += 1
        keep(record, value: value, version: version, ended: ended) { row in
            row.acknowledged += 1
            if began > row.lastBegan {
                row.lastBegan = began
                row.lastValue = value
            }
            if version > row.newest || row.acknowledged == 1 {
                row.newest = version
                row.newestValue = value
            }
        }
    }

    /// The outcome of a write is not known and never will be.
    package mutating func unknown(_ record: RecordID, value: UInt64) {
        counts.unknown += 1
        keep(record, value: value, version: nil, ended: .distantFuture) { _ in }
    }

    private mutating func keep(
        _ record: RecordID, value: UInt64, version: VersionWitness?, ended: Instant, _ update: (inout Row) -> Void
    ) {
        let isKept = writes.count < limit
        let place = Int32(truncatingIfNeeded: writes.count)
        var previous: Int32 = -1
        var clash: UInt64?
        withRow(record) { row in
            if let version, version != .none, version == row.newest { clash = row.newestValue }
            update(&row)
            previous = row.last
            if isKept { row.last = place } else { row.dropped += 1 }
        }
        if isKept { writes.append(Write(value: value, version: version, ended: ended, previous: previous)) }
        if let clash, let version {
            violations.add(.versionReused, "\(record): \(version) was acknowledged for \(clash) and for \(value)")
        }
    }

    @inline(__always)
    private mutating func withRow(_ record: RecordID, _ body: (inout Row) -> Void) {
        body(&rows[record, default: Row()])
    }

    /// An operator has given up what some cells hold of these records: what was acknowledged so far may be there or not.
    package mutating func giveUp(where isGivenUp: (RecordID) -> Bool) {
        for record in rows.keys where isGivenUp(record) {
            counts.givenUp += rows[record]!.acknowledged
            // What is read back may be of a write that is not known any more.
            rows[record] = Row(dropped: 1)
        }
    }

    /// The records with an acknowledged write, in order: what must be read back.
    package var recordsToRead: [RecordID] {
        rows.filter { $0.value.acknowledged > 0 }.keys.sorted()
    }

    /// Whether what was read back is as new as every acknowledged write of the record. If not, and copies are still
    /// being repaired, it may be worth asking again before `readBack`.
    package func isDominated(_ record: RecordID, by found: ReadBack) -> Bool {
        guard let row = rows[record], row.acknowledged > 0 else { return true }
        switch found {
        case .missing: return false
        case .foreign(let version), .corrupt(let version): return version >= row.newest
        case .found(let version, let value):
            if let write = write(of: value, in: row), write.ended < row.lastBegan { return false }
            return self.version(version, of: value, in: row) >= row.newest
        }
    }

    /// The version that was read back; where the store gave none, the one that the value was acknowledged as.
    private func version(_ version: VersionWitness, of value: UInt64, in row: Row) -> VersionWitness {
        version == .none ? write(of: value, in: row)?.version ?? .none : version
    }

    /// Takes what a record holds at the end, once per record. The read must have begun after the last write ended.
    package mutating func readBack(_ record: RecordID, _ found: ReadBack) {
        guard var row = rows[record], !row.isVerified else { return }
        row.isVerified = true
        rows[record] = row
        switch found {
        case .missing:
            lose(record, row, row.acknowledged, "nothing")
        case .foreign(let version):
            judge(record, row, version)
        case .corrupt(let version):
            violations.add(.valueFromNowhere, "\(record): read back bytes that nobody wrote, at \(version)")
            judge(record, row, version)
        case .found(let version, let value):
            if let write = write(of: value, in: row) {
                if let known = write.version, known != .none, version != .none, known != version {
                    violations.add(
                        .valueMoved, "\(record): value \(value) is at \(version) and was acknowledged as \(known)")
                }
            } else if row.dropped == 0 {
                violations.add(.valueFromNowhere, "\(record): read back \(value), which nobody wrote, at \(version)")
            }
            let before = counts.lost
            judge(record, row, self.version(version, of: value, in: row))
            if counts.lost == before { judge(record, row, value) }
        }
    }

    /// Counts the acknowledged writes that began after that of the value read back had ended.
    private mutating func judge(_ record: RecordID, _ row: Row, _ value: UInt64) {
        guard let found = write(of: value, in: row), found.ended < row.lastBegan else { return }
        counts.lost += 1
        rows[record]?.lost += 1
        violations.add(
            .superseded,
            "\(record): the write of \(value) had ended before that of \(row.lastValue) began, which was acknowledged, and "
                + "\(value) is there")
    }

    /// Counts the acknowledged writes that are newer than what was read back.
    private mutating func judge(_ record: RecordID, _ row: Row, _ version: VersionWitness) {
        guard version < row.newest else { return }
        var lost = 0
        var next = row.last
        // Each write points to an earlier place, so this ends.
        while next >= 0 {
            let write = writes[Int(next)]
            if let known = write.version, known > version { lost += 1 }
            next = write.previous
        }
        lose(record, row, max(lost, 1), "\(version)")
    }

    private mutating func lose(_ record: RecordID, _ row: Row, _ count: Int, _ found: String) {
        guard count > 0 else { return }
        counts.lost += count
        rows[record]?.lost += count
        violations.add(
            .lost, "\(record): \(row.newest) (value \(row.newestValue)) was acknowledged, and \(found) is there")
    }

    private func write(of value: UInt64, in row: Row) -> Write? {
        var next = row.last
        while next >= 0 {
            let write = writes[Int(next)]
            if write.value == value { return write }
            next = write.previous
        }
        return nil
    }

    /// The counts, with the writes of records that were not read back.
    package func totals() -> Counts {
        var totals = counts
        // A sum does not depend on the order.
        for row in rows.values where !row.isVerified { totals.unverified += row.acknowledged }
        return totals
    }

    /// The same of some records; writes of unknown outcome, which no record stands for, are left out.
    package func totals(where isMeant: (RecordID) -> Bool) -> Counts {
        var totals = Counts()
        for (record, row) in rows where isMeant(record) {
            totals.acknowledged += row.acknowledged
            totals.lost += row.lost
            if !row.isVerified { totals.unverified += row.acknowledged }
        }
        return totals
    }

    /// Nothing speaks against it, and not everything could be read back: whether a write was lost is not known.
    package var isInconclusive: Bool { violations.isEmpty && totals().unverified > 0 }

    package func verdict(oracle: String = "acknowledged-writes") -> Verdict {
        let totals = totals()
        var detail = "\(totals.acknowledged) acknowledged, \(totals.lost) lost, \(totals.unknown) of unknown outcome"
        if totals.givenUp > 0 { detail += ", \(totals.givenUp) given up" }
        if totals.unverified > 0 { detail += ", \(totals.unverified) could not be read back" }
        if !violations.isEmpty { detail += "; " + violations.summary }
        return Verdict(
            oracle: oracle, ok: violations.isEmpty && totals.unverified == 0,
            totals.acknowledged > 0 ? .judged : .vacuous, detail: detail)
    }
}
