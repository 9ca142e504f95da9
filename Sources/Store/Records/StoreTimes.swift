import MeshBase
import Replication

/// How long orders take from when they are given to the store until they are answered, by what they are about. Goes with a
/// `StoreQueue`: orders leave it in the order in which they came, and a batch is answered as a whole.
package struct StoreTimes: Sendable {
    /// What an order is about.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// A record, or its version.
        case read
        /// A record or a deletion.
        case write
        /// An idempotency key.
        case claim
        /// What one member has acknowledged and others are to have.
        case hint
        /// Records that move, are filled, compared or dropped, and entries of the placement.
        case move
        /// Decrees.
        case decree
        /// The life of the store, and room on its disk.
        case life

        /// The word of the label.
        package var name: StaticString {
            switch self {
            case .read: "read"
            case .write: "write"
            case .claim: "claim"
            case .hint: "hint"
            case .move: "move"
            case .decree: "decree"
            case .life: "life"
            }
        }

        init(_ operation: StoreOrder.Operation) {
            switch operation {
            case .version, .read: self = .read
            case .write, .add: self = .write
            case .promise, .accept, .expireClaims, .queuedClaims: self = .claim
            case .hints, .lacks, .settle: self = .hint
            case .list, .fetch, .fill, .install, .purge, .drop, .count: self = .move
            case .decree: self = .decree
            case .life, .becomes, .room: self = .life
            }
        }
    }

    private struct Stamp: Sendable {
        let kind: Kind
        let at: Instant
    }

    /// In the order in which they came.
    private var waiting: [Stamp] = []
    private var inFlight: [Stamp] = []
    /// By kind, in the order of `Kind.allCases`.
    package private(set) var table = LatencyTable(rows: Kind.allCases.count)

    /// Nothing was asked yet.
    package init() {}

    /// The queue has taken an order.
    package mutating func added(_ order: StoreOrder, now: Instant) {
        waiting.append(Stamp(kind: Kind(order.operation), at: now))
    }

    /// So many orders, those that came first, are the batch in flight.
    package mutating func began(_ count: Int) {
        if count >= waiting.count {
            swap(&waiting, &inFlight)
        } else {
            inFlight.append(contentsOf: waiting.prefix(count))
            waiting.removeFirst(count)
        }
    }

    /// The batch in flight is answered.
    package mutating func finished(now: Instant) {
        for stamp in inFlight { table.record(now - stamp.at, in: Int(stamp.kind.rawValue)) }
        inFlight.removeAll(keepingCapacity: true)
    }
}
