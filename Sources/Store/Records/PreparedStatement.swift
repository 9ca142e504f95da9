import GRDB
import GRDBSQLite
import MeshBase
import Replication

/// A result code of SQLite that stopped a batch.
struct SQLiteResult: Error {
    var code: Int32
    /// The primary code; the rest says more precisely what happened.
    var primary: Int32 { code & 0xFF }
}

/// A prepared statement whose arguments are bound in place, without copies, for the hot path.
///
/// A pointer bound here must stay valid until `step` and the reading of columns are over; every use binds all of the
/// arguments again before it steps, so what is left bound afterwards is never read.
struct PreparedStatement {
    private let handle: OpaquePointer
    /// Finalises the handle when the last copy goes.
    private let owner: Statement

    init(_ database: Database, _ sql: String) throws {
        owner = try database.cachedStatement(sql: sql)
        handle = owner.sqliteStatement
    }

    @inline(__always) func bind(_ bytes: UnsafeRawBufferPointer, at index: Int32) -> Int32 {
        // A null pointer would bind NULL instead of an empty blob.
        sqlite3_bind_blob(
            handle, index, bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1), Int32(clamping: bytes.count), nil)
    }
    @inline(__always) func bind(_ value: Int64, at index: Int32) -> Int32 { sqlite3_bind_int64(handle, index, value) }

    /// Binds hash, customer and key of a position to the first three arguments, and resets the statement afterwards.
    @inline(__always) func bound(_ position: RecordPosition, _ body: (PreparedStatement) -> Int32) -> Int32 {
        position.customer.withUnsafeBytes { (customer) -> Int32 in
            position.key.withUnsafeBytes { (key) -> Int32 in
                var code = bind(position.storedHash, at: 1)
                code |= bind(customer, at: 2)
                code |= bind(key, at: 3)
                if code == SQLITE_OK { code = body(self) }
                reset()
                return code
            }
        }
    }

    @inline(__always) func step() -> Int32 { sqlite3_step(handle) }
    /// Always called after the last step, or the transaction cannot end.
    @inline(__always) func reset() { sqlite3_reset(handle) }

    /// Steps once a statement that returns no rows.
    @inline(__always) func execute() throws(SQLiteResult) {
        let code = step()
        reset()
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }

    @inline(__always) func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    /// Valid until the next step or reset; empty for NULL.
    @inline(__always) func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }
}
