import MeshBase
import Resilience
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
    enum Connection: Sendable, Equatable {
        case none
        /// Waits for one.
        case waiting
        case held(UInt32)
    }
    enum Owner: Sendable, Equatable {
        case asker(CellAsker)
        /// An attempt of a call of an edge.
        case attempt(SlabKey)
        /// The cell itself, which wants to know whether its services work.
        case probe
        /// Nobody waits: its caller gave up.
        case nobody
    }

    var service: Int
    var owner: Owner
    var customer: CustomerHash
    var priority: Priority
    /// The call that the client's request began with, of which this one is a part; nil: this one is it.
    var request: SlabKey?
    /// What doing its calls twice would do.
    var safety = CallSafety.idempotent
    var deadline: Instant
    /// When it was asked for; zero of probes.
    var began = Instant.zero
    /// Its caller cannot do without it.
    var isNeeded = false
    /// How much of its work it does, and which way.
    var served = Served.full
    /// Nil where nobody follows the request that it is for.
    var trace: FrameTrace?
    var stage = Stage.queued
    /// Nobody waits for it any more: it holds its worker to the end of its work, begins nothing new and undoes what it
    /// had done.
    var isCancelled = false
    /// It is made by a synthetic probe, or leads back to one: it counts for no customer.
    var isProbe = false
    /// When it got its worker.
    var startedAt = Instant.zero
    /// Why it works for nobody.
    var extra: ExtraWork?
    /// The call of an edge that is out.
    var call: SlabKey?
    /// The group of calls that is out.
    var join: SlabKey?
    /// How each call went.
    var results: EdgeResults = EdgeResults()
    /// Set while compensating: what to answer afterwards, and which edge is to blame.
    var failure: ServiceOutcome?
    var blame: EdgeBlame?
    /// Of the use that its own work needs.
    var connection = Connection.none
    /// Under what its answer is kept for later; nil: it is not.
    var kept: CustomerHash?
    /// Bytes of the cell's memory, until it ends.
    var held = 0
    /// Of the call that the client's request began with: something was begun for it that leaves a trace, or may have. Else it is
    /// as if it had never come.
    var hasEffects = false
    /// What was answered when its time was up, while it went on.
    var answered: ServiceOutcome?

    /// What goes on under a key is settled by its own end, whoever waits for it.
    var endsByItself: Bool {
        if case .asker(.claim) = owner { true } else { false }
    }
}

/// Why work went on that nobody waited for: label `reason` of `extra_work_seconds`.
package enum ExtraWork: Int, Sendable, CaseIterable {
    /// Another attempt was faster.
    case hedge
    /// It ran into a limit.
    case timeout
    /// Its client, or its caller, left.
    case abandoned
    /// The calls that it was made with had waited long enough.
    case join

    init(_ cancel: CallCancel) {
        switch cancel.reason {
        case .limit, .acquire, .callTime: self = .timeout
        case .lost: self = .hedge
        case .withdrawn: self = .abandoned
        }
    }

    package var name: StaticString {
        switch self {
        case .hedge: "hedge"
        case .timeout: "timeout"
        case .abandoned: "abandoned"
        case .join: "join"
        }
    }
}

/// How a service call ended.
enum ServiceOutcome: Sendable, Equatable {
    case ok
    /// Its own work failed.
    case failed
    /// An injected fault made it fail, with this status of HTTP.
    case faulted(UInt16)
    /// It had no worker, or none of what its work needs.
    case rejected(PoolRefusal)
    /// There was room, kept for what matters more than this class.
    case shed(Priority)
    case timedOut
    /// A core call that it needs failed; the edge of the failure.
    case dependency(edge: Int)
    /// Its caller gave it up; nobody is answered.
    case cancelled
    /// The program that it is answered so, and that was no success.
    case answered(UInt16)
    /// The program that it is does not take calls now: nothing was begun.
    case noProgram
    /// The program that it is went away while it worked.
    case programLost
    /// It belongs to a feature that is given up: nothing was begun.
    case givenUp

    var status: UInt16 {
        switch self {
        case .ok: 200
        case .failed: 500
        case .faulted(let status): status
        case .rejected, .shed, .givenUp: 503
        case .timedOut: 504
        case .dependency: 502
        case .cancelled: 499
        case .answered(let status): status
        case .noProgram, .programLost: 503
        }
    }
}
