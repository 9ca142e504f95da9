import MeshBase
import Testing

@testable import Resilience

@Suite struct ValueBreakerTests {
    // MARK: Closed

    @Test(arguments: [Outcome.failed, .refused, .slow]) func fiveIrregularOnesOpen(_ outcome: Outcome) {
        var flow = ValueFlow(.local)
        for step in 0..<5 {
            let why = flow.run(outcome, at: Int64(step) * 1_000)
            #expect(why == nil)
        }
        let sixth = flow.run(.ok, at: 4_001)
        #expect(sixth == .open && flow.breaker.refused(.open) == 1)
        let other = flow.run(.ok, key: 2, at: 4_001)
        #expect(other == nil, "another key's breaker is another")
    }

    @Test(arguments: [Outcome.ignored, .cancelled, .ok]) func whatSaysNothingCountsNeitherWay(_ outcome: Outcome) {
        var flow = ValueFlow(.local)
        for step in 0..<100 { _ = flow.run(outcome, 500_000, at: Int64(step) * 500) }
        let state = flow.state(at: 50_000)
        #expect(state == .closed && flow.breaker.inFlight == .zero)
    }

    @Test func aMillionOfIrregularWorthOpens() {
        var flow = ValueFlow(.local)
        _ = flow.run(.failed, 999_999)
        let row = flow.row(at: 0)
        #expect(row?.irregularWorth == Worth(999_999) && row?.state == .closed)
        _ = flow.run(.failed, 1)
        let next = flow.run(.ok)
        #expect(next == .open)
    }

    @Test func whatIsOlderThanTheWindowIsForgotten() {
        var flow = ValueFlow(.local)
        for _ in 0..<4 { _ = flow.run(.failed, 200_000) }
        let counts = [flow.row(at: 59_999)?.irregular, flow.row(at: 60_000)?.irregular]
        #expect(counts == [4, 0])
        _ = flow.run(.failed, key: 2)
        let later = flow.row("key-2", at: 500_000)?.irregular
        #expect(later == 0, "nor does a long quiet keep any")
        _ = flow.run(.failed, 200_000, at: 60_000)
        let state = flow.state(at: 60_000)
        #expect(state == .closed)
    }

    @Test func slowIsWhatThePolicySaysToo() {
        var policy = ValuePolicy.local
        policy.slowAfter = .milliseconds(100)
        var flow = ValueFlow(policy)
        for took in [100, 101, 101, 101, 101] as [Int64] { flow.end(flow.permit()!, .ok, at: took) }
        let before = flow.state(at: 101)
        flow.end(flow.permit()!, .ok, at: 101)
        let after = flow.state(at: 101)
        #expect(before == .closed && after == .open)
    }

    // MARK: Limits

    @Test func whatIsAtRiskIsBounded() {
        var flow = ValueFlow(.local)
        let first = flow.permit(1, 3_000_000)!
        let second = flow.permit(1, 2_000_000)
        #expect(second != nil && flow.breaker.inFlight == Worth(5_000_000))
        let third = flow.run(.ok, 1)
        #expect(third == .capital)
        let other = flow.permit(2, 5_000_000)
        #expect(other != nil)
        let why = flow.breaker.explain(key: 1, .capital, value: Worth(1), now: .zero)
        #expect(why.detail == "1 beside 5000000 of key-1 in flight, 5000000 at most")
        flow.end(first, .ok, at: 10)
        let fourth = flow.run(.ok, 1_000_000, at: 10)
        #expect(fourth == nil)
    }

    @Test func bothRatesHold() {
        var policy = ValuePolicy.local
        policy.failures = 1_000_000
        policy.limit = Worth(.max)
        var flow = ValueFlow(policy)
        var requests = 0
        for _ in 0..<1_500 where flow.run(.ok) == nil { requests += 1 }
        #expect(requests == 1_000 && flow.breaker.refused(.rate) == 500)
        var worth: [ValueBreaker.Refusal?] = []
        for _ in 0..<5 { worth.append(flow.run(.ok, key: 2, 4_000_000)) }
        #expect(worth == [nil, nil, .valueRate, .valueRate, .valueRate])
        let wait = flow.breaker.retryAfter(key: 2, .valueRate, value: Worth(4_000_000), now: .zero)
        #expect(wait == .milliseconds(200))
        let never = flow.breaker.retryAfter(key: 2, .valueRate, value: Worth(10_000_001), now: .zero)
        #expect(never == nil)
        let after = flow.run(.ok, key: 2, 4_000_000, at: 200)
        #expect(after == nil)
    }

    @Test func aRunawayIsCutOffByItsOwnLimits() {
        var flow = ValueFlow(.local)
        // Ten times the rate that is allowed, and every call goes well.
        var refusals: [ValueBreaker.Refusal?] = []
        for step in 0..<10_000 { refusals.append(flow.run(.ok, at: Int64(step) / 10)) }
        let firstOpen = refusals.firstIndex(of: .open) ?? refusals.endIndex
        #expect(firstOpen < 1_200, "within 120 ms: \(firstOpen)")
        #expect(refusals[firstOpen...].allSatisfy { $0 == .open })
        #expect(refusals.prefix(firstOpen).count { $0 == .rate } == 5)
    }

    // MARK: Bounds

    @Test func keysBeyondTheBoundShareOther() {
        var policy = ValuePolicy.local
        policy.keys = 4
        var flow = ValueFlow(policy)
        // Each has one in flight, so that none can be forgotten.
        for key in 1...9 as ClosedRange<UInt64> { _ = flow.permit(key) }
        let rows = flow.breaker.rows(now: .zero)
        #expect(rows.map(\.key) == ["other", "key-1", "key-2", "key-3", "key-4"])
        #expect(rows.first?.inFlight == Worth(5))
    }

    @Test func aKeyWithNothingToTellMakesRoom() {
        var policy = ValuePolicy.local
        policy.keys = 4
        var flow = ValueFlow(policy)
        for _ in 0..<5 { _ = flow.run(.failed, key: 1) }
        for key in 2...4 as ClosedRange<UInt64> { _ = flow.run(.ok, key: key) }
        _ = flow.run(.ok, key: 99, at: 1_000)
        let rows = flow.breaker.rows(now: ValueFlow.at(1_000))
        #expect(rows.count == 5 && rows.contains { $0.key == "key-99" })
        #expect(rows.contains { $0.key == "key-1" && $0.state == .open })
    }

    @Test func perServiceAllShareOne() {
        var policy = ValuePolicy.local
        policy.per = .service
        var flow = ValueFlow(policy)
        for key in 1...5 as ClosedRange<UInt64> { _ = flow.run(.failed, key: key) }
        let next = flow.run(.ok, key: 77)
        #expect(next == .open && flow.breaker.accounts.count == 1)
    }

    /// Any flow, in any order of ends: what is in flight is exactly what has not ended, within its bound, and no key has
    /// more probes out than it may.
    @Test(arguments: 1...40) func whatLeavesIsWhatCameIn(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "value-breaker", node: 0)
        var policy = seed.isMultiple(of: 2) ? ValuePolicy.local : .seed
        policy.keys = 5
        policy.atRisk = Worth(2_000_000)
        policy.window = .seconds(2)
        policy.open = .milliseconds(300)
        policy.openMax = .milliseconds(600)
        policy.probeInterval = .milliseconds(20)
        var flow = ValueFlow(policy)
        var out: [ValueBreaker.Permit] = []
        var now: Int64 = 0
        var states = Set<ValueState>()
        for _ in 0..<5_000 {
            now += Int64(random.below(15))
            if random.chance(0.55) {
                if let permit = flow.permit(1 + random.below(8), Int64(random.below(400_000)), at: now) {
                    out.append(permit)
                }
            } else if !out.isEmpty {
                let permit = out.remove(at: Int(random.below(UInt64(out.count))))
                let outcome = random.chance(0.8) ? Outcome.ok : Outcome.allCases[Int(random.below(6))]
                flow.end(permit, outcome, at: now)
            }
            let sum = out.reduce(Worth.zero) { $0 + $1.value }
            let rows = flow.breaker.rows(now: ValueFlow.at(now))
            #expect(flow.breaker.inFlight == sum, "seed \(seed)")
            #expect(rows.reduce(Worth.zero) { $0 + $1.inFlight } == sum, "seed \(seed)")
            #expect(rows.allSatisfy { $0.inFlight <= policy.atRisk }, "seed \(seed)")
            #expect(flow.breaker.accounts.allSatisfy { (0...3).contains($0.out) }, "seed \(seed)")
            for row in rows { states.insert(row.state) }
        }
        #expect(states.count == 3, "seed \(seed)")
    }

    @Test func whatCannotBeIsMadeSoundAndFound() {
        var odd = ValuePolicy.local
        odd.failures = 0
        odd.limit = .zero
        odd.window = .zero
        odd.rate = .nan
        odd.atRisk = .zero
        odd.burst = .zero
        odd.open = .seconds(-1)
        odd.growth = .nan
        odd.jitter = 9
        odd.halfOpen = -1
        odd.keys = 0
        #expect(odd.problems().map(\.key) == ["failures", "limit", "window", "rate", "at-risk"])
        #expect(ValuePolicy.local.problems().isEmpty && ValuePolicy.seed.problems().isEmpty)
        #expect(ValuePolicy.trading.slowAfter == .milliseconds(100) && ValuePolicy.local.isLimitReachedWithinASecond)
        var flow = ValueFlow(odd)
        let why = flow.run(.ok, 1)
        #expect(why == .capital)
    }
}
