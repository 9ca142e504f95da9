import Drills
import Glibc
import Laboratories
import Reports
import Testing
import UVDriver

@testable import ControlPlane
@testable import cellmesh

@Suite struct ReportStoreTests {
    private let scratch = Scratch()
    private var store: ReportStore { ReportStore(DataDirectory(path: scratch.path)) }

    private struct Full: Error {}

    private func report(_ id: String) -> RunReport {
        RunReport(
            id: id, kind: .load, title: "t", mesh: "m", begun: "2026-03-01T12:00:00.000Z",
            ended: "2026-03-01T12:00:01.000Z",
            durationMilliseconds: 1,
            command: "c")
    }

    private func add(_ store: ReportStore, _ wall: Int64 = 1_772_366_400_000_000_000) throws -> String {
        let id = store.freeID("load", wall: wall)
        try store.add(id, [("report.json", ReportJSON.encode(report(id))), ("report.html", [1, 2])])
        return id
    }

    @Test func whatIsAddedIsFoundAndRead() throws {
        let first = try add(store)
        #expect(first == "20260301-120000000-load")
        // The same moment gives another id.
        let second = try add(store)
        #expect(second == "20260301-120000001-load" && store.ids == [second, first])
        #expect(store.find("last") == second && store.find(first) == first && store.find("load") == second)
        #expect(store.find("lab") == nil && store.find("../x") == nil)
        #expect(store.report(first) == report(first) && store.file("report.html", of: first) == [1, 2])
        #expect(store.file("nothing", of: first) == nil && store.bytes(of: first) > 100)
        try store.remove(first)
        #expect(store.ids == [second] && SystemFile.names(in: store.path) == [second])
    }

    /// The disk is full at each of the files in turn.
    @Test func aReportThatCannotBeWrittenIsNotThere() throws {
        let kept = try add(store)
        for failing in 0..<2 {
            var store = store
            nonisolated(unsafe) var written = 0
            store.write = { path, content in
                guard written < failing else { throw FileFailure(operation: "write", path: path, code: 28) }
                written += 1
                try SystemFile.replace(path, with: content)
            }
            let failure = #expect(throws: ReportFailure.self) { _ = try add(store) }
            #expect(failure?.description.contains("nothing of it is left") == true)
            #expect(failure?.description.contains("No space left") == true)
            #expect(SystemFile.names(in: store.path) == [kept])
        }
    }

    @Test func whatAKilledProgramHasLeftIsNoReportAndGoes() throws {
        scratch.write("reports/.new-999999-1/report.json", "{")
        scratch.write("reports/.old-999999-1-20260301-120000000-load/report.json", "{")
        let own = ProcessIdentity.current
        scratch.write("reports/.old-\(own.pid)-\(own.startTime)-20260301-120000000-load/report.json", "{")
        #expect(store.ids.isEmpty && store.find("last") == nil)
        let id = try add(store)
        // What a program that runs is about to remove is left to it.
        #expect(
            Set(SystemFile.names(in: store.path))
                == [id, ".old-\(own.pid)-\(own.startTime)-20260301-120000000-load"])
    }

    @Test func theOldestGoAndKeptOnesStay() throws {
        var ids: [String] = []
        for number in 0..<3 {
            ids.append(try add(store, 1_772_366_400_000_000_000 + Int64(number) * 1_000_000_000))
        }
        try store.keep(ids[0], true)
        #expect(store.isKept(ids[0]) && !store.isKept(ids[1]))
        for number in 0..<ReportShelf.limit {
            _ = try add(store, 1_772_370_000_000_000_000 + Int64(number) * 1_000_000_000)
        }
        #expect(store.ids.count == ReportShelf.limit + 1)
        #expect(store.ids.contains(ids[0]) && !store.ids.contains(ids[1]) && !store.ids.contains(ids[2]))
        try store.keep(ids[0], false)
        _ = try add(store, 1_772_380_000_000_000_000)
        #expect(!store.ids.contains(ids[0]) && store.ids.count == ReportShelf.limit)
    }

    @Test func aLinkIsRemovedAndNotFollowed() throws {
        scratch.write("elsewhere/precious", "x")
        let id = try add(store)
        _ = symlink("\(scratch.path)/elsewhere", store.directory(of: "20260301-120000005-load"))
        #expect(store.file("precious", of: "20260301-120000005-load") != nil)
        try store.remove("20260301-120000005-load")
        #expect(store.ids == [id] && SystemFile.exists("\(scratch.path)/elsewhere/precious"))
    }

    @Test func aDrillIsReadAsAllOthersAre() throws {
        let path = "\(store.path)/20260301-120000000-evacuation"
        scratch.write("reports/20260301-120000000-evacuation/report.json", "{\"schema\": 7}")
        #expect(store.report("20260301-120000000-evacuation") == nil && SystemFile.isDirectory(path))
        let row = ReportsReport.Row("x", nil, kept: false, bytes: 1)
        #expect(RunView.list(ReportsReport([row])).text(.table, colors: false).contains("unreadable"))
    }

    @Test func aLaboratoryIsKeptWithItsPageAndItsDocument() throws {
        let sheet = LabSheet(title: "Hedged <calls>", lead: ["One."], replay: "cellmesh lab hedge")
        try LabReporter(mesh: DataDirectory(path: scratch.path)).keep(
            "hedge", sheet, [7], begun: 1_772_366_400_000_000_000)
        let id = try #require(store.find("lab"))
        let report = try #require(store.report(id))
        #expect(report.kind == .lab && report.outcome == .observed && report.ok == nil)
        #expect(report.title == "hedge: Hedged <calls>" && report.command == "cellmesh lab hedge")
        #expect(store.file("lab.json", of: id) == [7])
        let page = String(decoding: store.file("report.html", of: id) ?? [], as: UTF8.self)
        #expect(page.contains("Hedged &lt;calls&gt;"))
    }

    @Test func eventsAreBoundedAndSayWhatIsMissing() throws {
        let line = #"{"time":"2026-03-01T12:00:00.000Z","type":"t","action":"a","id":"i","attributes":{}}"#
        let entry = try #require(EventHistory.entry(Substring(line).utf8, since: .min))
        let text = String(
            decoding: MeshReporter.lines(Array(repeating: entry, count: 100), report("r"), most: 1_000), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 12 && text.utf8.count < 1_200)
        #expect(lines.last?.contains(#""left":89"#) == true && lines.last?.contains("truncated") == true)
        #expect(lines.allSatisfy { EventHistory.entry($0.utf8, since: .min) != nil })
    }

    @Test func theSystemsCountsAreRead() {
        let pressure = "some avg10=1.50 avg60=0.00 avg300=0.00 total=123456\nfull avg10=0.00 total=7\n"
        #expect(MachineNoise.pressure(Array(pressure.utf8)) == 123_456)
        #expect(MachineNoise.pressure(Array("full total=7\n".utf8)) == nil && MachineNoise.pressure(nil) == nil)
        let times = MachineNoise.times(Array("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1\n".utf8))
        #expect(times?.all == 36 && times?.stolen == 8)
        #expect(MachineNoise.times(Array("cpu 1 2 x\n".utf8)) == nil)
    }
}
