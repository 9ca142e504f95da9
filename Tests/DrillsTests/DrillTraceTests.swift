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

    @Test func theGraverCauseCounts() {
        #expect(DrillOutcome.graver(.passed, .deviated) == .deviated)
        #expect(DrillOutcome.graver(.interrupted, .deviated) == .interrupted)
        #expect(DrillOutcome.graver(.probeError, .error) == .error)
    }
}
