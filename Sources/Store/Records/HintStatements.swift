import GRDB
import GRDBSQLite
import MeshBase
import Replication

/// Which records some member may not have yet, in the file of the cell that acknowledged them.
struct HintStatements {
    /// Made in a store of an earlier release as well.
    static let table = """
        CREATE TABLE IF NOT EXISTS hints(
            hash INTEGER NOT NULL, customer BLOB NOT NULL, key BLOB NOT NULL, version BLOB NOT NULL,
            at INTEGER NOT NULL, PRIMARY KEY(hash, customer, key)) STRICT, WITHOUT ROWID
        """

    private let upsert: PreparedStatement
    private let select: PreparedStatement
    private let delete: PreparedStatement
    private let sum: PreparedStatement

    init(_ database: Database) throws {
        upsert = try PreparedStatement(
            database,
            """
            INSERT INTO hints(hash, customer, key, version, at) VALUES(?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(hash, customer, key) DO UPDATE SET version = excluded.version, at = excluded.at
            """)
        select = try PreparedStatement(
            database,
            """
            SELECT hash, customer, key, version FROM hints WHERE (hash, customer, key) > (?1, ?2, ?3) AND at <= ?4
            ORDER BY hash, customer, key LIMIT ?5
            """)
        delete = try PreparedStatement(
            database, "DELETE FROM hints WHERE hash = ?1 AND customer = ?2 AND key = ?3 AND version = ?4")
        sum = try PreparedStatement(database, "SELECT count(*), ifnull(min(at), 0) FROM hints")
    }

    func add(_ position: RecordPosition, _ version: RecordVersion, at: Int64) throws(SQLiteResult) {
        try execute(upsert, position, version) { $0.bind(at, at: 5) }
    }

    func settle(_ line: RecordLine) throws(SQLiteResult) {
        try execute(delete, line.position, line.version) { _ in SQLITE_OK }
    }

    private func execute(
        _ statement: PreparedStatement, _ position: RecordPosition, _ version: RecordVersion,
        _ more: (PreparedStatement) -> Int32
    ) throws(SQLiteResult) {
        let words = (version.counter.bigEndian, version.writer.bigEndian)
        let code = withUnsafeBytes(of: words) { (version) -> Int32 in
            statement.bound(position) { statement in
                var code = statement.bind(version, at: 4)
                code |= more(statement)
                return code == SQLITE_OK ? statement.step() : code
            }
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }

    func all(after position: RecordPosition, until: Int64, limit: Int) throws(SQLiteResult) -> [RecordLine] {
        var lines: [RecordLine] = []
        let code = select.bound(position) { rows in
            var code = rows.bind(until, at: 4)
            code |= rows.bind(Int64(limit), at: 5)
            if code == SQLITE_OK { code = rows.step() }
            while code == SQLITE_ROW {
                guard let version = RecordVersion(stored: rows.blob(3)) else { return SQLITE_CORRUPT }
                let hash = CustomerHash(stored: rows.integer(0))
                lines.append(
                    RecordLine(
                        position: RecordPosition(hash: hash, customer: Array(rows.blob(1)), key: Array(rows.blob(2))),
                        version: version, tombstone: false))
                code = rows.step()
            }
            return code
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return lines
    }

    /// How many there are, and when the oldest was left; 0 without any.
    func total() throws(SQLiteResult) -> (count: Int, oldest: Int64) {
        let code = sum.step()
        let found = code == SQLITE_ROW ? (Int(sum.integer(0)), sum.integer(1)) : (0, 0)
        sum.reset()
        if code != SQLITE_ROW { throw SQLiteResult(code: code) }
        return found
    }
}
