import Replication
import Reports
import Store
import Testing

@testable import cellmesh

@Suite struct ConflictListTests {
    /// What one cell would tell, of keys in the order of its store.
    private func pages(_ keys: [Int], siblings: Int = 2, size: Int = 3) -> (String?) -> ConflictsReport.Page {
        let rows = keys.map { key in
            (
                position: RecordPosition(customer: Array("c\(key)".utf8), key: Array("k".utf8)),
                conflict: ConflictList.Conflict(
                    customer: "c\(key)", key: "k", since: "",
                    siblings: (1...siblings).map { .init(number: $0, version: "", writer: "", written: "", text: "") })
            )
        }.sorted { $0.position < $1.position }
        return { after in
            let start = after.flatMap { RecordPosition(text: $0) }
            let rest = rows.filter { start == nil || $0.position > start! }
            let page = rest.prefix(size)
            return ConflictsReport.Page(
                cell: "a", conflicts: page.map(\.conflict),
                next: page.count < rest.count ? page.last?.position.text : nil)
        }
    }

    private func list(_ cells: [(String?) -> ConflictsReport.Page], after: String?, limit: Int) -> (
        ConflictList, asked: Int
    ) {
        var list = ConflictList(limit: limit)
        var asked = 0
        for cell in cells {
            var next = after
            repeat {
                asked += 1
                next = list.add(cell(next))
            } while next != nil
        }
        return (list, asked)
    }

    /// Each key once, whichever cells have it, and none left out between two pages.
    @Test func pagesFollowOneAnother() throws {
        let keys = 0..<50
        let cells = [pages(Array(0..<30)), pages(Array(10..<50), siblings: 3), pages([]), pages([7])]
        var found: [ConflictList.Conflict] = []
        var after: String?
        var count = 0
        repeat {
            let page = list(cells, after: after, limit: 7).0
            #expect(page.conflicts.count == min(7, 50 - found.count))
            found += page.conflicts
            after = page.end?.text
            count += 1
        } while after != nil && count < 20
        #expect(count == 8 && Set(found.map(\.customer)) == Set(keys.map { "c\($0)" }) && found.count == 50)
        // As the cell has it that knows of most siblings.
        #expect(found.filter { $0.siblings.count == 2 }.count == 10)
    }

    @Test func noMoreIsReadThanTheListNeeds() {
        let cell = pages(Array(0..<300), size: 10)
        #expect(list([cell, cell], after: nil, limit: 10).asked == 3)
        #expect(list([cell], after: nil, limit: 300).0.end == nil)
        #expect(list([cell], after: nil, limit: 299).0.end != nil)
    }

    /// A cell of which not everything was read: nothing behind that is told of any.
    @Test func aCellThatIsReadNoFurtherEndsThePage() throws {
        let cell = pages(Array(0..<9))
        var list = ConflictList(limit: 100)
        let first = list.add(cell(nil))
        let next = try #require(first)
        _ = list.add(cell(next))
        #expect(list.conflicts.count == 6)
        list.stop(at: try #require(RecordPosition(text: next)))
        #expect(list.conflicts.count == 3 && list.end?.text == next)
        let more = list.add(cell(next))
        #expect(more == nil && list.conflicts.count == 3)
    }
}
