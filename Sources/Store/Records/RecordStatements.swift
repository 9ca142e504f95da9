import GRDB
import GRDBSQLite
import MeshBase
import Replication

/// The statements of the hot path, prepared once for the life of a store.
struct RecordStatements {
    let begin: PreparedStatement
    let commit: PreparedStatement
    let rollback: PreparedStatement
    private let connection: OpaquePointer?
    private let selectVersion: PreparedStatement
    private let selectRecord: PreparedStatement
    private let upsert: PreparedStatement
    private let selectEpochs: PreparedStatement
    private let upsertEpoch: PreparedStatement
    private let selectPage: PreparedStatement
    let facts: StoreFacts

    init(_ database: Database) throws {
        connection = database.sqliteConnection
        // IMMEDIATE: a batch that begins as a reader and is overtaken by another writer could not go on to write.
        begin = try PreparedStatement(database, "BEGIN IMMEDIATE")
        commit = try PreparedStatement(database, "COMMIT")
        rollback = try PreparedStatement(database, "ROLLBACK")
        selectVersion = try PreparedStatement(
            database, "SELECT version, tombstone FROM records WHERE customer = ?1 AND key = ?2")
        selectRecord = try PreparedStatement(
            database, "SELECT version, tombstone, value FROM records WHERE customer = ?1 AND key = ?2")
        upsert = try PreparedStatement(
            database,
            """
            INSERT INTO records(customer, key, version, tombstone, value) VALUES(?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(customer, key) DO UPDATE
            SET version = excluded.version, tombstone = excluded.tombstone, value = excluded.value
            WHERE excluded.version > records.version
            """)
        selectEpochs = try PreparedStatement(database, "SELECT cohort, epoch FROM placement")
        upsertEpoch = try PreparedStatement(
            database,
            """
            INSERT INTO placement(cohort, epoch) VALUES(?1, ?2)
            ON CONFLICT(cohort) DO UPDATE SET epoch = excluded.epoch
            """)
        selectPage = try PreparedStatement(
            database,
            """
            SELECT customer, key, version, tombstone FROM records
            WHERE (customer, key) > (?1, ?2) ORDER BY customer, key LIMIT ?3
            """)
        facts = try StoreFacts(database)
    }

    // MARK: Records

    func version(
        _ customer: [UInt8], _ key: [UInt8]
    ) throws(SQLiteResult) -> (version: RecordVersion, tombstone: Bool) {
        var found = (version: RecordVersion.none, tombstone: false)
        let code = withRow(selectVersion, customer, key) { (row) -> Int32 in
            guard let version = RecordVersion(stored: row.blob(0)) else { return SQLITE_CORRUPT }
            found = (version, row.integer(1) != 0)
            return SQLITE_OK
        }
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        return found
    }

    func record(_ customer: [UInt8], _ key: [UInt8]) throws(SQLiteResult) -> StoreAnswer.Outcome {
        var outcome = StoreAnswer.Outcome.record(version: .none, value: [], tombstone: false)
        let code = withRow(selectRecord, customer, key) { (row) -> Int32 in
            guard let version = RecordVersion(stored: row.blob(0)) else { return SQLITE_CORRUPT }
            let tombstone = row.integer(1) != 0
            outcome = .record(version: version, value: tombstone ? [] : Array(row.blob(2)), tombstone: tombstone)
            return SQLITE_OK
        }
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        return outcome
    }

    /// Keeps the value if its version is higher than the stored one; returns the version that is stored now.
    func write(
        _ customer: [UInt8], _ key: [UInt8], _ version: RecordVersion, _ value: [UInt8], tombstone: Bool
    ) throws(SQLiteResult) -> RecordVersion {
        let words = (version.counter.bigEndian, version.writer.bigEndian)
        let code = withUnsafeBytes(of: words) { (version) -> Int32 in
            customer.withUnsafeBytes { (customer) -> Int32 in
                key.withUnsafeBytes { (key) -> Int32 in
                    value.withUnsafeBytes { (value) -> Int32 in
                        var code = upsert.bind(customer, at: 1)
                        code |= upsert.bind(key, at: 2)
                        code |= upsert.bind(version, at: 3)
                        code |= upsert.bind(tombstone ? 1 : 0, at: 4)
                        code |= upsert.bind(
                            UnsafeRawBufferPointer(rebasing: value[..<(tombstone ? 0 : value.count)]), at: 5)
                        if code == SQLITE_OK { code = upsert.step() }
                        upsert.reset()
                        return code
                    }
                }
            }
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        // No change: what is stored is as new, or newer.
        return sqlite3_changes(connection) == 1 ? version : try self.version(customer, key).version
    }

    @inline(__always) private func withRow(
        _ statement: PreparedStatement, _ customer: [UInt8], _ key: [UInt8], _ body: (PreparedStatement) -> Int32
    ) -> Int32 {
        customer.withUnsafeBytes { (customer) -> Int32 in
            key.withUnsafeBytes { (key) -> Int32 in
                var code = statement.bind(customer, at: 1)
                code |= statement.bind(key, at: 2)
                if code == SQLITE_OK { code = statement.step() }
                if code == SQLITE_ROW {
                    code = body(statement)
                } else if code == SQLITE_DONE {
                    code = SQLITE_OK
                }
                statement.reset()
                return code
            }
        }
    }

    /// Up to `limit` records behind a position, without their values.
    func lines(after customer: [UInt8], _ key: [UInt8], limit: Int) throws(SQLiteResult) -> [RecordLine] {
        var lines: [RecordLine] = []
        let code = customer.withUnsafeBytes { (customer) -> Int32 in
            key.withUnsafeBytes { (key) -> Int32 in
                var code = selectPage.bind(customer, at: 1)
                code |= selectPage.bind(key, at: 2)
                code |= selectPage.bind(Int64(limit), at: 3)
                if code == SQLITE_OK { code = selectPage.step() }
                while code == SQLITE_ROW {
                    guard let version = RecordVersion(stored: selectPage.blob(2)) else { return SQLITE_CORRUPT }
                    lines.append(
                        RecordLine(
                            position: RecordPosition(
                                customer: Array(selectPage.blob(0)), key: Array(selectPage.blob(1))),
                            version: version, tombstone: selectPage.integer(3) != 0))
                    code = selectPage.step()
                }
                return code
            }
        }
        selectPage.reset()
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return lines
    }

    func fetch(_ positions: [RecordPosition], bytes: Int) throws(SQLiteResult) -> StoreAnswer.Outcome {
        var records: [StoredRecord] = []
        var taken = 0
        var sum = 0
        for position in positions {
            guard sum < bytes else { break }
            taken += 1
            guard
                case .record(let version, let value, let tombstone) = try record(position.customer, position.key),
                version != .none
            else { continue }
            sum += value.count
            records.append(
                StoredRecord(
                    line: RecordLine(position: position, version: version, tombstone: tombstone), value: value))
        }
        return .fetched(records, taken: taken)
    }

    // MARK: Placement

    /// Changes whenever another connection has committed something; asked inside a transaction.
    func dataVersion() throws(SQLiteResult) -> UInt32 {
        var version: UInt32 = 0
        let code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        return version
    }

    func epochs(_ count: Int) throws(SQLiteResult) -> CohortEpochs {
        var epochs = CohortEpochs(count: count)
        var code = selectEpochs.step()
        while code == SQLITE_ROW {
            let cohort = selectEpochs.integer(0)
            if cohort >= 0, cohort < epochs.count {
                epochs[Int(cohort)] = Epoch(UInt32(clamping: selectEpochs.integer(1)))
            }
            code = selectEpochs.step()
        }
        selectEpochs.reset()
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return epochs
    }

    func setEpoch(_ epoch: Epoch, cohort: Int) throws(SQLiteResult) {
        let code = upsertEpoch.bind(Int64(cohort), at: 1) | upsertEpoch.bind(Int64(epoch.rawValue), at: 2)
        if code != SQLITE_OK { throw SQLiteResult(code: code) }
        try upsertEpoch.execute()
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
