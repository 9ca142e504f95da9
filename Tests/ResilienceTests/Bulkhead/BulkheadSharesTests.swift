import Testing

@testable import Resilience

@Suite struct MemoryBudgetTests {
    @Test func refusesWhatGoesBeyondAndGivesBackWhatAScopeTook() {
        var budget = MemoryBudget(limit: 100)
        #expect(budget.take(60) == true)
        #expect(budget.take(41) == false)
        #expect(budget.scope(40) { 7 } == 7)
        #expect(budget.used == 60 && budget.peak == 100 && budget.refused == 1)
        struct Failed: Error {}
        #expect(throws: Failed.self) { try budget.scope(10) { throw Failed() } }
        #expect(budget.used == 60)
        budget.giveBack(60)
        #expect(budget.utilisation == 0)
        #expect(budget.take(.max) == false)
    }

    @Test func withoutABoundNothingIsRefused() {
        var budget = MemoryBudget(limit: nil)
        budget.hold(0.5)
        #expect(budget.ballast == 0, "of no bound")
        budget.hold(0)
        #expect(budget.take(1 << 40) == true)
        #expect(budget.utilisation == 0)
        budget.resize(to: 1 << 39)
        #expect(budget.utilisation == 2)
        #expect(budget.take(0) == false && budget.used == 1 << 40)
        #expect(budget.explanation(asked: 0).detail == "0 bytes asked for, 1099511627776 of 549755813888 taken")
    }
}

@Suite struct MemoryBallastTests {
    @Test func whatIsHeldNobodyMayTakeUntilItIsLetGo() {
        var budget = MemoryBudget(limit: 100)
        #expect(budget.take(20) == true)
        budget.hold(0.9)
        #expect(budget.ballast == 90 && budget.utilisation == 1.1)
        #expect(budget.take(1) == false)
        budget.giveBack(20)
        #expect(budget.take(10) == true)
        #expect(budget.take(1) == false)
        #expect(budget.utilisation == 1)
        #expect(budget.explanation(asked: 1).detail == "1 bytes asked for, 10 of 100 taken, 90 held")
        budget.resize(to: 1_000)
        #expect(budget.ballast == 900)
        budget.hold(0)
        #expect(budget.take(990) == true)
        #expect(budget.used == 1_000)
    }
}

@Suite struct PoolAllocationTests {
    @Test func criticalByNeedTheRestByTraffic() {
        let allocation = PoolAllocation(
            total: 50,
            endpoints: [
                .init("auth", isCritical: true, concurrency: 2, traffic: 10),
                .init("checkout", isCritical: true, concurrency: 9, traffic: 20),
                .init("search", isCritical: false, concurrency: 40, traffic: 60),
                .init("help", isCritical: false, concurrency: 1, traffic: 0.5),
            ])
        // A tenth of 50; 1.5 x 9; the remaining 31 by 60 : 0.5, where the small one has its two all the same.
        #expect(allocation.shares.map(\.workers) == [5, 14, 30, 2])
        #expect(allocation.shares.map(\.queue) == [10, 28, 60, 4])
        #expect(allocation.sum == 51 && allocation.excess == 1)
    }

    @Test func withoutTrafficEachHasItsTwo() {
        let allocation = PoolAllocation(
            total: 10, endpoints: [.init("a", isCritical: false, concurrency: 0, traffic: .nan)])
        #expect(allocation.shares.map(\.workers) == [2])
        #expect(allocation.excess == 0)
    }
}
