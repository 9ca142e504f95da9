import Testing

@testable import Drills

@Suite struct DrillTraceTests {
    private func trace(isBefore: Bool = false) -> DrillTrace {
        var report = DrillReport(
            id: "20260301-120000000-x", drill: "x", mesh: "m", target: nil, began: "2026-03-01T12:00:00.000Z",
            command: "cellmesh drill run x")
        report.steps = [
            .init(
                name: "validate", part: .before, outcome: .done, startMilliseconds: 0, durationMilliseconds: 1,
                detail: "")
        ]
        var marks = DrillTrace.Marks()
        marks.region = "us"
        return DrillTrace(
            report: report,
            steps: [.init(name: "evacuate", part: .injects), .init(name: "settle", part: .after)], marks: marks,
            isBefore: isBefore)
    }

    @Test func whatWasUnderWayFailedAndTheRestIsSkipped() {
        let killed = trace().ended("its customers were brought back")
        #expect(killed.outcome == .error && !killed.conclusive && killed.exitCode == 1)
        #expect(killed.reason == "evacuate: its command was killed; its customers were brought back")
        #expect(killed.steps.map(\.name) == ["validate", "evacuate", "settle"])
        #expect(killed.steps.map(\.outcome) == [.done, .failed, .skipped])
    }

    @Test func itsWayBackIsItsOwnPlanToo() {
        var marks = DrillTrace.Marks()
        marks.ask(about: "us")
        // Asked for, and its id is not known: whatever began since.
        #expect(marks.owns("0f", isSince: true) && !marks.owns("0f", isSince: false))
        marks.plan = "0f"
        #expect(marks.owns("f", isSince: true) && !marks.owns("1f", isSince: true))
        marks.ask(about: "us")
        #expect(marks.owns("0f", isSince: false) && marks.owns("1f", isSince: true))
        marks.plan = "1f"
        #expect(marks.owns("0f", isSince: true) && marks.owns("1f", isSince: true) && !marks.owns("2f", isSince: true))
        #expect(!marks.owns(nil, isSince: true) && marks.words == ["the evacuation of us"])
        marks.forgetPlans()
        #expect(marks.words.isEmpty)
    }

    @Test func oneThatEndedWithSomethingInForceWasNotKilled() {
        var over = trace()
        over.isOver = true
        over.report.reason = "kill: it broke"
        #expect(over.ended("done").reason == "kill: it broke; evacuate: it ended with something in force; done")
        #expect(over.ended("done").steps[1].detail == "it ended with something in force")
    }

    @Test func aReportOfAKilledDrillSaysHowLongItTookInAll() {
        #expect(trace().ended("x", after: 670_000).durationMilliseconds == 670_000)
        #expect(trace().ended("x").durationMilliseconds == 1)
    }

    @Test func theGraverCauseCounts() {
        #expect(DrillOutcome.graver(.passed, .deviated) == .deviated)
        #expect(DrillOutcome.graver(.interrupted, .deviated) == .interrupted)
        #expect(DrillOutcome.graver(.probeError, .error) == .error)
    }
}
