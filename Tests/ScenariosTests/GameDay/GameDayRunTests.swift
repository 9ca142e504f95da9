import Drills
import MeshBase
import Reports
import Testing

@testable import Scenarios

@Suite struct GameDayRunTests {
    private static func day(_ names: String..., change: (inout GameDay) -> Void = { _ in }) -> GameDay {
        var day = GameDay(
            name: "wednesday", title: "Chaos Wednesday",
            drills: names.map { GameDay.Part(Scenario(name: $0, title: $0, method: []), text: "", word: $0) })
        change(&day)
        return day
    }

    private static func run(_ day: GameDay) -> GameDayRun {
        GameDayRun(day, id: "20260304-100000000-gameday", mesh: "m", wall: "2026-03-04T10:00:00Z", now: .zero)
    }

    private static func report(_ name: String, _ outcome: DrillOutcome, conclusive: Bool = true) -> DrillReport {
        var report = DrillReport(
            id: "20260304-100000000-\(name)", drill: name, mesh: "m", target: nil, began: "2026-03-04T10:00:00Z",
            command: "c")
        report.outcome = outcome
        report.conclusive = conclusive
        report.report = "/r"
        return report
    }

    @Test func itIsAnnouncedAndHasTimeBetweenDrills() {
        var run = Self.run(Self.day("a", "b") { $0.drills[0].scenario.coolDown = .seconds(20) })
        var now = Instant.zero
        #expect(run.next(now: now) == .announce(until: .zero + .minutes(30)))
        now = now + .minutes(29)
        #expect(run.next(now: now) == .announce(until: .zero + .minutes(30)))
        now = now + .minutes(1)
        #expect(run.next(now: now) == .run(0))
        now = now + .minutes(2)
        run.ended(Self.report("a", .passed), now: now)
        // A drill's own time goes before that of the day.
        #expect(run.next(now: now) == .rest(0, until: now + .seconds(20)))
        now = now + .seconds(20)
        #expect(run.next(now: now) == .run(1))
        now = now + .minutes(1)
        run.ended(Self.report("b", .passed), now: now)
        // Nobody waits after the last.
        #expect(run.next(now: now) == nil)
        let report = run.finish(isWhole: true, now: now)
        #expect(report.outcome == "passed" && report.exitCode == 0 && report.count(.passed) == 2)
        #expect(report.durationMilliseconds == (33 * 60 + 20) * 1_000.0)
        #expect(report.drills.map(\.startMilliseconds) == [1_800_000, 1_940_000])
        #expect(report.drills.map(\.durationMilliseconds) == [120_000, 60_000])
        #expect(report.drills[0].report == "20260304-100000000-a")
    }

    /// Runs all, each ending so; nil is refused.
    private static func ending(_ outcomes: [DrillOutcome?], _ change: (inout GameDay) -> Void = { _ in })
        -> GameDayReport
    {
        var day = Self.day()
        day.drills = outcomes.indices.map {
            GameDay.Part(Scenario(name: "d\($0)", title: "", method: []), text: "", word: "")
        }
        day.announce = .zero
        day.coolDown = .zero
        change(&day)
        var run = Self.run(day)
        while let order = run.next(now: .zero) {
            guard case .run(let place) = order else { continue }
            guard let outcome = outcomes[place] else {
                run.refused("the mesh is degraded", now: .zero)
                continue
            }
            run.ended(Self.report("d\(place)", outcome), now: .zero)
        }
        return run.finish(isWhole: true, now: .zero)
    }

    @Test func aDrillThatErrsHasFailed() {
        for failing in [DrillOutcome.deviated, .aborted, .error, .probeError] {
            let report = Self.ending([.passed, failing, .passed])
            #expect(report.outcome == "failed" && report.exitCode == 5, "\(failing)")
            #expect(report.count(.passed) == 2 && report.count(.failed) == 1)
        }
        let refused = Self.ending([nil, .passed])
        #expect(refused.exitCode == 5 && refused.drills[0].reason == "the mesh is degraded")
        #expect(refused.drills[0].outcome == "error" && refused.drills[0].report == nil)
        let open = Self.ending([.baselineNotMet, .passed])
        #expect(open.outcome == "inconclusive" && open.exitCode == 3)
        var run = Self.run(Self.day("a") { $0.announce = .zero })
        _ = run.next(now: .zero)
        run.ended(Self.report("a", .passed, conclusive: false), now: .zero)
        #expect(run.finish(isWhole: true, now: .zero).outcome == "inconclusive")
        // All drills passed, and something was left behind.
        #expect(run.finish(isWhole: false, now: .zero).exitCode == 5)
    }

    @Test func whatStopsItIsSaidAndTheRestSkipped() {
        let stopped = Self.ending([.passed, .deviated, .passed, .passed]) { $0.stopOn = [.deviated] }
        #expect(stopped.drills.map(\.verdict) == [.passed, .failed, .skipped, .skipped])
        #expect(stopped.reason == "stopped: the drill 'd1' ended as deviated" && stopped.exitCode == 5)
        #expect(Self.ending([.passed, .deviated, .passed]) { $0.stopOn = [.error] }.count(.skipped) == 0)
        let error = Self.ending([nil, .passed]) { $0.stopOn = [.error] }
        #expect(error.drills.map(\.verdict) == [.failed, .skipped])
        // Of the last one nothing is left to be stopped.
        #expect(Self.ending([.deviated]) { $0.stopOn = [.deviated] }.reason == nil)
        let interrupted = Self.ending([.passed, .interrupted, .passed])
        #expect(interrupted.outcome == "interrupted" && interrupted.exitCode == 130)
        #expect(interrupted.drills.map(\.verdict) == [.passed, .inconclusive, .skipped])
    }

    @Test func itEndsWhileItWaits() {
        var run = Self.run(Self.day("a", "b"))
        _ = run.next(now: .zero)
        run.interrupt("no control plane runs")
        #expect(run.next(now: .zero + .hours(1)) == nil)
        let report = run.finish(isWhole: nil, now: .zero)
        #expect(
            report.outcome == "interrupted" && report.reason == "no control plane runs" && report.count(.skipped) == 2)
    }

    @Test func oneAWeekInTurn() {
        let day = Self.day("a", "b", "c")
        func next(_ last: String?) -> [String] { day.one(after: last).drills.map(\.word) }
        #expect(next(nil) == ["a"] && next("a") == ["b"] && next("c") == ["a"] && next("gone") == ["a"])
    }

    @Test func onceOnItsDays() throws {
        let schedule = try #require(GameDaySchedule(every: "wednesday", at: "10:30"))
        func due(_ day: Int, _ minute: Int, last: String? = nil) -> Bool {
            schedule.isDue(WeekTime(day: day, minute: minute), date: "2026-03-04", last: last)
        }
        #expect(!due(2, 629) && due(2, 630) && due(2, 689) && !due(2, 690))
        #expect(!due(1, 630) && !due(2, 630, last: "2026-03-04") && due(2, 630, last: "2026-02-25"))
        #expect(
            GameDaySchedule(every: "someday", at: "10:00") == nil && GameDaySchedule(every: "mon", at: "24:00") == nil)
        let day = Self.day("a") { $0.schedule = [ScheduleWindow(days: [2], minutes: 540..<600)] }
        #expect(day.mayBegin(WeekTime(day: 2, minute: 540)) && !day.mayBegin(WeekTime(day: 2, minute: 600)))
    }

    @Test func weeksAreCompared() throws {
        let (good, bad) = (Self.ending([.passed, .passed]), Self.ending([.passed, .deviated, .passed]))
        let history = GameDaysReport([bad, good], scheduled: nil)
        #expect(history.drills.map(\.drill) == ["d0", "d1", "d2"])
        #expect(history.drills[1].verdicts == [.failed, .passed] && history.drills[2].verdicts == [.passed, nil])
        var report = RunReport(
            id: bad.id, kind: .gameday, title: "", mesh: "m", begun: bad.began, ended: bad.began,
            durationMilliseconds: 0,
            command: "")
        report.take(bad)
        #expect(report.outcome == .deviated && report.ok == false && report.claims.count == 4)
        let back = try #require(ReportJSON.decode(GameDayReport.self, ReportJSON.encode(bad)))
        #expect(back == bad)
    }
}
