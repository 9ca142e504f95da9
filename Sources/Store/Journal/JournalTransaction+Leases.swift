import GRDB

extension JournalTransaction {
    /// Adds a lease, or renews the one with its id.
    package func addLease(_ lease: FaultLease) throws {
        try removeLease(lease.id)
        try requireRoom(in: "leases")
        try db.execute(
            sql: "INSERT INTO leases(id, kind, target, parameters, created_at, expires_at) VALUES(?, ?, ?, ?, ?, ?)",
            arguments: [
                lease.id, lease.kind, lease.target, lease.parameters, lease.createdAt, lease.expiresAt,
            ])
    }

    /// False if there was none with this id.
    @discardableResult
    package func removeLease(_ id: String) throws -> Bool {
        try db.execute(sql: "DELETE FROM leases WHERE id = ?", arguments: [id])
        return db.changesCount > 0
    }

    /// All leases, the one that ends first at the front.
    package func leases() throws -> [FaultLease] {
        try db.checkedRows(
            "SELECT id, kind, target, parameters, created_at, expires_at FROM leases ORDER BY expires_at, id"
        ) { row in
            FaultLease(
                id: try row.text(0), kind: try row.text(1), target: try row.text(2), parameters: try row.text(3),
                createdAt: try row.integer(4), expiresAt: try row.integer(5))
        }
    }

    /// Adds an intent, or replaces the one with its id.
    package func addIntent(_ intent: ProcessIntent) throws {
        try removeIntent(intent.id)
        try requireRoom(in: "intents")
        try db.execute(
            sql: """
                INSERT INTO intents(id, action, name, pid, start_time, created_at, expires_at)
                VALUES(?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                intent.id, intent.action.rawValue, intent.name, intent.pid, Int64(bitPattern: intent.startTime),
                intent.createdAt, intent.expiresAt,
            ])
    }

    /// False if there was none with this id.
    @discardableResult
    package func removeIntent(_ id: String) throws -> Bool {
        try db.execute(sql: "DELETE FROM intents WHERE id = ?", arguments: [id])
        return db.changesCount > 0
    }

    /// All intents, in the order in which they were formed.
    package func intents() throws -> [ProcessIntent] {
        try db.checkedRows(
            "SELECT id, action, name, pid, start_time, created_at, expires_at FROM intents ORDER BY created_at, id"
        ) { row in
            ProcessIntent(
                id: try row.text(0), action: try row.required(ProcessIntent.Action(rawValue: try row.text(1)), 1),
                name: try row.text(2), pid: Int32(truncatingIfNeeded: try row.integer(3)),
                startTime: UInt64(bitPattern: try row.integer(4)), createdAt: try row.integer(5),
                expiresAt: try row.integer(6))
        }
    }
}
