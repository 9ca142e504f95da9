import GRDB
import GRDBSQLite
import MeshBase
import Replication
import Topology

/// The records of one cell, in SQLite.
///
/// All orders of a batch run in one transaction and are answered after its commit (group commit), so an acknowledged
/// write survives the death of the process, and with `Durability.machine` the loss of power.
///
/// `@unchecked Sendable`: prepared statements and cached epochs belong to whoever is inside `run`; the driver has at
/// most one batch in flight, and handing it to the pool and back orders the memory of the two threads.
package final class RecordStore: @unchecked Sendable {
    package let path: String
    /// Made when the file was created; a cell that lost its disk comes back with another one.
    package var storeID: UInt64 { identity.id }
    /// As it was when the store was opened.
    package let identity: StoreIdentity

    let database: DatabaseQueue
    private var statements: RecordStatements?
    private let limits: RecordStoreLimits

    /// Cohorts of the placement table; fixed when the file was created.
    package let cohorts: Int
    private var epochs: CohortEpochs
    private var life = StoreLife.unborn
    /// Where `epochs` and `life` were read; nil when they must be read again.
    private var epochsDataVersion: UInt32?

    /// The latest failure in words, for the log; nil while nothing has failed.
    package private(set) var lastFailure: String?
    package private(set) var failedBatches: UInt64 = 0

    /// Opens the store of `cell`, and creates it if the file is missing or empty.
    ///
    /// - Parameters:
    ///   - birth: What is known of the cell's store: the identity of one that is created now, and whether it votes.
    ///   - cohorts: The cohorts of the placement table; a file made for another number is refused.
    ///   - limits: Memory and size of the file.
    package init(
        path: String, cell: String, birth: StoreBirth, durability: StoreSettings.Durability, cohorts: Int = 64,
        limits: RecordStoreLimits = RecordStoreLimits()
    ) throws(StoreOpenError) {
        let opened = try RecordSchema.open(
            path: path, cell: cell, birth: birth, durability: durability, cohorts: cohorts, limits: limits)
        self.path = path
        self.cohorts = cohorts
        epochs = CohortEpochs(count: cohorts)
        self.limits = limits
        database = opened.database
        identity = opened.identity
        statements = opened.statements
    }

    /// Carries out the orders in their order, in one transaction, and answers each.
    ///
    /// When the transaction cannot be committed nothing has changed, and every order that would change something is
    /// answered with the failure; those that only ask are carried out on their own, because they may have seen what was
    /// rolled back. Later batches try anew.
    package func run(_ orders: [StoreOrder]) -> [StoreAnswer] {
        if orders.isEmpty { return [] }
        return database.inDatabase { _ in
            do throws(SQLiteResult) {
                return try commit(orders)
            } catch {
                failedBatches += 1
                return salvage(orders, error.failure)
            }
        }
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

    /// Stores a placement epoch ahead of any request that carries it. An older one changes nothing.
    ///
    /// - Parameter cohort: 0 ..< `cohorts`.
    package func raiseEpoch(_ epoch: Epoch, cohort: Int) throws(StoreError) {
        guard cohort >= 0, cohort < cohorts else {
            throw StoreError(.broken, "cohort \(cohort) is not in 0..<\(cohorts)")
        }
        var failure: StoreError?
        database.inDatabase { _ in
            guard let statements else { return failure = closed }
            do throws(SQLiteResult) {
                try begin(statements)
                try raise(epoch, cohort, statements)
                try statements.commit.execute()
            } catch {
                abandon(statements, error)
                failure = StoreError(error.failure == .full ? .full : .broken, statements.message(of: error))
            }
        }
        if let failure { throw failure }
    }

    /// The newest epoch stored for each cohort; epoch 0 where there is none.
    package func placementEpochs() -> [Epoch] {
        database.inDatabase { _ in (try? statements?.epochs(cohorts).all) ?? CohortEpochs(count: cohorts).all }
    }

    /// Ends the store in order: the log is folded into the file. Orders that come later fail.
    package func close() {
        statements = nil
        try? database.close()
    }

    // MARK: The transaction

    private func commit(_ orders: [StoreOrder]) throws(SQLiteResult) -> [StoreAnswer] {
        guard let statements else { throw SQLiteResult(code: SQLITE_MISUSE) }
        var answers: [StoreAnswer] = []
        answers.reserveCapacity(orders.count)
        do throws(SQLiteResult) {
            try begin(statements)
            var read = 0
            for order in orders {
                let isTooMuch = read > limits.batchReadBytes && order.operation == .read
                let outcome = isTooMuch ? .failed(.overloaded) : try outcome(of: order, statements)
                if case .record(_, let value, _) = outcome { read += value.count }
                answers.append(StoreAnswer(ticket: order.ticket, outcome: outcome))
            }
            try statements.commit.execute()
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
        if version != epochsDataVersion {
            epochs = try statements.epochs(cohorts)
            life = try statements.facts.life()
            epochsDataVersion = version
        }
    }

    private func outcome(
        of order: StoreOrder, _ statements: RecordStatements
    ) throws(SQLiteResult) -> StoreAnswer.Outcome {
        guard life.admits(order.operation) else { return .noVote(life) }
        if let outcome = try ofRefill(order, statements) { return outcome }
        let cohort = epochs.cohort(of: order.customer)
        let current = epochs[cohort]
        if order.epoch < current { return .staleEpoch(current: current) }
        switch order.operation {
        case .version:
            let (version, tombstone) = try statements.version(order.customer, order.key)
            return .version(version, tombstone: tombstone)
        case .read:
            return try statements.record(order.customer, order.key)
        case .write(let version, let value, let tombstone):
            // SQLite would refuse it and take the whole batch along.
            if value.count > limits.recordBytes { return .failed(.full) }
            // Only what changes something anyway raises an epoch: a read writes nothing.
            if current < order.epoch { try raise(order.epoch, cohort, statements) }
            return .written(
                try statements.write(order.customer, order.key, version, value, tombstone: tombstone))
        case .list, .fetch, .fill, .life, .becomes:
            preconditionFailure("an order between stores has no epoch")
        }
    }

    /// The orders between stores, which belong to no epoch; nil for all others.
    private func ofRefill(
        _ order: StoreOrder, _ statements: RecordStatements
    ) throws(SQLiteResult) -> StoreAnswer.Outcome? {
        switch order.operation {
        case .version, .read, .write:
            return nil
        case .list(let limit):
            // One more than asked for tells whether any follow.
            var lines = try statements.lines(after: order.customer, order.key, limit: limit + 1)
            let isLast = lines.count <= limit
            if !isLast { lines.removeLast() }
            return .listed(lines, isLast: isLast)
        case .fetch(let positions, let bytes):
            return try statements.fetch(positions, bytes: bytes)
        case .fill(let records, let isLast):
            for record in records {
                let position = record.line.position
                _ = try statements.write(
                    position.customer, position.key, record.line.version, record.value,
                    tombstone: record.line.tombstone)
            }
            try statements.facts.set(cursor: RecordPosition(customer: order.customer, key: order.key))
            if isLast { try change(.votes, statements) }
            return .life(life)
        case .life:
            return .life(life)
        case .becomes(let next, let peers):
            guard life.mayBecome(next) else { return .life(life) }
            if !peers.isEmpty { try statements.facts.set(peers: peers) }
            try change(next, statements)
            return .life(life)
        }
    }

    /// What a rollback takes back is read again: see `abandon`.
    private func change(_ next: StoreLife, _ statements: RecordStatements) throws(SQLiteResult) {
        try statements.facts.set(next)
        life = next
    }

    private func raise(_ epoch: Epoch, _ cohort: Int, _ statements: RecordStatements) throws(SQLiteResult) {
        if epoch <= epochs[cohort] { return }
        try statements.setEpoch(epoch, cohort: cohort)
        epochs[cohort] = epoch
    }

    /// Takes everything of the transaction back. SQLite may have done so already.
    private func abandon(_ statements: RecordStatements, _ error: SQLiteResult) {
        lastFailure = statements.message(of: error)
        epochsDataVersion = nil
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
