import Foundation
import GRDB
import MeshBase
import Replication
import Topology

/// The layout of a record store's file: how it is made, recognised and refused.
enum RecordSchema {
    /// Raised when the layout changes in a way that older releases cannot read.
    static let dataVersion = 2
    /// Before customers could move: records by customer, and the epochs of requests instead of entries.
    static let versionBeforeMoves = 1

    struct Opened {
        var database: DatabaseQueue
        var statements: RecordStatements
        var identity: StoreIdentity
    }

    static func open(
        path: String, cell: String, birth: StoreBirth, durability: StoreSettings.Durability, cohorts: Int,
        limits: RecordStoreLimits
    ) throws(StoreOpenError) -> Opened {
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration(readonly: false))
            return try database.inDatabase { db in
                // Before anything is written: a file that is not ours stays as it is.
                let isNew = try identity(db, path: path, cell: cell) == nil
                try configure(db, durability: durability, limits: limits)
                if isNew { try create(db, cell: cell, birth, cohorts: cohorts) }
                try migrate(db)
                try db.execute(sql: HintStatements.table)
                try db.execute(sql: ClaimStatements.table)
                try db.execute(sql: conflicts)
                let kept = try MetaTable.value(db, cohortsName) ?? standardCohorts
                guard kept == String(cohorts) else {
                    throw StoreOpenError(
                        .otherPlacement, path: path,
                        "was made for \(kept) cohorts, and the placement table has \(cohorts); a mesh keeps the number "
                            + "it was founded with: bring back the placement table that belongs to this store")
                }
                guard let found = try identity(db, path: path, cell: cell) else {
                    throw StoreOpenError(.damaged, path: path, "the store was created but cannot be read back")
                }
                let statements = try RecordStatements(db)
                var identity = try begin(db, found.storeID, birth)
                identity.cohorts = try statements.cohorts.all(of: cohorts)
                return Opened(database: database, statements: statements, identity: identity)
            }
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(error, path: path)
        }
    }

    /// Reads the life of a store, and notes first when it is not the store that the mesh knows.
    private static func begin(_ db: Database, _ id: UInt64, _ birth: StoreBirth) throws -> StoreIdentity {
        let stored = try life(db, id)
        let opened = birth.opened(stored)
        guard opened != stored else { return stored }
        try db.inTransaction(.immediate) {
            try MetaTable.set(db, StoreFacts.Name.life, opened.life.rawValue)
            try db.execute(
                sql: "DELETE FROM meta WHERE key IN (?, ?)",
                arguments: [StoreFacts.Name.cursor, StoreFacts.Name.peers])
            return .commit
        }
        return opened
    }

    /// The life of a store and how far its refill has come.
    static func life(_ db: Database, _ id: UInt64) throws -> StoreIdentity {
        StoreIdentity(
            id: id,
            life: try MetaTable.value(db, StoreFacts.Name.life).flatMap { StoreLife(rawValue: $0) } ?? .votes,
            cursor: try MetaTable.value(db, StoreFacts.Name.cursor).flatMap { RecordPosition(text: $0) },
            peers: StorePeers.read(try MetaTable.value(db, StoreFacts.Name.peers) ?? ""))
    }

    static func configuration(readonly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "store"
        configuration.readonly = readonly
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(2)
        // A rollback that fails must be answered, not end the process.
        configuration.allowsUnsafeTransactions = true
        return configuration
    }

    struct Identity: Sendable, Equatable {
        var cell: String
        var storeID: UInt64
    }

    /// Whose store this is; nil for an empty database.
    ///
    /// - Parameter cell: The cell that it must belong to; nil accepts any.
    static func identity(_ db: Database, path: String, cell: String?) throws -> Identity? {
        let tables = try Row.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            .compactMap { String.fromDatabaseValue($0[0]) }
        if tables.isEmpty { return nil }
        guard tables.contains("meta"), tables.contains("records") else {
            throw StoreOpenError(
                .foreign, path: path, "a database, but not a store of cellmesh; choose another data directory")
        }
        let found = try MetaTable.value(db, "data_version")
        guard found == String(dataVersion) || found == String(versionBeforeMoves) else {
            throw StoreOpenError(
                .dataVersion, path: path,
                "has data version \(found ?? "none"), and this release reads \(versionBeforeMoves) and "
                    + "\(dataVersion); run the release that wrote "
                    + "it, or move the file away and let the cell be refilled from its peers")
        }
        guard let name = try MetaTable.value(db, "name"),
            let id = try MetaTable.value(db, "store_id").flatMap({ UInt64($0, radix: 16) })
        else { throw StoreOpenError(.damaged, path: path, "has no name or no store id; move it away and start again") }
        if let cell, cell != name {
            throw StoreOpenError(
                .otherCell, path: path,
                "is the store of cell \(name), not of \(cell); give \(cell) a data directory of its own")
        }
        return Identity(cell: name, storeID: id)
    }

    private static func configure(
        _ db: Database, durability: StoreSettings.Durability, limits: RecordStoreLimits
    ) throws {
        let mode = try Row.fetchOne(db, sql: "PRAGMA journal_mode = WAL").flatMap { String.fromDatabaseValue($0[0]) }
        guard mode == "wal" else {
            throw DatabaseError(
                resultCode: .SQLITE_READONLY, message: "write-ahead logging is not possible here (\(mode ?? "none"))")
        }
        // NORMAL writes to the log before each answer, and syncs at checkpoints; FULL syncs at each commit.
        try db.execute(sql: "PRAGMA synchronous = \(durability == .machine ? "FULL" : "NORMAL")")
        try db.execute(
            sql: """
                PRAGMA cache_size = -\(max(limits.cacheKibibytes, 64));
                PRAGMA mmap_size = 0;
                PRAGMA temp_store = MEMORY;
                PRAGMA wal_autocheckpoint = \(max(limits.checkpointPages, 1));
                PRAGMA journal_size_limit = \(max(limits.checkpointPages, 1) * 2 * 4096);
                """)
        if let pages = limits.pages { try db.execute(sql: "PRAGMA max_page_count = \(max(pages, 1))") }
    }

    /// Written since the number of cohorts may differ; a store without it has the standard one.
    private static let cohortsName = "cohorts"
    private static let standardCohorts = "64"

    private static func create(_ db: Database, cell: String, _ birth: StoreBirth, cohorts: Int) throws {
        try db.inTransaction(.immediate) {
            try db.execute(
                sql: """
                    CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
                    \(tables)
                    """)
            try MetaTable.set(db, "data_version", String(dataVersion))
            try MetaTable.set(db, "name", cell)
            try MetaTable.set(db, "store_id", String(birth.storeID, radix: 16))
            try MetaTable.set(db, cohortsName, String(cohorts))
            try MetaTable.set(db, StoreFacts.Name.life, birth.ofNewStore.rawValue)
            return .commit
        }
    }

    /// The queue of keys that somebody has to choose for: as long as the rows that are on it.
    private static let conflicts =
        "CREATE INDEX IF NOT EXISTS records_conflicted ON records(hash, customer, key) WHERE tombstone = 2"

    /// `hash`: the customer's, with its highest bit turned over, so that SQLite's signed order is that of the hashes.
    private static let tables = """
        CREATE TABLE cohorts(
            cohort INTEGER PRIMARY KEY NOT NULL, entry BLOB NOT NULL, previous BLOB, filled INTEGER NOT NULL,
            floor INTEGER NOT NULL) STRICT;
        CREATE TABLE decrees(name BLOB PRIMARY KEY NOT NULL, state BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE records(
            hash INTEGER NOT NULL, customer BLOB NOT NULL, key BLOB NOT NULL, version BLOB NOT NULL,
            tombstone INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY(hash, customer, key)) STRICT, WITHOUT ROWID;
        """

    /// Brings the file of an earlier release to this one's layout, in one transaction.
    private static func migrate(_ db: Database) throws {
        guard try MetaTable.value(db, "data_version") == String(versionBeforeMoves) else { return }
        let hash = DatabaseFunction("cellmesh_hash", argumentCount: 1, pure: true) { values in
            let customer = [UInt8](Data.fromDatabaseValue(values[0]) ?? Data())
            return RecordPosition(customer: customer, key: []).storedHash
        }
        db.add(function: hash)
        defer { db.remove(function: hash) }
        try db.inTransaction(.immediate) {
            try db.execute(
                sql: """
                    ALTER TABLE records RENAME TO records_before;
                    DROP TABLE IF EXISTS placement;
                    \(tables)
                    INSERT INTO records(hash, customer, key, version, tombstone, value)
                    SELECT cellmesh_hash(customer), customer, key, version, tombstone, value FROM records_before;
                    DROP TABLE records_before;
                    DELETE FROM meta WHERE key = '\(StoreFacts.Name.cursor)';
                    """)
            try MetaTable.set(db, "data_version", String(dataVersion))
            return .commit
        }
    }
}

extension RecordPosition {
    /// See `RecordSchema.tables`.
    var storedHash: Int64 { Int64(bitPattern: hash.rawValue ^ 1 << 63) }
}

extension CustomerHash {
    /// A hash as `RecordPosition.storedHash` has written it.
    init(stored: Int64) { self.init(rawValue: UInt64(bitPattern: stored) ^ 1 << 63) }
}
