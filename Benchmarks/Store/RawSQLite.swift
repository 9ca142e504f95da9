import GRDBSQLite
import MeshBase

/// The same table, pragmas, epoch check and batches over the C interface alone: the ceiling for `RecordStore`.
struct RawSQLite: ~Copyable {
    private let connection: OpaquePointer?
    private let begin: OpaquePointer?
    private let commit: OpaquePointer?
    private let insert: OpaquePointer?

    init(path: String) {
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_CREATE | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        check(sqlite3_open_v2(path, &connection, flags, nil))
        check(
            sqlite3_exec(
                connection,
                """
                PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -1024;
                PRAGMA wal_autocheckpoint = 1000; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 8192000;
                CREATE TABLE records(
                    customer BLOB NOT NULL, key BLOB NOT NULL, version BLOB NOT NULL, tombstone INTEGER NOT NULL,
                    value BLOB NOT NULL, PRIMARY KEY(customer, key)) STRICT, WITHOUT ROWID;
                """, nil, nil, nil))
        self.connection = connection
        begin = Self.prepare(connection, "BEGIN IMMEDIATE")
        commit = Self.prepare(connection, "COMMIT")
        insert = Self.prepare(
            connection,
            """
            INSERT INTO records(customer, key, version, tombstone, value) VALUES(?1, ?2, ?3, 0, ?4)
            ON CONFLICT(customer, key) DO UPDATE
            SET version = excluded.version, tombstone = excluded.tombstone, value = excluded.value
            WHERE excluded.version > records.version
            """)
    }

    deinit {
        for statement in [begin, commit, insert] { sqlite3_finalize(statement) }
        sqlite3_close(connection)
    }

    func run(_ batch: Workload.Batch) {
        step(begin)
        for write in batch.writes {
            let version = (write.counter.bigEndian, UInt64(1).bigEndian)
            withUnsafeBytes(of: version) { version in
                write.customer.withUnsafeBytes { customer in
                    write.key.withUnsafeBytes { key in
                        write.value.withUnsafeBytes { value in
                            sqlite3_bind_blob(insert, 1, customer.baseAddress, Int32(customer.count), nil)
                            sqlite3_bind_blob(insert, 2, key.baseAddress, Int32(key.count), nil)
                            sqlite3_bind_blob(insert, 3, version.baseAddress, Int32(version.count), nil)
                            sqlite3_bind_blob(insert, 4, value.baseAddress, Int32(value.count), nil)
                            step(insert)
                        }
                    }
                }
            }
        }
        step(commit)
    }

    private func step(_ statement: OpaquePointer?) {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        if code != SQLITE_DONE { check(code) }
    }

    private static func prepare(_ connection: OpaquePointer?, _ sql: String) -> OpaquePointer? {
        var statement: OpaquePointer?
        check(sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        return statement
    }
}

func check(_ code: Int32) {
    guard code == SQLITE_OK else { fatalError("SQLite result \(code): \(String(cString: sqlite3_errstr(code)))") }
}
