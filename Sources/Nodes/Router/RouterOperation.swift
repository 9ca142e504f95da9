import MeshBase
import Replication
import Sharding
import Wire

/// One client request while the router works on it.
struct RouterOperation {
    enum Work {
        case service(ServiceWork)
        case record(RecordWork)
    }
    struct ServiceWork {
        /// Positions of the shard that were tried.
        var tried: UInt16 = 0
        /// The position that works on it now.
        var current = 0
        /// Why the last attempt ended, if one did.
        var lastFailure = AttemptFailure.none
    }
    struct RecordWork {
        var register: RegisterOperation
        /// The newest value that a read has found.
        var value: [UInt8] = []
        /// The position whose answer is being returned.
        var source = 0
        /// Why a cell refused last, if one did.
        var refusal: Refusal?
    }

    var request: RequestID
    var customer: CustomerHash
    var method: HTTPMethod
    var priority: Priority
    var isIdempotent: Bool
    var shard: Shard
    var epoch: Epoch
    var started: Instant
    var deadline: Instant
    /// Counts attempts and phases: a limit or an answer of an earlier one is recognised by it.
    var attempt: UInt32 = 0
    var attemptBegan = Instant.zero
    var work: Work
}

/// Why an attempt at a cell came to nothing.
enum AttemptFailure: Equatable {
    case none
    /// The cell refused before it began; nil for a reason that this router does not know.
    case refused(Refusal?)
    /// The link could not take it: nothing was sent.
    case unsent
    /// The link broke while the cell may have been working.
    case reset
    case timeout
}
