import MeshBase
import Replication
import Testing

@testable import Nodes

@Suite struct CohortListingsTests {
    private func key(_ cohort: Int, version: UInt64 = 1, verifies: Bool = false) -> CohortListings.Key {
        CohortListings.Key(cohort: cohort, version: version, verifies: verifies, after: .start)
    }
    private func listing(_ count: Int = 1) -> CohortListings.Listing {
        CohortListings.Listing(
            lines: (0..<count).map {
                RecordLine(
                    position: RecordPosition(customer: Array("c\($0)".utf8), key: [1]),
                    version: RecordVersion(counter: 1, writer: 1), tombstone: false)
            }, isLast: true, floor: 0)
    }
    private func ticket(_ number: UInt64) -> SlabKey { SlabKey(rawValue: number) }

    @Test func oneLookServesAllWhoAskMeanwhileAndAfterwards() {
        var listings = CohortListings(cohorts: 4)
        let known = listings.known(key(1)) != nil || listings.join(.own(number: 1), key(1))
        #expect(!known)
        listings.ask(ticket(7), key(1), for: .own(number: 1))
        let seen1 = listings.join(.own(number: 2), key(1))
        #expect(seen1)
        let seen2 = !listings.join(.own(number: 3), key(2)) && !listings.join(.own(number: 3), key(1, version: 2))
        #expect(seen2)
        let seen3 = !listings.join(.own(number: 3), key(1, verifies: true))
        #expect(seen3)
        let seen4 = listings.answered(ticket(7), listing()).count == 2
        #expect(seen4)
        let seen5 = listings.answered(ticket(7), listing()).isEmpty
        #expect(seen5, "an order is answered once")
        let seen6 = listings.known(key(1))?.lines.count == 1
        #expect(seen6)
    }

    @Test func nothingIsTakenForKnownThatMayHaveChanged() {
        var listings = CohortListings(cohorts: 4)
        listings.ask(ticket(1), key(1), for: .own(number: 1))
        // Ordered after the listing: who asks now must see it.
        listings.note(.cohort(1))
        let seen7 = !listings.join(.own(number: 2), key(1))
        #expect(seen7)
        let seen8 = listings.answered(ticket(1), listing()).count == 1
        #expect(seen8)
        let seen9 = listings.known(key(1)) == nil
        #expect(seen9, "it was outdated when it came")
        for reach in [StoreOrder.Reach.cohort(1), .everything] {
            listings.ask(ticket(2), key(1), for: .own(number: 1))
            _ = listings.answered(ticket(2), listing())
            let seen10 = listings.known(key(1)) != nil
            #expect(seen10)
            listings.note(.cohort(2))
            listings.note(.nothing)
            let seen11 = listings.known(key(1)) != nil
            #expect(seen11)
            listings.note(reach)
            let seen12 = listings.known(key(1)) == nil
            #expect(seen12)
        }
    }

    @Test func aListingThatFailedIsNotKept() {
        var listings = CohortListings(cohorts: 4)
        listings.ask(ticket(1), key(1), for: .own(number: 1))
        let seen13 = listings.answered(ticket(1), nil).count == 1
        #expect(seen13)
        let seen14 = listings.known(key(1)) == nil
        #expect(seen14)
    }

    @Test func whatIsKeptIsBounded() {
        var listings = CohortListings(cohorts: 64)
        for cohort in 0..<64 {
            listings.ask(ticket(UInt64(cohort)), key(cohort), for: .own(number: 1))
            _ = listings.answered(ticket(UInt64(cohort)), listing(1_000))
        }
        var kept: [Int] = []
        for cohort in 0..<64 where listings.known(key(cohort)) != nil { kept.append(cohort) }
        #expect(kept == Array(56..<64), "the newest of 8 192 lines")
    }
}
