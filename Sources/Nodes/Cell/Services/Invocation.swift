import MeshBase
import Wire

/// One call of one service, from its admission to its answer.
struct Invocation: Sendable {
    enum Stage: Sendable, Equatable {
        /// Waits for a worker.
        case queued
        /// Its own work: waiting or burning.
        case working
        /// Waits for calls of its edges.
        case calling
        /// Undoing what succeeded before a core call failed.
        case compensating
    }
    enum Owner: Sendable, Equatable {
        case asker(CellAsker)
        /// An attempt of this call of an edge, known to it by the token.
        case edge(SlabKey, token: UInt8)
        /// Nobody waits: its caller gave up.
        case nobody
    }

    var service: Int
    var owner: Owner
    var customer: CustomerHash
    var priority: Priority
    var deadline: Instant
    var stage = Stage.queued
    /// Nobody waits for it any more: it holds its worker to the end of its work, begins nothing new and undoes what it
    /// had done.
    var isCancelled = false
    /// The call of an edge that is out.
    var call: SlabKey?
    /// How each call went.
    var results: EdgeResults = EdgeResults()
    /// Set while compensating: what to answer afterwards.
    var failure: ServiceOutcome?
}

/// How a service call ended.
enum ServiceOutcome: Sendable, Equatable {
    case ok
    /// Its own work failed.
    case failed
    /// An injected fault made it fail, with this status of HTTP.
    case faulted(UInt16)
    /// No worker and no place in the queue.
    case rejected
    /// There was room, kept for what matters more than this class.
    case shed(Priority)
    case timedOut
    /// A core call that it needs failed; the edge of the failure.
    case dependency(edge: Int)
    /// Its caller gave it up; nobody is answered.
    case cancelled

    var status: UInt16 {
        switch self {
        case .ok: 200
        case .failed: 500
        case .faulted(let status): status
        case .rejected, .shed: 503
        case .timedOut: 504
        case .dependency: 502
        case .cancelled: 499
        }
    }
}
