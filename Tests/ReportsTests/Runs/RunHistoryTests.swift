import Testing

@testable import Reports

@Suite struct RunHistoryTests {
    /// At so many milliseconds of the run, which begins at 1 s.
    private func event(
        _ at: Double, _ type: String, _ action: String, _ id: String, by observer: String? = nil,
        _ attributes: [String: EventRecord.Value] = [:]
    ) -> RunHistory.Event {
        var attributes = attributes
        if let observer { attributes["observer"] = .text(observer) }
        return .init(
            time: 1_000_000_000 + Int64(at * 1_000_000),
            EventRecord(time: "", type: type, action: action, id: id, attributes: attributes))
    }

    private func series(_ failed: [UInt64], of requests: UInt64 = 100) -> RunSeries {
        var series = RunSeries()
        series.all.requests = failed.map { _ in requests }
        series.all.ok = failed.map { requests - $0 }
        return series
    }

    private func history(_ events: [RunHistory.Event], _ series: RunSeries?) -> RunHistory {
        RunHistory(events, series: series, begun: 1_000_000_000)
    }

    private var kill: [RunHistory.Event] {
        [event(2_100, "process", "kill", "b"), event(2_150, "process", "exited", "b")]
            + ["r1", "a", "c"].map { event(2_700, "member", "dead", "b", by: $0) }
            + [event(5_000, "process", "ready", "b"), event(5_200, "link", "up", "b", by: "r1")]
            // Who comes back tells of all others that they live.
            + ["r1", "a", "c"].map { event(5_300, "member", "alive", $0, by: "b") }
    }

    @Test func anIncidentHasItsCauseDetectionImpactAndRecovery() throws {
        let told = history(kill, series([0, 0, 30, 5, 0, 0, 0]))
        let incident = try #require(told.incidents.first)
        #expect(told.incidents.count == 1 && incident.subjects == ["b"] && incident.what == "process kill")
        #expect(incident.cause == 2_100 && incident.detection == 2_150)
        // The first second in which requests failed is that of the kill, and the last one ends at 4 s.
        #expect(incident.impact == 2_100 && incident.failed == 35)
        #expect(incident.recovery == 5_200)
        #expect(
            told.timeline.map(\.class) == [.cause, .impact, .detection, .detection, .recovery, .recovery, .recovery])
        #expect(told.timeline.first { $0.what == "member dead" }?.tellers == 3)
        #expect(!told.timeline.contains { $0.subject == "a" })
    }

    @Test func itIsOverOnlyWhenRequestsAreAnsweredAgain() {
        // The cell is back at 5.2 s, and customers at 6 s.
        #expect(history(kill, series([0, 0, 9, 9, 9, 9, 0])).incidents.first?.recovery == 6_000)
        #expect(history(kill, series([0, 0, 9, 9, 9, 9, 9])).incidents.first?.recovery == nil)
        #expect(history(Array(kill.prefix(5)), series([0, 0, 0])).incidents.first?.recovery == nil)
        // Without a load what is back is over.
        #expect(history(kill, nil).incidents.first?.recovery == 5_200)
    }

    @Test func whatIsKilledInOneGoIsOneIncidentAndTheNextIsAnother() {
        let told = history(
            [
                event(1_000, "process", "kill", "a"), event(1_300, "process", "kill", "b"),
                event(4_000, "fault", "added", "f1", ["targets": .text("service/payment")]),
                event(4_500, "breaker", "open", "a/checkout/payment", by: "a"), event(6_000, "fault", "expired", "f1"),
            ], series([0, 5, 0, 0, 7, 0, 0]))
        #expect(told.incidents.map(\.subjects) == [["a", "b"], ["f1"]])
        #expect(told.incidents.map(\.failed) == [5, 7])
        #expect(told.incidents[1].what == "fault added service/payment" && told.incidents[1].detection == 4_500)
        #expect(told.incidents[1].recovery == 6_000)
    }

    @Test func aCrashIsACauseAndWhatWasBeforeIsNone() {
        let told = history(
            [event(-900, "process", "kill", "a"), event(500, "process", "exited", "c", ["reason": .text("signal 9")])],
            nil)
        #expect(told.incidents.map(\.subjects) == [["c"]] && told.incidents[0].what == "process exited signal 9")
    }

    @Test func aTimelineIsBoundedAndLosesNoIncidentForChanges() {
        let changes = (0..<500).map { event(Double($0) * 20, "flag", "set", "f\($0)") }
        let told = history(
            (changes + [event(9_990, "process", "kill", "a")]).sorted { $0.time < $1.time }, nil)
        #expect(told.timeline.count == RunHistory.most && told.left == 501 - RunHistory.most)
        #expect(told.timeline.contains { $0.class == .cause })
        #expect(told.timeline.map(\.at) == told.timeline.map(\.at).sorted())
    }
}
