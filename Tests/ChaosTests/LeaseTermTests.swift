import MeshBase
import Testing

@testable import Chaos

@Suite struct LeaseTermTests {
    private let begin = ClockReading(wall: 1_000_000, boot: 500, bootID: "a")

    @Test func aWallClockThatIsSetChangesNothingWithinABoot() {
        let term = LeaseTerm(asked: .nanoseconds(300), from: begin)
        for wall: Int64 in [.min, 0, 999_999, 1_000_100, .max] {
            let now = ClockReading(wall: wall, boot: 600, bootID: "a")
            #expect(term.remaining(at: now) == .nanoseconds(200))
        }
        #expect(term.remaining(at: ClockReading(wall: 0, boot: 800, bootID: "a")) == .zero)
        #expect(term.remaining(at: ClockReading(wall: 0, boot: .max, bootID: "a")) == .zero)
    }

    @Test func afterARebootTheWallClockCountsAndNeverMoreThanWasAsked() {
        let term = LeaseTerm(asked: .nanoseconds(300), from: begin)
        func left(_ wall: Int64) -> TimeAmount? {
            term.remaining(at: ClockReading(wall: wall, boot: 1, bootID: "b"))
        }
        #expect(left(1_000_100) == .nanoseconds(200))
        #expect(left(1_000_300) == .zero)
        #expect(left(0) == .nanoseconds(300))
        #expect(left(.min) == .nanoseconds(300))
        #expect(left(.max) == .zero)
    }

    @Test func whatHasNoEndHasNone() {
        #expect(LeaseTerm(asked: nil, from: begin).remaining(at: .wall(.max)) == nil)
    }

    @Test func aFaultGoesByTheTimeSinceBootAlsoInItsSchedule() throws {
        var fault = Mesh.fault(.blackhole, "cell/e1", id: "f1", expires: 1_000)
        (fault.created, fault.boot, fault.bootID) = (0, 50, "a")
        var schedule = FaultSchedule([fault])
        let setBack = ClockReading(wall: -5_000, boot: 1_049, bootID: "a")
        #expect(schedule.active(at: setBack).count == 1)
        #expect(schedule.nextExpiry(at: setBack) == .nanoseconds(1))
        let over = ClockReading(wall: -5_000, boot: 1_050, bootID: "a")
        #expect(schedule.active(at: over).isEmpty)
        #expect(schedule.expire(now: over).map(\.id) == ["f1"])
    }
}
