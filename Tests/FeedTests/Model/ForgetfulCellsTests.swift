import MeshBase
import Reports
import Testing

@testable import Feed

@Suite struct ForgetfulCellsTests {
    private func vitals(_ boot: String, _ store: String?, life: String = "votes", lacked: UInt64 = 0, age: Int64 = 0)
        -> CellVitals
    {
        var vitals = CellVitals(utilisation: 0, isStoreFull: false, filled: 0, verified: 0, damaged: 0)
        vitals.boot = boot
        vitals.storeID = store
        (vitals.lacked, vitals.lackedAge) = (lacked, age * 1_000)
        vitals.condition = CellVitals.Condition(store: life)
        return vitals
    }
    private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }

    @Test func anotherStoreUnderAKnownNameIsAnAmnesiacUntilItIsFilled() {
        var cells = ForgetfulCells()
        cells.take(vitals("1", "a"), of: 3, now: at(0))
        cells.take(vitals("2", "a"), of: 3, now: at(1))
        #expect(!cells.names(3) && cells.takeNews().isEmpty)
        cells.take(vitals("3", "b", life: "refilling"), of: 3, now: at(2))
        #expect(cells.names(3) && !cells.names(2))
        #expect(cells.takeNews().map(\.isNamed) == [true])
        cells.take(vitals("3", "b", life: "refilling"), of: 3, now: at(60))
        #expect(cells.names(3))
        cells.take(vitals("3", "b"), of: 3, now: at(61))
        #expect(!cells.names(3) && cells.takeNews().map(\.isNamed) == [false])
    }

    @Test func theSameStoreThatLacksWhatOthersHaveIsOne() {
        var cells = ForgetfulCells()
        cells.take(vitals("1", "a"), of: 0, now: at(0))
        // One that answered nothing for a while lacks what came meanwhile, in the same life.
        cells.take(vitals("1", "a", lacked: 40, age: 20), of: 0, now: at(20))
        // And one that was away lacks what was written then.
        cells.take(vitals("2", "a"), of: 0, now: at(60))
        cells.take(vitals("2", "a", lacked: 90, age: 39), of: 0, now: at(61))
        #expect(!cells.names(0) && cells.takeNews().isEmpty)
        // What the life before had is another matter.
        cells.take(vitals("2", "a", lacked: 105, age: 50), of: 0, now: at(62))
        #expect(!cells.names(0))
        cells.take(vitals("2", "a", lacked: 121, age: 60), of: 0, now: at(63))
        #expect(cells.names(0) && cells.takeNews().count == 1)
        cells.take(vitals("2", "a", lacked: 121, age: 71), of: 0, now: at(74))
        #expect(!cells.names(0))
    }

    @Test func cellsWithoutAStoreForgetNothing() {
        var cells = ForgetfulCells()
        cells.take(vitals("1", nil), of: 0, now: at(0))
        cells.take(vitals("2", nil), of: 0, now: at(1))
        #expect(!cells.names(0))
    }
}
