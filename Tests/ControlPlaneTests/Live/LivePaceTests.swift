import Alerts
import MeshBase
import Reports
import Testing

@testable import ControlPlane

@Suite("When the feed looks at the mesh") struct LivePaceTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    @Test func whoLooksOnAndWhatIsInForceSetThePace() {
        var pace = LivePace()
        pace.look(now: Self.start)
        #expect(pace.wait(periods: [], isBusy: false, now: Self.start) == .seconds(5))
        #expect(pace.wait(periods: [], isBusy: true, now: Self.start) == .seconds(1))
        #expect(pace.wait(periods: [.seconds(10)], isBusy: false, now: Self.start) == .seconds(1))
        #expect(
            pace.wait(periods: [.seconds(10), .milliseconds(200)], isBusy: true, now: Self.start) == .milliseconds(200))
    }

    @Test func aChangeIsLookedAtAtOnceAndManyTogether() {
        var pace = LivePace()
        let first = pace.change()
        #expect(!first, "the first look comes by itself")
        pace.look(now: Self.start)
        let now = Self.start + .milliseconds(50)
        let changes = [pace.change(), pace.change()]
        #expect(changes == [true, false])
        #expect(pace.wait(periods: [], isBusy: false, now: now) == .milliseconds(150))
        #expect(pace.wait(periods: [], isBusy: false, now: now + .seconds(2)) == .zero)
        pace.look(now: now)
        #expect(pace.wait(periods: [], isBusy: false, now: now) == .seconds(5))
    }

    /// Nobody looks on, and whatever the time since the last look: the alert comes with its time, and a second.
    @Test(arguments: stride(from: 0, to: 5_000, by: 137).map { Int64($0) })
    func aDeadCellIsToldOfInTime(afterLook milliseconds: Int64) throws {
        let rule = try #require(AlertRule.all.first { $0.name == "CellDown" })
        var (pace, alerts) = (LivePace(), AlertEvaluator())
        let killed = Self.start + .milliseconds(milliseconds)
        var (now, told): (Instant, Instant?) = (Self.start, nil)
        while told == nil, now < killed + .seconds(60) {
            pace.look(now: now)
            var state = FeedState(seq: 1, t: 0, cells: 1)
            let isOut = now >= killed
            let word = FeedCellState.allCases.firstIndex(of: isOut ? .down : .serving)!
            state.cells[.state, 0] = FeedFigure(word, .state)
            let changes = alerts.take(state, names: ["a"], answered: (0, 0), now: now)
            if changes.contains(where: { $0.isFiring && $0.alert.name == rule.name }) { told = now }
            var next = now + pace.wait(periods: [], isBusy: !alerts.isQuiet, now: now)
            if now < killed, killed <= next, pace.change() {
                next = killed + pace.wait(periods: [], isBusy: !alerts.isQuiet, now: killed)
            }
            now = next
        }
        #expect(try #require(told) - killed <= rule.holds + .seconds(1))
    }
}
