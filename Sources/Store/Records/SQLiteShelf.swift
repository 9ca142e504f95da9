import Consensus
import MeshBase
import Replication
import Sharding

/// Rows and facts of a store's file, as `StoreDesk` asks for them inside a transaction.
struct SQLiteShelf: RecordShelf {
    let statements: RecordStatements
    let storeID: UInt64
    let tiers: TierRules?
    let recordBytes: Int
    /// Both as `reload` found them, and changed with the file: what a rollback takes back is read again.
    private(set) var stored: [StoredCohort]
    private(set) var life = StoreLife.unborn
    /// Siblings that went because there were too many of one key.
    private(set) var siblingsEvicted: UInt64 = 0

    private let founding: [StoredCohort]

    init(_ statements: RecordStatements, storeID: UInt64, cohorts: Int, tiers: TierRules?, recordBytes: Int) {
        self.statements = statements
        self.storeID = storeID
        self.tiers = tiers
        self.recordBytes = recordBytes
        founding = PlacementTable(cohortCount: cohorts).entries.map { StoredCohort(entry: $0) }
        stored = founding
    }

    /// Reads what is kept of cohorts and life.
    mutating func reload() throws(SQLiteResult) {
        stored = founding
        for cohort in try statements.cohorts.all(of: founding.count) { stored[cohort.entry.cohort] = cohort }
        life = try statements.facts.life()
    }

    // MARK: Rows

    func version(_ position: RecordPosition) throws(SQLiteResult) -> (version: RecordVersion, tombstone: Bool) {
        try statements.version(position)
    }
    func record(_ position: RecordPosition) throws(SQLiteResult) -> StoredRecord? { try statements.record(position) }
    func lines(
        after position: RecordPosition, upTo last: UInt64, limit: Int, fingerprints: Bool
    ) throws(SQLiteResult) -> [RecordLine] {
        try statements.lines(after: position, upTo: last, limit: limit, fingerprints: fingerprints)
    }
    func count(_ hashes: ClosedRange<UInt64>) throws(SQLiteResult) -> Int { try statements.count(hashes) }
    func write(_ record: StoredRecord) throws(SQLiteResult) -> (version: RecordVersion, isKept: Bool) {
        try statements.write(record)
    }
    mutating func replace(_ position: RecordPosition, _ row: SiblingRule.Row) throws(SQLiteResult) {
        try statements.replace(
            position, row.version, row.value, state: row.tombstone ? .deleted : row.isConflicted ? .conflicted : .one)
        siblingsEvicted += UInt64(row.evicted)
    }
    func remove(_ position: RecordPosition) throws(SQLiteResult) { try statements.remove(position) }

    // MARK: Hints

    func hint(_ position: RecordPosition, _ version: RecordVersion, at: Int64) throws(SQLiteResult) {
        try statements.hints.add(position, version, at: at)
    }
    func hints(after: RecordPosition, until: Int64, limit: Int) throws(SQLiteResult) -> [RecordLine] {
        try statements.hints.all(after: after, until: until, limit: limit)
    }
    func hintTotal() throws(SQLiteResult) -> (count: Int, oldest: Int64) { try statements.hints.total() }
    func settle(_ line: RecordLine) throws(SQLiteResult) { try statements.hints.settle(line) }

    // MARK: Claims

    func promised(_ position: RecordPosition) throws(SQLiteResult) -> RecordVersion {
        try statements.claims.promised(position)
    }
    func promise(_ position: RecordPosition, _ ballot: RecordVersion, until: Int64) throws(SQLiteResult) {
        try statements.claims.keep(position, ballot, until: until)
    }
    func expiredClaims(before: Int64, limit: Int) throws(SQLiteResult) -> [RecordPosition] {
        try statements.claims.expired(before: before, limit: limit)
    }
    func settledClaims(limit: Int) throws(SQLiteResult) -> [RecordPosition] {
        try statements.claims.oldestSettled(limit: limit)
    }
    func queuedClaims(limit: Int) throws(SQLiteResult) -> [RecordPosition] {
        try statements.claims.queued(limit: limit)
    }
    func claimCount() throws(SQLiteResult) -> Int { try statements.claims.count() }

    // MARK: Cohorts, life and decrees

    mutating func set(_ cohort: StoredCohort) throws(SQLiteResult) {
        try statements.cohorts.set(cohort)
        stored[cohort.entry.cohort] = cohort
    }
    mutating func set(_ next: StoreLife) throws(SQLiteResult) {
        try statements.facts.set(next)
        life = next
    }
    func set(cursor: RecordPosition) throws(SQLiteResult) { try statements.facts.set(cursor: cursor) }
    func set(peers: [String: UInt64]) throws(SQLiteResult) { try statements.facts.set(peers: peers) }
    func decree(_ number: UInt32) throws(SQLiteResult) -> [UInt8]? { try statements.cohorts.decree(number) }
    func keep(_ blob: [UInt8], as number: UInt32) throws(SQLiteResult) {
        try statements.cohorts.keep(blob, as: number)
    }

    /// The name of no customer, so long that it takes pages of its own.
    private static let roomFiller = [UInt8](repeating: 0, count: 16 << 10)

    func findRoom() throws(SQLiteResult) {
        let place = RecordPosition(customer: Self.roomFiller, key: Array("cellmesh-room".utf8))
        try statements.claims.keep(place, .none, until: 0)
        try statements.claims.remove(place)
    }
}
