import MeshBase
import Replication
import Testing

@Suite struct HybridClockTests {
    private let noon: Int64 = 1_764_000_000_000_000_000

    /// As a router takes one for a write whose query has found `seen`.
    private func write(_ clock: inout HybridClock, above seen: UInt64 = 0, wall: Int64) -> UInt64 {
        clock.follow(seen, wall: wall)
        let counter = max(seen + 1, clock.next(wall: wall))
        clock.follow(counter, wall: wall)
        return counter
    }

    @Test func countersRiseWithRealTimeAndAreReadableAgain() {
        var clock = HybridClock(latest: 0)
        let first = write(&clock, wall: noon)
        let second = write(&clock, wall: noon)
        let third = write(&clock, wall: noon + 1_000)
        #expect(first == HybridClock.counter(wall: noon))
        #expect(second == first + 1)
        #expect(third == HybridClock.counter(wall: noon + 1_000))
        #expect(HybridClock.wall(ofCounter: third) == noon + 1_000)
        #expect(HybridClock.counter(wall: 4_000_000_000_000_000_000) < RecordVersion.highestCounter, "in the year 2096")
    }

    /// Of two writes through two routers the later one wins, also where it never saw the first.
    @Test func aLaterWriteHasTheHigherCounterWithoutHavingSeenTheEarlier() {
        var one = HybridClock(latest: 0)
        var other = HybridClock(latest: 0)
        for _ in 0..<100 { _ = write(&one, wall: noon) }
        let earlier = write(&one, wall: noon)
        #expect(write(&other, wall: noon + 1_000_000) > earlier)
    }

    @Test func itNeverFallsBehindWhatItsHolderHasSeen() {
        var clock = HybridClock(latest: 0)
        let ahead = HybridClock.counter(wall: noon + 900_000_000)
        clock.follow(ahead, wall: noon)
        #expect(write(&clock, wall: noon) == ahead + 1)
        // Counters of a release that only counted are below every clock.
        #expect(write(&clock, above: 17, wall: noon) == ahead + 2)
        // Where all clocks are set back, the counters go on from where they were.
        #expect(write(&clock, wall: noon - 3_600_000_000_000) > ahead + 2)
    }

    @Test func whatIsTooFarAheadIsOvertakenByItsOwnKeyAlone() {
        var clock = HybridClock(latest: 0)
        let insane = HybridClock.counter(wall: noon + 3_600_000_000_000)
        #expect(write(&clock, above: insane, wall: noon) == insane + 1)
        #expect(clock.insane > 0)
        #expect(write(&clock, wall: noon) <= HybridClock.counter(wall: noon) + 2)
    }

    @Test func aClockThatWasFoundToBeAheadTakesItsCountersBack() {
        var clock = HybridClock(latest: 0)
        _ = write(&clock, wall: noon + 3_600_000_000_000)
        clock.corrected(wall: noon)
        #expect(write(&clock, wall: noon) <= HybridClock.counter(wall: noon + HybridClock.bound.nanoseconds) + 1)
    }
}
