import Replication

/// Keys that keep siblings, by the rule of every store.
extension SimDisk {
    func keepsSiblings(_ key: Key) -> Bool { tiers?.hasSiblings(key.key) ?? false }

    static func position(_ key: Key) -> RecordPosition {
        RecordPosition(hash: key.hash, customer: key.customer, key: key.key)
    }

    /// The row as it is; nil where there is none.
    func stored(_ key: Key) -> StoredRecord? {
        records[key].map {
            StoredRecord(
                line: RecordLine(position: Self.position(key), version: $0.version, tombstone: $0.tombstone),
                value: $0.value)
        }
    }

    /// Merges what another store or a router has.
    func keep(_ record: StoredRecord) -> SiblingRule.Row {
        let position = record.line.position
        let key = Key(customer: position.customer, hash: position.hash, key: position.key)
        var row = SiblingRule(known: stored(key))
            .merge(record.line.version, value: record.value, tombstone: record.line.tombstone)
        if dropsSibling, row.isChanged, let newest = SiblingSet(row.value)?.siblings.last {
            // Wrongly, as if the newest had seen the others.
            var set = SiblingSet()
            _ = set.write(
                newest.version, value: newest.value, tombstone: newest.tombstone,
                superseding: SiblingSet(row.value)?.dots.filter { $0 != newest.version } ?? [], writer: 1)
            row.value = set.encoded()
            row.version = set.version
        }
        set(key, row)
        return row
    }

    func set(_ key: Key, _ row: SiblingRule.Row) {
        guard row.isChanged else { return }
        records[key] = Record(version: row.version, value: row.value, tombstone: row.tombstone)
    }
}
