import MeshBase
import Testing

@testable import Nodes

@Suite struct ImpactObserverTests {
    private func customer(_ number: Int) -> CustomerHash {
        CustomerHash(rawValue: UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    }
    private let cells = (0..<20).map { CellIndex($0) }

    @Test func harmIsCountedAlsoWhereEveryCellSeemsToServe() {
        var impact = ImpactObserver()
        impact.note(customer(1), serving: 3, of: 3, .ok, now: .at(10))
        #expect(!impact.isOpen)
        impact.note(customer(1), serving: 3, of: 3, .failed, now: .at(20))
        impact.note(customer(1), serving: 3, of: 3, .slow, now: .at(30))
        impact.note(customer(2), serving: 3, of: 3, .ok, now: .at(40))
        let summary = impact.summary(now: .at(50))
        #expect(summary.open)
        #expect((summary.customers, summary.untouched) == (2, 2))
        #expect((summary.outcomes.requests, summary.outcomes.failed, summary.outcomes.slow) == (3, 1, 1))
        #expect(impact.entry(of: customer(1))?.outcomes.failed == 1)
        // It closes once nobody was harmed for a while.
        impact.look(now: .at(4_000))
        #expect(impact.isOpen)
        impact.look(now: .at(5_020))
        #expect(!impact.isOpen)
        #expect(impact.summary(now: .at(9_000)).outcomes.failed == 1)
    }

    @Test func cellsThatWereDoubtedForAMomentAreNotUnited() {
        var impact = ImpactObserver()
        impact.faultBegan(cells[0], now: .at(0))
        impact.note(customer(1), serving: 2, of: 3, .ok, now: .at(1))
        for number in 1..<15 {
            let now = Instant.at(Int64(number) * 1000)
            impact.faultBegan(cells[number], isFirm: false, now: now)
            impact.note(customer(2), serving: 0, of: 3, .refused, now: now)
            impact.faultEnded(cells[number], now: now + .milliseconds(300))
            impact.look(now: now + .milliseconds(400))
            impact.note(customer(3), serving: 3, of: 3, .ok, now: now + .milliseconds(500))
        }
        let summary = impact.summary(now: .at(16_000))
        #expect(Array(impact.cells) == [cells[0]])
        #expect((summary.customers, summary.lost, summary.degraded, summary.untouched) == (2, 0, 1, 1))
        // What happened meanwhile is counted for the window.
        #expect(summary.total.refused == 14)
        #expect(summary.outcomes.refused == 0)
    }

    @Test func aDoubtThatLastsAndACellThatIsGoneAreTakenOver() {
        var impact = ImpactObserver()
        impact.faultBegan(cells[0], now: .at(0))
        impact.faultBegan(cells[1], now: .at(10))
        #expect(Array(impact.cells) == [cells[0], cells[1]])
        impact.faultBegan(cells[2], isFirm: false, now: .at(1_500))
        impact.look(now: .at(2_000))
        #expect(impact.cells.count == 2)
        impact.look(now: .at(2_500))
        #expect(impact.cells.count == 3)
        // Two are back and stay.
        impact.faultEnded(cells[1], now: .at(3_000))
        impact.faultEnded(cells[2], now: .at(3_000))
        impact.look(now: .at(12_000))
        #expect(impact.cells.count == 3)
        impact.look(now: .at(13_000))
        #expect(Array(impact.cells) == [cells[0]])
        impact.faultEnded(cells[0], now: .at(14_000))
        #expect(!impact.isOpen)
        #expect(impact.summary(now: .at(20_000)).window == .seconds(14))
    }

    @Test func whatIsOutOnceMoreOnItsWayBackBelongsToTheSameFault() {
        var impact = ImpactObserver()
        for cell in cells[0..<4] { impact.faultBegan(cell, now: .at(0)) }
        for number in 0..<9 { impact.note(customer(number), serving: 1, of: 3, .ok, now: .at(500)) }
        for cell in cells[0..<3] { impact.faultEnded(cell, now: .at(5_000)) }
        // A link is opened anew.
        impact.faultBegan(cells[1], now: .at(5_100))
        impact.note(customer(20), serving: 2, of: 3, .ok, now: .at(5_150))
        impact.faultEnded(cells[1], now: .at(5_200))
        impact.faultEnded(cells[3], now: .at(5_300))
        #expect(!impact.isOpen)
        #expect(Array(impact.cells) == Array(cells[0..<4]))
        #expect(impact.summary(now: .at(6_000)).degraded == 9)
        // Another one is another matter.
        impact.faultBegan(cells[0], now: .at(9_000))
        impact.faultBegan(cells[9], now: .at(12_000))
        #expect(Array(impact.cells) == [cells[0], cells[9]])
    }

    @Test func whoHasMovedSinceItWasCountedIsKnown() {
        var impact = ImpactObserver()
        impact.faultBegan(cells[0], now: .at(0))
        impact.look(now: .at(10), placement: 7)
        #expect(!impact.summary(now: .at(10)).isMoved)
        impact.look(now: .at(20), placement: 8)
        #expect(impact.summary(now: .at(20)).isMoved)
        // Further cells: customers are counted anew.
        impact.note(customer(1), serving: 2, of: 3, .ok, now: .at(30))
        impact.faultBegan(cells[1], now: .at(40))
        impact.look(now: .at(50), placement: 8)
        #expect(!impact.summary(now: .at(50)).isMoved)
        for cell in cells.prefix(2) { impact.faultEnded(cell, now: .at(60)) }
        impact.look(now: .at(70), placement: 8)
        #expect(!impact.summary(now: .at(70)).isMoved && !impact.summary(now: .at(70)).open)
        impact.look(now: .at(80), placement: 9)
        #expect(impact.summary(now: .at(80)).isMoved)
    }

    @Test func pagesAreBoundedAndHoldEveryCustomerOnce() {
        var impact = ImpactObserver()
        impact.faultBegan(cells[0], now: .zero)
        for number in 0..<10_000 { impact.note(customer(number), serving: 2, of: 3, .ok, now: .at(1)) }
        for number in 0..<10_000 { impact.note(customer(number), serving: 2, of: 3, .noQuorum, now: .at(2)) }
        var seen: Set<UInt64> = []
        var from: Int? = 0
        var pages = 0
        while let start = from {
            var onPage = 0
            from = impact.page(from: start, most: 4_096) { entry in
                onPage += 1
                #expect(entry.outcomes.requests == 2 && entry.outcomes.noQuorum == 1)
                seen.insert(entry.customer.rawValue)
            }
            #expect(onPage <= 4_096)
            pages += 1
        }
        #expect((pages, seen.count) == (3, 10_000))
        #expect(impact.page(from: -1, most: 10) { _ in } == nil)
        #expect(impact.page(from: .max, most: 10) { _ in } == nil)
    }

    @Test func customersBeyondTheLimitAreCountedOnly() {
        var impact = ImpactObserver(limit: 5)
        impact.faultBegan(cells[0], now: .zero)
        for number in 0..<8 { impact.note(customer(number), serving: 2, of: 3, .ok, now: .at(1)) }
        #expect(impact.summary(now: .at(2)).customers == 5)
        #expect(impact.overflow == 3)
        #expect(impact.summary(now: .at(2)).total.requests == 8)
    }

    @Test func aRouterThatComesLaterMissesTheCellsThatNeverServed() {
        let router = RouterHarness(up: false)
        router.node.start(seeds: [], now: .zero, into: &router.sink)
        router.connect(router.shard[0], now: .at(100))
        router.connect(router.shard[1], now: .at(100))
        router.run(from: .at(100), to: .at(2_900))
        #expect(!router.impact.isOpen)
        router.run(from: .at(2_900), to: .at(3_300))
        #expect(router.impact.isOpen)
        #expect(Array(router.impact.cells) == [router.shard[2]])
    }
}
