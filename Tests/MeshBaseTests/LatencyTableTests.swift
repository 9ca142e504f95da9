import Testing

@testable import MeshBase

@Suite struct LatencyTableTests {
    @Test func rowsAreCountedApart() {
        var table = LatencyTable(rows: 2)
        table.record(.milliseconds(3), in: 0)
        table.record(.milliseconds(30), in: 1)
        table.record(.milliseconds(40), in: 1)
        #expect(table.total(0).total == 1)
        #expect(table.total(1).total == 2)
        #expect(table.sum(1) == .milliseconds(70))
    }

    @Test func whatIsOlderThanTheWindowIsNoLongerRecent() {
        var table = LatencyTable(rows: 1)
        table.mark(.zero)
        table.record(.milliseconds(500), in: 0)
        for second in 1...8 { table.mark(.zero + .seconds(Int64(second))) }
        #expect(table.recent(0).total == 1)
        table.record(.milliseconds(1), in: 0)
        for second in 9...13 { table.mark(.zero + .seconds(Int64(second))) }
        // The slow one was before the oldest mark.
        #expect(table.recent(0).total == 1)
        #expect(table.recent(0).quantile(0.99).map { $0 < .milliseconds(2) } == true)
        #expect(table.total(0).total == 2)
    }

    @Test func aTableThatGrowsKeepsWhatItHas() {
        var table = LatencyTable(rows: 1)
        table.record(.milliseconds(3), in: 0)
        table.mark(.zero)
        table.grow(rows: 3)
        table.record(.milliseconds(7), in: 2)
        #expect(table.rows == 3)
        #expect(table.total(0).total == 1)
        #expect(table.recent(2).total == 1)
    }

    @Test func aDurationBelowNothingIsCountedAsNothing() {
        var table = LatencyTable(rows: 1)
        table.record(.milliseconds(-5), in: 0)
        #expect(table.total(0).total == 1)
        #expect(table.sum(0) == .zero)
    }
}
