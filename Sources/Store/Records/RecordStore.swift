import GRDB
import GRDBSQLite
import MeshBase
import Replication
import Sharding
import Topology

/// The records of one cell, in SQLite.
///
/// All orders of a batch run in one transaction and are answered after its commit (group commit), so an acknowledged
/// write survives the death of the process, and with `Durability.machine` the loss of power.
///
/// `@unchecked Sendable`: prepared statements and cached entries belong to whoever is inside `run`; the driver has at
/// most one batch in flight, and handing it to the pool and back orders the memory of the two threads.
package final class RecordStore: @unchecked Sendable {
    package let path: String
    /// Made when the file was created; a cell that lost its disk comes back with another one.
    package var storeID: UInt64 { identity.id }
    /// As it was when the store was opened.
    package let identity: StoreIdentity

    let database: DatabaseQueue
    /// Nil once the store is closed.
    private var shelf: SQLiteShelf?
    private let limits: RecordStoreLimits
    private let durability: StoreSettings.Durability

    /// Cohorts of the placement table; fixed when the file was created.
    package let cohorts: Int
    /// Siblings that went because there were too many of one key.
    package var siblingsEvicted: UInt64 { shelf?.siblingsEvicted ?? 0 }
    /// Where what is known of cohorts and life was read; nil when it must be read again.
    private var readAtDataVersion: UInt32?
    /// How often all cohorts were read out of the file.
    package private(set) var cohortReads: UInt64 = 0

    /// The latest failure in words, for the log; nil while nothing has failed.
    package private(set) var lastFailure: String?
    package private(set) var failedBatches: UInt64 = 0
    /// By a fault there is no room.
    private var isFull = false

    /// Opens the store of `cell`, and creates it if the file is missing or empty.
    ///
    /// - Parameters:
    ///   - birth: What is known of the cell's store: the identity of one that is created now, and whether it votes.
    ///   - cohorts: The cohorts of the placement table; a file made for another number is refused.
    ///   - tiers: Which keys keep siblings; nil: none.
    ///   - limits: Memory and size of the file.
    package init(
        path: String, cell: String, birth: StoreBirth, durability: StoreSettings.Durability, cohorts: Int = 64,
        tiers: TierRules? = nil, limits: RecordStoreLimits = RecordStoreLimits()
    ) throws(StoreOpenError) {
        let opened = try RecordSchema.open(
            path: path, cell: cell, birth: birth, durability: durability, cohorts: cohorts, limits: limits)
        self.path = path
        self.cohorts = cohorts
        self.limits = limits
        self.durability = durability
        database = opened.database
        identity = opened.identity
        shelf = SQLiteShelf(
            opened.statements, storeID: opened.identity.id, cohorts: cohorts, tiers: tiers,
            recordBytes: limits.recordBytes)
    }

    /// Carries out the orders in their order, in one transaction, and answers each.
    ///
    /// When the transaction cannot be committed nothing has changed, and every order that would change something is
    /// answered with the failure; those that only ask are carried out on their own, because they may have seen what was
    /// rolled back. Later batches try anew.
    ///
    /// - Parameter isFull: By a fault there is no room. SQLite then may use no page that the file does not have yet; and
    ///   what would find room in those it has is refused before the commit, because the log of a full disk does not grow.
    package func run(_ orders: [StoreOrder], onFullDisk isFull: Bool = false) -> [StoreAnswer] {
        if orders.isEmpty { return [] }
        return database.inDatabase { _ in
            do throws(SQLiteResult) {
                fill(isFull)
                return try commit(orders)
            } catch {
                failedBatches += 1
                return salvage(orders, error.failure)
            }
        }
    }

    private func fill(_ isFull: Bool) {
        guard isFull != self.isFull else { return }
        self.isFull = isFull
        // Less than there are is as many as there are.
        shelf?.statements.limit(pages: isFull ? 1 : limits.pages)
    }

    private func salvage(_ orders: [StoreOrder], _ failure: StoreAnswer.Failure) -> [StoreAnswer] {
        let asking = orders.filter { !$0.operation.changes }
        guard !asking.isEmpty, asking.count < orders.count, let answers = try? commit(asking) else {
            return Self.failed(orders, failure)
        }
        var rest = answers[...]
        return orders.map { order in
            order.operation.changes
                ? StoreAnswer(ticket: order.ticket, outcome: .failed(failure)) : rest.removeFirst()
        }
    }

    /// Ends the store in order: the log is folded into the file. Orders that come later fail.
    package func close() {
        shelf = nil
        try? database.close()
    }

    // MARK: The transaction

    private func commit(_ orders: [StoreOrder]) throws(SQLiteResult) -> [StoreAnswer] {
        guard let statements = shelf?.statements else { throw SQLiteResult(code: SQLITE_MISUSE) }
        var answers: [StoreAnswer] = []
        answers.reserveCapacity(orders.count)
        let isSynced = durability == .process && orders.contains(where: \.isSynced)
        if isSynced, !statements.isInsideTransaction { try statements.syncFully.execute() }
        defer { if isSynced { try? statements.syncLess.execute() } }
        do throws(SQLiteResult) {
            try begin(statements)
            var read = 0
            for order in orders {
                let isTooMuch = read > limits.batchReadBytes && order.operation == .read
                let outcome = isTooMuch ? .failed(.overloaded) : try StoreDesk.outcome(of: order, at: &shelf!)
                if case .record(_, let value, _, _) = outcome { read += value.count }
                answers.append(StoreAnswer(ticket: order.ticket, outcome: outcome))
            }
            if isFull, orders.contains(where: { $0.operation.changes }) { throw SQLiteResult(code: SQLITE_FULL) }
            try statements.commit.execute()
            // Own changes count as well; those of others are counted when the next transaction begins.
            readAtDataVersion = try? statements.dataVersion()
            return answers
        } catch {
            abandon(statements, error)
            throw error
        }
    }

    private func begin(_ statements: RecordStatements) throws(SQLiteResult) {
        // A transaction left over means that an earlier rollback failed as well.
        if statements.isInsideTransaction { try statements.rollback.execute() }
        try statements.begin.execute()
        let version = try statements.dataVersion()
        if version != readAtDataVersion {
            try shelf!.reload()
            cohortReads += 1
            readAtDataVersion = version
        }
    }

    /// Takes everything of the transaction back. SQLite may have done so already.
    private func abandon(_ statements: RecordStatements, _ error: SQLiteResult) {
        lastFailure = statements.message(of: error)
        readAtDataVersion = nil
        if statements.isInsideTransaction { try? statements.rollback.execute() }
    }

    private static func failed(_ orders: [StoreOrder], _ failure: StoreAnswer.Failure) -> [StoreAnswer] {
        orders.map { StoreAnswer(ticket: $0.ticket, outcome: .failed(failure)) }
    }

    var closed: StoreError { StoreError(.broken, "the store is closed") }
}

extension SQLiteResult {
    var failure: StoreAnswer.Failure { primary == SQLITE_FULL ? .full : .broken }
}
