import MeshBase
import Testing

@testable import ControlPlane

@Suite struct StoreWatchTests {
    @Test func ofManyCellsSomeAreAskedEachSecond() {
        #expect([0, 1, 100, 200].map(StoreWatch.turns) == [1, 1, 1, 1])
        #expect(StoreWatch.turns(of: 201) == 2)
        #expect(StoreWatch.turns(of: 1_000) == 5)
    }

    /// Whoever is asked in turns is silent no sooner than after three of them.
    @Test func silenceIsThreeTurns() {
        #expect(LiveDesk.silence(of: 12) == .seconds(3))
        #expect(LiveDesk.silence(of: 1_000) == .seconds(15))
    }
}
