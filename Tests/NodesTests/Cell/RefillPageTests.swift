import MeshBase
import Replication
import Testing

@testable import Nodes

@Suite struct RefillPageTests {
    private func position(_ number: Int) -> RecordPosition {
        RecordPosition(customer: [1], key: [UInt8(number / 100), UInt8(number % 100)])
    }
    private func item(_ number: Int, holder: Int, tombstone: Bool = false) -> RefillPage.Item {
        RefillPage.Item(
            line: RecordLine(
                position: position(number), version: RecordVersion(counter: 1, writer: 1), tombstone: tombstone),
            holder: holder)
    }
    private func record(_ number: Int, bytes: Int = 1) -> StoredRecord {
        StoredRecord(line: item(number, holder: 0).line, value: Array(repeating: 7, count: bytes))
    }

    @Test func aPageIsKeptWhenAllOfItIsHere() throws {
        var page = RefillPage(
            items: [item(1, holder: 0), item(2, holder: 1, tombstone: true), item(3, holder: 1)], upTo: position(9),
            isLast: true)
        #expect(page.wanted(of: 0, limit: 1 << 20) == [position(1)])
        #expect(page.wanted(of: 1, limit: 1 << 20) == [position(3)])
        #expect(page.ready() == nil)
        page.take([record(1)], asked: [position(1)], isComplete: true, from: 0)
        #expect(page.ready() == nil)
        // Gone meanwhile: everything that was asked for is answered, and it is not among it.
        page.take([], asked: [position(3)], isComplete: true, from: 1)
        let ready = try #require(page.ready())
        #expect(ready.records.map(\.line.position) == [position(1), position(2)])
        #expect(ready.upTo == position(9) && ready.isLast)
        let isDone = page.kept(upTo: position(9))
        #expect(isDone)
    }

    @Test func answersCutShortAreAskedForAgain() {
        var page = RefillPage(items: (1...4).map { item($0, holder: 0) }, upTo: position(4), isLast: false)
        let asked = page.wanted(of: 0, limit: 1 << 20)
        #expect(asked.count == 4)
        page.take([record(1), record(3)], asked: asked, isComplete: false, from: 0)
        // The second lies before the last that came: it is gone. The fourth is still to come.
        #expect(page.wanted(of: 0, limit: 1 << 20) == [position(4)])
    }

    @Test func largeRecordsAreKeptBeforeThePageIsWhole() throws {
        var page = RefillPage(items: (1...4).map { item($0, holder: $0 % 2) }, upTo: position(4), isLast: true)
        page.take(
            [record(1, bytes: 2 << 20), record(3, bytes: 3 << 20)], asked: [position(1), position(3)],
            isComplete: true, from: 1)
        let first = try #require(page.ready())
        #expect(first.records.count == 1 && first.upTo == position(1) && !first.isLast)
        let isDone = page.kept(upTo: first.upTo)
        #expect(!isDone)
        #expect(page.wanted(of: 0, limit: 1 << 20) == [position(2), position(4)])
    }

    @Test func oneNameAtLeastIsAskedFor() {
        let page = RefillPage(items: (1...3).map { item($0, holder: 0) }, upTo: position(3), isLast: false)
        #expect(page.wanted(of: 0, limit: 0).count == 1)
    }
}
