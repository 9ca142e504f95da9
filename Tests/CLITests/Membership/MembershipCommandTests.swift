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
    private func page(_ observer: String, _ status: String, _ events: String) -> (name: String, page: JSONValue?) {
        let text = """
            {"schema":"cellmesh/1","observer":"\(observer)","member":"c1","health":0,"status":"\(status)",\
            "incarnation":1,"events":[\(events)]}
            """
        return (observer, JSONParser.parse(Array(text.utf8)))
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
                page("c", "suspect", event(4, "accused", "a")), ("c1", nil),
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
        #expect(text.contains("3 relays asked, 3 had none either"))
        #expect(text.contains("3 nodes"))
        #expect(text.contains("no answer from: c1"))
    }

    @Test func nobodyKnowsIt() {
        let unknown = JSONParser.parse(Array("{\"observer\":\"a\",\"member\":\"x\",\"health\":0,\"events\":[]}".utf8))
        #expect(!MemberStory(member: "x", pages: [("a", unknown)]).isKnown)
        // What is damaged is passed over.
        let damaged = JSONParser.parse(Array("{\"status\":\"dead\",\"events\":[1,{\"at\":5}]}".utf8))
        #expect(MemberStory(member: "x", pages: [("a", damaged)]).moments.isEmpty)
    }
}
