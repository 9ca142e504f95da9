import GRDB
import GRDBSQLite
import MeshBase
import Replication
import Sharding

/// What a store holds, in figures.
package struct StoreSummary: Codable, Sendable, Equatable {
    package var cell: String
    package var storeID: UInt64
    package var life = StoreLife.votes
    /// Customers with at least one record or tombstone.
    package var customers = 0
    /// Records that are not deleted.
    package var records = 0
    package var tombstones = 0
    /// Writes kept for a replica that could not be reached.
    package var hints = 0
    /// When the oldest of them was left, milliseconds since 1970; 0 without any.
    package var oldestHint: Int64 = 0
    /// Messages in the durable queue.
    package var queue = 0
    /// The size of the database without its log.
    package var bytes: Int64 = 0
    package var highestEpoch = Epoch.first
    /// The highest counter of a tombstone that was collected; 0 where none was.
    package var floor: UInt64 = 0
    /// When the newest deletion that was collected was made, nanoseconds since 1970: counters rise with real time. Nil where
    /// nothing was collected.
    package var sweptUntil: Int64? { floor > 0 ? HybridClock.wall(ofCounter: floor) : nil }
    /// Equal for two stores that hold the same versions and tombstones of the same keys, in whatever order they
    /// arrived: the sum of a hash of each (customer, key, version, tombstone).
    package var digest: UInt64 = 0
}

extension StoreSummary {
    /// Reads the store of a cell from any process, while the cell runs or not, without disturbing it.
    ///
    /// - Parameter customer: Counts and digests only this customer's records; nil takes all.
    package static func read(path: String, customer: [UInt8]? = nil) throws(StoreOpenError) -> StoreSummary {
        do {
            let database = try DatabaseQueue(path: path, configuration: RecordSchema.configuration(readonly: true))
            return try database.read { db in
                guard let identity = try RecordSchema.identity(db, path: path, cell: nil) else {
                    throw StoreOpenError(.foreign, path: path, "an empty database; the cell has not started yet")
                }
                return try read(db, identity, customer)
            }
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(error, path: path)
        }
    }

    fileprivate static func read(
        _ db: Database, _ identity: RecordSchema.Identity, _ customer: [UInt8]?
    ) throws -> StoreSummary {
        var summary = StoreSummary(cell: identity.cell, storeID: identity.storeID)
        summary.life = try RecordSchema.life(db, identity.storeID).life
        let count = try integer(db, "PRAGMA page_count")
        summary.bytes = count * (try integer(db, "PRAGMA page_size"))
        for cohort in try cohorts(db) {
            summary.highestEpoch = cohort.entry.pins.reduce(max(summary.highestEpoch, cohort.entry.epoch)) {
                max($0, $1.epoch)
            }
            summary.floor = max(summary.floor, cohort.floor)
        }

        if try Row.fetchOne(db, sql: "SELECT 1 FROM sqlite_master WHERE name = 'hints'") != nil {
            summary.hints = Int(try integer(db, "SELECT count(*) FROM hints"))
            summary.oldestHint = try integer(db, "SELECT ifnull(min(at), 0) FROM hints")
        }
        let hasHash = try MetaTable.value(db, "data_version") == String(RecordSchema.dataVersion)
        let filter = customer == nil ? "" : hasHash ? "WHERE hash = ?2 AND customer = ?1" : "WHERE customer = ?1"
        let order = hasHash ? "hash, customer, key" : "customer, key"
        let rows = try PreparedStatement(
            db, "SELECT customer, key, version, tombstone FROM records \(filter) ORDER BY \(order)")
        defer { rows.reset() }
        let wanted = customer ?? []
        let code = wanted.withUnsafeBytes { (wanted) -> Int32 in
            if customer != nil {
                _ = rows.bind(wanted, at: 1)
                if hasHash { _ = rows.bind(RecordPosition(customer: Array(wanted), key: []).storedHash, at: 2) }
            }
            return summary.count(rows)
        }
        if code != SQLITE_DONE { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        return summary
    }

    /// One pass in the order of the primary key, so that customers are counted without sorting.
    private mutating func count(_ rows: PreparedStatement) -> Int32 {
        var last: [UInt8]?
        var code = rows.step()
        while code == SQLITE_ROW {
            let customer = rows.blob(0)
            if last.map({ !customer.elementsEqual($0) }) ?? true {
                customers += 1
                last = Array(customer)
            }
            let owner = StableHash.hash(customer)
            let name = StableHash.combine(owner, StableHash.hash(rows.blob(1)))
            let tombstone = rows.integer(3) == RecordStatements.RowState.deleted.rawValue
            let state = StableHash.combine(StableHash.hash(rows.blob(2)), tombstone ? 1 : 0)
            digest &+= StableHash.combine(name, state)
            if tombstone { tombstones += 1 } else { records += 1 }
            code = rows.step()
        }
        return code
    }

    /// Those of which anything is installed; none in a file of a release before moves.
    private static func cohorts(_ db: Database) throws -> [StoredCohort] {
        guard try MetaTable.value(db, "data_version") == String(RecordSchema.dataVersion) else { return [] }
        let count = Int(try MetaTable.value(db, "cohorts") ?? "") ?? PlacementTable.defaultCohortCount
        return try CohortStatements(db).all(of: count)
    }

    private static func integer(_ db: Database, _ sql: String) throws -> Int64 {
        try Row.fetchOne(db, sql: sql).flatMap { Int64.fromDatabaseValue($0[0]) } ?? 0
    }
}

extension RecordStore {
    /// Reads every key: for the pool, not for the hot path.
    package func summary() throws(StoreError) -> StoreSummary {
        do {
            return try database.inDatabase { db in
                guard let identity = try RecordSchema.identity(db, path: path, cell: nil) else { throw closed }
                return try StoreSummary.read(db, identity, nil)
            }
        } catch {
            throw StoreError(error)
        }
    }
}
