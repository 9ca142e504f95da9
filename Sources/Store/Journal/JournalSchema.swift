import GRDB

/// The layout of the journal, as a list of migrations that only ever grows.
enum JournalSchema {
    static func open(path: String) throws(StoreOpenError) -> DatabaseQueue {
        do {
            let database = try DatabaseQueue(path: path, configuration: RecordSchema.configuration(readonly: false))
            try database.inDatabase { db in
                try refuseForeign(db, path: path)
                try db.execute(
                    sql: """
                        PRAGMA journal_mode = WAL;
                        PRAGMA synchronous = NORMAL;
                        PRAGMA cache_size = -512;
                        PRAGMA wal_autocheckpoint = 500;
                        """)
            }
            try migrator.migrate(database)
            return database
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(
                error, path: path,
                damaged:
                    "move it away and start again: processes that run are found by their own files, and what is lost "
                    + "is the history, faults in force and the leases of kills")
        }
    }

    private static func refuseForeign(_ db: Database, path: String) throws {
        let tables = try Row.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            .compactMap { String.fromDatabaseValue($0[0]) }
        if tables.isEmpty { return }
        guard tables.contains("events"), tables.contains("processes"), tables.contains("meta") else {
            throw StoreOpenError(
                .foreign, path: path, "a database, but not a journal of cellmesh; choose another data directory")
        }
        if try migrator.hasBeenSuperseded(db) {
            throw StoreOpenError(
                .dataVersion, path: path,
                "was written by a newer release; run that one, or move the file away (its processes must then be "
                    + "stopped by hand)")
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
                    CREATE TABLE events(
                        id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, type TEXT NOT NULL,
                        action TEXT NOT NULL, subject TEXT NOT NULL, attributes TEXT NOT NULL) STRICT;
                    CREATE INDEX events_by_time ON events(time);
                    CREATE TABLE processes(
                        pid INTEGER NOT NULL, start_time INTEGER NOT NULL, name TEXT NOT NULL, role INTEGER NOT NULL,
                        PRIMARY KEY(pid, start_time)) STRICT, WITHOUT ROWID;
                    CREATE TABLE addresses(
                        pid INTEGER NOT NULL, start_time INTEGER NOT NULL, position INTEGER NOT NULL,
                        purpose TEXT NOT NULL, endpoint TEXT NOT NULL,
                        PRIMARY KEY(pid, start_time, position)) STRICT, WITHOUT ROWID;
                    CREATE TABLE leases(
                        id TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
                        parameters TEXT NOT NULL, created_at INTEGER NOT NULL,
                        expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                    CREATE TABLE intents(
                        id TEXT PRIMARY KEY NOT NULL, action TEXT NOT NULL, name TEXT NOT NULL, pid INTEGER NOT NULL,
                        start_time INTEGER NOT NULL, created_at INTEGER NOT NULL,
                        expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                    """)
        }
        return migrator
    }
}

/// Reads a row of a file that may be damaged: a value of another type is an error, not a trap.
struct CheckedRow {
    let row: Row

    func integer(_ column: Int) throws -> Int64 { try required(Int64.fromDatabaseValue(row[column]), column) }
    func text(_ column: Int) throws -> String { try required(String.fromDatabaseValue(row[column]), column) }

    func required<Value>(_ value: Value?, _ column: Int) throws -> Value {
        guard let value else { throw StoreError(.broken, "a row of the journal cannot be understood: \(row)") }
        return value
    }
}

extension Database {
    func checkedRows<Value>(
        _ sql: String, _ arguments: StatementArguments = [], _ read: (CheckedRow) throws -> Value
    ) throws -> [Value] {
        let rows = try Row.fetchCursor(try cachedStatement(sql: sql), arguments: arguments)
        var values: [Value] = []
        while let row = try rows.next() { values.append(try read(CheckedRow(row: row))) }
        return values
    }
}
