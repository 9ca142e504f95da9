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

    /// By period, the customers of whom a request failed.
    private func series(failing: [[Int]]) -> RunSeries {
        var series = series(failing.map { UInt64($0.count) })
        series.failing = failing
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

    @Test func whoStartsAgainWhatWasKilledEndsTheIncidentAndBeginsNone() {
        let told = history(
            [
                event(1_000, "process", "kill", "b"), event(1_050, "process", "exited", "b"),
                event(4_000, "process", "restart", "b", ["detail": .text("was down")]),
                event(4_600, "process", "ready", "b"),
                event(8_000, "process", "pause", "c"),
                event(9_000, "process", "restart", "c", ["detail": .text("stopped first")]),
                event(9_100, "process", "exited", "c"), event(9_500, "process", "ready", "c"),
                // One that runs is started again: that is an incident.
                event(12_000, "process", "restart", "a", ["detail": .text("stopped first")]),
                event(12_100, "process", "exited", "a"), event(12_500, "process", "ready", "a"),
            ], nil)
        #expect(told.incidents.map(\.subjects) == [["b"], ["c"], ["a"]])
        #expect(told.incidents.map(\.recovery) == [4_600, 9_500, 12_500])
        #expect(told.timeline.first { $0.what == "process restart was down" }?.class == .change)
    }

    @Test func whatIsKilledWhileAnotherIsDownLeavesTheOthersEndAlone() {
        let events = [
            event(1_000, "process", "kill", "a"), event(3_000, "process", "kill", "b"),
            event(4_100, "process", "ready", "a"), event(6_100, "process", "ready", "b"),
        ]
        #expect(history(events, nil).incidents.map(\.recovery) == [4_100, 6_100])
        // Customers suffer until 5 s.
        let failing = history(events, series([0, 5, 0, 5, 5, 0, 0, 0])).incidents
        #expect(failing.map(\.recovery) == [5_000, 6_100] && failing.map(\.failed) == [5, 10])
    }

    /// A kill and the return of a cell, as a mesh tells them: its gates and others' come after it.
    private func life(of cell: String, from: Double, to: Double) -> [RunHistory.Event] {
        [
            event(from, "process", "kill", cell), event(from + 50, "process", "exited", cell),
            event(from + 100, "link", "down", cell, by: "r1"), event(from + 600, "member", "dead", cell, by: "r1"),
            event(to, "process", "ready", cell), event(to + 200, "link", "up", cell, by: "r1"),
            event(to + 300, "member", "alive", cell, by: "r1"),
        ]
    }

    @Test func killsOneAfterTheOtherAreOverEachInItsTime() {
        // The load that moves opens gates in the cells that are back, and a late breaker is no incident that goes on.
        let gates = [
            event(14_500, "breaker", "open", "a/checkout/payment", by: "a"),
            event(26_000, "breaker", "closed", "a/checkout/payment", by: "a"),
            event(26_500, "breaker", "closed", "r1/a/checkout", by: "r1"),
        ]
        let events =
            (life(of: "a", from: 1_000, to: 5_000) + life(of: "b", from: 12_000, to: 16_000)
            + life(of: "c", from: 22_000, to: 26_000) + gates).sorted { $0.time < $1.time }
        #expect(history(events, nil).incidents.map(\.recovery) == [5_200, 16_200, 26_200])
        // Each time others fail, and once more a stray request long after.
        var failing = [[Int]](repeating: [], count: 30)
        (failing[1], failing[5], failing[6], failing[12], failing[13], failing[22]) = ([1], [1, 2], [1], [3], [1], [4])
        let told = history(events, series(failing: failing)).incidents
        #expect(told.map(\.recovery) == [7_000, 16_200, 26_200] && told.map(\.impact) == [1_000, 12_000, 22_000])
        #expect(told.map(\.detection) == [1_050, 12_050, 22_050])
    }

    @Test func whatGoesOnForOtherCustomersHoldsNoIncidentOpen() {
        let events =
            (life(of: "a", from: 1_000, to: 6_000) + life(of: "b", from: 4_000, to: 9_000)
            + life(of: "c", from: 8_000, to: 12_000)).sorted { $0.time < $1.time }
        // Somebody fails all the time: each cell's own.
        let own = series(failing: (0..<16).map { $0 < 1 ? [] : $0 < 4 ? [1] : $0 < 8 ? [2] : $0 < 13 ? [3] : [] })
        #expect(history(events, own).incidents.map(\.recovery) == [6_200, 9_200, 13_000])
        // Customer 1 is b's too, and fails until it is back.
        let shared = series(failing: (0..<16).map { $0 < 1 ? [] : $0 < 9 ? [1] : $0 < 13 ? [3] : [] })
        #expect(history(events, shared).incidents.map(\.recovery) == [9_000, 9_200, 13_000])
        // Where nobody knows who failed, all count.
        var unknown = own
        unknown.failing = nil
        #expect(history(events, unknown).incidents.map(\.recovery) == [13_000, 13_000, 13_000])
    }

    @Test func theSameCellTwiceIsTwoIncidents() {
        let events = life(of: "a", from: 1_000, to: 4_000) + life(of: "a", from: 8_000, to: 11_000)
        #expect(history(events, nil).incidents.map(\.recovery) == [4_200, 11_200])
        // Stopped, and killed before it went on: both are over when it is back.
        let twice = [event(500, "process", "pause", "a")] + life(of: "a", from: 2_000, to: 5_000)
        #expect(history(twice, nil).incidents.map(\.recovery) == [5_200, 5_200])
        // One of two is back.
        let half = history(
            [event(900, "process", "kill", "b")] + life(of: "a", from: 1_000, to: 4_000), nil)
        #expect(half.incidents.map(\.subjects) == [["b", "a"]] && half.incidents[0].recovery == nil)
    }

    @Test func faultsOfOneMomentAreIncidentsEachAndNoneIsThatOfARestart() {
        var events = [event(900, "process", "restart", "a", ["detail": .text("stopped first")])]
        for number in 1...4 { events.append(event(1_000 + Double(number) * 50, "fault", "added", "f\(number)")) }
        events.append(event(1_300, "process", "ready", "a"))
        events.append(event(1_400, "breaker", "open", "r1/c/pay", by: "r1"))
        for number in 1...4 { events.append(event(5_000 + Double(number) * 100, "fault", "expired", "f\(number)")) }
        let told = history(events, nil)
        #expect(told.incidents.map(\.subjects) == [["a"], ["f1"], ["f2"], ["f3"], ["f4"]])
        #expect(told.incidents.map(\.recovery) == [1_300, 5_100, 5_200, 5_300, 5_400])
        #expect(told.incidents.dropFirst().allSatisfy { $0.detection == 1_400 })
    }

    @Test func aControlPlaneThatIsKilledIsAnIncidentUntilTheNextIsReady() {
        let told = history(
            [
                event(1_000, "mesh", "control-killed", "three-regions"),
                event(4_000, "mesh", "starting", "three-regions"),
                event(4_500, "mesh", "ready", "three-regions"),
            ], nil)
        #expect(told.incidents.map(\.subjects) == [["control"]] && told.incidents.first?.recovery == 4_500)
    }

    @Test func whatEndsByItselfAgainIsAnotherIncident() {
        let told = history(
            [
                event(1_000, "process", "kill", "b"), event(1_050, "process", "exited", "b"),
                event(3_000, "process", "ready", "b"), event(6_000, "process", "exited", "b"),
                event(7_000, "process", "ready", "b"),
                // Its successor runs already.
                event(9_000, "process", "restart", "b", ["detail": .text("beside the one that runs")]),
                event(9_500, "process", "ready", "b"), event(9_600, "process", "exited", "b"),
            ], nil)
        #expect(told.incidents.map(\.cause) == [1_000, 6_000, 9_000])
        #expect(told.incidents.map(\.recovery) == [3_000, 7_000, 9_500])
    }
}
