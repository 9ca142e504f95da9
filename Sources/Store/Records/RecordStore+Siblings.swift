import Replication
import Sharding

/// What becomes of a row; the rule for keys that keep siblings is `SiblingRule`.
extension RecordStore {
    /// Keeps what another store or a router has, where it is newer, or merges it.
    /// - Returns: the version that is stored now, and whether that is of this record.
    func keep(
        _ record: StoredRecord, _ statements: RecordStatements
    ) throws(SQLiteResult) -> (version: RecordVersion, isKept: Bool) {
        let line = record.line
        guard tiers?.hasSiblings(line.position.key) ?? false else {
            let kept = try statements.write(line.position, line.version, record.value, tombstone: line.tombstone)
            return (kept, kept == line.version)
        }
        let row = SiblingRule(known: try statements.record(line.position))
            .merge(line.version, value: record.value, tombstone: line.tombstone)
        if row.isChanged { try replace(line.position, row, statements) }
        return (row.version, row.isChanged)
    }

    /// Takes up a client's write of a key that keeps siblings.
    func add(
        _ dot: RecordVersion, _ value: [UInt8], tombstone: Bool, over dots: [RecordVersion],
        at position: RecordPosition, _ statements: RecordStatements
    ) throws(SQLiteResult) -> (row: SiblingRule.Row, isKept: Bool) {
        let cohort = PlacementTable.cohort(of: position.hash, count: cohorts)
        let row = SiblingRule(known: try statements.record(position)).write(
            dot, value: value, tombstone: tombstone, superseding: dots,
            writer: SiblingRule.writer(store: storeID, entry: stored[cohort].entry))
        if row.isChanged { try replace(position, row, statements) }
        return (row, row.isChanged)
    }

    private func replace(
        _ position: RecordPosition, _ row: SiblingRule.Row, _ statements: RecordStatements
    ) throws(SQLiteResult) {
        try statements.replace(
            position, row.version, row.value, state: row.tombstone ? .deleted : row.isConflicted ? .conflicted : .one)
        siblingsEvicted += UInt64(row.evicted)
    }
}
