import MeshBase
import Testing

@testable import Chaos

@Suite struct PauseWatchTests {
    private static let second: Int64 = 1_000_000_000

    private static func clock(_ seconds: Int64) -> ClockReading {
        ClockReading(wall: 0, boot: seconds * second, bootID: "a")
    }

    private static func lease(_ seconds: Int64?) -> PauseLease {
        PauseLease(
            pid: 7, startTime: 8,
            term: LeaseTerm(asked: seconds.map { .seconds($0) }, from: clock(0)))
    }

    private static func look(
        _ watch: inout PauseWatch, _ seconds: Int64, _ target: PauseWatch.Target = .stopped, written: PauseLease? = nil,
        isHeld: Bool = false
    ) -> PauseWatch.Verdict {
        watch.look(
            target, written: written, isHeld: isHeld, now: Instant(nanoseconds: seconds * second),
            clock: clock(seconds))
    }

    @Test func aLeaseEndsWithoutItsControlPlane() {
        var watch = PauseWatch(Self.lease(10), grace: .minutes(10))
        #expect(Self.look(&watch, 9) == .wait)
        #expect(Self.look(&watch, 10) == .resume)
    }

    @Test func aLivingControlPlaneGoesFirst() {
        var watch = PauseWatch(Self.lease(10), grace: .minutes(10))
        #expect(Self.look(&watch, 10, isHeld: true) == .wait)
        #expect(Self.look(&watch, 11, isHeld: true) == .resume)
    }

    @Test func aPauseWithoutEndGoesOnForTheGraceAlone() {
        var watch = PauseWatch(Self.lease(nil), grace: .seconds(5))
        #expect(Self.look(&watch, 100, isHeld: true) == .wait)
        #expect(Self.look(&watch, 101) == .wait)
        #expect(Self.look(&watch, 103, isHeld: true) == .wait)
        #expect(Self.look(&watch, 104) == .wait)
        #expect(Self.look(&watch, 108) == .wait)
        #expect(Self.look(&watch, 109) == .resume)
    }

    @Test func itLeavesWhenItIsNoLongerNeeded() {
        var replaced = PauseWatch(Self.lease(10), grace: .minutes(1))
        #expect(Self.look(&replaced, 1, written: Self.lease(10)) == .wait)
        #expect(Self.look(&replaced, 20, written: Self.lease(60)) == .leave, "another watch follows the new lease")
        var gone = PauseWatch(Self.lease(10), grace: .minutes(1))
        #expect(Self.look(&gone, 20, .gone) == .leave)
        var continued = PauseWatch(Self.lease(10), grace: .minutes(1))
        #expect(Self.look(&continued, 1, .runs) == .wait, "the signal is on its way")
        #expect(Self.look(&continued, 2, .stopped) == .wait)
        #expect(Self.look(&continued, 3, .runs) == .leave)
        var never = PauseWatch(Self.lease(10), grace: .minutes(1))
        #expect(Self.look(&never, 1, .runs) == .wait)
        #expect(Self.look(&never, 6, .runs) == .leave)
    }
}
