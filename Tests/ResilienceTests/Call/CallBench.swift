import MeshBase
import Testing

@testable import Resilience

/// A driver of one call in virtual time: it asks the lowest target that is offered, and answers as a test says.
final class CallBench {
    /// What comes of an attempt.
    enum Reply {
        /// Ends after so long.
        case ends(AttemptEnd, after: TimeAmount)
        /// The gate lets nothing through.
        case blocked(until: TimeAmount?)
        /// None of those that are offered can be asked.
        case nobody
        /// Waits at the gate for at most so long, and is sent after `then`, if that comes first.
        case waits(TimeAmount, then: TimeAmount)
        /// Nothing ever.
        case hangs

        static func ok(_ ms: Int64) -> Reply { .ends(.ok, after: .milliseconds(ms)) }
        static func fails(_ kind: FailureKind, _ ms: Int64, began: Bool = true, retryAfter: Int64 = 0) -> Reply {
            let outcome: Outcome =
                switch kind {
                case .none, .elsewhere, .unavailable: .ignored
                case .overloaded, .limited, .shed: .refused
                default: .failed
                }
            return .ends(
                AttemptEnd(outcome, kind, began: began, retryAfter: .milliseconds(retryAfter)), after: .milliseconds(ms)
            )
        }
    }

    var scope: CallScope
    var call: CallState
    var now: Instant
    var random = Generator(seed: 11)
    var timing = TargetTiming.unknown
    /// By token; beyond them the last.
    var replies: [Reply]
    /// `10 retry 1>2`, `20 cancel 1 lost nothing`, `30 answer 1`.
    var log: [String] = []
    var marks: [Mark] = []
    var limits: [TimeAmount] = []
    var explained: [String] = []
    var arms = 0
    var ungated = 0
    var settlement: CallSettlement?
    var callMark: Mark?
    var timer = Instant.distantFuture
    /// The timer fires so much late.
    var late = TimeAmount.zero
    private var due: [(at: Instant, token: CallToken, what: AttemptEnd?)] = []
    private let start: Instant

    init(
        _ plan: CallPlan, targets: Int = 1, deadline: TimeAmount? = nil, safety: CallSafety = .read,
        scope: CallScope? = nil, timing: TargetTiming = .unknown, _ replies: Reply...
    ) {
        self.scope = scope ?? CallScope(plan)
        self.replies = replies
        self.timing = timing
        let start = Instant.zero + .seconds(100)
        self.start = start
        now = start
        call = CallState(
            targets: targets, deadline: deadline.map { start + $0 } ?? .distantFuture, safety: safety, in: &self.scope,
            now: now)
        drain()
    }

    /// A plan with nothing but what a test is about: limit 1 s, call 10 s, waits of 100 ms, a budget without end.
    static func plan(
        spread: Bool = false, order: PolicyOrder = .cellmesh, timeout: Int64 = 10_000, attempt: Int64 = 1_000,
        progressive: ProgressiveFactors = .even, deadline: DeadlinePolicy = .none, attempts: Int = 1,
        on: FailureKinds = .transient, wait: Int64 = 100, budget: RetryBudgetPolicy = .init(ratio: 0, floor: 1_000),
        hedge: HedgePolicy = .off, fallback: Bool = false
    ) -> CallPlan {
        var timeouts = TimeoutPolicy.local
        timeouts.call = .milliseconds(timeout)
        timeouts.attempt = .milliseconds(attempt)
        timeouts.progressive = progressive
        return CallPlan(
            isSpread: spread, order: order, timeouts: timeouts, deadline: deadline,
            retry: RetryPolicy(
                attempts: attempts, on: on,
                backoff: BackoffPolicy(.constant, base: .milliseconds(wait), cap: .milliseconds(wait)), budget: budget),
            hedge: hedge, hasFallback: fallback)
    }

    var ms: Int64 { (now - start).nanoseconds / 1_000_000 }
    func at(_ ms: Int64) -> Instant { start + .milliseconds(ms) }

    /// Lets time pass until nothing is left to happen, or until `ms`.
    @discardableResult func run(until ms: Int64 = 1_000_000) -> [String] {
        while true {
            let next = due.min { $0.at < $1.at }
            let fires = timer == .distantFuture || settlement != nil ? Instant.distantFuture : timer + late
            let instant = min(next?.at ?? .distantFuture, fires)
            guard instant < .distantFuture, instant <= at(ms) else { break }
            now = max(now, instant)
            if let next, next.at <= fires {
                due.remove(at: due.firstIndex { $0.token == next.token && $0.at == next.at }!)
                if let end = next.what {
                    marks.append(call.ended(next.token, end, in: &scope, now: now, using: &random))
                } else {
                    sent(next.token, to: call.target(of: next.token) ?? 0)
                }
            } else {
                timer = .distantFuture
                call.elapsed(in: &scope, now: now, using: &random)
            }
            drain()
        }
        if now < at(ms), ms < 1_000_000 { now = at(ms) }
        return log
    }

    func drain() {
        while let directive = call.next(in: &scope, now: now) {
            if case .arm = directive {
            } else {
                explained.append(call.explain(directive, in: scope, now: now).detail)
            }
            switch directive {
            case .start(let start): begin(start)
            case .cancel(let cancel):
                log.append("\(ms) cancel \(cancel.token.rawValue) \(cancel.reason) \(cancel.mark)")
                due.removeAll { $0.token == cancel.token }
            case .overdue(let token): log.append("\(ms) overdue \(token.rawValue)")
            case .arm(let instant):
                timer = instant
                arms += 1
            case .settle(let how, let mark):
                settlement = how
                callMark = mark
                switch how {
                case .answer(let token): log.append("\(ms) answer \(token.rawValue)")
                case .fail(let why): log.append("\(ms) fail \(why.policy.name) \(why.kind) \(why.verdict)")
                case .fallback(let why): log.append("\(ms) fallback \(why.policy.name) \(why.kind) \(why.verdict)")
                case .withdrawn: log.append("\(ms) withdrawn")
                }
            }
        }
    }

    private func begin(_ start: CallStart) {
        let target = start.targets.first!
        log.append("\(ms) \(start.kind.name) \(start.token.rawValue)>\(target)")
        if !start.isGated { ungated += 1 }
        switch replies[min(Int(start.token.rawValue), replies.count - 1)] {
        case .blocked(let until):
            call.blocked(
                start.token, at: target, by: .breaker, until: until.map { now + $0 }, in: &scope, now: now,
                using: &random)
        case .nobody:
            call.blocked(start.token, at: nil, by: .health, in: &scope, now: now, using: &random)
        case .waits(let most, let then):
            call.waiting(start.token, at: target, until: now + most)
            due.append((now + then, start.token, nil))
        case .ends, .hangs: sent(start.token, to: target)
        }
    }

    private func sent(_ token: CallToken, to target: Int) {
        guard let limit = call.sent(token, to: target, timing, in: &scope, now: now) else { return }
        limits.append(limit)
        switch replies[min(Int(token.rawValue), replies.count - 1)] {
        case .ends(let end, let after): due.append((now + after, token, end))
        case .waits: due.append((now + .milliseconds(5), token, .ok))
        default: break
        }
    }

    var failure: CallFailure? {
        switch settlement {
        case .fail(let failure), .fallback(let failure): failure
        default: nil
        }
    }
}
