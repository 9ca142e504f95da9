import GRDB
import GRDBSQLite
import MeshBase
import Replication

/// What is kept of claims beside their rows among the records: the promise, and when their time is over.
struct ClaimStatements {
    /// Made in a store of an earlier release as well. `settled`: 1 where the call was answered, 2 where it was acknowledged and
    /// is yet to be carried out; such a one is kept however long that takes.
    static let table = """
        CREATE TABLE IF NOT EXISTS claims(
            hash INTEGER NOT NULL, customer BLOB NOT NULL, key BLOB NOT NULL, promised BLOB NOT NULL,
            expires INTEGER NOT NULL, settled INTEGER NOT NULL, PRIMARY KEY(hash, customer, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS claims_expires ON claims(settled, expires);
        """

    private let upsert: PreparedStatement
    private let replace: PreparedStatement
    private let select: PreparedStatement
    private let delete: PreparedStatement
    private let selectExpired: PreparedStatement
    private let selectSettled: PreparedStatement
    private let selectQueued: PreparedStatement
    private let sum: PreparedStatement

    init(_ database: Database) throws {
        upsert = try PreparedStatement(
            database,
            """
            INSERT INTO claims(hash, customer, key, promised, expires, settled) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT(hash, customer, key) DO UPDATE
            SET promised = max(promised, excluded.promised), expires = max(expires, excluded.expires),
                settled = max(settled, excluded.settled)
            """)
        replace = try PreparedStatement(
            database,
            """
            INSERT INTO claims(hash, customer, key, promised, expires, settled) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT(hash, customer, key) DO UPDATE
            SET promised = max(promised, excluded.promised), expires = excluded.expires, settled = excluded.settled
            """)
        select = try PreparedStatement(
            database, "SELECT promised FROM claims WHERE hash = ?1 AND customer = ?2 AND key = ?3")
        delete = try PreparedStatement(database, "DELETE FROM claims WHERE hash = ?1 AND customer = ?2 AND key = ?3")
        selectExpired = try PreparedStatement(
            database, "SELECT hash, customer, key FROM claims WHERE settled IN (0, 1) AND expires < ?1 LIMIT ?2")
        selectSettled = try PreparedStatement(
            database, "SELECT hash, customer, key FROM claims WHERE settled = 1 ORDER BY expires LIMIT ?1")
        selectQueued = try PreparedStatement(
            database, "SELECT hash, customer, key FROM claims WHERE settled = 2 ORDER BY expires LIMIT ?1")
        sum = try PreparedStatement(database, "SELECT count(*) FROM claims")
    }

    func promised(_ position: RecordPosition) throws(SQLiteResult) -> RecordVersion {
        var found = RecordVersion.none
        let code = select.bound(position) { row in
            let code = row.step()
            guard code == SQLITE_ROW else { return code }
            guard let version = RecordVersion(stored: row.blob(0)) else { return SQLITE_CORRUPT }
            found = version
            return SQLITE_DONE
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return found
    }

    /// Keeps a promise until an instant at least.
    func keep(_ position: RecordPosition, _ promised: RecordVersion, until: Int64) throws(SQLiteResult) {
        try set(position, promised, expires: until, settled: 0)
    }

    /// A row was written, and says for how long it is of use: what was given back goes long before what was claimed. One that
    /// cannot be read is kept as if it had come to its end.
    func note(_ position: RecordPosition, _ version: RecordVersion, _ value: [UInt8]) throws(SQLiteResult) {
        let value = ClaimValue(value)
        try set(
            position, version, expires: value?.expires ?? 0,
            settled: value?.isSettled == true ? 1 : value?.job != nil ? 2 : 0, by: replace)
    }

    private func set(
        _ position: RecordPosition, _ version: RecordVersion, expires: Int64, settled: Int64,
        by statement: PreparedStatement? = nil
    ) throws(SQLiteResult) {
        let words = (version.counter.bigEndian, version.writer.bigEndian)
        let code = withUnsafeBytes(of: words) { (version) -> Int32 in
            (statement ?? upsert).bound(position) { statement in
                var code = statement.bind(version, at: 4)
                code |= statement.bind(expires, at: 5)
                code |= statement.bind(settled, at: 6)
                return code == SQLITE_OK ? statement.step() : code
            }
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }

    func remove(_ position: RecordPosition) throws(SQLiteResult) {
        let code = delete.bound(position) { $0.step() }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }

    func expired(before: Int64, limit: Int) throws(SQLiteResult) -> [RecordPosition] {
        try positions(selectExpired) { $0.bind(before, at: 1) | $0.bind(Int64(limit), at: 2) }
    }

    func oldestSettled(limit: Int) throws(SQLiteResult) -> [RecordPosition] {
        try positions(selectSettled) { $0.bind(Int64(limit), at: 1) }
    }

    func queued(limit: Int) throws(SQLiteResult) -> [RecordPosition] {
        try positions(selectQueued) { $0.bind(Int64(limit), at: 1) }
    }

    private func positions(
        _ statement: PreparedStatement, _ bind: (PreparedStatement) -> Int32
    ) throws(SQLiteResult) -> [RecordPosition] {
        var found: [RecordPosition] = []
        var code = bind(statement)
        if code == SQLITE_OK { code = statement.step() }
        while code == SQLITE_ROW {
            let hash = CustomerHash(stored: statement.integer(0))
            found.append(
                RecordPosition(hash: hash, customer: Array(statement.blob(1)), key: Array(statement.blob(2))))
            code = statement.step()
        }
        statement.reset()
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return found
    }

    func count() throws(SQLiteResult) -> Int {
        let code = sum.step()
        let found = code == SQLITE_ROW ? Int(sum.integer(0)) : 0
        sum.reset()
        if code != SQLITE_ROW { throw SQLiteResult(code: code) }
        return found
    }
}
