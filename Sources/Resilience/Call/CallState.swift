import MeshBase

/// One call with all its attempts: a value of some 700 bytes that allocates nothing. Pure: it says what to do and when to
/// be woken, the driver picks targets, asks gates, sends and keeps the time.
///
///     var call = CallState(targets: 3, deadline: deadline, safety: .read, in: &scope, now: now)
///     while let directive = call.next(in: &scope, now: now) {
///         switch directive {
///         case .start(let start): // pick, ask the gate, send; then one of
///             _ = call.sent(start.token, to: position, timing, in: &scope, now: now)
///             call.waiting(start.token, at: position, until: instant)
///             call.blocked(start.token, at: position, by: .breaker, until: instant, in: &scope, now: now, using: &random)
///         case .cancel(let cancel): withdraw(cancel)
///         case .overdue(let token): countSlow(token)
///         case .arm(let at): timers.arm(id, at: at)
///         case .settle(let how, _): answer(how)
///         }
///     }
///
/// `next` is asked after every event (`ended`, `blocked`, `elapsed`, `withdrawn`, `retarget`) until it has nothing more;
/// events may come between two directives, as above. What holds whatever comes: each token ends exactly once (`ended`,
/// `blocked` or `cancel`; what is said of it later is ignored); `settle` comes exactly once, and after it nothing begins;
/// no more attempts run than the policies allow; no attempt begins when its time is over; every token of the budget comes
/// back. Two drivers that hear the same in the same order, with the same random stream, do the same.
public struct CallState: Sendable {
    /// Attempts of one call at most, whatever the policies say.
    public static let mostAttempts = 16

    struct Attempt: Sendable {
        enum Phase: UInt8, Sendable {
            case asked, waiting, running, blocked, over
        }

        enum Lateness: UInt8, Sendable {
            /// It is not known to be slow.
            case none
            /// It was counted as slow.
            case counted
            /// This process was late to see it: that says nothing of the target.
            case stalled
        }

        /// Since when it runs, or ran.
        var at = Instant.zero
        /// Running: its limit. Waiting: how long it may. Over or blocked: its target is not to be asked before.
        var due = Instant.distantFuture
        /// Running: from when on it is slow.
        var overdueAt = Instant.distantFuture
        var target: UInt8 = Attempt.nowhere
        var kind = AttemptKind.first
        var phase = Phase.asked
        /// It holds a token of the budget.
        var isBudgeted = false
        var lateness = Lateness.none
        /// The call's time has cut its limit short.
        var isCut = false
        var reason = CallCancel.Reason.lost
        var mark = Mark.nothing

        static let nowhere: UInt8 = 0xFF

        var targets: TargetSet { TargetSet(position: Int(target)) }
    }

    var attempts = InlineArray<16, Attempt>(repeating: Attempt())
    /// Tokens that were given out.
    var used = 0
    /// Those that have not ended, and of the others those whose end the driver has not been told.
    var live = TargetSet()
    var untoldCancels = TargetSet()
    var untoldOverdue = TargetSet()
    /// A breaker's probes that a fallback stands behind: not waited for once they are judged, nor tried again.
    var trials = TargetSet()

    /// By position: all, those that an attempt was for, and those whose gate let nothing through.
    var all: TargetSet
    var tried = TargetSet()
    var blockedTargets = TargetSet()
    /// Those that the last attempt could go to.
    var offered = TargetSet()
    /// Attempts before this one were for targets that there are no longer.
    var placed = 0
    /// The only one that may be asked again.
    var bound: TargetSet?
    /// What doing it twice would do.
    public let safety: CallSafety
    /// Of the plan, what is looked at again and again; it holds for the whole of the call.
    let isSpread: Bool
    let order: PolicyOrder
    let retriesBlocked: Bool
    let mostHedges: UInt8
    let minimum: TimeAmount
    /// It may have begun somewhere and must not begin again.
    var isSpent = false

    let began: Instant
    /// The end of all: the call's own timeout or what the deadline leaves.
    let until: Instant
    let isByDeadline: Bool
    /// When the driver's timer fires.
    var armedAt = Instant.distantFuture
    /// The end of a backoff.
    var wakeAt = Instant.distantFuture
    /// The next hedge.
    var hedgeAt = Instant.distantFuture
    /// The last attempt that was no hedge: its beginning, and the time between its hedges.
    var roundAt: Instant
    var hedgeDelay = TimeAmount.zero

    /// An attempt that is decided on and not begun, and whether the budget has been paid.
    var pending: AttemptKind?
    var isPaid = false
    /// It stands in for one that did not run: nothing new is counted.
    var isMove = false
    /// First attempt and retries that a target was given, and the hedges beside the last of them.
    var tries = 0
    var hedges = 0
    var retries = 0
    var isFirstSent = false
    var previousDelay = TimeAmount.zero
    var failureShare: Float = 0

    /// How the last attempt ended.
    var lastKind = FailureKind.none
    var lastToken: CallToken?
    var lastRetryAfter = TimeAmount.zero
    var lastMark = Mark.nothing
    var lastBlock = PolicyName.breaker
    /// The last that ran and failed may be tried again.
    var isLastRetryable = false

    var settlement: CallSettlement?
    var isTold = false

    /// Begins.
    ///
    /// - Parameters:
    ///   - targets: that may be asked, 0...16, in order; for an edge 1. Cells that are known to be dead are no targets.
    ///   - deadline: of the request.
    public init(
        targets: Int, deadline: Instant = .distantFuture, safety: CallSafety, in scope: inout CallScope, now: Instant
    ) {
        self.init(
            among: TargetSet(count: targets), deadline: deadline, safety: safety, in: &scope, now: now)
    }

    /// Begins, where some of the targets are known to be out of reach.
    ///
    /// - Parameters:
    ///   - targets: the others, by position.
    ///   - deadline: of the request.
    public init(
        among targets: TargetSet, deadline: Instant = .distantFuture, safety: CallSafety, in scope: inout CallScope,
        now: Instant
    ) {
        let byTimeout = now + scope.plan.timeout
        let byDeadline = deadline == .distantFuture ? deadline : deadline - scope.plan.deadline.reserve
        isByDeadline = byDeadline < byTimeout
        until = min(byTimeout, byDeadline)
        all = targets
        self.safety = safety
        isSpread = scope.plan.isSpread
        order = scope.plan.order
        retriesBlocked = scope.plan.retry.on.contains(.blocked)
        mostHedges = UInt8(scope.plan.hedge.max)
        minimum = scope.plan.deadline.minimum
        began = now
        roundAt = now
        scope.budget.callBegan()
        if isByDeadline, !hasTime(for: .zero, now: now) {
            scope.counters.deadlineRefused += 1
            fail(.none, policy: .deadline, in: &scope, now: now)
        } else if all.isEmpty {
            fail(.none, policy: .failover, in: &scope, now: now)
        } else {
            pending = .first
        }
    }

    /// Whether it is settled.
    public var isSettled: Bool { settlement != nil }
    /// Attempts that have not ended.
    public var inFlight: Int { live.count }
    /// Attempts that began, blocked ones among them.
    public var attemptCount: Int { used }
    /// Attempts by which a target was asked again, hedges not among them.
    public var retryCount: Int { retries }
    /// When its time is over.
    public var end: Instant { until }

    /// Whose attempt it is, as the driver said; nil before, and of one that ended before a `retarget`.
    public func target(of token: CallToken) -> Int? {
        let target = attempts[token.index].target
        return target == Attempt.nowhere ? nil : Int(target)
    }

    /// Why it was made.
    public func kind(of token: CallToken) -> AttemptKind { attempts[token.index].kind }

    /// Whether it has not ended.
    public func isLive(_ token: CallToken) -> Bool { live.contains(position: token.index) }

    /// Whether an attempt that begins after so long could end in time.
    @inline(__always) func hasTime(for delay: TimeAmount, now: Instant) -> Bool {
        let rest = until - now - delay
        return rest >= minimum && rest.nanoseconds > 0
    }
}
