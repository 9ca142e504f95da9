import MeshBase
import Replication
import Sharding
import Wire

/// One client request while the router works on it.
struct RouterOperation {
    enum Work {
        /// A place in `RouterNode.calls`.
        case service(Int32)
        case record(RecordWork)
    }
    struct RecordWork {
        var register: RegisterOperation
        /// The cells that take part, of both shards while these are joint.
        var members: QuorumMembers
        /// Members that were told of a newer entry, each once in an epoch.
        var told: Positions = 0
        /// A write has chosen its version.
        var isSending = false
        /// The epoch in which it has.
        var chosenEpoch = Epoch.first
        /// A cell has refused because of a move: what ends for want of cells may go on in a moment.
        var metMove = false
        /// It waits to be asked again, and how often it has.
        var isWaiting = false
        var waits = 0
        /// How it had ended before it waited.
        var lack = RegisterOperation.Outcome.unknown
        /// When a write was refused for the first time because of a move; what follows is the pause that it cost.
        var pausedAt: Instant?
        /// Cells that are no members and were asked whether the customer has moved; nil before.
        var others: Others?
        /// The newest value that a read has found.
        var value: [UInt8] = []
        /// The position whose answer is being returned.
        var source = 0
        /// Why a cell refused last, if one did.
        var refusal: Refusal?
        /// Of `refusal`, where it is that a cell shed it.
        var shed: Shed?
        /// That of the client, and what the router has to do about it.
        var session: ClientSession?
        /// Of a key that keeps siblings: the hash of the key.
        var key: UInt64 = 0
        /// The first answer is enough, whoever gives it.
        var asksAll = false
        /// More cells are needed than the tier needs by itself.
        var isAboveTier = false
        /// A place in `RouterNode.recordCalls`; -1 before it is asked for.
        var attempts: Int32 = -1
        /// That policies go by.
        var priority = Priority.normal
    }
    /// Who else was asked for newer entries, for want of cells that answer.
    struct Others {
        /// With how many answers about the placement had come from each until then.
        var cells: [(cell: CellIndex, heard: UInt32)]
        /// Nobody is waited for any longer.
        var until: Instant
        var isOver = false
    }
    /// What a client carries of what it has seen.
    struct ClientSession {
        var record: SessionRecord
        /// The hash of the record's key.
        var key: UInt64
        /// Whether the answer is held against it, and becomes part of it.
        var isInForce = false
    }
    /// What a cell says of a request that it shed.
    struct Shed {
        /// As the cell saw it.
        var priority: Priority
        /// Milliseconds.
        var retryAfter: UInt32

        init(_ head: FrameHead) {
            priority = head.flags.priority ?? .normal
            retryAfter = head.deadline
        }

        /// As the cell says it, and a second where it says nothing.
        var wait: TimeAmount { retryAfter > 0 ? .milliseconds(Int64(retryAfter)) : .seconds(1) }
    }

    var request: RequestID
    var customer: CustomerHash
    var method: HTTPMethod
    /// Nil when the client did not name one.
    var priority: Priority?
    /// Of the service's name; 0 for records.
    var service: UInt64 = 0
    /// The trace that it belongs to; nil where nobody wants to know.
    var trace: FrameTrace?
    /// It looks after earlier ones, and is no customer's.
    var isCheck = false
    /// It goes under an idempotency key.
    var isKeyed = false
    /// Of the frames that carry it to a service.
    var flags: FrameFlags { isKeyed ? FrameFlags.priority(priority).union(.keyed) : .priority(priority) }
    /// The cells that serve, in the customer's order.
    var shard: Shard
    /// That of the present phase or attempt: answers of another one count for nothing.
    var epoch: Epoch
    var started: Instant
    var deadline: Instant
    /// Of a record: when the present phase began.
    var attemptBegan = Instant.zero
    /// When it wants to be woken; timers for another instant are void.
    var timerAt = Instant.distantFuture
    var work: Work
}

extension RegisterOperation.Outcome {
    /// Nothing was changed, and why is in what the cells said.
    /// It has ended for want of cells that take part; what was sent may be sent again.
    var isLack: Bool {
        switch self {
        case .noQuorum, .refused, .unknown, .behind: true
        case .written, .found, .missing: false
        }
    }

    var isRefusal: Bool {
        switch self {
        case .noQuorum, .refused, .behind: true
        case .written, .found, .missing, .unknown: false
        }
    }
}
