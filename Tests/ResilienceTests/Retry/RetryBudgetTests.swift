import MeshBase
import Testing

@testable import Resilience

/// A budget that expectations may change.
private final class BudgetBench {
    var budget: RetryBudget

    init(_ policy: RetryBudgetPolicy) { budget = RetryBudget(policy) }

    var window: AttemptWindow { budget.window }
    var outstanding: Int64 { budget.outstanding }
    var active: Int64 { budget.active }
    func callBegan() { budget.callBegan() }
    func callEnded() { budget.callEnded() }
    func sentFirst(now: Instant) { budget.sentFirst(now: now) }
    func callRetried(now: Instant) { budget.callRetried(now: now) }
    func take(hedgeShare: Double? = nil, now: Instant) -> Bool { budget.take(hedgeShare: hedgeShare, now: now) }
    func finish() { budget.finish() }
    func giveBack(isHedge: Bool = false, now: Instant) { budget.giveBack(isHedge: isHedge, now: now) }
    func left(now: Instant) -> Int64 { budget.left(now: now) }
    func share(now: Instant) -> Double? { budget.share(now: now) }
    func amplification(now: Instant) -> Double { budget.amplification(now: now) }
    func retryRatio(now: Instant) -> Double { budget.retryRatio(now: now) }
    func alertChange(now: Instant) -> Bool? { budget.alertChange(now: now) }
    func explain(now: Instant) -> Explanation { budget.explain(now: now) }
}

@Suite struct RetryBudgetTests {
    private func at(_ seconds: Double) -> Instant { .zero + TimeAmount(seconds: seconds) }

    @Test func theShareThatIsLeftIsOfWhatThereMayBe() {
        // One a second: ten in ten seconds.
        let bench = BudgetBench(RetryBudgetPolicy(ratio: 0, floor: 1))
        #expect(bench.share(now: at(0)) == 1)
        for _ in 0..<4 { #expect(bench.take(now: at(1))) }
        #expect(bench.share(now: at(1)) == 0.6)
        for _ in 0..<6 { #expect(bench.take(now: at(1))) }
        #expect(bench.share(now: at(1)) == 0 && bench.share(now: at(20)) == 1)
        #expect(BudgetBench(.none).share(now: at(0)) == nil, "of nothing there is no share")
    }

    @Test func conformance11BudgetOfOutstandingRetries() {
        let budget = BudgetBench(RetryBudgetPolicy(.concurrent, ratio: 0.2, floor: 3))
        for _ in 0..<2 { #expect(budget.take(now: .zero)) }
        // Two are out: one more is allowed; with three it overflows.
        #expect(budget.take(now: .zero))
        #expect(!budget.take(now: .zero))
        for _ in 0..<20 { budget.callBegan() }
        #expect(budget.take(now: .zero))
        #expect(!budget.take(now: .zero))
        #expect(budget.outstanding == 4 && budget.left(now: .zero) == 0)
        budget.finish()
        #expect(budget.take(now: .zero))
        // As the calls end, no more is taken, and none is taken back.
        for _ in 0..<20 { budget.callEnded() }
        budget.finish()
        #expect(!budget.take(now: .zero) && budget.outstanding == 3)
    }

    @Test func rateKeepsToTheShareOfFirstAttemptsInTenSeconds() {
        let budget = BudgetBench(RetryBudgetPolicy(ratio: 0.2, floor: 0))
        #expect(!budget.take(now: .zero))
        for _ in 0..<14 { budget.sentFirst(now: at(0.5)) }
        #expect(budget.left(now: at(0.5)) == 2)
        #expect(budget.take(now: at(0.6)) && budget.take(now: at(0.6)) && !budget.take(now: at(0.6)))
        budget.sentFirst(now: at(3))
        #expect(budget.take(now: at(3)) && !budget.take(now: at(3)))
        #expect(budget.amplification(now: at(3)) == 1 + 3.0 / 15)
        // The first second has left whole; one first attempt and one retry are left.
        #expect(budget.left(now: at(10)) == 0 && budget.window.firsts == 1 && budget.window.extras == 1)
        #expect(budget.window.firsts == 1)
        #expect(budget.amplification(now: at(1_000)) == 1 && budget.window.extras == 0)
    }

    @Test func theFloorHoldsForWhoSendsLittle() {
        let budget = BudgetBench(RetryBudgetPolicy(ratio: 0.2, floor: 0.3))
        #expect((0..<5).filter { _ in budget.take(now: at(1)) }.count == 3)
        // In any ten seconds, not in each calendar ten.
        #expect(!budget.take(now: at(10.9)))
        #expect(budget.take(now: at(11)))
    }

    @Test func hedgesKeepToTheirShareBesideTheBudget() {
        let budget = BudgetBench(RetryBudgetPolicy(ratio: 0.2, floor: 0))
        for _ in 0..<40 { budget.sentFirst(now: at(1)) }
        #expect((0..<9).filter { _ in budget.take(hedgeShare: 0.05, now: at(1)) }.count == 2)
        #expect(budget.take(now: at(1)))
        #expect(budget.window.hedges == 2 && budget.window.extras == 3)
        // At a share of 1 only the budget holds: 8 in all.
        #expect((0..<9).filter { _ in budget.take(hedgeShare: 1, now: at(1)) }.count == 5)
    }

    @Test func whatWasNeverSentComesBack() {
        let budget = BudgetBench(RetryBudgetPolicy(ratio: 0, floor: 0.1))
        #expect(budget.take(now: at(1)) && !budget.take(now: at(1)))
        budget.giveBack(now: at(5))
        #expect(budget.outstanding == 0)
        #expect(budget.take(hedgeShare: 1, now: at(5)))
        budget.giveBack(isHedge: true, now: at(5))
        #expect(budget.take(now: at(5)))
        // Once it has left the window there is nothing to come back.
        budget.giveBack(now: at(60))
        #expect(budget.window.extras == 0 && budget.left(now: at(60)) == 1)
    }

    @Test func aClockThatWasSetBackChangesNothing() {
        let budget = BudgetBench(RetryBudgetPolicy(ratio: 1, floor: 0))
        budget.sentFirst(now: at(100))
        #expect(budget.take(now: at(50)) && !budget.take(now: at(50)))
        #expect(budget.window.firsts == 1 && budget.window.extras == 1)
    }

    @Test func alertAboveATenthAndCalmBelowIt() {
        let budget = BudgetBench(.seed)
        for _ in 0..<3 { budget.sentFirst(now: at(1)) }
        for _ in 0..<3 { budget.callRetried(now: at(1)) }
        // Too few to say.
        #expect(budget.alertChange(now: at(1)) == nil)
        for _ in 0..<17 { budget.sentFirst(now: at(1)) }
        #expect(budget.retryRatio(now: at(1)) == 0.15)
        #expect(budget.alertChange(now: at(1)) == true && budget.alertChange(now: at(2)) == nil)
        for _ in 0..<10 { budget.sentFirst(now: at(2)) }
        #expect(budget.alertChange(now: at(2)) == false && budget.alertChange(now: at(3)) == nil)
    }

    @Test func explanationsSayWhatIsCounted() {
        let budget = BudgetBench(RetryBudgetPolicy(ratio: 0.2, floor: 1))
        for _ in 0..<100 { budget.sentFirst(now: .zero) }
        for _ in 0..<20 { _ = budget.take(now: .zero) }
        #expect(budget.explain(now: .zero).detail == "20 retries and hedges beside 100 calls in 10 s, 20 allowed")
        let other = BudgetBench(RetryBudgetPolicy(.concurrent, ratio: 0.2, floor: 3))
        other.callBegan()
        #expect(other.explain(now: .zero).detail == "0 retries and hedges out beside 1 calls, 3 allowed")
    }

    /// Whatever the order of events: in no window of ten seconds are there more than the bound, at no time less than none.
    @Test(arguments: 1...40) func theBudgetIsNeverExceededNorNegative(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "budget")
        let kind: RetryBudgetPolicy.Kind = random.chance(0.5) ? .rate : .concurrent
        let policy = RetryBudgetPolicy(kind, ratio: random.unit(), floor: Double(random.below(3)))
        let budget = BudgetBench(policy)
        var now = Instant.zero
        var (firsts, extras): ([Int64], [Int64]) = ([], [])
        for _ in 0..<3_000 {
            now += .milliseconds(Int64(random.below(100)))
            let second = now.nanoseconds / 1_000_000_000
            switch random.below(5) {
            case 0, 1:
                budget.callBegan()
                budget.sentFirst(now: now)
                firsts.append(second)
            case 2:
                if budget.take(hedgeShare: random.chance(0.3) ? 0.5 : nil, now: now) { extras.append(second) }
            case 3: if budget.outstanding > 0 { budget.finish() }
            default: if budget.active > 0 { budget.callEnded() }
            }
            firsts.removeAll { $0 <= second - 10 }
            extras.removeAll { $0 <= second - 10 }
            #expect(budget.outstanding >= 0 && budget.left(now: now) >= 0, "seed \(seed)")
            if kind == .rate {
                #expect(budget.window.firsts == firsts.count && budget.window.extras == extras.count, "seed \(seed)")
            }
        }
        // The bound is exact at the moment of taking.
        while budget.take(now: now) {}
        let limit =
            kind == .rate
            ? max(policy.ratio * Double(budget.window.firsts), policy.floor * 10)
            : max(policy.ratio * Double(budget.active), policy.floor)
        let used = Double(kind == .rate ? budget.window.extras : budget.outstanding)
        #expect(used >= limit.rounded(.down) - 1e-3 || used + 1 > limit, "seed \(seed): \(used) of \(limit)")
    }
}
