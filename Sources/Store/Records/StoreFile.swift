import GRDB
import Replication

/// What can be asked of a cell's store and changed in it from another process, while the cell runs or not.
package enum StoreFile {
    /// The life of the store, without a look at its records.
    package static func identity(path: String) throws(StoreOpenError) -> StoreIdentity {
        try access(path, readonly: true) { db, id in try RecordSchema.life(db, id) }
    }

    /// Reads the whole file and finds out whether its pages fit together; nothing is changed. Only for a cell that does
    /// not run: it takes as long as the file is long.
    /// - Throws: what was found, with a way out.
    package static func check(path: String) throws(StoreOpenError) {
        try access(path, readonly: true) { db, _ in
            let found = try Row.fetchAll(db, sql: "PRAGMA quick_check(1)").compactMap {
                String.fromDatabaseValue($0[0])
            }
            guard found == ["ok"] else {
                throw StoreOpenError(
                    DatabaseError(resultCode: .SQLITE_CORRUPT, message: found.first ?? "it cannot be checked"),
                    path: path)
            }
        }
    }

    /// Lets a store without a vote have one with what the other cells can still give: what only lost disks held is
    /// given up. The cell takes this up by itself, now or at its next start.
    ///
    /// - Returns: the life from now on; nothing was changed where it is not `accepted`.
    package static func acceptLoss(path: String) throws(StoreOpenError) -> StoreLife {
        try access(path, readonly: false) { db, id in
            var life = StoreLife.votes
            try db.inTransaction(.immediate) {
                life = try RecordSchema.life(db, id).life
                if life.mayBecome(.accepted) {
                    try MetaTable.set(db, StoreFacts.Name.life, StoreLife.accepted.rawValue)
                    life = .accepted
                }
                return .commit
            }
            return life
        }
    }

    private static func access<Result>(
        _ path: String, readonly: Bool, _ body: (Database, UInt64) throws -> Result
    ) throws(StoreOpenError) -> Result {
        do {
            let database = try DatabaseQueue(
                path: path, configuration: RecordSchema.configuration(readonly: readonly))
            defer { try? database.close() }
            return try database.inDatabase { db in
                guard let identity = try RecordSchema.identity(db, path: path, cell: nil) else {
                    throw StoreOpenError(.foreign, path: path, "an empty database; the cell has not started yet")
                }
                return try body(db, identity.storeID)
            }
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(error, path: path)
        }
    }
}
