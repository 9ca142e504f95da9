import MeshBase
import Testing

@testable import Nodes

@Suite struct ServiceTallyTests {
    private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }

    @Test func itTellsOfTheLastSecondsAlone() {
        var tally = ServiceTally(slots: 3)
        tally.look(now: at(100))
        tally.note(1, .full)
        tally.note(1, .full)
        tally.note(2, .failed)
        #expect(tally.recent(1, .full) == 2 && tally.recent(1, .failed) == 0 && tally.recent(2, .failed) == 1)
        tally.look(now: at(103))
        #expect(tally.recent(1, .full) == 2)
        tally.look(now: at(105))
        tally.note(1, .reduced)
        #expect(tally.recent(1, .full) == 2 && tally.recent(1, .reduced) == 1)
        tally.look(now: at(110))
        #expect(tally.recent(1, .full) == 0 && tally.recent(1, .reduced) == 1)
        tally.look(now: at(200))
        #expect(tally.recent(1, .reduced) == 0)
    }

    @Test func whatNoBlueprintHasIsInNoCount() {
        var tally = ServiceTally(slots: 2)
        tally.note(-1, .full)
        tally.note(2, .full)
        #expect(tally.recent(0, .full) == 0 && tally.recent(2, .full) == 0 && tally.recent(-1, .full) == 0)
    }
}
