import MeshBase
import Testing

@testable import Resilience

/// Calls of one scope driven at random, with a checker that knows the promises of `CallState` and nothing of how they are
/// kept. It stops at the first broken one.
final class CallFleet {
    struct Attempt {
        enum Phase { case asked, waiting, running, ended }
        var phase = Phase.asked
        var kind: AttemptKind
        var target: Int?
        var offered: TargetSet
        var isCounted = false
        /// Its targets are no longer those of the call.
        var isStale = false
    }

    struct Driven {
        var call: CallState
        var attempts: [Attempt] = []
        var timer: Instant?
        var isSettled = false
        let safety: CallSafety
        var targets: Int
        let end: Instant
        /// By target: not to be asked again before.
        var patience: [Int: Instant] = [:]
        var blocked = Set<Int>()
        var hasBegun = false
        var begunAt = Set<Int>()
        /// It may have begun at a cell that is no target any more.
        var isKeyLost = false
        var ran = 0
    }

    private(set) var scope: CallScope
    private var random: Generator
    private var engineRandom: Generator
    private var now = Instant.zero + .seconds(50)
    private var calls: [Driven] = []
    /// The first broken promise.
    private(set) var broken: String?
    private(set) var settled = 0
    private(set) var kinds: [AttemptKind: Int] = [:]
    let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        random = Generator(seed: seed, concern: "fleet")
        engineRandom = Generator(seed: seed, concern: "fleet-engine")
        scope = CallScope(Self.plan(&random))
    }

    private static func plan(_ random: inout Generator) -> CallPlan {
        func ms(_ bound: UInt64) -> TimeAmount { .milliseconds(Int64(random.below(bound))) }
        var timeouts = TimeoutPolicy.local
        timeouts.call = .milliseconds(50 + Int64(random.below(2_000)))
        timeouts.attempt = .milliseconds(10 + Int64(random.below(500)))
        timeouts.progressive = random.chance(0.5) ? .rising : .even
        let growths = BackoffPolicy.Growth.allCases
        let jitters = BackoffPolicy.Jitter.allCases
        let backoff = BackoffPolicy(
            growths[Int(random.below(UInt64(growths.count)))],
            jitter: jitters[Int(random.below(UInt64(jitters.count)))],
            base: ms(50), cap: ms(400), schedule: .init([ms(30), ms(90)]))
        var on = FailureKinds.transient
        if random.chance(0.3) { on.insert(FailureKinds(.failed)) }
        if random.chance(0.3) { on.insert(FailureKinds(.blocked)) }
        let budget = RetryBudgetPolicy(
            random.chance(0.5) ? .rate : .concurrent, ratio: random.unit(), floor: Double(random.below(4)))
        let hedge = HedgePolicy(
            after: .fixed(ms(60)), max: Int(random.below(4)), share: random.chance(0.5) ? 1 : random.unit())
        return CallPlan(
            isSpread: random.chance(0.6), order: PolicyOrder.allCases[Int(random.below(3))], timeouts: timeouts,
            deadline: DeadlinePolicy(reserve: ms(20), minimum: ms(30)),
            retry: RetryPolicy(attempts: 1 + Int(random.below(6)), on: on, backoff: backoff, budget: budget),
            hedge: hedge, hasFallback: random.chance(0.5))
    }

    /// So many steps, and then to the end of all calls.
    func run(steps: Int) {
        for _ in 0..<steps where broken == nil {
            if calls.count < 6, random.chance(0.1) { begin() }
            step()
        }
        // Whatever is out, time alone ends all of them.
        for _ in 0..<5_000 where broken == nil && !calls.isEmpty {
            guard let next = calls.compactMap(\.timer).min() else {
                broken = "a call waits for nothing: \(calls[0].call)"
                return
            }
            now = max(now, next)
            fireTimers(late: false)
        }
        guard broken == nil else { return }
        check(calls.isEmpty, "calls that time does not end")
        check(scope.budget.outstanding == 0, "\(scope.budget.outstanding) tokens of the budget are lost")
        check(scope.budget.active == 0, "\(scope.budget.active) calls are counted that have ended")
    }

    private func check(_ isKept: Bool, _ promise: @autoclosure () -> String) {
        if !isKept, broken == nil { broken = promise() }
    }

    private func begin() {
        let targets = scope.plan.isSpread ? Int(random.below(6)) : 1
        let deadline =
            random.chance(0.5) ? Instant.distantFuture : now + .milliseconds(Int64(random.below(1_500)) - 50)
        let safety = CallSafety.allCases[Int(random.below(5))]
        let call = CallState(targets: targets, deadline: deadline, safety: safety, in: &scope, now: now)
        let reserve = scope.plan.deadline.reserve
        let end = min(now + scope.plan.timeout, deadline == .distantFuture ? deadline : deadline - reserve)
        calls.append(Driven(call: call, safety: safety, targets: targets, end: end))
        drain(calls.count - 1)
        sweep()
    }

    private func step() {
        switch random.below(10) {
        case 0...2:
            now += .microseconds(Int64(random.below(40_000)))
            fireTimers(late: random.chance(0.05))
        case 3:
            guard !calls.isEmpty, random.chance(0.1) else { return }
            let which = Int(random.below(UInt64(calls.count)))
            if random.chance(0.5) {
                calls[which].call.withdrawn(in: &scope, now: now)
            } else if scope.plan.isSpread {
                calls[which].targets = Int(random.below(6))
                calls[which].call.retarget(calls[which].targets)
                calls[which].patience = [:]
                calls[which].blocked = []
                if !calls[which].begunAt.isEmpty { calls[which].isKeyLost = true }
                calls[which].begunAt = []
                for index in calls[which].attempts.indices {
                    calls[which].attempts[index].target = nil
                    calls[which].attempts[index].isStale = true
                }
            }
            drain(which)
        default:
            guard !calls.isEmpty else { return }
            let which = Int(random.below(UInt64(calls.count)))
            guard !calls[which].attempts.isEmpty else { return }
            // Any attempt that there ever was: what has ended must not mind.
            act(which, Int(random.below(UInt64(calls[which].attempts.count))))
            drain(which)
        }
        sweep()
    }

    private func fireTimers(late: Bool) {
        for which in calls.indices {
            guard let timer = calls[which].timer, timer <= now, !late else { continue }
            calls[which].timer = nil
            calls[which].call.elapsed(in: &scope, now: now, using: &engineRandom)
            drain(which)
        }
        sweep()
    }

    private func sweep() {
        calls.removeAll { driven in
            driven.isSettled && driven.attempts.allSatisfy { $0.phase == .ended }
        }
        checkBudget()
    }

    private func checkBudget() {
        check(scope.budget.outstanding >= 0 && scope.budget.active >= 0, "the budget is negative")
        check(scope.budget.window.extras >= 0 && scope.budget.window.hedges >= 0, "the window is negative")
        check(scope.budget.active == calls.count { !$0.isSettled }, "calls that are out are miscounted")
        let extras = calls.flatMap(\.attempts).count { $0.phase != .ended && $0.kind != .first }
        // Beside those that are out there are only such as wait for their backoff, one a call.
        let mostWaiting = Int64(calls.count { !$0.isSettled && $0.attempts.allSatisfy { $0.phase == .ended } })
        check(
            scope.budget.outstanding >= extras && scope.budget.outstanding <= Int64(extras) + mostWaiting,
            "\(scope.budget.outstanding) tokens for \(extras) attempts")
    }

    // MARK: What the driver says

    private func act(_ which: Int, _ index: Int) {
        let token = CallToken(UInt8(index))
        let attempt = calls[which].attempts[index]
        switch attempt.phase {
        case .asked: answerGate(which, index)
        case .waiting where random.chance(0.5): send(which, index, at: attempt.target ?? 0)
        case .waiting: block(which, index, attempt.target)
        case .running: end(which, index, randomEnd())
        case .ended:
            let before = calls[which].attempts.count
            let mark = calls[which].call.ended(token, randomEnd(), in: &scope, now: now, using: &engineRandom)
            check(mark == .nothing, "an attempt that has ended counts \(mark)")
            calls[which].call.blocked(token, at: 0, by: .breaker, in: &scope, now: now, using: &engineRandom)
            check(calls[which].call.sent(token, in: &scope, now: now) == nil, "an attempt that has ended is sent")
            check(calls[which].attempts.count == before, "an attempt that has ended begins another")
        }
    }

    private func answerGate(_ which: Int, _ index: Int) {
        let offered = calls[which].attempts[index].offered
        var positions: [Int] = []
        var rest = offered
        while let position = rest.popFirst() { positions.append(position) }
        let target = positions[Int(random.below(UInt64(positions.count)))]
        switch random.below(10) {
        case 0...5: send(which, index, at: target)
        case 6: block(which, index, target)
        case 7: if random.chance(0.3) { block(which, index, nil) }
        case 8:
            let until = now + .milliseconds(Int64(random.below(60)))
            calls[which].attempts[index].phase = .waiting
            if !calls[which].attempts[index].isStale { calls[which].attempts[index].target = target }
            calls[which].call.waiting(CallToken(UInt8(index)), at: target, until: until)
        // The driver takes its time.
        default: break
        }
    }

    private func send(_ which: Int, _ index: Int, at target: Int) {
        let timing = TargetTiming(
            limit: random.chance(0.5) ? nil : .milliseconds(Int64(random.below(300))),
            slowAfter: random.chance(0.5) ? .zero : .milliseconds(Int64(1 + random.below(100))),
            hedgeAfter: random.chance(0.5) ? nil : .milliseconds(Int64(random.below(50))),
            failureShare: Float(random.unit()))
        let limit = calls[which].call.sent(CallToken(UInt8(index)), to: target, timing, in: &scope, now: now)
        guard let limit else {
            check(now >= calls[which].end, "an attempt with time left is not sent")
            calls[which].attempts[index].phase = .ended
            return
        }
        check(now + limit <= calls[which].end, "a limit beyond the end of the call")
        check(now < calls[which].end, "sent when its time was over")
        calls[which].attempts[index].phase = .running
        if !calls[which].attempts[index].isStale { calls[which].attempts[index].target = target }
        if calls[which].attempts[index].kind != .hedge { calls[which].ran += 1 }
    }

    private func block(_ which: Int, _ index: Int, _ target: Int?) {
        calls[which].attempts[index].phase = .ended
        if let target, !calls[which].attempts[index].isStale { calls[which].blocked.insert(target) }
        calls[which].call.blocked(
            CallToken(UInt8(index)), at: target, by: .breaker, until: random.chance(0.5) ? nil : now + .seconds(1),
            in: &scope, now: now, using: &engineRandom)
    }

    private func end(_ which: Int, _ index: Int, _ end: AttemptEnd) {
        let attempt = calls[which].attempts[index]
        calls[which].attempts[index].phase = .ended
        if let target = attempt.target {
            calls[which].patience[target] = max(now + end.retryAfter, calls[which].patience[target] ?? now)
            if end.began, end.outcome != .cancelled { calls[which].begunAt.insert(target) }
        }
        if end.began, end.outcome != .cancelled {
            calls[which].hasBegun = true
            if attempt.target == nil { calls[which].isKeyLost = true }
        }
        if end.kind == .elsewhere, attempt.kind != .hedge, scope.plan.isSpread { calls[which].ran -= 1 }
        let mark = calls[which].call.ended(
            CallToken(UInt8(index)), end, in: &scope, now: now, using: &engineRandom)
        check(!attempt.isCounted || mark == .nothing, "an attempt is counted twice")
        check(scope.plan.order.records == .attempt || mark == .nothing, "an attempt is counted beside its call")
    }

    private func randomEnd() -> AttemptEnd {
        let retryAfter = TimeAmount.milliseconds(random.chance(0.3) ? Int64(random.below(200)) : 0)
        switch random.below(12) {
        case 0, 1: return .ok
        case 2: return AttemptEnd(.slow)
        case 3: return AttemptEnd(.failed, .failed)
        case 4: return AttemptEnd(.failed, .reset)
        case 5: return AttemptEnd(.failed, .connect, began: false)
        case 6: return AttemptEnd(.refused, .overloaded, began: false, retryAfter: retryAfter)
        case 7: return AttemptEnd(.refused, .limited, began: false, retryAfter: retryAfter)
        case 8: return AttemptEnd(.ignored, .elsewhere, began: false)
        case 9: return AttemptEnd(.ignored, .unavailable, retryAfter: retryAfter)
        case 10: return AttemptEnd(.ignored)
        default: return AttemptEnd(.failed, .timeout)
        }
    }

    // MARK: What the call says

    private func drain(_ which: Int) {
        var said = 0
        while broken == nil, let directive = calls[which].call.next(in: &scope, now: now) {
            said += 1
            check(said < 100, "a call that has always more to say")
            switch directive {
            case .start(let start): began(which, start)
            case .cancel(let cancel): cancelled(which, cancel)
            case .overdue(let token):
                let index = Int(token.rawValue)
                check(calls[which].attempts[index].phase != .ended, "an attempt is overdue that has ended")
                check(!calls[which].attempts[index].isCounted, "an attempt is overdue twice")
                check(scope.plan.order.records == .attempt, "an attempt is counted beside its call")
                calls[which].attempts[index].isCounted = true
            case .arm(let at):
                check(!calls[which].isSettled, "a timer of a call that is settled")
                check(at <= calls[which].end, "a timer beyond the end of the call")
                calls[which].timer = at
            case .settle(let how, _): settles(which, how)
            }
        }
        // Rarely, the gate answers at once, as most do.
        if let index = calls[which].attempts.firstIndex(where: { $0.phase == .asked }), random.chance(0.7),
            broken == nil
        {
            answerGate(which, index)
            drain(which)
        }
    }

    private func began(_ which: Int, _ start: CallStart) {
        let driven = calls[which]
        let plan = scope.plan
        check(!driven.isSettled, "an attempt begins after the call was settled")
        check(Int(start.token.rawValue) == driven.attempts.count, "token \(start.token.rawValue) out of order")
        check(driven.attempts.count < CallState.mostAttempts, "more than 16 attempts")
        check(now < driven.end, "an attempt begins when its time is over")
        check(!start.targets.isEmpty, "nobody to ask")
        check(start.targets.isSubset(of: TargetSet(count: driven.targets)), "targets that there are not")
        let live = driven.attempts.filter { $0.phase != .ended }
        if start.kind == .hedge {
            check(
                driven.safety == .read || !plan.isSpread && driven.safety != .once, "a hedge of what must not run twice"
            )
            if plan.isSpread {
                check(
                    live.allSatisfy { !($0.target.map(start.targets.contains(position:)) ?? false) },
                    "a hedge at the same cell")
            }
        } else {
            check(live.allSatisfy { $0.kind == .hedge } || live.isEmpty, "a retry beside an attempt that is out")
            let counted = plan.isSpread ? driven.ran : driven.attempts.count { $0.kind != .hedge }
            check(counted < plan.retry.attempts, "attempt \(counted + 1) of \(plan.retry.attempts)")
        }
        check(!(driven.safety == .once && driven.hasBegun), "what must not run twice begins again")
        check(!(driven.safety == .keyedInCell && driven.isKeyLost), "a key goes where nobody knows it")
        if driven.safety == .keyedInCell, !driven.begunAt.isEmpty {
            check(
                start.targets.count == 1 && start.targets.first.map(driven.begunAt.contains) == true,
                "a key goes to a cell that does not know it")
        }
        // Whoever was not asked comes first; whoever asked to be left alone is.
        for (target, until) in driven.patience where start.targets.contains(position: target) {
            check(until <= now, "a target is asked \(until - now) before it wants to be")
        }
        if !plan.retry.on.contains(.blocked) {
            check(!driven.blocked.contains { start.targets.contains(position: $0) }, "a blocked target is asked again")
        }
        kinds[start.kind, default: 0] += 1
        calls[which].attempts.append(Attempt(kind: start.kind, offered: start.targets))
    }

    private func cancelled(_ which: Int, _ cancel: CallCancel) {
        let index = Int(cancel.token.rawValue)
        let attempt = calls[which].attempts[index]
        check(attempt.phase != .ended, "an attempt is cancelled that has ended")
        check(!attempt.isCounted || cancel.mark == .nothing, "an attempt is counted twice")
        check(cancel.reason == .limit || cancel.mark == .nothing, "an attempt that was given up counts")
        calls[which].attempts[index].phase = .ended
        if cancel.reason == .limit {
            calls[which].hasBegun = true
            if attempt.target == nil { calls[which].isKeyLost = true }
            if let target = attempt.target {
                calls[which].begunAt.insert(target)
                calls[which].patience[target] = max(now, calls[which].patience[target] ?? now)
            }
        }
        if cancel.reason == .acquire, let target = attempt.target { calls[which].blocked.insert(target) }
    }

    private func settles(_ which: Int, _ how: CallSettlement) {
        check(!calls[which].isSettled, "a call is settled twice")
        calls[which].isSettled = true
        calls[which].timer = nil
        settled += 1
        switch how {
        case .answer(let token):
            check(calls[which].attempts[Int(token.rawValue)].phase == .ended, "an answer of an attempt that is out")
        case .fallback: check(scope.plan.hasFallback, "a fallback that there is not")
        case .fail: check(!scope.plan.hasFallback, "a failure beside a fallback")
        case .withdrawn: break
        }
        // Whoever answers the client finds the losers withdrawn.
        check(calls[which].attempts.allSatisfy { $0.phase == .ended }, "a call is settled with attempts out")
    }
}
