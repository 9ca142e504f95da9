import GRDB
import GRDBSQLite
import MeshBase
import Replication

/// The statements of the hot path, prepared once for the life of a store.
struct RecordStatements {
    let begin: PreparedStatement
    let commit: PreparedStatement
    let rollback: PreparedStatement
    /// What the next transaction's commit waits for: the write to the log, or the disk as well.
    let syncFully: PreparedStatement
    let syncLess: PreparedStatement
    private let connection: OpaquePointer?
    private let selectVersion: PreparedStatement
    private let selectRecord: PreparedStatement
    private let upsert: PreparedStatement
    private let overwrite: PreparedStatement
    private let selectPage: PreparedStatement
    private let selectPrints: PreparedStatement
    private let selectCount: PreparedStatement
    private let delete: PreparedStatement
    let facts: StoreFacts
    let cohorts: CohortStatements
    let hints: HintStatements
    let claims: ClaimStatements

    init(_ database: Database) throws {
        connection = database.sqliteConnection
        // IMMEDIATE: a batch that begins as a reader and is overtaken by another writer could not go on to write.
        begin = try PreparedStatement(database, "BEGIN IMMEDIATE")
        commit = try PreparedStatement(database, "COMMIT")
        rollback = try PreparedStatement(database, "ROLLBACK")
        syncFully = try PreparedStatement(database, "PRAGMA synchronous = FULL")
        syncLess = try PreparedStatement(database, "PRAGMA synchronous = NORMAL")
        selectVersion = try PreparedStatement(
            database, "SELECT version, tombstone FROM records WHERE hash = ?1 AND customer = ?2 AND key = ?3")
        selectRecord = try PreparedStatement(
            database,
            "SELECT version, tombstone, value FROM records WHERE hash = ?1 AND customer = ?2 AND key = ?3")
        upsert = try PreparedStatement(
            database,
            """
            INSERT INTO records(hash, customer, key, version, tombstone, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT(hash, customer, key) DO UPDATE
            SET version = excluded.version, tombstone = excluded.tombstone, value = excluded.value
            WHERE excluded.version > records.version
            """)
        overwrite = try PreparedStatement(
            database,
            """
            INSERT INTO records(hash, customer, key, version, tombstone, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT(hash, customer, key) DO UPDATE
            SET version = excluded.version, tombstone = excluded.tombstone, value = excluded.value
            """)
        let range = """
            FROM records WHERE (hash, customer, key) > (?1, ?2, ?3) AND hash <= ?4
            ORDER BY hash, customer, key LIMIT ?5
            """
        selectPage = try PreparedStatement(database, "SELECT hash, customer, key, version, tombstone \(range)")
        selectPrints = try PreparedStatement(database, "SELECT hash, customer, key, version, tombstone, value \(range)")
        selectCount = try PreparedStatement(database, "SELECT count(*) FROM records WHERE hash >= ?1 AND hash <= ?2")
        delete = try PreparedStatement(database, "DELETE FROM records WHERE hash = ?1 AND customer = ?2 AND key = ?3")
        cohorts = try CohortStatements(database)
        facts = try StoreFacts(database)
        hints = try HintStatements(database)
        claims = try ClaimStatements(database)
    }

    /// How many pages the file may have: never fewer than it has; nil for as many as there can be.
    func limit(pages: Int?) {
        sqlite3_exec(connection, "PRAGMA max_page_count = \(pages.map { max($0, 1) } ?? 0xFFFF_FFFE)", nil, nil, nil)
    }

    // MARK: Records

    func version(_ position: RecordPosition) throws(SQLiteResult) -> (version: RecordVersion, tombstone: Bool) {
        var found = (version: RecordVersion.none, tombstone: false)
        let code = withRow(selectVersion, position) { (row) -> Int32 in
            guard let version = RecordVersion(stored: row.blob(0)) else { return SQLITE_CORRUPT }
            found = (version, row.integer(1) == RowState.deleted.rawValue)
            return SQLITE_OK
        }
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        return found
    }

    /// Nil where there is none.
    func record(_ position: RecordPosition) throws(SQLiteResult) -> StoredRecord? {
        var found: StoredRecord?
        let code = withRow(selectRecord, position) { (row) -> Int32 in
            guard let version = RecordVersion(stored: row.blob(0)) else { return SQLITE_CORRUPT }
            let tombstone = row.integer(1) == RowState.deleted.rawValue
            found = StoredRecord(
                line: RecordLine(position: position, version: version, tombstone: tombstone),
                value: Array(row.blob(2)))
            return SQLITE_OK
        }
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        return found
    }

    /// Keeps a row where its version is higher than the stored one.
    /// - Returns: the version that is stored now, and whether it is of this row.
    func write(_ record: StoredRecord) throws(SQLiteResult) -> (version: RecordVersion, isKept: Bool) {
        let line = record.line
        try set(
            upsert, line.position, line.version, line.tombstone ? [] : record.value,
            state: line.tombstone ? .deleted : .one)
        // No change: what is stored is as new, or newer.
        guard sqlite3_changes(connection) == 1 else { return (try version(line.position).version, false) }
        // However it came here: what is known of it goes with its time.
        if ClaimKey.isClaim(line.position.key) { try claims.note(line.position, line.version, record.value) }
        return (line.version, true)
    }

    /// What a row says beside its value. A record that was deleted is empty, but for one whose key keeps siblings.
    enum RowState: Int64 {
        case one = 0
        case deleted = 1
        /// Siblings to be chosen from.
        case conflicted = 2
    }

    /// Keeps a row whatever is stored.
    func replace(
        _ position: RecordPosition, _ version: RecordVersion, _ value: [UInt8], state: RowState
    ) throws(SQLiteResult) {
        try set(overwrite, position, version, value, state: state)
    }

    private func set(
        _ statement: PreparedStatement, _ position: RecordPosition, _ version: RecordVersion, _ value: [UInt8],
        state: RowState
    ) throws(SQLiteResult) {
        let words = (version.counter.bigEndian, version.writer.bigEndian)
        let code = withUnsafeBytes(of: words) { (version) -> Int32 in
            value.withUnsafeBytes { (value) -> Int32 in
                statement.bound(position) { statement in
                    var code = statement.bind(version, at: 4)
                    code |= statement.bind(state.rawValue, at: 5)
                    code |= statement.bind(value, at: 6)
                    return code == SQLITE_OK ? statement.step() : code
                }
            }
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }

    /// Takes a record away, whatever it is.
    func remove(_ position: RecordPosition) throws(SQLiteResult) {
        let code = delete.bound(position) { $0.step() }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        if ClaimKey.isClaim(position.key) { try claims.remove(position) }
    }

    @inline(__always) private func withRow(
        _ statement: PreparedStatement, _ position: RecordPosition, _ body: (PreparedStatement) -> Int32
    ) -> Int32 {
        statement.bound(position) { statement in
            let code = statement.step()
            if code == SQLITE_ROW { return body(statement) }
            return code == SQLITE_DONE ? SQLITE_OK : code
        }
    }

    /// Up to `limit` records behind a position and up to a hash, without their values.
    func lines(
        after position: RecordPosition, upTo last: UInt64, limit: Int, fingerprints: Bool = false
    ) throws(SQLiteResult) -> [RecordLine] {
        var lines: [RecordLine] = []
        // Rows of one customer lie next to each other, and share its name.
        var customer: [UInt8] = []
        let code = (fingerprints ? selectPrints : selectPage).bound(position) { rows in
            var code = rows.bind(RecordPosition(before: last).storedHash, at: 4)
            code |= rows.bind(Int64(limit), at: 5)
            if code == SQLITE_OK { code = rows.step() }
            while code == SQLITE_ROW {
                guard let version = RecordVersion(stored: rows.blob(3)) else { return SQLITE_CORRUPT }
                let hash = CustomerHash(stored: rows.integer(0))
                let name = rows.blob(1)
                if !customer.elementsEqual(name) { customer = Array(name) }
                lines.append(
                    RecordLine(
                        position: RecordPosition(hash: hash, customer: customer, key: Array(rows.blob(2))),
                        version: version, tombstone: rows.integer(4) == RowState.deleted.rawValue,
                        fingerprint: fingerprints ? RecordLine.fingerprint(rows.blob(5)) : 0))
                code = rows.step()
            }
            return code
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return lines
    }

    /// Rows of a range of hashes.
    func count(_ hashes: ClosedRange<UInt64>) throws(SQLiteResult) -> Int {
        var count: Int64 = 0
        var code = selectCount.bind(RecordPosition(before: hashes.lowerBound).storedHash, at: 1)
        code |= selectCount.bind(RecordPosition(before: hashes.upperBound).storedHash, at: 2)
        if code == SQLITE_OK { code = selectCount.step() }
        if code == SQLITE_ROW {
            count = selectCount.integer(0)
            code = SQLITE_OK
        }
        selectCount.reset()
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        return Int(count)
    }

    /// Changes whenever another connection has committed something; asked inside a transaction.
    func dataVersion() throws(SQLiteResult) -> UInt32 {
        var version: UInt32 = 0
        let code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        return version
    }

    // MARK: Errors

    var isInsideTransaction: Bool { sqlite3_get_autocommit(connection) == 0 }

    func message(of result: SQLiteResult) -> String {
        let text = sqlite3_errstr(result.code).map { String(cString: $0) } ?? "unknown"
        return "\(text) (SQLite result \(result.code))"
    }
}

extension RecordVersion {
    /// Stored as counter and writer in big-endian order, so that SQLite's comparison of bytes orders versions.
    init?(stored bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        self.init(
            counter: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            writer: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}
