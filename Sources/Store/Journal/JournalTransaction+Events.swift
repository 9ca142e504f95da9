import GRDB

extension JournalTransaction {
    /// Appends an event and returns its id. Every so often the oldest events beyond the bound are dropped.
    @discardableResult
    package func append(_ event: JournalEvent) throws -> Int64 {
        try db.cachedStatement(sql: "INSERT INTO events(time, type, action, subject, attributes) VALUES(?, ?, ?, ?, ?)")
            .execute(arguments: [event.time, event.type, event.action, event.subject, event.attributes])
        appended.events.append(event)
        let id = db.lastInsertedRowID
        if id % Self.pruneInterval == 0 {
            try db.execute(sql: "DELETE FROM events WHERE id <= ?", arguments: [id - Int64(limits.events)])
        }
        return id
    }

    /// The events with a higher id, oldest first.
    package func events(since id: Int64, limit: Int) throws -> [JournalEvent] {
        try events("SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?", id, limit)
    }

    /// The events from a time on, oldest first.
    package func events(from time: Int64, limit: Int) throws -> [JournalEvent] {
        try events("SELECT * FROM events WHERE time >= ? ORDER BY time, id LIMIT ?", time, limit)
    }

    /// Events are pruned at every so many, so that there are never more than the bound and this many.
    static let pruneInterval: Int64 = 256

    private func events(_ sql: String, _ from: Int64, _ limit: Int) throws -> [JournalEvent] {
        try db.checkedRows(sql, [from, max(limit, 0)]) { row in
            JournalEvent(
                id: try row.integer(0), time: try row.integer(1), type: try row.text(2), action: try row.text(3),
                subject: try row.text(4), attributes: try row.text(5))
        }
    }
}

extension JournalTransaction {
    package func setMeta(_ key: String, _ value: String) throws { try MetaTable.set(db, key, value) }
    package func meta(_ key: String) throws -> String? { try MetaTable.value(db, key) }
}
