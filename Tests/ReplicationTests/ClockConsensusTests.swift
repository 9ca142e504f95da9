import MeshBase
import Replication
import Testing

@Suite struct ClockConsensusTests {
    private let noon: Int64 = 1_764_000_000_000_000_000
    private let hour: Int64 = 3_600_000_000_000

    private func correction(own: Int64, cells: [Int64], at now: Instant = .zero) -> TimeAmount {
        var clocks = ClockConsensus(cells: cells.count)
        for (cell, ahead) in cells.enumerated() {
            clocks.heard(cell, stamp: ClockConsensus.stamp(wall: noon + ahead), wall: noon + own, now: now)
        }
        return clocks.correction
    }

    @Test func oneInsaneClockMovesNobody() {
        #expect(correction(own: 0, cells: [0, 0, 0]) == .zero)
        #expect(correction(own: 0, cells: [hour, 0, 0]) == .zero)
        #expect(correction(own: 0, cells: [0, -hour, 0]) == .zero)
        #expect(correction(own: 0, cells: [hour, 0]) == .zero)
    }

    @Test func anOwnClockThatIsFarOffGoesByTheOthers() {
        #expect(correction(own: hour, cells: [0, 0, 0]) == .hours(-1))
        #expect(correction(own: -hour, cells: [0, 0, 0]) == .hours(1))
        #expect(correction(own: hour, cells: [0, 0]) == .hours(-1))
    }

    /// Of two that disagree, neither knows: versions must not fall back because one cell is left and wrong.
    @Test func withoutAMajorityWhatWasDecidedBeforeStays() {
        #expect(correction(own: hour, cells: [0]) == .zero)
        #expect(correction(own: 0, cells: [hour]) == .zero)
        #expect(correction(own: 0, cells: [hour, -hour]) == .zero)
        var clocks = ClockConsensus(cells: 3)
        for cell in 0..<3 { clocks.heard(cell, stamp: ClockConsensus.stamp(wall: noon), wall: noon + hour, now: .zero) }
        #expect(clocks.correction == .hours(-1))
        let later = Instant.zero + ClockConsensus.memory + .milliseconds(1)
        clocks.heard(1, stamp: ClockConsensus.stamp(wall: noon), wall: noon, now: later)
        #expect(clocks.correction == .zero, "both agree")
    }

    @Test func anOwnClockThatIsSetIsKnownAtOnce() {
        var clocks = ClockConsensus(cells: 3)
        for cell in 0..<3 { clocks.heard(cell, stamp: ClockConsensus.stamp(wall: noon), wall: noon, now: .zero) }
        clocks.ownClockMoved(by: hour)
        #expect(clocks.correction == .hours(-1))
        // The others were set as well: so they say when they are heard next, and a majority decides.
        for cell in 0..<3 {
            clocks.heard(cell, stamp: ClockConsensus.stamp(wall: noon + hour), wall: noon + hour, now: .zero)
        }
        #expect(clocks.correction == .zero)
    }

    @Test func theWayBetweenIsNoDifference() {
        #expect(correction(own: 0, cells: [-200_000_000, -210_000_000, -190_000_000]) == .zero)
        #expect(correction(own: 0, cells: [400_000_000, 400_000_000, 400_000_000]) == .milliseconds(400))
    }

    @Test func whoWasNotHeardForLongHasNoSay() {
        var clocks = ClockConsensus(cells: 5)
        let sound = ClockConsensus.stamp(wall: noon)
        for cell in 0..<5 { clocks.heard(cell, stamp: sound, wall: noon, now: .zero) }
        // Three answer from then on, and have moved: with the two that are gone they would be no majority.
        let later = Instant.zero + ClockConsensus.memory + .milliseconds(1)
        let moved = ClockConsensus.stamp(wall: noon - hour)
        for cell in 0..<3 { clocks.heard(cell, stamp: moved, wall: noon, now: later) }
        #expect(clocks.correction == .hours(-1))
    }

    @Test func noStampAndNoSuchCellAreIgnored() {
        var clocks = ClockConsensus(cells: 1)
        clocks.heard(0, stamp: 0, wall: noon, now: .zero)
        clocks.heard(7, stamp: 1, wall: noon, now: .zero)
        #expect(clocks.correction == .zero)
    }
}
