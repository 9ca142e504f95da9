import Testing

@testable import Drills

@Suite struct ReportShelfTests {
    @Test func namesSortAsTimeDoes() {
        let first = ReportShelf.id(of: "evacuation", wall: "2026-03-01T12:00:00.123Z")
        #expect(first == "20260301-120000123-evacuation")
        let later = ReportShelf.id(of: "partition", wall: "2026-03-01T12:00:01.000Z")
        #expect(ReportShelf.sorted([first, "x", later]) == [later, first])
        #expect(ReportShelf.drill(of: first) == "evacuation")
    }

    @Test func nothingElseIsARecordsName() {
        for name in ["", "..", "../x", "20260301-1-", "20260301-1-A", "2026030-1-a", "20260301-1-a/b", "last"] {
            #expect(!ReportShelf.isID(name), "\(name)")
        }
    }

    @Test func theOldestGo() {
        let names = (10..<70).map { "202603\($0 / 24 + 10)-\(100_000 + $0)-evacuation" }
        let gone = ReportShelf.excess(names + ["journal.json"])
        #expect(gone.count == 60 - 49 && Set(gone) == Set(names.prefix(11)))
        #expect(ReportShelf.excess(Array(names.prefix(49))).isEmpty)
    }

    @Test func aReportIsFoundByDrillByNameAndAsTheLast() {
        let names = ["20260301-1-evacuation", "20260302-1-evacuation", "20260303-1-partition"]
        #expect(ReportShelf.find("evacuation", among: names) == names[1])
        #expect(ReportShelf.find(names[0], among: names) == names[0])
        #expect(ReportShelf.find("last", among: names) == names[2])
        #expect(ReportShelf.find("zoo", among: names) == nil)
    }
}
