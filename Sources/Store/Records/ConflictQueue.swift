import GRDB
import GRDBSQLite
import MeshBase
import Replication

/// The keys of one store that have siblings to be chosen from.
package struct ConflictQueue: Sendable, Equatable {
    /// One of them.
    package struct Conflict: Sendable, Equatable {
        package var customer: [UInt8]
        package var key: [UInt8]
        package var set: SiblingSet

        /// When the second of the siblings was written: nanoseconds since 1970.
        package var since: Int64 {
            let siblings = self.set.siblings
            return siblings.count > 1 ? HybridClock.wall(ofCounter: siblings[1].version.counter) : 0
        }
    }

    /// In the order of the store.
    package var conflicts: [Conflict]
    /// Behind which the next page begins, as `page` takes it; nil where there is none.
    package var next: String?

    /// Keys of one page at most.
    package static let most = 100
    /// Bytes of siblings on one page; one key at least.
    package static let mostBytes = 1 << 20

    /// A page of the store of a cell, read from any process while the cell runs or not.
    /// - Parameters:
    ///   - after: where the page before ended; nil for the first one.
    ///   - isListed: whether a key belongs on the queue.
    /// - Returns: nil where `after` is no position.
    package static func page(
        path: String, after: String? = nil, isListed: ([UInt8]) -> Bool
    ) throws(StoreOpenError) -> ConflictQueue? {
        var position = RecordPosition.start
        if let after {
            guard let known = RecordPosition(text: after) else { return nil }
            position = known
        }
        do {
            let database = try DatabaseQueue(path: path, configuration: RecordSchema.configuration(readonly: true))
            defer { try? database.close() }
            return try database.inDatabase { db in
                guard try RecordSchema.identity(db, path: path, cell: nil) != nil else {
                    throw StoreOpenError(.foreign, path: path, "an empty database; the cell has not started yet")
                }
                return try read(db, position, isListed)
            }
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(error, path: path)
        }
    }

    private static func read(
        _ db: Database, _ after: RecordPosition, _ isListed: ([UInt8]) -> Bool
    ) throws -> ConflictQueue {
        let rows = try PreparedStatement(
            db,
            """
            SELECT hash, customer, key, version, value FROM records
            WHERE tombstone = 2 AND (hash, customer, key) > (?1, ?2, ?3) ORDER BY hash, customer, key LIMIT ?4
            """)
        var queue = ConflictQueue(conflicts: [])
        var bytes = 0
        let code = rows.bound(after) { rows in
            var code = rows.bind(Int64(most + 1), at: 4)
            if code == SQLITE_OK { code = rows.step() }
            var last: RecordPosition?
            var looked = 0
            while code == SQLITE_ROW {
                guard looked < most, bytes < mostBytes else {
                    queue.next = last?.text
                    return SQLITE_DONE
                }
                looked += 1
                let position = RecordPosition(
                    hash: CustomerHash(stored: rows.integer(0)), customer: Array(rows.blob(1)), key: Array(rows.blob(2))
                )
                last = position
                let value = Array(rows.blob(4))
                if isListed(position.key), let set = SiblingSet(value) {
                    queue.conflicts.append(Conflict(customer: position.customer, key: position.key, set: set))
                    bytes += value.count
                }
                code = rows.step()
            }
            return code
        }
        guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        return queue
    }
}
