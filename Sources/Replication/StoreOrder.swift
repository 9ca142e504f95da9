import MeshBase

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
        case write(version: RecordVersion, value: [UInt8], tombstone: Bool)
        /// Up to so many records behind the order's customer and key, without their values.
        case list(limit: Int)
        /// These records, in this order, until their values come to so many bytes; one at least.
        case fetch([RecordPosition], bytes: Int)
        /// A page of a refill: keeps each record if its version is higher than the stored one, and the order's customer
        /// and key as how far the refill has come. With `isLast` the store votes from then on.
        case fill([StoredRecord], isLast: Bool)
        /// The store's life; somebody else may have changed it.
        case life
        /// Changes the life where `StoreLife.mayBecome` allows it. `peers` are the stores of those born together.
        case becomes(StoreLife, peers: [String: UInt64])

        /// Whether the store is another one afterwards; what only asks is carried out on a full disk as well.
        public var changes: Bool {
            switch self {
            case .version, .read, .list, .fetch, .life: false
            case .write, .fill, .becomes: true
            }
        }
    }
    /// The asker's own number of the order, repeated by its answer.
    public var ticket: UInt64
    /// The customer's name and the record's key, as bytes of UTF-8.
    public var customer: [UInt8]
    /// The record, together with `customer`.
    public var key: [UInt8]
    /// The placement epoch of the request; compared with the stored one inside the transaction.
    public var epoch: Epoch
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
        /// `tombstone`: what is stored under this version is a deletion.
        case version(RecordVersion, tombstone: Bool)
        /// `value` is empty for a tombstone and for `RecordVersion.none`.
        case record(version: RecordVersion, value: [UInt8], tombstone: Bool)
        /// The version that is stored now: the one written, or a higher one.
        case written(RecordVersion)
        /// The order's epoch is older than the store's; nothing was changed.
        case staleEpoch(current: Epoch)
        /// `isLast`: no record follows.
        case listed([RecordLine], isLast: Bool)
        /// The first ones of those asked for; one that is not there is left out and counted in `taken`.
        case fetched([StoredRecord], taken: Int)
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
