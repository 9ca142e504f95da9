import MeshBase
import Testing

@testable import Resilience

/// Two and three policies together, over seconds of virtual time: what each promises alone has to hold beside the others.
@Suite struct PolicyPairTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    private func plan(
        attempts: Int = 3, spread: Bool = false, ratio: Double = 0.2, floor: Double = 1, hedge: HedgePolicy = .off,
        fallback: Bool = false
    ) -> CallPlan {
        CallPlan(
            isSpread: spread, timeouts: .local, deadline: .local,
            retry: RetryPolicy(
                attempts: attempts, backoff: .local, budget: RetryBudgetPolicy(.rate, ratio: ratio, floor: floor)),
            hedge: hedge, hasFallback: fallback)
    }

    private func gate(
        breaker: Bool = true, throttle: Bool = false, concurrent: Int = 100, hedge: HedgePolicy = .off
    ) -> GatePolicy {
        GatePolicy(
            bulkhead: BulkheadPolicy(concurrent: concurrent, wait: .zero), breaker: breaker ? .quick : nil,
            throttle: throttle ? .local : nil, attempt: .seconds(1), timeout: nil, hedge: hedge)
    }

    // MARK: Retry and breaker

    /// Retries open the breaker sooner, and once it is open they reach the target no more: five failures, and then a probe
    /// each time that it has been open.
    @Test func retriesOpenABreakerSoonerAndThenReachNobody() {
        func world(_ attempts: Int) -> PolicyWorld {
            let world = PolicyWorld(plan(attempts: attempts, ratio: 1, floor: 100), gate()) { _, _, _, _ in
                .fails(.reset, 5)
            }
            world.run(every: .milliseconds(100), until: at(9_000))
            return world
        }
        let alone = world(1)
        let retried = world(3)
        #expect(alone.lost.isEmpty && retried.lost.isEmpty)
        let opened = { (world: PolicyWorld) in world.transitions.first { $0.to == .open }?.at ?? .distantFuture }
        #expect(opened(alone) == at(405))
        #expect(opened(retried) < at(305))
        for world in [alone, retried] {
            let first = opened(world)
            #expect(world.executions.count { $0.began <= first } == 5)
            // Open for 2.2 to 2.6 s, and the first bad probe opens it again: at most four probes in 8.7 s.
            #expect((3...4).contains(world.executions.count { $0.began > first }))
        }
        // A blocked attempt takes nothing of the budget.
        #expect(retried.scope.budget.window.extras == Int64(retried.executed(.retry)))
    }

    // MARK: Hedge and bulkhead

    /// A hedge asks the gate as any attempt: where the one place is held by the attempt beside it there is none, and the
    /// call has its answer all the same.
    @Test func aHedgeHasNoPlaceOfItsOwn() {
        let hedge = HedgePolicy(after: .fixed(.milliseconds(20)), max: 1)
        let full = PolicyWorld(plan(ratio: 1, floor: 100, hedge: hedge), gate(concurrent: 1, hedge: hedge)) {
            _, _, _, _ in .ok(100)
        }
        full.run(every: .milliseconds(200), until: at(2_000))
        #expect(full.executed(.hedge) == 0 && full.scope.counters.blocked == 10)
        #expect(full.settled.count == 10 && full.settled.allSatisfy { $0.isAnswer && $0.took == .milliseconds(100) })
        #expect(full.lost.isEmpty)
        // With a second place it runs, and the loser gives its place back at once.
        var count = 0
        let room = PolicyWorld(plan(ratio: 1, floor: 100, hedge: hedge), gate(concurrent: 2, hedge: hedge)) {
            _, _, _, _ in
            count += 1
            return .ok(count % 2 == 1 ? 100 : 10)
        }
        room.run(every: .milliseconds(200), until: at(2_000))
        #expect(room.executed(.hedge) == 10 && room.settled.allSatisfy { $0.took == .milliseconds(30) })
        #expect(room.executions.count(where: \.isCancelled) == 10 && room.lost.isEmpty)
    }

    /// A slow target would be asked twice by every call; the budget holds hedges to a fifth, whatever the bulkhead admits.
    @Test func hedgesOfASlowTargetStayWithinTheBudget() {
        let hedge = HedgePolicy(after: .fixed(.milliseconds(20)), max: 2)
        let world = PolicyWorld(plan(hedge: hedge), gate(breaker: false, hedge: hedge)) { _, _, _, _ in .ok(200) }
        world.run(every: .milliseconds(10), until: at(10_000))
        #expect(world.executed(.first) == 1_000 && world.lost.isEmpty)
        #expect((150...200).contains(world.executed(.hedge)))
        #expect(world.settled.allSatisfy { $0.isAnswer })
    }

    // MARK: Retry, budget, deadline

    /// Everything fails: the target gets 1.2 times what it would have got, nothing of it after the deadline, and no retry
    /// begins with less time than is worth it.
    @Test(arguments: [60, 150, 400] as [Int64])
    func amplificationAndDeadlineHoldTogether(_ deadline: Int64) {
        let world = PolicyWorld(plan(attempts: 5, floor: 0), gate(breaker: false)) { _, _, _, _ in
            .fails(.unavailable, 20)
        }
        world.run(every: .milliseconds(10), until: at(20_000), deadline: .milliseconds(deadline))
        #expect(world.lost.isEmpty && world.executed(.first) == 2_000)
        #expect(Double(world.executions.count) / 2_000 <= 1.2)
        if deadline == 400 { #expect(Double(world.executions.count) / 2_000 > 1.15) }
        let policy = DeadlinePolicy.local
        #expect(world.settled.allSatisfy { $0.took <= .milliseconds(deadline) - policy.reserve })
        #expect(
            world.executions.allSatisfy {
                $0.deadline - ($0.ended ?? .distantFuture) >= policy.reserve
                    && $0.deadline - $0.began >= policy.minimum + policy.reserve
            })
    }

    @Test func hangsEndWithTheDeadlineAndAreNotTriedAgain() {
        let world = PolicyWorld(plan(attempts: 3, ratio: 1, floor: 100), gate(breaker: false)) { _, _, _, _ in .hangs }
        world.run(every: .milliseconds(100), until: at(1_000), deadline: .milliseconds(300))
        #expect(world.lost.isEmpty && world.executions.count == 10)
        #expect(world.settled.allSatisfy { $0.took == .milliseconds(295) })
        #expect(world.executions.allSatisfy { $0.isCancelled })
    }

    // MARK: Fallback and breaker

    /// While the breaker is closed a fallback costs the time of the failure; once it is open, none.
    @Test func behindAnOpenBreakerAFallbackCostsNoTime() {
        let world = PolicyWorld(plan(attempts: 1, fallback: true), gate()) { _, now, _, _ in
            now < .zero + .seconds(5) ? .hangs : .ok(5)
        }
        world.run(every: .milliseconds(50), until: at(12_000))
        #expect(world.lost.isEmpty && world.settled.count == 240)
        // Slow after half of the limit, so five that hang open it before the first of them has timed out.
        let opened = world.transitions.first { $0.to == .open }?.at ?? .distantFuture
        #expect(opened < at(1_000))
        let blocked = world.settled.filter { $0.failure?.policy == .breaker }
        #expect(blocked.count > 60 && blocked.allSatisfy { $0.isFallback && $0.took == .zero })
        // Nobody is failed, and it comes back: 5 s after the target is well all is answered.
        #expect(world.settled.allSatisfy { $0.isAnswer || $0.isFallback })
        #expect(world.settled.filter { $0.began >= at(10_000) }.allSatisfy { $0.isAnswer })
    }

    // MARK: Throttle and shedding

    /// The target sheds low above three quarters of what it can take. The throttle learns it by class: low is held back,
    /// critical never, and what is shed opens no breaker.
    @Test func aThrottleLearnsWhatTheTargetSheds() {
        var shedder = LoadShedder(capacity: 8)
        let world = PolicyWorld(plan(attempts: 1), gate(throttle: true)) { _, _, priority, atWork in
            shedder.admit(priority, inWork: atWork) ? .ok(100) : .refuses(.limited, retryAfter: 1_000)
        }
        // Of every ten four are critical and six low: 8 at once are offered where 6 of low's share would fit.
        world.run(every: .milliseconds(10), until: at(20_000)) { $0 % 10 < 4 ? .critical : .low }
        #expect(world.lost.isEmpty && world.transitions.isEmpty)
        #expect(world.heldBack[.critical] == nil && world.heldBack[.low, default: 0] > 100)
        let critical = world.settled.filter { $0.priority == .critical }
        #expect(critical.count == 800)
        // What it holds back it would have been refused: fewer refusals reach the target than without a throttle.
        var plain = LoadShedder(capacity: 8)
        let bare = PolicyWorld(plan(attempts: 1), gate()) { _, _, priority, atWork in
            plain.admit(priority, inWork: atWork) ? .ok(100) : .refuses(.limited, retryAfter: 1_000)
        }
        bare.run(every: .milliseconds(10), until: at(20_000)) { $0 % 10 < 4 ? .critical : .low }
        #expect(shedder.shed[.low] * 10 < plain.shed[.low] * 9)
        // And as much is served.
        let served = { (world: PolicyWorld) in world.settled.count(where: \.isAnswer) }
        #expect(served(world) * 10 > served(bare) * 9)
    }

    /// A refusal's Retry-After is waited for by its retry, so that a target that sheds is not asked again at once; but for no
    /// longer than a tenth of the call's time.
    @Test func aRetryWaitsAsLongAsTheShedderSays() {
        let world = PolicyWorld(plan(attempts: 2, ratio: 1, floor: 100), gate()) { _, now, _, _ in
            now < .zero + .milliseconds(50) ? .refuses(.limited, retryAfter: 90) : .ok(5)
        }
        world.run(every: .milliseconds(10), until: at(50))
        #expect(world.lost.isEmpty && world.settled.count == 5 && world.settled.allSatisfy { $0.isAnswer })
        #expect(world.settled.allSatisfy { $0.took >= .milliseconds(96) && $0.took <= .milliseconds(300) })
        #expect(world.transitions.isEmpty)
        let patient = PolicyWorld(plan(attempts: 2, ratio: 1, floor: 100), gate()) { _, _, _, _ in
            .refuses(.limited, retryAfter: 300)
        }
        patient.run(every: .milliseconds(10), until: at(50))
        #expect(patient.settled.count == 5 && patient.executed(.retry) == 0)
        #expect(patient.settled.allSatisfy { !$0.isAnswer && $0.took <= .milliseconds(5) })
    }

    // MARK: Bulkhead and breaker

    /// A target that hangs fills the bulkhead; what finds no room fails fast, and the breaker opens before anything has
    /// timed out, which empties it.
    @Test func aHangIsBoundedByTheBulkheadAndEndedByTheBreaker() {
        let world = PolicyWorld(plan(attempts: 1), gate(concurrent: 10)) { _, _, _, _ in .hangs }
        world.run(every: .milliseconds(10), until: at(3_000))
        #expect(world.lost.isEmpty)
        let opened = world.transitions.first { $0.to == .open }?.at ?? .distantFuture
        #expect(opened == at(540))
        // Ten are out at first, and after 2.2 to 2.6 s a few probes.
        #expect((10...13).contains(world.executions.count))
        let refused = world.settled.filter { $0.failure?.policy == .bulkhead }
        #expect(refused.count > 30 && refused.allSatisfy { $0.took == .zero && $0.at <= opened })
    }

    // MARK: Several targets

    /// One of three cells is down: every call is answered by another one, the breaker spares them the detour.
    @Test func failoverNeedsNoBudgetOnceTheBreakerIsOpen() {
        let world = PolicyWorld(plan(spread: true), gate(), targets: 3) { target, _, _, _ in
            target == 0 ? .fails(.connect, 1, began: false) : .ok(5)
        }
        world.run(every: .milliseconds(20), until: at(10_000))
        #expect(world.lost.isEmpty && world.settled.count == 500 && world.settled.allSatisfy { $0.isAnswer })
        #expect(world.executions.count { $0.target == 0 } <= 5 + 5)
        #expect(world.scope.counters.overBudget == 0)
    }

    // MARK: All of them

    /// With every policy on and a target that changes its mind, nothing is lost and no promise is broken by another
    /// policy's doing.
    @Test(arguments: 0..<40 as Range<UInt64>) func nothingIsLostWithAllOfThem(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "pair-world")
        var policy = gate(throttle: random.chance(0.5), concurrent: 2 + Int(random.below(20)))
        policy.bulkhead = BulkheadPolicy(
            concurrent: policy.bulkhead.concurrent, wait: .milliseconds(Int64(random.below(50))))
        if random.chance(0.3) {
            policy.queue = BackpressurePolicy(places: 5, put: .milliseconds(50), pause: .milliseconds(20))
        }
        let hedge = random.chance(0.5) ? HedgePolicy(after: .fixed(.milliseconds(15)), max: 2) : .off
        policy.hedge = hedge
        let ratio = random.unit()
        let plan = plan(
            attempts: 1 + Int(random.below(4)), spread: random.chance(0.5), ratio: ratio, floor: 0, hedge: hedge,
            fallback: random.chance(0.5))
        var dice = Generator(seed: seed, concern: "pair-target")
        let world = PolicyWorld(
            plan, policy, targets: plan.isSpread ? 3 : 1, seed: seed
        ) { _, now, _, _ in
            let isBad = (now - Instant.zero).seconds.truncatingRemainder(dividingBy: 4) > 2
            switch dice.below(isBad ? 6 : 60) {
            case 0: return .fails(.reset, 5)
            case 1: return .refuses(.overloaded)
            case 2: return .refuses(.limited, retryAfter: 50)
            case 3: return .hangs
            default: return .ok(Int64(dice.below(isBad ? 120 : 12)))
            }
        }
        world.run(every: .milliseconds(7), until: at(12_000), deadline: .milliseconds(600)) {
            Priority.allCases[$0 % 4]
        }
        #expect(world.lost.isEmpty, "seed \(seed): \(world.lost)")
        #expect(world.settled.allSatisfy { $0.took <= .milliseconds(595) }, "seed \(seed)")
        let extras = world.executed(.retry) + world.executed(.hedge)
        let most = ratio * Double(world.executed(.first)) + 1
        // Of several targets the first attempt at each is free; of one all are the budget's.
        if !plan.isSpread { #expect(Double(extras) <= most, "seed \(seed): \(extras) of \(most)") }
        #expect(world.gates.allSatisfy { $0.bulkhead.limit >= 1 })
    }
}
