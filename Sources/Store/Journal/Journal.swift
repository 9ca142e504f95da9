import GRDB
import MeshBase

/// The control plane's memory: what happened, which processes run, which faults and intents are pending.
///
/// Every call is one transaction, on disk when it returns. Several processes may use one journal: the control plane,
/// and commands such as `down` and `doctor` when there is none.
package final class Journal: Sendable {
    package let path: String
    private let database: DatabaseQueue
    private let limits: JournalLimits
    private let onAppend: (@Sendable (JournalEvent) -> Void)?

    /// Opens the journal of a mesh, and creates it if the file is missing or empty.
    ///
    /// - Parameter onAppend: hears of each event that this journal has written, once it is on the disk.
    package init(
        path: String, limits: JournalLimits = JournalLimits(), onAppend: (@Sendable (JournalEvent) -> Void)? = nil
    ) throws(StoreOpenError) {
        self.path = path
        self.limits = limits
        self.onAppend = onAppend
        database = try JournalSchema.open(path: path)
    }

    /// Several changes at once: all of them, or none if the body throws.
    @discardableResult
    package func write<Result>(_ body: (JournalTransaction) throws -> Result) throws(StoreError) -> Result {
        let appended = JournalTransaction.Appended()
        do {
            let result = try database.write { try body(JournalTransaction(db: $0, limits: limits, appended: appended)) }
            if let onAppend { appended.events.forEach(onAppend) }
            return result
        } catch {
            throw StoreError(error)
        }
    }

    /// Reads of one and the same state.
    package func read<Result>(_ body: (JournalTransaction) throws -> Result) throws(StoreError) -> Result {
        do {
            return try database.read { try body(JournalTransaction(db: $0, limits: limits, appended: .init())) }
        } catch {
            throw StoreError(error)
        }
    }

    package func close() { try? database.close() }

    /// What SQLite finds wrong with the file, which it reads as a whole; nil where its pages fit together.
    package var damage: String? {
        do {
            let found = try database.read { db in
                try Row.fetchAll(db, sql: "PRAGMA quick_check(1)").compactMap { String.fromDatabaseValue($0[0]) }
            }
            return found == ["ok"] ? nil : found.first ?? "it cannot be checked"
        } catch { return (error as? DatabaseError)?.message ?? "\(error)" }
    }
}

/// The journal inside one transaction; not to be kept beyond it.
package struct JournalTransaction {
    let db: Database
    let limits: JournalLimits
    let appended: Appended

    /// The events of one transaction.
    final class Appended { var events: [JournalEvent] = [] }

    func requireRoom(in table: String) throws {
        let count = try Row.fetchOne(db, sql: "SELECT count(*) FROM \(table)").flatMap { Int.fromDatabaseValue($0[0]) }
        if count ?? 0 >= limits.rows {
            throw StoreError(.full, "the journal holds \(limits.rows) \(table) already; end some of them first")
        }
    }
}

// Single calls, each a transaction of its own.
extension Journal {
    /// Appends an event and returns its id.
    @discardableResult
    package func append(_ event: JournalEvent) throws(StoreError) -> Int64 { try write { try $0.append(event) } }

    /// The events with a higher id, oldest first.
    package func events(since id: Int64 = 0, limit: Int = 1_000) throws(StoreError) -> [JournalEvent] {
        try read { try $0.events(since: id, limit: limit) }
    }
    /// The events from a time on, oldest first.
    package func events(from time: Int64, limit: Int = 1_000) throws(StoreError) -> [JournalEvent] {
        try read { try $0.events(from: time, limit: limit) }
    }

    package func upsertProcess(_ process: JournalProcess) throws(StoreError) {
        try write { try $0.upsertProcess(process) }
    }
    package func removeProcess(pid: Int32, startTime: UInt64) throws(StoreError) {
        try write { try $0.removeProcess(pid: pid, startTime: startTime) }
    }
    /// All processes, by name, then by pid.
    package func processes() throws(StoreError) -> [JournalProcess] { try read { try $0.processes() } }

    package func addLease(_ lease: FaultLease) throws(StoreError) { try write { try $0.addLease(lease) } }
    /// False if there was none with this id.
    @discardableResult
    package func removeLease(_ id: String) throws(StoreError) -> Bool { try write { try $0.removeLease(id) } }
    /// All leases, the one that ends first at the front.
    package func leases() throws(StoreError) -> [FaultLease] { try read { try $0.leases() } }

    package func addIntent(_ intent: ProcessIntent) throws(StoreError) { try write { try $0.addIntent(intent) } }
    @discardableResult
    package func removeIntent(_ id: String) throws(StoreError) -> Bool { try write { try $0.removeIntent(id) } }
    /// All intents, in the order in which they were formed.
    package func intents() throws(StoreError) -> [ProcessIntent] { try read { try $0.intents() } }

    package func setMeta(_ key: String, _ value: String) throws(StoreError) {
        try write { try $0.setMeta(key, value) }
    }
    package func meta(_ key: String) throws(StoreError) -> String? { try read { try $0.meta(key) } }
}
