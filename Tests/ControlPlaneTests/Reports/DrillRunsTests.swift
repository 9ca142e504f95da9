import Reports
import Testing
import UVDriver

@testable import ControlPlane
@testable import Drills

@Suite("How drills have ended, as a counter") struct DrillRunsTests {
    private func add(_ store: ReportStore, _ id: String, _ outcome: DrillOutcome, beside: [String] = []) throws {
        var report = DrillReport(
            id: id, drill: ReportShelf.drill(of: id)!, mesh: "m", target: nil, began: "2026-03-01T12:00:00.000Z",
            command: "c")
        report.outcome = outcome
        try store.add(id, [("report.json", ReportJSON.encode(report))] + beside.map { ($0, [1]) })
    }

    @Test func eachReportCountsOnceAndWhatIsRemovedStays() throws {
        let scratch = try Scratch()
        let store = ReportStore(DataDirectory(path: scratch.path))
        var runs = DrillRuns()
        runs.look(store)
        #expect(runs.count("region-evacuation", .passed) == 0)
        try add(store, "20260301-120000000-evacuation", .passed)
        try add(store, "20260301-120000001-partition", .deviated)
        // An operator's, and a load.
        try add(store, "20260301-120000002-evacuation", .passed, beside: ["evacuation.json"])
        try add(store, "20260301-120000003-load", .passed)
        for _ in 1...2 { runs.look(store) }
        // Of an earlier release, under its other name.
        #expect(runs.count("region-evacuation", .passed) == 1 && runs.count("partition", .deviated) == 1)
        #expect(runs.count("partition", .passed) == 0)
        try store.remove("20260301-120000000-evacuation")
        // One that began before another came to its end.
        try add(store, "20260301-115900000-evacuation", .passed)
        runs.look(store)
        #expect(runs.count("region-evacuation", .passed) == 2, "a counter only rises")
    }

    @Test func everyWayToEndIsThereFromTheStart() {
        var page = MetricPage()
        page.drills(DrillRuns())
        for drill in DrillRuns.names {
            for outcome in DrillOutcome.allCases {
                let labels = #"drill="\#(drill)",outcome="\#(outcome.rawValue)""#
                #expect(page.text.contains("cellmesh_drill_runs_total{\(labels)} 0\n"), "\(labels)")
            }
        }
    }
}
