import MeshBase
import Testing

@testable import Resilience

@Suite struct TargetGateTests {
    let start = Instant.zero

    /// Two places, one waits for a second; five bad ones in a row open for two seconds.
    private var policy: GatePolicy {
        var policy = GatePolicy.local(workers: 2, isCore: true)
        policy.bulkhead = BulkheadPolicy(concurrent: 2, wait: .seconds(1), places: 1)
        policy.limit = .of(.fixed, 2, isLocal: true)
        policy.breaker = .quick
        policy.breaker.jitter = 0...0
        return policy
    }

    private struct Run {
        var gate: TargetGate
        var rng = Generator(seed: 5)
        var policy: GatePolicy
        var now: Instant
        init(_ policy: GatePolicy, now: Instant = .zero) {
            gate = TargetGate(policy, now: now)
            self.policy = policy
            self.now = now
        }
        mutating func ask(
            _ ticket: UInt64, _ priority: Priority = .normal, deadline: Instant = .distantFuture
        ) -> GateAnswer {
            gate.ask(ticket, policy, priority: priority, now: now, deadline: deadline, using: &rng)
        }
        mutating func permit(_ priority: Priority = .normal) -> GatePermit {
            guard let permit = ask(999, priority).permit else {
                Issue.record("nothing is let through")
                return GatePermit(breaker: nil, priority: priority, began: now)
            }
            return permit
        }
        @discardableResult
        mutating func end(_ permit: GatePermit, _ end: AttemptEnd = .ok, took: TimeAmount = .milliseconds(10))
            -> GateChange
        {
            gate.ended(permit, end, took: took, policy, now: now, using: &rng)
        }
        mutating func overdue(_ permit: inout GatePermit) -> BreakerTransition? {
            gate.overdue(&permit, policy, now: now, using: &rng)
        }
        mutating func holdsBack(_ priority: Priority) -> Bool {
            gate.holdsBack(policy, priority: priority, now: now, using: &rng)
        }
        mutating func next() -> GateTurn? { gate.next(policy, now: now, using: &rng) }
        /// Opens the breaker.
        mutating func open() {
            for _ in 0..<5 { end(permit(), AttemptEnd(.failed, .failed)) }
        }
    }

    @Test func runsThenWaitsThenIsBlockedAndTheTurnComes() {
        var run = Run(policy)
        let first = run.permit()
        _ = run.permit()
        #expect(run.ask(1).verdict == .wait(until: start + .seconds(1), inPlaceOf: nil))
        #expect(run.ask(2).verdict == .blocked(.bulkhead, until: start + .milliseconds(100)))
        #expect(run.next() == nil)
        run.now += .milliseconds(10)
        run.end(first)
        let turn = run.next()
        #expect(turn?.ticket == 1 && turn?.answer.permit?.began == run.now)
        #expect(run.next() == nil)
        #expect(run.gate.bulkhead.busy == 2 && run.gate.counts.admitted == 3)
        #expect(run.gate.bulkhead.refusals[.full] == 1)
    }

    @Test func aBreakerThatOpensRefusesBeforeAnybodyWaits() {
        var run = Run(policy)
        _ = run.permit()
        run.open()
        #expect(run.gate.breaker.state == .open)
        _ = run.gate.bulkhead.ask(7, run.policy.bulkhead, priority: .normal, now: start)
        // No place is free, and yet it does not wait for one: behind it stands an open breaker.
        #expect(run.ask(1).verdict == .blocked(.breaker, until: start + .seconds(2)))
        #expect(run.gate.counts.refused == 1 && run.gate.waiting == 0)
    }

    @Test func refusedByTheBreakerItHoldsNoPlace() {
        var run = Run(policy)
        run.open()
        for ticket in UInt64(1)...5 { #expect(run.ask(ticket).permit == nil) }
        #expect(run.gate.bulkhead.busy == 0 && run.gate.counts.refused == 5)
    }

    @Test func whoWaitedIsToldThatTheBreakerOpened() {
        var run = Run(policy)
        let first = run.permit()
        for _ in 0..<4 { run.end(run.permit(), AttemptEnd(.failed, .reset)) }
        let last = run.permit()
        #expect(run.ask(1).verdict == .wait(until: start + .seconds(1), inPlaceOf: nil))
        let change = run.end(last, AttemptEnd(.failed, .reset))
        #expect(change.transition?.to == .open)
        let turn = run.next()
        #expect(turn?.ticket == 1 && turn?.answer.verdict == .blocked(.breaker, until: start + .seconds(2)))
        #expect(run.next() == nil)
        #expect(run.gate.bulkhead.busy == 1)
        run.end(first)
        #expect(run.gate.bulkhead.busy == 0)
    }

    @Test func whatIsNotTheTargetsDoingCountsForNothing() {
        var run = Run(policy)
        let ends: [AttemptEnd] = [
            AttemptEnd(.ignored), AttemptEnd(.ignored, .unavailable), AttemptEnd(.cancelled),
            AttemptEnd(.refused, .limited, began: false), AttemptEnd(.ignored, .elsewhere, began: false),
        ]
        for _ in 0..<5 { for end in ends { run.end(run.permit(), end) } }
        #expect(run.gate.breaker.state == .closed)
        #expect(run.gate.counts[.nothing] == 25 && run.gate.counts[.failure] == 0)
        #expect(run.gate.durations.count == 0)
        // A mark of the holder's own goes before the outcome.
        let permit = run.permit()
        _ = run.gate.ended(
            permit, AttemptEnd(.cancelled), took: .zero, mark: .failure, run.policy, now: run.now, using: &run.rng)
        #expect(run.gate.counts[.failure] == 1)
    }

    @Test func anOverdueAttemptIsSlowOnce() {
        var run = Run(policy)
        var permit = run.permit()
        #expect(permit.overdueAt == start + .milliseconds(500))
        run.now = permit.overdueAt
        #expect(run.gate.overdue(&permit, run.policy, now: run.now, using: &run.rng) == nil)
        #expect(run.gate.breaker.rates(run.policy.breaker, now: run.now).volume == 1)
        run.now += .milliseconds(500)
        run.end(permit, AttemptEnd(.failed, .timeout))
        #expect(run.gate.breaker.rates(run.policy.breaker, now: run.now).volume == 1)
        #expect(run.gate.bulkhead.busy == 0)
    }

    @Test func aHangIsCountedOnceWhicheverTimerComesFirst() {
        // The limit came before it was slow: a failure.
        var run = Run(policy)
        let short = run.permit()
        run.now += .milliseconds(100)
        run.end(short, AttemptEnd(.failed, .timeout))
        #expect(run.gate.counts[.failure] == 1)
        // The limit and the time that is slow are told of in one turn, the end first: slow.
        let late = run.permit()
        run.now += .milliseconds(600)
        run.end(late, AttemptEnd(.failed, .timeout))
        let rates = run.gate.breaker.rates(run.policy.breaker, now: run.now)
        #expect(rates.volume == 2 && rates.failure == 0.5 && rates.slow == 0.5)
    }

    @Test func whatWasNeverSentLeavesNoTrace() {
        var run = Run(policy)
        run.open()
        run.now += .seconds(2)
        let probe = run.permit()
        #expect(probe.breaker?.isProbe == true)
        run.gate.giveBack(probe, run.policy, now: run.now)
        #expect(run.gate.bulkhead.busy == 0 && run.gate.counts.admitted == 5)
        run.now += .milliseconds(200)
        for _ in 0..<3 {
            let probe = run.permit()
            run.end(probe)
            run.now += .milliseconds(200)
        }
        #expect(run.gate.breaker.state == .slowRecovery)
    }

    @Test func timeoutsAndHedgesFollowWhatTheTargetTakes() {
        var run = Run(policy)
        #expect(run.gate.timing(run.policy, now: start).limit == .seconds(1))
        #expect(run.gate.timing(run.policy, now: start).hedgeAfter == nil)
        var change: AdaptiveTimeout.Change?
        for index in Int64(1)...10 {
            change = run.end(run.permit(), took: .milliseconds(index * 50)).timeout ?? change
        }
        // p95 of 50...500 is 500; times 1.5 is 750, between half of the second and all of it.
        #expect(change?.to == .milliseconds(750))
        let timing = run.gate.timing(run.policy, now: start)
        #expect(timing.limit == .milliseconds(750) && timing.slowAfter == .milliseconds(500))
        #expect(timing.hedgeAfter == .milliseconds(500))
        #expect(run.permit().overdueAt == start + .milliseconds(500))
        // A place is free after about the median.
        _ = run.permit()
        _ = run.ask(1)
        #expect(run.ask(2).verdict == .blocked(.bulkhead, until: start + .milliseconds(300)))
    }

    @Test func errorsDoNotMakeTheTargetLookFast() {
        var run = Run(policy)
        for _ in 0..<4 { run.end(run.permit(), AttemptEnd(.failed, .failed), took: .microseconds(1)) }
        #expect(run.gate.durations.count == 0)
        run.end(run.permit(), AttemptEnd(.slow), took: .milliseconds(900))
        #expect(run.gate.durations.count == 1)
    }

    @Test func theLimitFollowsErrorsAndTellsSo() {
        var policy = policy
        policy.bulkhead = BulkheadPolicy(concurrent: 8, wait: .zero)
        policy.limit = .local(8, workers: 10)
        policy.detects = false
        policy.hasBreaker = false
        var run = Run(policy)
        for _ in 0..<20 { run.end(run.permit(), AttemptEnd(.failed, .failed)) }
        run.now += .seconds(1)
        var events: [GateEvent] = []
        run.gate.look(policy, now: run.now) { events.append($0) }
        #expect(events == [.resized(from: 8, to: 4)])
        #expect(run.gate.bulkhead.limit == 4)
        run.gate.look(policy, now: run.now) { events.append($0) }
        #expect(events.count == 1)
        let permits = (0..<4).map { _ in run.permit() }
        #expect(run.ask(1).permit == nil)
        run.now += .seconds(1)
        run.gate.look(policy, now: run.now) { events.append($0) }
        #expect(events.last == .full(true))
        permits.forEach { run.end($0) }
        run.gate.resize(policy, now: run.now)
        #expect(run.gate.bulkhead.limit == 8)
    }

    @Test func aMeasuredLimitRefusesUnderItsOwnName() {
        var policy = policy
        policy.limit = .of(.aimd, 4, isLocal: true)
        policy.bulkhead.wait = .zero
        policy.hasBreaker = false
        var run = Run(policy)
        for _ in 0..<4 { _ = run.permit() }
        #expect(run.ask(1).verdict == .blocked(.concurrency, until: start + .milliseconds(100)))
        let detail = "limit 4 by rule aimd, 3 to 1000"
        #expect(run.gate.explanation(.concurrency, policy, priority: .normal, now: start).detail == detail)
    }

    @Test func leaksAndInversionsAreSeen() {
        var policy = policy
        policy.bulkhead = BulkheadPolicy(concurrent: 2, wait: .seconds(60), places: 4)
        var run = Run(policy)
        _ = run.permit(.low)
        _ = run.permit(.low)
        _ = run.ask(1, .critical)
        var events: [GateEvent] = []
        run.now += .seconds(1)
        run.gate.look(policy, now: run.now) { events.append($0) }
        #expect(events == [.full(true), .inversion(true)])
        run.now += .seconds(20)
        run.gate.look(policy, now: run.now) { events.append($0) }
        #expect(events.last == .leak(2) && run.gate.leaked(now: run.now) == 2)
    }

    @Test func theThrottleCountsWhatIsSentAndWhatIsTakenUp() {
        var policy = policy
        policy.hasBreaker = false
        var run = Run(policy)
        for _ in 0..<30 { run.end(run.permit(), AttemptEnd(.refused, .limited, began: false)) }
        #expect(run.gate.throttle.probability(policy.throttle, priority: .normal, now: start) == ClientThrottle.most)
        for _ in 0..<15 { run.end(run.permit(), AttemptEnd(.failed, .failed)) }
        #expect(run.gate.throttle.probability(policy.throttle, priority: .normal, now: start) == 15.0 / 46)
        for _ in 0..<9 { run.end(run.permit(), AttemptEnd(.cancelled)) }
        #expect(run.gate.throttle.probability(policy.throttle, priority: .normal, now: start) == 15.0 / 46)
        // What the bulkhead refuses says nothing about the target.
        _ = run.permit(.critical)
        _ = run.permit(.critical)
        for ticket in UInt64(1)...9 { _ = run.ask(ticket) }
        #expect(run.gate.throttle.probability(policy.throttle, priority: .normal, now: start) == 15.0 / 46)
        var held = 0
        for _ in 0..<1_000 where run.gate.holdsBack(policy, priority: .normal, now: start, using: &run.rng) {
            held += 1
        }
        #expect(held > 250)
        #expect(run.gate.holdsBack(policy, priority: .critical, now: start, using: &run.rng) == false)
        var events: [GateEvent] = []
        run.gate.look(policy, now: start + .seconds(1)) { events.append($0) }
        #expect(events.contains(.throttle(.normal, true)))
    }

    @Test func aGateThatIsOffLetsEverythingThrough() {
        var run = Run(.off)
        for _ in 0..<2_000 {
            let permit = run.permit(.low)
            #expect(permit.overdueAt == .distantFuture)
        }
        for _ in 0..<50 { run.end(run.permit(), AttemptEnd(.failed, .timeout)) }
        #expect(run.ask(1).permit != nil)
        #expect(run.gate.holdsBack(.off, priority: .low, now: start, using: &run.rng) == false)
        #expect(run.gate.timing(.off, now: start) == TargetTiming(limit: .seconds(5)))
    }

    @Test func oneCallOfSeveralAttemptsIsCountedByAttempt() {
        var run = Run(policy)
        let permit = run.permit()
        for _ in 0..<4 {
            _ = run.gate.count(
                permit, AttemptEnd(.failed, .reset), took: .zero, run.policy, now: run.now, using: &run.rng)
        }
        #expect(run.gate.breaker.state == .closed && run.gate.bulkhead.busy == 1)
        let change = run.gate.count(
            permit, AttemptEnd(.failed, .reset), took: .zero, run.policy, now: run.now, using: &run.rng)
        #expect(change.transition?.to == .open && run.gate.bulkhead.busy == 1)
        _ = run.gate.ended(
            permit, AttemptEnd(.failed, .reset), took: .zero, mark: .nothing, run.policy, now: run.now,
            using: &run.rng)
        #expect(run.gate.bulkhead.busy == 0)
    }

    // MARK: With a queue before it

    @Test func aQueueBearsATargetThatIsCutOff() {
        var policy = policy
        policy.queue = BackpressurePolicy(places: 2)
        var run = Run(policy)
        run.open()
        let deadline = start + .seconds(10)
        #expect(run.ask(1, deadline: deadline).verdict == .wait(until: deadline, inPlaceOf: nil))
        #expect(run.ask(2, deadline: deadline).verdict == .wait(until: deadline, inPlaceOf: nil))
        #expect(run.gate.wakeAt == start + .seconds(1))
        // The third waits to be put, and is told when it is not.
        #expect(run.ask(3, deadline: deadline).verdict == .wait(until: deadline, inPlaceOf: nil))
        #expect(run.gate.waiting == 3)
        run.now += .seconds(1)
        let third = run.next()
        #expect(third?.ticket == 3 && third?.answer.verdict == .blocked(.queue, until: run.now + .seconds(1)))
        #expect(run.next() == nil)
        #expect(run.gate.wakeAt == start + .seconds(2))
        run.now += .seconds(1)
        // The breaker lets the first one through as a probe; the second goes back for a pause.
        let turn = run.next()
        #expect(turn?.ticket == 1 && turn?.answer.permit?.breaker?.isProbe == true)
        #expect(turn?.answer.transition?.to == .halfOpen)
        #expect(run.next() == nil)
        #expect(run.gate.queue.depth == 1)
        run.now += .seconds(1)
        #expect(run.next()?.ticket == 2)
        #expect(run.gate.waiting == 0 && run.gate.counts.queued == 1)
        #expect(run.gate.wakeAt == .distantFuture)
    }

    @Test func theQueueEndsWithTheDeadline() {
        var policy = policy
        policy.queue = BackpressurePolicy(places: 1)
        var run = Run(policy)
        let first = run.permit()
        _ = run.permit()
        let soon = start + .milliseconds(100)
        #expect(run.ask(1, deadline: soon).verdict == .wait(until: soon, inPlaceOf: nil))
        #expect(run.ask(2, deadline: start).verdict == .blocked(.deadline, until: start))
        run.now = soon
        run.end(first)
        let turn = run.next()
        #expect(turn?.ticket == 1 && turn?.answer.verdict == .blocked(.deadline, until: soon))
        #expect(run.gate.bulkhead.busy == 1)
        _ = run.ask(3, deadline: soon + .seconds(1))
        _ = run.ask(4, deadline: soon + .seconds(1))
        #expect(run.gate.withdraw(4, now: soon) == true || run.gate.waiting == 1)
    }

    // MARK: Whatever happens

    /// Each attempt ends once, places and probes come back, nobody waits beyond its time, and at the end nothing is left.
    @Test(arguments: [UInt64(61), 62, 63, 64, 65, 66]) func permitsAreConserved(seed: UInt64) {
        var random = Generator(seed: seed)
        var policy = policy
        policy.bulkhead = BulkheadPolicy(concurrent: 6, wait: .milliseconds(40), places: 4)
        policy.limit = .of(LimitPolicy.Kind.allCases[Int(seed % 7)], 6, isLocal: true, most: 12)
        if seed % 2 == 0 {
            policy.queue = BackpressurePolicy(places: 3, put: .milliseconds(20), pause: .milliseconds(30))
        }
        var run = Run(policy)
        run.rng = Generator(seed: seed + 1)
        var out: [GatePermit] = []
        var waits: [UInt64: Instant] = [:]
        var opened = 0
        func hear(_ transition: BreakerTransition?) { if transition?.to == .open { opened += 1 } }
        func turns() {
            while let turn = run.next() {
                #expect(waits.removeValue(forKey: turn.ticket) != nil, "seed \(seed): a turn of nobody")
                hear(turn.answer.transition)
                if let permit = turn.answer.permit { out.append(permit) }
            }
        }
        let ends: [AttemptEnd] = [
            .ok, .ok, .ok, AttemptEnd(.failed, .failed), AttemptEnd(.failed, .timeout), AttemptEnd(.cancelled),
            AttemptEnd(.refused, .overloaded, began: false), AttemptEnd(.ignored), AttemptEnd(.slow),
        ]
        for ticket in UInt64(1)...6_000 {
            run.now += .microseconds(Int64(random.below(8_000)))
            // A good time and a bad one in turn.
            let isBad = (ticket / 500) % 2 == 1
            if run.now >= run.gate.wakeAt { turns() }
            run.gate.look(policy, now: run.now) { _ in }
            turns()
            let priority = Priority(rawValue: UInt8(random.below(4)))!
            if !run.holdsBack(priority) {
                let answer = run.ask(ticket, priority, deadline: run.now + .milliseconds(Int64(random.below(100))))
                hear(answer.transition)
                switch answer.verdict {
                case .run(let permit): out.append(permit)
                case .wait(let until, let other):
                    if let other { #expect(waits.removeValue(forKey: other) != nil, "seed \(seed)") }
                    waits[ticket] = until
                case .blocked(_, let until): #expect(until >= run.now, "seed \(seed)")
                }
            }
            for index in out.indices where out[index].overdueAt <= run.now && random.chance(0.5) {
                hear(run.overdue(&out[index]))
            }
            // Fewer than the least limit, or nobody would ever be let through again.
            while out.count > 2, random.chance(0.4) {
                let permit = out.remove(at: Int(random.below(UInt64(out.count))))
                if random.chance(0.05) {
                    run.gate.giveBack(permit, policy, now: run.now)
                } else {
                    let end = isBad && random.chance(0.6) ? ends[3] : ends[Int(random.below(9))]
                    hear(run.end(permit, end, took: run.now - permit.began).transition)
                }
                turns()
            }
            for (other, until) in waits where until <= run.now {
                run.gate.withdraw(other, now: run.now)
                waits[other] = nil
            }
            #expect(run.gate.bulkhead.busy == out.count, "seed \(seed)")
            #expect(run.gate.waiting == waits.count, "seed \(seed)")
        }
        #expect(opened > 2, "seed \(seed)")
        for permit in out { run.end(permit) }
        turns()
        run.now += .seconds(60)
        #expect(run.gate.leaked(now: run.now) == run.gate.bulkhead.busy, "seed \(seed)")
        // A minute later it is as well as it was.
        var passed = 0
        for ticket in UInt64(10_000)...10_200 {
            run.now += .milliseconds(250)
            run.gate.withdraw(ticket - 1, now: run.now)
            turns()
            if let permit = run.ask(ticket, .critical, deadline: run.now + .milliseconds(10)).permit {
                run.end(permit)
                passed += 1
            }
        }
        #expect(passed > 150 && run.gate.breaker.state == .closed, "seed \(seed): \(passed)")
    }
}
