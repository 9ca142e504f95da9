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
        func entries(_ names: [String], bytes: Int = 10, kept: Set<String> = []) -> [ReportShelf.Entry] {
            names.map { ReportShelf.Entry(id: $0, bytes: bytes, isKept: kept.contains($0)) }
        }
        let gone = ReportShelf.excess(entries(names + ["journal.json"]), limit: 50)
        #expect(Set(gone) == Set(names.prefix(10)))
        #expect(ReportShelf.excess(entries(names), limit: 60).isEmpty)
        // What somebody keeps neither goes nor takes the room of others.
        let kept = Set(names.prefix(5))
        #expect(Set(ReportShelf.excess(entries(names, kept: kept), limit: 50)) == Set(names[5..<10]))
        #expect(Set(ReportShelf.excess(entries(names), mostBytes: 105)) == Set(names.prefix(50)))
        // The newest stays, however large it is.
        #expect(ReportShelf.excess(entries([names[0]], bytes: 1_000), limit: 1, mostBytes: 10).isEmpty)
        #expect(ReportShelf.excess(entries(names.suffix(2), bytes: 1_000), mostBytes: 10) == [names[58]])
    }

    @Test func aReportIsFoundByDrillByNameAndAsTheLast() {
        let names = ["20260301-1-evacuation", "20260302-1-evacuation", "20260303-1-partition"]
        #expect(ReportShelf.find("evacuation", among: names) == names[1])
        #expect(ReportShelf.find(names[0], among: names) == names[0])
        #expect(ReportShelf.find("last", among: names) == names[2])
        #expect(ReportShelf.find("zoo", among: names) == nil)
    }
}
