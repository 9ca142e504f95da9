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

    private var epochs = CohortEpochs()
    private var life = StoreLife.unborn
    /// Where `epochs` and `life` were read; nil when they must be read again.
    private var epochsDataVersion: UInt32?

    /// The latest failure in words, for the log; nil while nothing has failed.
    package private(set) var lastFailure: String?
    package private(set) var committedBatches: UInt64 = 0
    package private(set) var failedBatches: UInt64 = 0

    /// Opens the store of `cell`, and creates it if the file is missing or empty.
    ///
    /// - Parameters:
    ///   - birth: What is known of the cell's store: the identity of one that is created now, and whether it votes.
    ///   - limits: Memory and size of the file.
    package init(
        path: String, cell: String, birth: StoreBirth, durability: StoreSettings.Durability,
        limits: RecordStoreLimits = RecordStoreLimits()
    ) throws(StoreOpenError) {
        let opened = try RecordSchema.open(
            path: path, cell: cell, birth: birth, durability: durability, limits: limits)
        self.path = path
        self.limits = limits
        database = opened.database
        identity = opened.identity
        statements = opened.statements
    }

    /// Carries out the orders in their order, in one transaction, and answers each.
    ///
    /// When the transaction cannot be committed nothing has changed, and every order is answered with the failure:
    /// a read of the same batch may have seen what was rolled back. Later batches try anew.
    package func run(_ orders: [StoreOrder]) -> [StoreAnswer] {
        if orders.isEmpty { return [] }
        return database.inDatabase { _ in commit(orders) }
    }

    /// Stores a placement epoch ahead of any request that carries it. An older one changes nothing.
    ///
    /// - Parameter cohort: 0 ..< 64, the top six bits of the customer hash.
    package func raiseEpoch(_ epoch: Epoch, cohort: Int) throws(StoreError) {
        guard cohort >= 0, cohort < CohortEpochs.count else {
            throw StoreError(.broken, "cohort \(cohort) is not in 0..<\(CohortEpochs.count)")
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

    /// The newest epoch stored for each of the 64 cohorts; epoch 0 where there is none.
    package func placementEpochs() -> [Epoch] {
        database.inDatabase { _ in (try? statements?.epochs().all) ?? CohortEpochs().all }
    }

    /// Ends the store in order: the log is folded into the file. Orders that come later fail.
    package func close() {
        statements = nil
        try? database.close()
    }

    // MARK: The transaction

    private func commit(_ orders: [StoreOrder]) -> [StoreAnswer] {
        guard let statements else { return Self.failed(orders, .broken) }
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
            committedBatches += 1
            return answers
        } catch {
            abandon(statements, error)
            return Self.failed(orders, error.failure)
        }
    }

    private func begin(_ statements: RecordStatements) throws(SQLiteResult) {
        // A transaction left over means that an earlier rollback failed as well.
        if statements.isInsideTransaction { try statements.rollback.execute() }
        try statements.begin.execute()
        let version = try statements.dataVersion()
        if version != epochsDataVersion {
            epochs = try statements.epochs()
            life = try statements.facts.life()
            epochsDataVersion = version
        }
    }

    private func outcome(
        of order: StoreOrder, _ statements: RecordStatements
    ) throws(SQLiteResult) -> StoreAnswer.Outcome {
        guard life.admits(order.operation) else { return .noVote(life) }
        if let outcome = try ofRefill(order, statements) { return outcome }
        let cohort = CohortEpochs.cohort(of: order.customer)
        let current = epochs[cohort]
        if order.epoch < current { return .staleEpoch(current: current) }
        if current < order.epoch { try raise(order.epoch, cohort, statements) }
        switch order.operation {
        case .version:
            let (version, tombstone) = try statements.version(order.customer, order.key)
            return .version(version, tombstone: tombstone)
        case .read:
            return try statements.record(order.customer, order.key)
        case .write(let version, let value, let tombstone):
            // SQLite would refuse it and take the whole batch along.
            if value.count > limits.recordBytes { return .failed(.full) }
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
        failedBatches += 1
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
