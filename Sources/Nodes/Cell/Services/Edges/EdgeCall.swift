import MeshBase
import Resilience
import Wire

/// One call of an edge, from its begin to what its caller gets from it. A caller may have several out at once.
struct EdgeCall: Sendable {
    enum Purpose: Sendable, Equatable {
        /// The call that the caller's work needs.
        case call
        /// Undoing one that succeeded.
        case compensation
        /// Asking for an answer that fits anybody, in place of one that failed.
        case generic
    }
    /// Of the end of a call, among identical ones of one request (C28); each with that request.
    enum Sharing: Sendable, Equatable {
        case none
        /// Others may have joined it.
        case led(SlabKey)
        /// It has joined another, and waits.
        case joined(SlabKey)
    }

    let parent: SlabKey
    /// The service that calls, and for whom: what undoes may outlive its caller.
    let caller: Int
    let customer: CustomerHash
    let safety: CallSafety
    /// The group that it is made with.
    var join: SlabKey?
    /// Which of the caller's edges.
    let edge: Int
    /// Which way it goes, as `EdgeRoutes` has them.
    let route: Int
    let purpose: Purpose
    let priority: Priority
    var state: CallState
    /// By token, of those that are out.
    var attempts = InlineArray<16, SlabKey>(repeating: SlabKey(rawValue: 0))
    /// It leads back to a synthetic probe.
    var isProbe = false
    /// Of the whole call, where the order asks the gate once.
    var permit: GatePermit?
    /// What the last attempt that was answered brought.
    var last: EdgeAnswer?
    /// Whether its end is, or may be, that of others.
    var sharing = Sharing.none
    /// Of the fallbacks that a generic call is one of.
    var chain: FallbackChain?
    /// Nil where nobody follows the request that it is for.
    var trace: FrameTrace?

    init(
        parent: SlabKey, caller: Int, customer: CustomerHash, safety: CallSafety, join: SlabKey?, edge: Int, route: Int,
        purpose: Purpose, priority: Priority, state: CallState, chain: FallbackChain?
    ) {
        self.parent = parent
        self.caller = caller
        self.customer = customer
        self.safety = safety
        self.join = join
        self.edge = edge
        self.route = route
        self.purpose = purpose
        self.priority = priority
        self.state = state
        self.chain = chain
    }
}

/// One attempt of a call, from the question to its gate to its end. Its key is its ticket at the gate.
struct EdgeAttempt: Sendable {
    let call: SlabKey
    let token: CallToken
    /// It waits for a place at the gate.
    var isWaiting = false
    /// The invocation that works on it, once it was sent.
    var child: SlabKey?
    var permit: GatePermit?
    var sentAt = Instant.zero
}

/// What a callee says.
struct EdgeReply: Sendable, Equatable {
    let outcome: ServiceOutcome
    /// Which edge further on failed, where it was one.
    let blame: EdgeBlame?
    /// How much of its work it did.
    let served: Served
}

/// How a callee answered an attempt.
struct EdgeAnswer: Sendable, Equatable {
    let token: CallToken
    private let reply: EdgeReply

    init(token: CallToken, _ reply: EdgeReply) {
        self.token = token
        self.reply = reply
    }

    var outcome: ServiceOutcome { reply.outcome }
    var blame: EdgeBlame? { reply.blame }
    var served: Served { reply.served }
}

/// Which edge is to blame for a failure, and which of its policies said no.
struct EdgeBlame: Sendable, Equatable {
    var policy: PolicyName
    /// A position in `EdgeRoutes.gates`.
    var gate: Int
    /// When it may be worth to come back; zero where nobody knows.
    var retryAfter: TimeAmount
}

extension AttemptEnd {
    /// What an attempt at a service of the same cell ended in, as `Outcome+Wire` has it for what comes over links.
    ///
    /// - Parameter retryAfter: of who has come too much.
    init(_ outcome: ServiceOutcome, blame: EdgeBlame?, retryAfter: TimeAmount) {
        switch outcome {
        case .ok: self = .ok
        case .failed: self.init(.failed, .failed)
        case .faulted(let status), .answered(let status): self.init(status: status)
        case .noProgram: self = .unsent
        case .programLost: self = .linkLost
        case .rejected: self.init(.refused, .overloaded, began: false)
        case .givenUp: self.init(.ignored, .elsewhere, began: false)
        case .shed: self.init(.refused, .shed, began: false, retryAfter: retryAfter)
        case .timedOut, .dependency:
            self.init(.ignored, .unavailable, retryAfter: blame?.retryAfter ?? .zero)
        case .cancelled: self = .withdrawn
        }
    }
}
