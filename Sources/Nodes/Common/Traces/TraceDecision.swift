import MeshBase
import Resilience

/// What a policy did to a request at a time, and on which figures.
package struct TraceDecision: Sendable, Equatable {
    /// What was decided, in the words of every trace.
    package enum Verb: UInt8, Sendable, CaseIterable {
        case admitted, refused, waited, started, retried, hedged, cancelled, overdue
        case opened, probed, fellBack, shed, degraded, joined, settled

        /// The word.
        package var name: StaticString {
            switch self {
            case .admitted: "admitted"
            case .refused: "refused"
            case .waited: "waited"
            case .started: "started"
            case .retried: "retried"
            case .hedged: "hedged"
            case .cancelled: "cancelled"
            case .overdue: "overdue"
            case .opened: "opened"
            case .probed: "probed"
            case .fellBack: "fell-back"
            case .shed: "shed"
            case .degraded: "degraded"
            case .joined: "joined"
            case .settled: "settled"
            }
        }
    }

    /// When, by the monotonic clock of the process.
    package var at: Instant
    /// NODE/FROM/TO; empty where no gate took part.
    package var gate: String
    /// From 0; nil where it is about the whole call.
    package var attempt: UInt8?
    /// Whose decision it is, by the names that problems have: of a policy, or of a part of the mesh such as `placement`.
    package var policy: String
    package var verb: Verb
    /// Why, and the figures.
    package var why: Explanation
    /// What was left of the request's time; zero for none.
    package var remaining: TimeAmount

    /// - Parameter policy: its name, as problems have it.
    package init(
        at: Instant, gate: String = "", attempt: UInt8? = nil, named policy: String, _ verb: Verb, _ why: Explanation,
        remaining: TimeAmount = .zero
    ) {
        self.at = at
        self.gate = gate
        self.attempt = attempt
        self.policy = policy
        self.verb = verb
        self.why = why
        self.remaining = max(remaining, .zero)
    }

    /// An attempt or the work of a service begins with it.
    var opensSpan: Bool {
        switch verb {
        case .started, .retried, .hedged, .waited: true
        case .admitted: attempt == nil
        default: false
        }
    }

    /// A decision of a policy that has a name among all.
    package init(
        at: Instant, gate: String = "", attempt: UInt8? = nil, _ policy: PolicyName, _ verb: Verb, _ why: Explanation,
        remaining: TimeAmount = .zero
    ) {
        self.init(
            at: at, gate: gate, attempt: attempt, named: "\(policy.name)", verb, why, remaining: remaining)
    }
}

extension TraceDecision.Verb {
    /// What a call's directive is in a trace; nil for one that traces do not tell of.
    init?(_ directive: CallDirective) {
        switch directive {
        case .start(let start):
            switch start.kind {
            case .first: self = .started
            case .retry: self = .retried
            case .hedge: self = .hedged
            }
        case .cancel: self = .cancelled
        case .overdue: self = .overdue
        case .settle: self = .settled
        case .arm: return nil
        }
    }

    /// Something was refused, done without or given up.
    package var isAgainst: Bool {
        switch self {
        case .refused, .shed, .cancelled, .overdue, .opened, .fellBack, .degraded: true
        case .admitted, .waited, .started, .retried, .hedged, .probed, .joined, .settled: false
        }
    }

    /// It says that somebody refused, or how the request ended: who reads on is not left to guess.
    var isLastWord: Bool { self == .refused || self == .shed || self == .settled }
}

extension CallDirective {
    /// Whose decision it is, as traces name it; `service` where nobody said no.
    var policy: String {
        switch self {
        case .start(let start):
            switch start.kind {
            case .first: "placement"
            case .retry: "retry"
            case .hedge: "hedge"
            }
        case .cancel(let cancel):
            switch cancel.reason {
            case .limit: "attempt-timeout"
            case .acquire: "bulkhead"
            case .lost: "hedge"
            case .callTime: "deadline"
            case .withdrawn: "service"
            }
        case .overdue: "breaker"
        case .arm: "service"
        case .settle(let how, _):
            switch how {
            case .fail(let failure), .fallback(let failure): "\(failure.policy.name)"
            case .answer, .withdrawn: "service"
            }
        }
    }
}

extension GateAnswer.Verdict {
    /// Whose decision it is, and what was decided, as traces tell it of a gate.
    func word(hasQueue: Bool) -> (by: PolicyName, verb: TraceDecision.Verb) {
        switch self {
        case .run: (.bulkhead, .admitted)
        case .wait: (hasQueue ? .queue : .bulkhead, .waited)
        case .blocked(let by, _): (by, .refused)
        }
    }
}

extension TargetGate {
    /// What a trace says of an answer: of an attempt that is let through, how its breaker and its places stand.
    func told(
        _ answer: GateAnswer.Verdict, by: PolicyName, _ policy: GatePolicy, priority: Priority, cause: String?,
        now: Instant
    ) -> Explanation {
        var why = explanation(by, policy, priority: priority, cause: cause, now: now)
        guard case .run = answer, policy.hasBreaker else { return why }
        let breaker = explanation(.breaker, policy, priority: priority, cause: cause, now: now)
        why.detail = "breaker \(breaker.detail); \(why.detail)"
        why.numbers += breaker.numbers
        return why
    }
}

extension CallScope {
    /// Why a retry may begin, and what is left for others.
    func told(_ why: Explanation, of start: CallStart, now: Instant) -> Explanation {
        guard start.kind != .first else { return why }
        // As a value of its own: what is shown changes nothing.
        var budget = budget
        let left = budget.explain(now: now)
        var told = why
        told.detail += "; \(left.detail)"
        told.numbers += left.numbers.filter { number in !why.numbers.contains { $0.name == number.name } }
        return told
    }
}

extension AttemptEnd {
    /// What a trace says of the attempt that ended so.
    var explanation: Explanation {
        let wait = retryAfter > .zero ? [Explanation.Number("retry_after_ms", retryAfter.milliseconds)] : []
        let after = retryAfter > .zero ? ", another is worth it after \(Int64(retryAfter.milliseconds)) ms" : ""
        return Explanation("\(outcome.name)" + (kind == .none ? "" : ": \(kind.name)") + after, wait)
    }

    /// Who said no; `service` for a success.
    var policy: PolicyName { kind == .none ? .service : kind.policy }
}

extension BreakerTransition {
    /// What a trace says of it; nil for one that opens nothing and asks nobody.
    var verb: TraceDecision.Verb? {
        switch to {
        case .open, .forcedOpen: .opened
        case .halfOpen: .probed
        default: nil
        }
    }
}
