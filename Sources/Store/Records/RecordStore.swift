import Consensus
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
    private var statements: RecordStatements?
    private let limits: RecordStoreLimits
    private let durability: StoreSettings.Durability

    /// Cohorts of the placement table; fixed when the file was created.
    package let cohorts: Int
    private let placement: PlacementTable
    var stored: [StoredCohort]
    /// Which keys keep siblings.
    let tiers: TierRules?
    /// Siblings that went because there were too many of one key.
    package internal(set) var siblingsEvicted: UInt64 = 0
    private var life = StoreLife.unborn
    /// Where `stored` and `life` were read; nil when they must be read again.
    private var readAtDataVersion: UInt32?
    /// How often all cohorts were read out of the file.
    package private(set) var cohortReads: UInt64 = 0

    /// The latest failure in words, for the log; nil while nothing has failed.
    package private(set) var lastFailure: String?
    package private(set) var failedBatches: UInt64 = 0

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
        self.tiers = tiers
        placement = PlacementTable(cohortCount: cohorts)
        stored = Self.founding(cohorts)
        self.limits = limits
        self.durability = durability
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

    private static func founding(_ cohorts: Int) -> [StoredCohort] {
        PlacementTable(cohortCount: cohorts).entries.map { StoredCohort(entry: $0) }
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
        let isSynced = durability == .process && orders.contains(where: \.isSynced)
        if isSynced, !statements.isInsideTransaction { try statements.syncFully.execute() }
        defer { if isSynced { try? statements.syncLess.execute() } }
        do throws(SQLiteResult) {
            try begin(statements)
            var read = 0
            for order in orders {
                let isTooMuch = read > limits.batchReadBytes && order.operation == .read
                let outcome = isTooMuch ? .failed(.overloaded) : try outcome(of: order, statements)
                if case .record(_, let value, _, _) = outcome { read += value.count }
                answers.append(StoreAnswer(ticket: order.ticket, outcome: outcome))
            }
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
            stored = Self.founding(cohorts)
            for cohort in try statements.cohorts.all(of: cohorts) { stored[cohort.entry.cohort] = cohort }
            life = try statements.facts.life()
            cohortReads += 1
            readAtDataVersion = version
        }
    }

    private func outcome(
        of order: StoreOrder, _ statements: RecordStatements
    ) throws(SQLiteResult) -> StoreAnswer.Outcome {
        guard life.admits(order.operation) else { return .noVote(life) }
        if let outcome = try betweenStores(order, statements) { return outcome }
        let position = RecordPosition(customer: order.customer, key: order.key)
        let cohort = PlacementTable.cohort(of: position.hash, count: cohorts)
        if let refusal = stored[cohort].refusal(of: position.hash, epoch: order.epoch) { return refusal }
        switch order.operation {
        case .version:
            let (version, tombstone) = try statements.version(position)
            return .version(version, tombstone: tombstone, absent: version == .none ? stored[cohort].floor : 0)
        case .read:
            guard let record = try statements.record(position) else {
                return .record(version: .none, value: [], tombstone: false, absent: stored[cohort].floor)
            }
            return .record(
                version: record.line.version, value: record.value, tombstone: record.line.tombstone, absent: 0)
        case .write(let version, let value, let tombstone):
            // SQLite would refuse it and take the whole batch along.
            if value.count > limits.recordBytes { return .failed(.full) }
            let line = RecordLine(position: position, version: version, tombstone: tombstone)
            let (kept, isKept) = try keep(StoredRecord(line: line, value: value), statements)
            if order.hintedAt > 0, isKept { try statements.hints.add(position, kept, at: order.hintedAt) }
            return .written(kept)
        case .add(let dot, let value, let tombstone, let dots):
            if value.count > limits.recordBytes { return .failed(.full) }
            let (row, isKept) = try add(dot, value, tombstone: tombstone, over: dots, at: position, statements)
            if order.hintedAt > 0, isKept { try statements.hints.add(position, row.version, at: order.hintedAt) }
            return .added(row.version, set: row.value)
        case .promise(let ballot, let until):
            var slot = try statements.slot(position)
            guard slot.promise(ballot) else { return .outdated(by: slot.promised) }
            try statements.claims.keep(position, slot.promised, until: until)
            let record = try statements.record(position)
            return .promised(accepted: record?.line.version ?? .none, value: record?.value ?? [])
        case .accept(let ballot, let value):
            if value.count > limits.recordBytes { return .failed(.full) }
            var slot = try statements.slot(position)
            guard slot.accept(ballot) else { return .outdated(by: slot.promised) }
            _ = try statements.write(position, ballot, value, tombstone: false)
            return .accepted
        default:
            preconditionFailure("an order between stores has no epoch")
        }
    }

    /// The name of no customer, so long that it takes pages of its own.
    private static let roomFiller = [UInt8](repeating: 0, count: 16 << 10)

    /// The orders between stores, which belong to no customer's epoch; nil for all others.
    private func betweenStores(
        _ order: StoreOrder, _ statements: RecordStatements
    ) throws(SQLiteResult) -> StoreAnswer.Outcome? {
        switch order.operation {
        case .version, .read, .write, .add, .promise, .accept:
            return nil
        case .expireClaims(let before, let most, let limit):
            return try statements.expire(before: before, keeping: most, limit: limit)
        case .room:
            let place = RecordPosition(customer: Self.roomFiller, key: Array("cellmesh-room".utf8))
            try statements.claims.keep(place, .none, until: 0)
            try statements.claims.remove(place)
            return .settled(0)
        case .queuedClaims(let limit):
            return try statements.queued(limit: limit)
        case .list(let fence, let after, let limit, let fingerprints):
            if let refusal = refusal(fence) { return refusal }
            // One more than asked for tells whether any follow.
            var lines = try statements.lines(
                after: max(after, fence.start), upTo: fence.hashes.upperBound, limit: limit + 1,
                fingerprints: fingerprints)
            let isLast = lines.count <= limit
            if !isLast { lines.removeLast() }
            return .listed(lines, isLast: isLast, floor: stored[fence.cohort].floor)
        case .fetch(let fence, let positions, let bytes):
            if let refusal = refusal(fence) { return refusal }
            return try statements.fetch(positions, bytes: bytes)
        case .fill(let page):
            return try fill(page, statements)
        case .install(let entry, let keeper):
            guard stored.indices.contains(entry.cohort) else { return .otherEntry(version: 0) }
            if stored[entry.cohort].install(entry, purges: keeper != nil) {
                try statements.cohorts.set(stored[entry.cohort])
                if let keeper { _ = try purge(keeper, .start, StoredCohort.purgeLimit, statements) }
            }
            let now = stored[entry.cohort]
            return .installed(version: now.entry.version, isPurging: now.isPurging)
        case .purge(let keeper, let after, let limit):
            return try purge(keeper, after, limit, statements)
        case .drop(let fence, let lines):
            if let refusal = refusal(fence) { return refusal }
            return try drop(lines, fence.cohort, statements)
        case .hints(let after, let until, let limit):
            let (total, oldest) = try statements.hints.total()
            let lines = total == 0 ? [] : try statements.hints.all(after: after, until: until, limit: limit)
            return .hinted(lines, total: total, oldest: oldest)
        case .lacks(let lines):
            var lacking: [RecordLack] = []
            for line in lines {
                let cohort = PlacementTable.cohort(of: line.position.hash, count: cohorts)
                lacking.append(
                    RecordLack(
                        of: line.version, known: try statements.version(line.position).version,
                        floor: stored[cohort].floor,
                        hasSiblings: tiers?.hasSiblings(line.position.key) ?? false))
            }
            return .compared(lacking)
        case .settle(let lines):
            for line in lines { try statements.hints.settle(line) }
            return .settled(lines.count)
        case .count(let cohort):
            guard stored.indices.contains(cohort) else { return .counted(0) }
            return .counted(try statements.count(placement.hashes(of: cohort)))
        case .decree(let bytes, let cell):
            guard let question = DecreeQuestion(decoding: bytes) else { return .decree(nil) }
            var shelf = statements.cohorts
            let reply = try DecreeDesk.answer(question, by: Decider(cell: cell, store: storeID), at: &shelf)
            return .decree(reply.encoded())
        case .life:
            return .life(life)
        case .becomes(let next, let peers):
            guard life.mayBecome(next) else { return .life(life) }
            if !peers.isEmpty { try statements.facts.set(peers: peers) }
            try change(next, statements)
            return .life(life)
        }
    }

    private func refusal(_ fence: CohortFence) -> StoreAnswer.Outcome? {
        guard stored.indices.contains(fence.cohort) else { return .otherEntry(version: 0) }
        return stored[fence.cohort].refusal(fence)
    }

    /// Keeps a page of records that this store lacks.
    private func fill(_ page: FillPage, _ statements: RecordStatements) throws(SQLiteResult) -> StoreAnswer.Outcome {
        if let refusal = refusal(page.fence) { return refusal }
        for record in page.records { _ = try keep(record, statements) }
        var cohort = stored[page.fence.cohort]
        cohort.floor = max(cohort.floor, page.floor)
        if let filled = page.filled { cohort.filled = max(cohort.filled, filled) }
        if cohort != stored[page.fence.cohort] {
            try statements.cohorts.set(cohort)
            stored[page.fence.cohort] = cohort
        }
        if life.isRefilled {
            try statements.facts.set(cursor: page.upTo)
            if page.isLastOfStore { try change(.votes, statements) }
        }
        return .life(life)
    }

    private func purge(
        _ keeper: RecordKeeper, _ after: RecordPosition, _ limit: Int, _ statements: RecordStatements
    ) throws(SQLiteResult) -> StoreAnswer.Outcome {
        let cohort = keeper.cohort
        guard stored.indices.contains(cohort), stored[cohort].isPurging,
            stored[cohort].entry.version == keeper.version
        else { return .otherEntry(version: stored.indices.contains(cohort) ? stored[cohort].entry.version : 0) }
        let lines = try statements.lines(
            after: max(after, RecordPosition(before: keeper.hashes.lowerBound)), upTo: keeper.hashes.upperBound,
            limit: limit)
        var dropped = 0
        for line in lines where !keeper.keeps(line.position.hash) {
            try statements.remove(line.position)
            dropped += 1
        }
        guard lines.count < limit else { return .purged(upTo: lines.last?.position, dropped: dropped) }
        stored[cohort].previous = nil
        try statements.cohorts.set(stored[cohort])
        return .purged(upTo: nil, dropped: dropped)
    }

    /// Collects tombstones that every member has, each where it is still the newest.
    private func drop(
        _ lines: [RecordLine], _ cohort: Int, _ statements: RecordStatements
    ) throws(SQLiteResult) -> StoreAnswer.Outcome {
        var dropped = 0
        var floor = stored[cohort].floor
        for line in lines {
            let (version, tombstone) = try statements.version(line.position)
            guard tombstone, version == line.version else { continue }
            try statements.remove(line.position)
            floor = max(floor, version.counter)
            dropped += 1
        }
        if floor != stored[cohort].floor {
            stored[cohort].floor = floor
            try statements.cohorts.set(stored[cohort])
        }
        return .dropped(dropped)
    }

    /// What a rollback takes back is read again: see `abandon`.
    private func change(_ next: StoreLife, _ statements: RecordStatements) throws(SQLiteResult) {
        try statements.facts.set(next)
        life = next
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
