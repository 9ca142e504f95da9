import Reports
import Testing

@testable import ControlPlane

@Suite struct ConflictsReportTests {
    private func conflict(_ key: String, _ count: Int) -> ConflictsReport.Conflict {
        ConflictsReport.Conflict(
            customer: "c1", key: key, since: "2026-01-01T00:00:00.000Z",
            siblings: (1...count).map { .init(number: $0, version: "a-\($0)", writer: "1", written: "", text: "v") })
    }

    @Test func eachKeyStandsOnceAsTheCellKnowsItThatKnowsMost() {
        let report = ConflictsReport(pages: [
            ("a", .init(cell: "a", conflicts: [conflict("k", 2), conflict("b", 2)])),
            ("b", .init(cell: "b", conflicts: [conflict("k", 3)])),
        ])
        #expect(report.conflicts.map(\.key) == ["b", "k"] && report.conflicts.map(\.siblings.count) == [2, 3])
        #expect(report.complete && report.count == 2)
    }

    @Test func whatIsMissingIsSaid() {
        let cut = ConflictsReport(pages: [("a", .init(cell: "a", conflicts: [conflict("k", 2)], next: "0/61/6b"))])
        #expect(!cut.complete && cut.unheard.isEmpty)
        let mute = ConflictsReport(pages: [("a", nil)])
        #expect(!mute.complete && mute.unheard == ["a"])
    }
}
