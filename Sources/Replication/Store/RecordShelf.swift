import Consensus
import MeshBase
import Sharding

/// Where the rows and facts of one cell's store lie, as `StoreDesk` reads and writes them inside one transaction. It decides
/// nothing: whatever may be refused, merged or dropped is the desk's.
public protocol RecordShelf: DecreeShelf {
    /// Drawn when the store was made.
    var storeID: UInt64 { get }
    /// How far the store has come.
    var life: StoreLife { get }
    /// What is installed of each cohort, by its number; as many as the placement table has.
    var stored: [StoredCohort] { get }
    /// Which keys keep siblings; nil: none.
    var tiers: TierRules? { get }
    /// Most bytes in one value.
    var recordBytes: Int { get }

    /// Of one row; `none` where there is no such row.
    func version(_ position: RecordPosition) throws(Failure) -> (version: RecordVersion, tombstone: Bool)
    /// One row; nil where there is none.
    func record(_ position: RecordPosition) throws(Failure) -> StoredRecord?
    /// Up to `limit` rows behind a position and up to a hash, in their order, without their values.
    func lines(
        after: RecordPosition, upTo: UInt64, limit: Int, fingerprints: Bool
    ) throws(Failure) -> [RecordLine]
    /// How many rows there are of a range of hashes.
    func count(_ hashes: ClosedRange<UInt64>) throws(Failure) -> Int
    /// Keeps a row where its version is higher than the stored one.
    /// - Returns: the version that is stored now, and whether it is of this row.
    mutating func write(_ record: StoredRecord) throws(Failure) -> (version: RecordVersion, isKept: Bool)
    /// Keeps the row of a key with siblings, whatever is stored.
    mutating func replace(_ position: RecordPosition, _ row: SiblingRule.Row) throws(Failure)
    /// Takes a row away, and what was promised of it.
    mutating func remove(_ position: RecordPosition) throws(Failure)

    /// Notes that some member may not have this version, at an instant in milliseconds since 1970.
    mutating func hint(_ position: RecordPosition, _ version: RecordVersion, at: Int64) throws(Failure)
    /// Up to `limit` hints behind a position that were left up to an instant, in the order of their positions.
    func hints(after: RecordPosition, until: Int64, limit: Int) throws(Failure) -> [RecordLine]
    /// How many hints there are, and when the oldest was left; 0 without any.
    func hintTotal() throws(Failure) -> (count: Int, oldest: Int64)
    /// Takes a hint away, unless it is of another version by now.
    mutating func settle(_ line: RecordLine) throws(Failure)

    /// The highest ballot that was promised of a claim; `none` where nothing was.
    func promised(_ position: RecordPosition) throws(Failure) -> RecordVersion
    /// Keeps a promise until an instant at least: milliseconds since 1970.
    mutating func promise(_ position: RecordPosition, _ ballot: RecordVersion, until: Int64) throws(Failure)
    /// Claims and promises whose time was over at an instant, but for what is yet to be carried out; so many at most.
    func expiredClaims(before: Int64, limit: Int) throws(Failure) -> [RecordPosition]
    /// Of the claims that were settled, so many at most, those first whose time is over first.
    func settledClaims(limit: Int) throws(Failure) -> [RecordPosition]
    /// Claims that were acknowledged and are yet to be carried out, so many at most.
    func queuedClaims(limit: Int) throws(Failure) -> [RecordPosition]
    /// How many claims and promises there are.
    func claimCount() throws(Failure) -> Int

    /// What is installed of a cohort from now on.
    mutating func set(_ cohort: StoredCohort) throws(Failure)
    /// The store's life from now on.
    mutating func set(_ life: StoreLife) throws(Failure)
    /// How far a refill has come.
    mutating func set(cursor: RecordPosition) throws(Failure)
    /// The stores of those born together with this one.
    mutating func set(peers: [String: UInt64]) throws(Failure)
    /// Writes what means nothing and takes it away again; throws where there is no room for it.
    mutating func findRoom() throws(Failure)
}
