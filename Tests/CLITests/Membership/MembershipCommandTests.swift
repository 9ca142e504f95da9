import ControlPlane
import Reports
import Store
import Telemetry
import Testing
import Wire

@testable import cellmesh

@Suite struct MeshKeysTests {
    private func key(_ id: UInt32) -> GossipKeyFile.Key {
        GossipKeyFile.Key(id: id, bytes: [UInt8](repeating: UInt8(id), count: 32))
    }
    private func steps(_ ids: [UInt32], primary: UInt32) -> [([UInt32], UInt32)] {
        MeshKeys.steps(from: GossipKeyFile(keys: ids.map(key), primary: primary)) {
            [UInt8](repeating: 0xEE, count: 32)
        }.map { ($0.keys.map(\.id), $0.primary) }
    }

    @Test func aRotationHasThreeSteps() {
        let steps = steps([1], primary: 1)
        #expect(steps.map(\.0) == [[1, 2], [1, 2], [2]])
        #expect(steps.map(\.1) == [1, 2, 2])
    }

    /// Broken off after any step it goes on, and makes no further key.
    @Test func aRotationIsTakenUp() {
        #expect(steps([1, 2], primary: 1).map(\.0) == [[1, 2], [1, 2], [2]])
        let last = steps([1, 2], primary: 2)
        #expect(last.map(\.0) == [[1, 2], [2]])
        #expect(last.map(\.1) == [2, 2])
        // Each step is a file that can be read.
        for step in MeshKeys.steps(from: GossipKeyFile(keys: [key(7)], primary: 7), newKey: { key(9).bytes }) {
            #expect(GossipKeyFile(step.text) == step)
        }
    }

    @Test func whatIsShownIsNoKey() {
        let file = GossipKeyFile(keys: [key(0xAB)], primary: 0xAB)
        let report = KeysView.make(file, [KeyUse(name: "r1", primary: nil, ids: [])])
        for text in [report.text(.json, colors: false), report.text(.wide, colors: false)] {
            #expect(!text.contains("abab"))
            #expect(text.contains("r1"))
        }
    }
}

@Suite struct MemberStoryTests {
    private typealias Answer = ProcessPages.Answer<MemberHistoryPage>

    private func page(_ observer: String, _ status: String, _ events: String) -> Answer {
        let text = """
            {"schema":"cellmesh/1","observer":"\(observer)","member":"c1","health":0,"status":"\(status)",\
            "incarnation":1,"events":[\(events)]}
            """
        return Answer(
            name: observer, page: ReportJSON.decode(MemberHistoryPage.self, Array(text.utf8)), isSilent: false)
    }
    private func event(_ second: Int, _ kind: String, _ actor: String, _ more: String = "") -> String {
        "{\"at\":\"2026-01-01T00:00:0\(second).000Z\",\"event\":\"\(kind)\",\"actor\":\"\(actor)\",\"incarnation\":1\(more)}"
    }

    @Test func manyViewsBecomeOneTimeline() throws {
        let probe = event(1, "probe-failed", "a", ",\"relays\":3,\"nacks\":3,\"health\":0")
        let story = MemberStory(
            member: "c1",
            pages: [
                page("b", "dead", [event(3, "accused", "a"), event(5, "dead", "b")].joined(separator: ",")),
                page("a", "dead", [probe, event(2, "accused", "a", ",\"timeout_ms\":4100")].joined(separator: ",")),
                page("c", "suspect", event(4, "accused", "a")), Answer(name: "c1", page: nil, isSilent: true),
            ])
        #expect(story.moments.map(\.event) == ["probe-failed", "accused", "dead"])
        #expect(story.moments[1].observers.sorted() == ["a", "b", "c"])
        #expect(story.moments[1].timeoutMilliseconds == 4100)
        #expect(story.silent == ["c1"])
        #expect(story.accusers.map(\.name) == ["a"])
        #expect(story.accusers.first?.failedProbes == 1)
        #expect(story.verdicts.map(\.status) == ["dead", "suspect"])
        let text = WhyView.make(story).text(.table, colors: false)
        #expect(text.contains("c1 is dead for b, a"))
        #expect(text.contains("accusers: a (1 failed probe)"))
        #expect(text.contains("1 failed probe of a; accused by a; dead after 4.0 s"))
        #expect(text.contains("3 nodes"))
        let all = WhyView.make(story).text(.wide, colors: false)
        #expect(all.contains("3 relays asked, 3 had none either"))
        #expect(text.contains("no answer from: c1"))
    }

    /// What was done to the member stands in its timeline; at equal times a cause stands before what came of it.
    @Test func deedsStandBeforeTheirEffects() throws {
        var story = MemberStory(
            member: "c1",
            pages: [
                page(
                    "a", "dead",
                    [event(1, "dead", "a"), event(1, "accused", "a"), event(1, "probe-failed", "a")].joined(
                        separator: ","))
            ])
        let second = try #require(Timestamp.parse("2026-01-01T00:00:01Z"))
        story.add([
            Deed(time: second - 3_600_000_000_000, event: "kill", actor: "operator", detail: "long ago"),
            Deed(time: second + 1, event: "exited", actor: "control", detail: "signal 9, as asked"),
            Deed(time: second + 2, event: "kill", actor: "operator", detail: "SIGKILL"),
        ])
        #expect(story.moments.map(\.event) == ["kill", "exited", "probe-failed", "accused", "dead"])
        #expect(WhyView.make(story).text(.table, colors: false).contains("kill    operator  SIGKILL"))
    }

    /// The journal's words, and the places by which a fault may mean a cell.
    @Test func theJournalTellsOfDeeds() throws {
        let scratch = Scratch()
        let mesh = DataDirectory(path: scratch.path)
        let journal = try Journal(path: mesh.journalPath)
        let events = [
            ("process", "kill", "c1", #"{"pid":7,"until":"2026-01-01T00:00:09.000Z"}"#),
            ("process", "exited", "c1", #"{"pid":7,"how":"signal 9","expected":true}"#),
            ("process", "kill", "c2", "{}"), ("fault", "added", "f1", #"{"kind":"loss","targets":"cell/c1 control"}"#),
            ("fault", "added", "f2", #"{"kind":"loss","targets":"cell/c2"}"#),
            ("fault", "expired", "f1", #"{"kind":"loss","targets":"cell/c1 control"}"#),
        ]
        for (offset, event) in events.enumerated() {
            try journal.append(
                JournalEvent(
                    time: Int64(offset), type: event.0, action: event.1, subject: event.2, attributes: event.3))
        }
        let deeds = Deed.all(of: "c1", in: mesh)
        #expect(deeds.map(\.event) == ["kill", "exited", "fault", "healed"])
        #expect(
            deeds.map(\.detail) == [
                "SIGKILL until 00:00:09", "signal 9, as asked", "loss f1 on cell/c1 control",
                "loss f1 on cell/c1 control",
            ])
        #expect(deeds.map(\.actor) == ["operator", "control", "operator", "its lease"])
    }

    @Test func nobodyKnowsIt() {
        let text = #"{"observer":"a","member":"x","health":0,"events":[]}"#
        let unknown = ReportJSON.decode(MemberHistoryPage.self, Array(text.utf8))
        #expect(!MemberStory(member: "x", pages: [Answer(name: "a", page: unknown, isSilent: false)]).isKnown)
        // What is damaged is no page.
        #expect(
            ReportJSON.decode(MemberHistoryPage.self, Array(#"{"status":"dead","events":[1,{"at":5}]}"#.utf8)) == nil)
    }
}
