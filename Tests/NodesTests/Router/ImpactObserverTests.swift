import MeshBase
import Sharding
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
        // Another one that lasts is another matter.
        impact.faultBegan(cells[0], now: .at(9_000))
        impact.faultBegan(cells[9], now: .at(12_000))
        impact.look(now: .at(15_999))
        #expect(Array(impact.cells) == Array(cells[0..<4]))
        impact.look(now: .at(16_000))
        #expect(Array(impact.cells) == [cells[0], cells[9]])
        #expect(impact.summary(now: .at(16_000)).window == .seconds(7))
    }

    /// A region is cut off for 12 s. When the cut is healed, cells of the other side are declared dead by news of before, and
    /// some requests come to harm under nobody's name.
    @Test func theBlipAfterACutIsHealedDisplacesNothing() {
        var impact = ImpactObserver()
        for (place, cell) in cells[0..<4].enumerated() { impact.faultBegan(cell, now: .at(Int64(place) * 50)) }
        for number in 0..<9 {
            impact.note(
                customer(number), serving: number < 2 ? 0 : 2, of: 3, number < 2 ? .refused : .ok, now: .at(5_000))
        }
        let cut = impact.summary(now: .at(5_000))
        let phase = impact.phase
        #expect((cut.lost, cut.degraded) == (2, 7))
        func isTheCut(at time: Int64) -> Bool {
            let now = impact.summary(now: .at(time))
            return (now.customers, now.lost, now.degraded) == (9, 2, 7) && impact.phase == phase
                && Array(impact.cells) == Array(cells[0..<4])
        }
        // While it is being healed another cell goes, as is said.
        for cell in cells[0..<2] { impact.faultEnded(cell, now: .at(12_000)) }
        impact.faultBegan(cells[7], now: .at(12_100))
        for cell in cells[2..<4] { impact.faultEnded(cell, now: .at(12_200)) }
        impact.note(customer(30), serving: 0, of: 3, .refused, now: .at(12_300))
        impact.faultEnded(cells[7], now: .at(13_000))
        #expect(!impact.isOpen && isTheCut(at: 13_000))
        // Once it is over another one does, and a request fails while all seem to serve.
        impact.faultBegan(cells[8], now: .at(15_000))
        impact.note(customer(31), serving: 2, of: 3, .ok, now: .at(15_100))
        #expect(impact.isOpen && isTheCut(at: 15_100))
        impact.faultEnded(cells[8], now: .at(16_500))
        #expect(!impact.isOpen && isTheCut(at: 16_500))
        impact.note(customer(32), serving: 3, of: 3, .noQuorum, now: .at(18_000))
        impact.look(now: .at(23_000))
        #expect(!impact.isOpen && isTheCut(at: 23_000))
        // All of it is in the window's total, and in its length.
        let summary = impact.summary(now: .at(23_000))
        #expect((summary.total.requests, summary.total.refused, summary.total.noQuorum) == (12, 3, 1))
        #expect(summary.window == .seconds(18) && summary.outcomes.requests == 9)
        // What comes later, or lasts, is a fault of its own.
        impact.faultBegan(cells[8], now: .at(25_000))
        impact.note(customer(33), serving: 2, of: 3, .ok, now: .at(25_500))
        impact.look(now: .at(29_000))
        #expect(Array(impact.cells) == [cells[8]] && impact.phase != phase)
        impact.note(customer(33), serving: 2, of: 3, .ok, now: .at(30_000))
        let next = impact.summary(now: .at(30_000))
        #expect((next.customers, next.total.requests) == (1, 2) && next.window == .seconds(5))
        impact.faultEnded(cells[8], now: .at(31_000))
        impact.note(customer(34), serving: 3, of: 3, .failed, now: .at(42_000))
        #expect(impact.cells.isEmpty && impact.summary(now: .at(42_000)).customers == 1)
    }

    @Test func aFaultOnServicesIsAWindowInWhichAnswersCount() {
        var impact = ImpactObserver()
        let struck = CellSet(cells[0..<4])
        impact.strike(services: struck, now: .at(1_000))
        #expect(impact.isOpen && impact.hasStruckServices && impact.impaired == struck && impact.cells.isEmpty)
        impact.note(customer(1), serving: 3, of: 3, .ok, service: .degraded, now: .at(1_100))
        impact.note(customer(2), serving: 3, of: 3, .serviceFailed, service: .degraded, now: .at(1_200))
        impact.note(customer(3), serving: 3, of: 3, .ok, now: .at(1_300))
        impact.note(customer(1), serving: 3, of: 3, .ok, now: .at(1_400))
        impact.look(now: .at(30_000))
        #expect(impact.isOpen)
        let summary = impact.summary(now: .at(30_000))
        #expect((summary.lost, summary.degraded, summary.untouched) == (0, 2, 1) && impact.harmed == 1)
        // A cell goes out beside it: customers are counted anew, for both.
        impact.faultBegan(cells[9], now: .at(31_000))
        #expect(Array(impact.cells) == [cells[9]] && impact.impaired == struck)
        impact.faultEnded(cells[9], now: .at(32_000))
        impact.note(customer(5), serving: 3, of: 3, .ok, service: .degraded, now: .at(33_000))
        #expect(impact.summary(now: .at(33_000)).customers == 0)
        impact.look(now: .at(42_000))
        impact.note(customer(5), serving: 3, of: 3, .ok, service: .degraded, now: .at(43_000))
        #expect(impact.summary(now: .at(43_000)).degraded == 1 && impact.cells.isEmpty)
        // Breakers that are still open do not hide it.
        impact.strike(services: CellSet(), now: .at(50_000))
        #expect(!impact.isOpen && !impact.hasStruckServices && impact.impaired == struck)
        impact.note(customer(6), serving: 3, of: 3, .refused, now: .at(51_000))
        impact.look(now: .at(56_000))
        #expect(!impact.isOpen && impact.impaired == struck && impact.summary(now: .at(56_000)).degraded == 1)
        // Another one is told exactly: it waits for nothing.
        impact.strike(services: [cells[0]], now: .at(57_000))
        #expect(impact.impaired == [cells[0]] && impact.summary(now: .at(57_000)).customers == 0)
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
