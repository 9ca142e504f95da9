import Reports
import Store
import Telemetry
import Testing

@testable import ControlPlane
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

    private func ids(_ entries: [EventHistory.Entry]) -> [String] { entries.map(\.event.id) }

    @Test func allProcessesAreMergedByTime() {
        scratch.write("control/events.ndjson", line(3, "process", "killed", "c", "control"))
        scratch.write("cells/a/events.ndjson", line(4, "member", "dead", "d", "a"))
        scratch.write("cells/a/events.ndjson.1", line(1, "member", "alive", "a", "a"))
        scratch.write("routers/r1/events.ndjson", line(2, "link", "down", "b", "r1") + "not JSON\n{\"time\":\"x\"}\n")
        var history = EventHistory(mesh, .init())
        #expect(ids(history.next()) == ["a", "b", "c", "d"])
        #expect(history.next().isEmpty)
    }

    @Test func theJournalOfTheControlPlaneIsMergedToo() throws {
        let time = try #require(Timestamp.parse("2026-03-01T12:00:02Z"))
        let journal = try Journal(path: mesh.journalPath)
        for type in ["process", "member"] {
            try journal.append(
                JournalEvent(time: time, type: type, action: "kill", subject: "b", attributes: #"{"pid":7}"#))
        }
        scratch.write("cells/a/events.ndjson", line(1, "t", "x", "a", "a") + line(3, "t", "x", "c", "a"))
        var history = EventHistory(mesh, .init())
        let entries = history.next()
        #expect(ids(entries) == ["a", "b", "c"])
        #expect(
            entries[1].line
                == #"{"time":"2026-03-01T12:00:02.000000000Z","type":"process","action":"kill","id":"b","#
                + #""attributes":{"pid":7}}"#)
        try journal.append(JournalEvent(time: time, type: "mesh", action: "stopped", subject: "d"))
        #expect(ids(history.next()) == ["d"])
    }

    @Test func whatIsOldOrOfAnotherTypeIsLeftOut() throws {
        scratch.write(
            "control/events.ndjson",
            line(1, "member", "dead", "a", "x") + line(5, "member", "dead", "b", "x") + line(6, "link", "up", "c", "x"))
        let since = try #require(Since(argument: "2026-03-01T12:00:05Z"))
        var recent = EventHistory(mesh, .init(since: since.time))
        #expect(ids(recent.next()) == ["b", "c"])
        var members = EventHistory(mesh, .init(types: ["member"]))
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
        var collapser = ViewCollapser()
        var table = EventTable(TableStyle(isWide: false, hasColors: false))
        #expect(
            table.render(collapser.lines(history.next())) == """
                TIME          TYPE    ACTION  ID         BY  DETAILS
                12:00:07.000  member  dead    us-east-1  r1

                """)
        scratch.write("control/events.ndjson", line(8, "link", "up", "a", "r1"), appending: true)
        #expect(
            table.render(collapser.lines(history.next())) == "12:00:08.000  link    up      a          r1\n")
    }

    @Test func whatManySawIsOneLineWithTheirCount() {
        for observer in ["a", "b", "c"] {
            scratch.write("cells/\(observer)/events.ndjson", line(2, "member", "dead", "d", observer))
        }
        scratch.write(
            "control/events.ndjson", line(1, "process", "kill", "d", "") + line(20, "member", "dead", "d", "control"))
        var history = EventHistory(mesh, .init())
        var collapser = ViewCollapser()
        let lines = collapser.lines(history.next())
        #expect(lines.map(\.observers.count) == [1, 3, 1])
        // One more who saw the same is no news; who sees it again says that it happened again.
        scratch.write("control/events.ndjson", line(21, "member", "dead", "d", "a"), appending: true)
        #expect(collapser.lines(history.next()).isEmpty)
        scratch.write("control/events.ndjson", line(22, "member", "dead", "d", "a"), appending: true)
        #expect(collapser.lines(history.next()).count == 1)
    }

    /// The document of an event counts who saw it; what was told stays as it was.
    @Test func aFoldedEventCountsItsObservers() throws {
        for observer in ["a", "b", "c", "d", "e", "f"] {
            scratch.write("cells/\(observer)/events.ndjson", line(2, "member", "dead", "d", observer))
        }
        var history = EventHistory(mesh, .init())
        var collapser = ViewCollapser()
        let folded = collapser.lines(history.next())
        try #require(folded.count == 1)
        #expect(
            FoldedEvent.line(folded[0])
                == line(2, "member", "dead", "d", "a").dropLast(2) + #","observers":["a","b","c","d"],"seen":6}"#)
    }

    /// In the foreground each event is one line, and what was before is another run's.
    @Test func whatHappensIsToldOnce() throws {
        func event(_ n: UInt64, _ second: Int, _ action: String, _ observers: [String]) -> FeedEvents.Event {
            .init(
                n: n,
                event: EventRecord(
                    time: "2026-03-01T12:00:0\(second).000Z", type: "member", action: action, id: "us-east-1"),
                observers: observers, seen: observers.count)
        }
        let begun = try #require(Timestamp.parse("2026-03-01T12:00:03Z"))
        var narrator = UpNarrator(begun: begun, TableStyle(isWide: false, hasColors: false))
        #expect(narrator.lines(FeedEvents(events: [event(1, 1, "alive", ["control"])])) == "")
        #expect(
            narrator.lines(FeedEvents(events: [event(2, 4, "suspect", ["control"])]))
                == "12:00:04.000  member  suspect  us-east-1\n")
        #expect(
            narrator.lines(
                FeedEvents(events: [event(2, 4, "suspect", ["control", "a"]), event(3, 5, "dead", ["a", "b"])]))
                == "12:00:05.000  member  dead     us-east-1  2 nodes\n")
        #expect(narrator.lines(FeedEvents(events: [], missed: 7)) == "7 more events at once: cellmesh events\n")
    }

    @Test func whoFollowsBeginsWithTheLastFewUnlessToldOtherwise() throws {
        func most(_ line: String) throws -> Int? {
            let command = try CellMesh.parseAsRoot(line.split(separator: " ").map(String.init))
            return try #require(command as? EventsCommand).mostOfPast
        }
        #expect(try most("events") == nil && most("events --since 5m") == nil && most("events --tail 3") == 3)
        #expect(try most("events --follow") == 10 && most("events --follow --tail 0") == 0)
        #expect(try most("events --follow --since 5m") == nil)
        #expect(throws: (any Error).self) { try CellMesh.parseAsRoot(["events", "--tail=-1"]) }
    }

    @Test func severalTypesAreTaken() throws {
        for line in ["events --type a,b --type c", "events --type a --type b --type c"] {
            let events = try #require(
                try CellMesh.parseAsRoot(line.split(separator: " ").map(String.init)) as? EventsCommand)
            #expect(events.wanted == ["a", "b", "c"])
        }
        scratch.write(
            "control/events.ndjson",
            line(1, "a", "x", "1", "") + line(2, "b", "x", "2", "") + line(3, "c", "x", "3", ""))
        var history = EventHistory(mesh, .init(types: ["a", "c"]))
        #expect(ids(history.next()) == ["1", "3"])
    }
}
