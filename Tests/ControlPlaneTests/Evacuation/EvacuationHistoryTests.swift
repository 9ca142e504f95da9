import Evacuation
import Store
import Testing

@testable import ControlPlane

@Suite struct EvacuationHistoryTests {
    private func event(_ action: String, _ region: String = "us", _ attributes: String = "{}") -> JournalEvent {
        JournalEvent(time: 1, type: "evacuation", action: action, subject: region, attributes: attributes)
    }
    private func status(_ events: [JournalEvent]) -> EvacuationStatus? {
        var history = EvacuationHistory(cohorts: 64)
        for event in events { history.take(event) }
        return history.status
    }
    private let began = #"{"kind":"evacuate","plan":"7"}"#

    @Test func itIsToldFromItsEvents() throws {
        #expect(status([]) == nil)
        var events = [
            JournalEvent(time: 1, type: "fault", action: "added", subject: "f1"), event("began", "us", began),
        ]
        var now = try #require(status(events))
        #expect(now.outcome == .running && now.region == "us" && now.kind == .evacuate && now.stage == 0)
        events += [
            event("stage", "us", #"{"percent":5,"cohorts":3}"#), event("stage-ended"),
            event("stage", "us", #"{"percent":25,"cohorts":13}"#),
        ]
        // Taken over by another control plane.
        events.append(event("began", "us", began))
        now = try #require(status(events))
        #expect(now.stage == 2 && now.percent == 25 && now.step == "fill" && now.cohorts.of == 64)
        events.append(event("stalled", "", #"{"reason":"a-1 is not filled"}"#))
        #expect(status(events)?.reason == "a-1 is not filled")
        events.append(event("paused"))
        #expect(status(events)?.outcome == .paused)
        events.append(event("moving"))
        #expect(status(events)?.outcome == .running && status(events)?.reason == nil)
        events += [event("reversing"), event("rolled-back", "us", #"{"reason":"the gate was red"}"#)]
        now = try #require(status(events))
        #expect(now.outcome == .rolledBack && now.reason == "the gate was red" && now.step == nil)
        // The next one begins anew.
        events.append(event("began", "us", #"{"kind":"restore"}"#))
        now = try #require(status(events))
        #expect(now.outcome == .running && now.kind == .restore && now.stage == 0 && now.reason == nil)
        events.append(event("completed"))
        #expect(status(events)?.outcome == .completed && status(events)?.cohorts.moved == 64)
    }

    @Test func whatIsNotUnderstoodChangesNothing() {
        #expect(status([event("stage"), event("x", "us", "[]"), event("y", "us", "")]) == nil)
        #expect(status([event("began", "us", began), event("later-word", "us", #"{"new":{}}"#)])?.outcome == .running)
    }

    @Test func aJournalIsReadToItsEnd() throws {
        let folder = try Scratch()
        let journal = try Journal(path: folder.path + "/control.sqlite")
        try journal.append(event("began", "us", began))
        try journal.append(event("completed"))
        #expect(EvacuationHistory(journal, cohorts: 64).status?.outcome == .completed)
    }
}
