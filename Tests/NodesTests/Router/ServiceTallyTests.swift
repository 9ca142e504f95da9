import MeshBase
import Testing

@testable import Nodes

@Suite struct ServiceTallyTests {
    private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }

    @Test func itTellsOfTheLastSecondsAlone() {
        var tally = ServiceTally(slots: 3, customers: 100)
        tally.look(now: at(100))
        tally.note(1, .full, of: CustomerHash(number: 1))
        tally.note(1, .full, of: CustomerHash(number: 1))
        tally.note(2, .failed, of: CustomerHash(number: 1))
        #expect(tally.recent(1, .full) == 2 && tally.recent(1, .failed) == 0 && tally.recent(2, .failed) == 1)
        tally.look(now: at(103))
        #expect(tally.recent(1, .full) == 2)
        tally.look(now: at(105))
        tally.note(1, .reduced, of: CustomerHash(number: 1))
        #expect(tally.recent(1, .full) == 2 && tally.recent(1, .reduced) == 1)
        tally.look(now: at(110))
        #expect(tally.recent(1, .full) == 0 && tally.recent(1, .reduced) == 1)
        tally.look(now: at(200))
        #expect(tally.recent(1, .reduced) == 0)
    }

    @Test func whatNoBlueprintHasIsInNoCount() {
        var tally = ServiceTally(slots: 2, customers: 100)
        tally.note(-1, .full, of: CustomerHash(number: 1))
        tally.note(2, .full, of: CustomerHash(number: 1))
        #expect(tally.recent(0, .full) == 0 && tally.recent(2, .full) == 0 && tally.recent(-1, .full) == 0)
    }

    @Test func whoGotLessThanTheWholeIsKnownForSeconds() {
        var tally = ServiceTally(slots: 3, customers: 1_000)
        let (one, two, three) = (CustomerHash(number: 1), CustomerHash(number: 2), CustomerHash(number: 3))
        tally.look(now: at(100))
        tally.note(1, .full, of: three)
        #expect(!tally.hasMarks)
        tally.note(1, .failed, of: one)
        tally.note(1, .reduced, of: one)
        tally.note(1, .reduced, of: two)
        #expect(tally.recent(one) == .failed && tally.recent(two) == .reduced && tally.recent(three) == .full)
        tally.look(now: at(105))
        tally.note(2, .reduced, of: three)
        #expect(tally.recent(one) == .failed && tally.recent(three) == .reduced)
        tally.look(now: at(110))
        #expect(tally.recent(one) == .full && tally.recent(two) == .full && tally.recent(three) == .reduced)
        tally.look(now: at(115))
        #expect(!tally.hasMarks && tally.recent(three) == .full)
        tally.note(1, .failed, of: one)
        tally.look(now: at(200))
        #expect(!tally.hasMarks && tally.recent(one) == .full)
    }
}
