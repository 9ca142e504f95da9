import MeshBase
import Sharding

/// What a cell asks of its store. Orders are answered in the order in which they were given, each by one
/// `StoreAnswer` with its ticket, and only after the transaction that holds it has been committed.
public struct StoreOrder: Sendable, Equatable {
    /// What is to be done.
    public enum Operation: Sendable, Equatable {
        /// The version only; the first phase of a write.
        case version
        case read
        /// Keeps the value if `version` is higher than the stored one; an equal or lower one changes nothing and is
        /// acknowledged as well, so a repeated write does no harm.
        ///
        /// Of a key that keeps siblings it is what another store has, and is merged with what is stored.
        case write(version: RecordVersion, value: [UInt8], tombstone: Bool)
        /// A client's write of a key that keeps siblings, which supersedes the dots that the client has seen. This store
        /// is the first that takes it up; sent again, it changes nothing.
        case add(dot: RecordVersion, value: [UInt8], tombstone: Bool, superseding: [RecordVersion])
        /// Lines of a cohort's records behind a position, without their values.
        case list(CohortFence, after: RecordPosition, limit: Int, fingerprints: Bool)
        /// These records, in this order, until their values come to so many bytes; one at least.
        case fetch(CohortFence, [RecordPosition], bytes: Int)
        /// A page of a fill: keeps each record if its version is higher than the stored one.
        case fill(FillPage)
        /// The store serves the cohort's customers in the epochs of this entry from now on, where it is newer. A keeper
        /// says that there may be records which it must not keep. They are dropped at once where they are few; otherwise
        /// the cohort is silent until `purge` has come to its end.
        case install(PlacementEntry, RecordKeeper?)
        /// Drops what the cell must not keep, among so many records behind a position.
        case purge(RecordKeeper, after: RecordPosition, limit: Int)
        /// Collects tombstones: each where exactly this version is stored as one.
        case drop(CohortFence, [RecordLine])
        /// Hints that were left up to an instant, behind a position.
        case hints(after: RecordPosition, until: Int64, limit: Int)
        /// Which of these records are older here, or not there at all.
        case lacks([RecordLine])
        /// Every member has these: their hints go, where none was left for a newer version since.
        case settle([RecordLine])
        /// First half of a round about the claim of this customer and key; see `ClaimSlot`. What is promised is kept until an
        /// instant at least: milliseconds since 1970.
        case promise(RecordVersion, until: Int64)
        /// Second half: the value of a claim, in its encoded form.
        case accept(RecordVersion, [UInt8])
        /// Drops claims whose time was over at an instant, so many at most, and the oldest settled ones beyond a number.
        case expireClaims(before: Int64, keeping: Int, limit: Int)
        /// Claims of calls that were acknowledged and are yet to be carried out, so many at most.
        case queuedClaims(limit: Int)
        /// Writes 16 KiB that mean nothing and takes them away again, to find out whether there is room; answered as `settled`
        /// of none.
        case room
        /// How many rows a cohort has here, tombstones included.
        case count(cohort: Int)
        /// A question about decrees in its encoded form, whose proof was checked; see `Consensus`.
        case decree([UInt8], cell: CellIndex)
        /// The store's life; somebody else may have changed it.
        case life
        /// Changes the life where `StoreLife.mayBecome` allows it. `peers` are the stores of those born together.
        case becomes(StoreLife, peers: [String: UInt64])

        /// A router's about one record: what its epoch is compared for.
        public var isOfRequest: Bool {
            switch self {
            case .version, .read, .write, .promise, .accept: true
            default: false
            }
        }

        /// Which records it may change; of one about a record, the customer says in which cohort.
        public var reach: Reach {
            switch self {
            case .version, .read, .list, .fetch, .life, .count, .hints, .lacks, .queuedClaims: .nothing
            // Hints and promises are no records.
            case .settle, .decree, .promise, .room: .nothing
            case .fill(let page): page.isLastOfStore ? .everything : .cohort(page.fence.cohort)
            case .install(let entry, _): .cohort(entry.cohort)
            case .purge(let keeper, _, _): .cohort(keeper.cohort)
            case .drop(let fence, _): .cohort(fence.cohort)
            case .write, .add, .becomes, .accept, .expireClaims: .everything
            }
        }

        /// Whether the store is another one afterwards; what only asks is carried out on a full disk as well.
        public var changes: Bool {
            switch self {
            case .version, .read, .list, .fetch, .life, .count, .hints, .lacks, .queuedClaims: false
            case .settle, .write, .add, .fill, .becomes, .install, .purge, .drop, .decree, .promise, .accept,
                .expireClaims, .room:
                true
            }
        }
    }
    /// Which records an order may change.
    public enum Reach: Sendable, Equatable {
        /// None.
        case nothing
        /// Those of one cohort, or what the cell may do with them.
        case cohort(Int)
        /// Any.
        case everything
    }

    /// Synced to the disk before it is answered, whatever the store's durability: what a cell has promised the others.
    public var isSynced: Bool {
        switch operation {
        case .install, .decree: true
        default: false
        }
    }
    /// The asker's own number of the order, repeated by its answer.
    public var ticket: UInt64
    /// The customer's name and the record's key, as bytes of UTF-8.
    public var customer: [UInt8]
    /// The record, together with `customer`.
    public var key: [UInt8]
    /// The placement epoch of the request; compared with that of the customer's entry inside the transaction, for equality.
    public var epoch: Epoch
    /// A write that is kept leaves a hint of this instant, in the same transaction: milliseconds since 1970; 0 for none.
    public var hintedAt: Int64 = 0
    /// What is to be done with the record.
    public var operation: Operation

    /// An order; orders between stores have no record, and their epoch is not looked at.
    public init(ticket: UInt64, customer: [UInt8], key: [UInt8], epoch: Epoch, operation: Operation) {
        self.ticket = ticket
        self.customer = customer
        self.key = key
        self.epoch = epoch
        self.operation = operation
    }
}

/// What came of an order of the store.
public struct StoreAnswer: Sendable, Equatable {
    /// Why nothing was done.
    public enum Failure: UInt8, Sendable, Equatable {
        /// No space left on the device.
        case full = 1
        /// The file cannot be read or written, or is damaged.
        case broken = 2
        /// More orders are waiting than the bound allows; nothing was done.
        case overloaded = 3
    }
    /// What was done, by the order's operation, or why nothing was.
    public enum Outcome: Sendable, Equatable {
        /// `tombstone`: what is stored under this version is a deletion. `absent`: where there is none, the highest counter
        /// of a tombstone that was collected here.
        case version(RecordVersion, tombstone: Bool, absent: UInt64)
        /// `value` is empty for a tombstone and for `RecordVersion.none`.
        case record(version: RecordVersion, value: [UInt8], tombstone: Bool, absent: UInt64)
        /// The version that is stored now: the one written, or a higher one.
        case written(RecordVersion)
        /// A client's write of a key that keeps siblings is taken up: the set as it is stored now.
        case added(RecordVersion, set: [UInt8])
        /// The customer is served here in another epoch; nothing was changed.
        case otherEpoch(Epoch)
        /// The ballot is promised; what was accepted before, `none` and nothing where nothing was.
        case promised(accepted: RecordVersion, value: [UInt8])
        /// The value is kept.
        case accepted
        /// So high a ballot was promised; nothing was changed.
        case outdated(by: RecordVersion)
        /// Claims whose time was over, settled ones that were too many, and how many are left.
        case expired(Int, evicted: Int, left: Int)
        /// Another version of the cohort's entry is installed; nothing was changed.
        case otherEntry(version: UInt64)
        /// Records that may not be kept are being dropped; nothing was changed.
        case purging
        /// `isLast`: no record of the cohort follows.
        case listed([RecordLine], isLast: Bool, floor: UInt64)
        /// The first ones of those asked for; one that is not there is left out and counted in `taken`.
        case fetched([StoredRecord], taken: Int)
        /// The cohort's entry from now on, which may be a newer one than the order's.
        case installed(version: UInt64, isPurging: Bool)
        /// `upTo`: nil where nothing is left to be looked at.
        case purged(upTo: RecordPosition?, dropped: Int)
        /// How many of the tombstones were collected.
        case dropped(Int)
        case counted(Int)
        /// As they were left; how many there are in all, and when the oldest was left.
        case hinted([RecordLine], total: Int, oldest: Int64)
        /// For each line, whether this store lacks it.
        case compared([RecordLack])
        /// How many of the hints are gone.
        case settled(Int)
        /// What the acceptor answers; nil to what is no question.
        case decree([UInt8]?)
        /// The life after the order: of a page, of a question or of a change.
        case life(StoreLife)
        /// The store has no vote; nothing was changed.
        case noVote(StoreLife)
        case failed(Failure)
    }
    /// That of the order.
    public var ticket: UInt64
    /// Final: an order is answered once.
    public var outcome: Outcome
    /// The answer to the order of this ticket.
    public init(ticket: UInt64, outcome: Outcome) {
        self.ticket = ticket
        self.outcome = outcome
    }
}
