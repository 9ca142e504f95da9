import GRDB
import GRDBSQLite
import MeshBase
import Replication
import Sharding

/// What a store keeps of cohorts and decrees, inside its transactions.
struct CohortStatements {
    private let select: PreparedStatement
    private let upsert: PreparedStatement
    private let selectDecree: PreparedStatement
    private let upsertDecree: PreparedStatement

    init(_ database: Database) throws {
        select = try PreparedStatement(
            database, "SELECT cohort, entry, previous, filled, floor FROM cohorts ORDER BY cohort")
        upsert = try PreparedStatement(
            database,
            """
            INSERT INTO cohorts(cohort, entry, previous, filled, floor) VALUES(?1, ?2, nullif(?3, x''), ?4, ?5)
            ON CONFLICT(cohort) DO UPDATE SET entry = excluded.entry, previous = excluded.previous,
            filled = excluded.filled, floor = excluded.floor
            """)
        selectDecree = try PreparedStatement(database, "SELECT state FROM decrees WHERE name = ?1")
        upsertDecree = try PreparedStatement(
            database,
            """
            INSERT INTO decrees(name, state) VALUES(?1, ?2)
            ON CONFLICT(name) DO UPDATE SET state = excluded.state
            """)
    }

    /// The cohorts of which anything is stored, ascending. One that cannot be read is a damaged file.
    func all(of count: Int) throws(SQLiteResult) -> [StoredCohort] {
        var cohorts: [StoredCohort] = []
        var code = select.step()
        while code == SQLITE_ROW {
            let previous = select.blob(2)
            guard let entry = PlacementEntry(bytes: Array(select.blob(1)), cohorts: count),
                Int64(entry.cohort) == select.integer(0),
                previous.isEmpty || PlacementEntry(bytes: Array(previous), cohorts: count) != nil
            else {
                code = SQLITE_CORRUPT
                break
            }
            cohorts.append(
                StoredCohort(
                    entry: entry,
                    previous: previous.isEmpty ? nil : PlacementEntry(bytes: Array(previous), cohorts: count),
                    filled: Epoch(UInt32(clamping: select.integer(3))),
                    floor: UInt64(bitPattern: select.integer(4))))
            code = select.step()
        }
        select.reset()
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return cohorts
    }

    func set(_ cohort: StoredCohort) throws(SQLiteResult) {
        let code = cohort.entry.bytes.withUnsafeBytes { (entry) -> Int32 in
            (cohort.previous?.bytes ?? []).withUnsafeBytes { (previous) -> Int32 in
                var code = upsert.bind(Int64(cohort.entry.cohort), at: 1)
                code |= upsert.bind(entry, at: 2)
                code |= upsert.bind(previous, at: 3)
                code |= upsert.bind(Int64(cohort.filled.rawValue), at: 4)
                code |= upsert.bind(Int64(bitPattern: cohort.floor), at: 5)
                if code == SQLITE_OK { code = upsert.step() }
                upsert.reset()
                return code
            }
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }

    /// Nil for a decree that nobody has asked about here.
    func decree(_ number: UInt32) throws(SQLiteResult) -> [UInt8]? { try decree(Self.name(number)) }
    func keep(_ blob: [UInt8], as number: UInt32) throws(SQLiteResult) {
        try set(decree: Self.name(number), blob)
    }
    private static func name(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private func decree(_ name: [UInt8]) throws(SQLiteResult) -> [UInt8]? {
        var found: [UInt8]?
        var code = name.withUnsafeBytes { (name) -> Int32 in
            var code = selectDecree.bind(name, at: 1)
            if code == SQLITE_OK { code = selectDecree.step() }
            if code == SQLITE_ROW {
                found = Array(selectDecree.blob(0))
                code = SQLITE_DONE
            }
            return code
        }
        selectDecree.reset()
        if code == SQLITE_OK { code = SQLITE_DONE }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return found
    }

    private func set(decree name: [UInt8], _ state: [UInt8]) throws(SQLiteResult) {
        let code = name.withUnsafeBytes { (name) -> Int32 in
            state.withUnsafeBytes { (state) -> Int32 in
                var code = upsertDecree.bind(name, at: 1)
                code |= upsertDecree.bind(state, at: 2)
                if code == SQLITE_OK { code = upsertDecree.step() }
                upsertDecree.reset()
                return code
            }
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }
}
