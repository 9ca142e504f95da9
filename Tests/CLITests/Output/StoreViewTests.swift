import Testing

@testable import Store
@testable import cellmesh

@Suite struct StoreViewTests {
    /// A digest is there to be compared: it stands in one piece where there is no terminal.
    @Test func aDigestStaysWholeIn80Columns() {
        var summary = StoreSummary(cell: "us-east-12", storeID: 1)
        (summary.customers, summary.records, summary.tombstones) = (123_456, 12_345_678, 1_234_567)
        (summary.hints, summary.queue, summary.oldestHint) = (1234, 567, 1_000)
        (summary.bytes, summary.digest) = (1_234_567_890, 0x0123_4567_89ab_cdef)
        let text = StoreView.make(summary, customer: nil).text(.table, colors: false, width: 80)
        #expect(text.contains("0123456789abcdef"), "\(text)")
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 80 }, "\(text)")
        #expect(lines[2].hasPrefix("1 234 hints, the oldest left at 1970"), "\(text)")
    }
}
