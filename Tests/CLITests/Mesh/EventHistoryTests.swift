import ControlPlane
import Testing

@testable import cellmesh

@Suite struct EventHistoryTests {
    private let scratch = Scratch()
    private var mesh: DataDirectory { DataDirectory(path: scratch.path) }

    private func line(_ second: Int, _ type: String, _ action: String, _ id: String, _ observer: String) -> String {
        let time = "2026-03-01T12:00:\(second < 10 ? "0" : "")\(second).000000000Z"
        return
            #"{"time":"\#(time)","type":"\#(type)","action":"\#(action)","id":"\#(id)","attributes":{"observer":"\#(observer)"}}"#
            + "\n"
    }

    private func ids(_ entries: [EventHistory.Entry]) -> [String] { entries.map { $0.event["id"].text ?? "" } }

    @Test func allProcessesAreMergedByTime() {
        scratch.write("control/events.ndjson", line(3, "process", "killed", "c", "control"))
        scratch.write("cells/a/events.ndjson", line(4, "member", "dead", "d", "a"))
        scratch.write("cells/a/events.ndjson.1", line(1, "member", "alive", "a", "a"))
        scratch.write("routers/r1/events.ndjson", line(2, "link", "down", "b", "r1") + "not JSON\n{\"time\":\"x\"}\n")
        var history = EventHistory(mesh, .init())
        #expect(ids(history.next()) == ["a", "b", "c", "d"])
        #expect(history.next().isEmpty)
    }

    @Test func whatIsOldOrOfAnotherTypeIsLeftOut() throws {
        scratch.write(
            "control/events.ndjson",
            line(1, "member", "dead", "a", "x") + line(5, "member", "dead", "b", "x") + line(6, "link", "up", "c", "x"))
        let since = try #require(Since(argument: "2026-03-01T12:00:05Z"))
        var recent = EventHistory(mesh, .init(since: since.time))
        #expect(ids(recent.next()) == ["b", "c"])
        var members = EventHistory(mesh, .init(type: "member"))
        #expect(ids(members.next()) == ["a", "b"])
        var one = EventHistory(mesh, .init(id: "c"))
        #expect(ids(one.next()) == ["c"])
    }

    @Test func newLinesFollow() {
        scratch.write("cells/a/events.ndjson", line(1, "t", "x", "1", "a"))
        var history = EventHistory(mesh, .init())
        #expect(ids(history.next()) == ["1"])
        // A line is taken when it is whole.
        let next = line(2, "t", "x", "2", "a")
        scratch.write("cells/a/events.ndjson", String(next.prefix(20)), appending: true)
        #expect(history.next().isEmpty)
        scratch.write("cells/a/events.ndjson", String(next.dropFirst(20)), appending: true)
        #expect(ids(history.next()) == ["2"])
        // The file is rotated between two looks.
        scratch.write("cells/a/events.ndjson", line(3, "t", "x", "3", "a"), appending: true)
        scratch.rename("cells/a/events.ndjson", "cells/a/events.ndjson.1")
        scratch.write("cells/a/events.ndjson", line(4, "t", "x", "4", "a"))
        #expect(ids(history.next()) == ["3", "4"])
    }

    @Test func aTableHasAColumnForTheObserver() {
        scratch.write("control/events.ndjson", line(7, "member", "dead", "us-east-1", "r1"))
        var history = EventHistory(mesh, .init())
        #expect(
            EventTable.render(history.next(), TableStyle(isWide: false, hasColors: false)) == """
                TIME          TYPE    ACTION  ID         BY  DETAILS
                12:00:07.000  member  dead    us-east-1  r1

                """)
    }
}
