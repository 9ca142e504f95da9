import MeshBase
import Replication
import Testing

@testable import Wire

@Suite struct RecordPagesTests {
    private func line(_ number: UInt8, tombstone: Bool = false) -> RecordLine {
        RecordLine(
            position: RecordPosition(customer: [99, number], key: Array(repeating: number, count: Int(number))),
            version: RecordVersion(counter: UInt64(number) << 40, writer: .max), tombstone: tombstone)
    }

    private func bytes(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer()
        write(&buffer)
        return Array(buffer.bytes)
    }

    @Test func whatWasWrittenIsReadBack() {
        let page = RecordPages.Listing(
            lines: [line(1), line(7, tombstone: true)], upTo: line(9).position, isLast: true)
        let listing = bytes { RecordPages.append(page, into: &$0) }
        #expect(listing.withUnsafeBytes { RecordPages.listing($0) } == page)
        let positions = [line(1).position, line(200).position]
        let names = bytes { RecordPages.append(positions, into: &$0) }
        #expect(names.withUnsafeBytes { RecordPages.positions($0) } == positions)
        let records = [StoredRecord(line: line(3), value: [1, 2, 3]), StoredRecord(line: line(4), value: [])]
        var sent = 0
        let body = bytes { sent = RecordPages.append(records, limit: 1 << 20, into: &$0) }
        #expect(sent == 2)
        #expect(body.withUnsafeBytes { RecordPages.records($0) } == records)
    }

    @Test func aPageHoldsOneRecordAtLeastAndNoMoreThanItsLimit() {
        let records = (1...4).map { StoredRecord(line: line($0), value: Array(repeating: $0, count: 100)) }
        for (limit, count) in [(10, 1), (300, 2), (10_000, 4)] {
            var sent = 0
            _ = bytes { sent = RecordPages.append(records, limit: limit, into: &$0) }
            #expect(sent == count)
        }
    }

    @Test func damagedPagesAreRefusedAndNeverTrap() {
        let page = RecordPages.Listing(lines: [line(1), line(7)], upTo: line(9).position, isLast: false)
        let listing = bytes { RecordPages.append(page, into: &$0) }
        let records = bytes {
            _ = RecordPages.append([StoredRecord(line: line(3), value: [1, 2])], limit: 99, into: &$0)
        }
        for count in 0..<listing.count {
            let cut = Array(listing.prefix(count)).withUnsafeBytes { RecordPages.listing($0) }
            #expect(cut == nil || cut!.lines.count < 2)
        }
        for count in 1..<records.count {
            #expect(Array(records.prefix(count)).withUnsafeBytes { RecordPages.records($0) } == nil)
        }
        var rng = Generator(seed: 3)
        for round in 0..<20_000 {
            var bytes = round % 2 == 0 ? listing : records
            for _ in 0...Int(rng.below(4)) { bytes[Int(rng.below(UInt64(bytes.count)))] = UInt8(rng.below(256)) }
            bytes.withUnsafeBytes {
                _ = RecordPages.listing($0)
                _ = RecordPages.records($0)
                _ = RecordPages.positions($0)
            }
        }
    }
}
