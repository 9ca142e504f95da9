import MeshBase
import Replication

/// What cells tell each other of their records: bodies of frames, in little-endian order.
///
/// A position is two lengths (2 bytes each), customer and key. A line is a position, a byte that is 1 for a tombstone,
/// counter and writer of the version, and a fingerprint; a record is a line, a length (4 bytes) and the value.
package enum RecordPages {
    /// Lines of one page at most.
    package static let mostLines = 512
    /// Bytes of one page at most, unless a single record is longer.
    package static let mostBytes = 256 << 10

    /// A page of lines: whether it is the last, the floor, how far it reaches (with its hash), the lines.
    package struct Listing: Sendable, Equatable {
        package var lines: [RecordLine]
        /// Nothing between the page asked for and this position is missing.
        package var upTo: RecordPosition
        package var isLast: Bool
        /// The highest counter of a tombstone of the cohort that was collected there.
        package var floor: UInt64

        package init(lines: [RecordLine], upTo: RecordPosition, isLast: Bool, floor: UInt64 = 0) {
            self.lines = lines
            self.upTo = upTo
            self.isLast = isLast
            self.floor = floor
        }

        /// Adds a line; false where there is no room for it: the page ends with the line before, and is not the last.
        package mutating func add(_ line: RecordLine, hasRoom: Bool = true) -> Bool {
            guard let last = lines.last, !hasRoom || lines.count >= RecordPages.mostLines else {
                lines.append(line)
                return true
            }
            upTo = last.position
            isLast = false
            return false
        }
    }

    // MARK: Writing

    package static func append(_ page: Listing, into buffer: inout ByteBuffer) {
        buffer.append(byte: page.isLast ? 1 : 0)
        buffer.append(littleEndian: page.floor)
        buffer.append(littleEndian: page.upTo.hash.rawValue)
        append(page.upTo, into: &buffer)
        for line in page.lines { append(line, into: &buffer) }
    }

    package static func append(_ positions: some Sequence<RecordPosition>, into buffer: inout ByteBuffer) {
        for position in positions { append(position, into: &buffer) }
    }

    /// As many of the records as the limit allows, and one at least; how many it were.
    package static func append(
        _ records: [StoredRecord], limit: Int, into buffer: inout ByteBuffer
    ) -> Int {
        let start = buffer.count
        var count = 0
        for record in records {
            guard count == 0 || buffer.count - start + size(of: record) <= limit else { break }
            append(record.line, into: &buffer)
            buffer.append(littleEndian: UInt32(record.value.count))
            buffer.append(record.value)
            count += 1
        }
        return count
    }

    package static func size(of line: RecordLine) -> Int {
        29 + line.position.customer.count + line.position.key.count
    }
    package static func size(of record: StoredRecord) -> Int { size(of: record.line) + 4 + record.value.count }

    private static func append(_ position: RecordPosition, into buffer: inout ByteBuffer) {
        // Both come out of a request's target, which is at most 8 KiB.
        buffer.append(littleEndian: UInt16(position.customer.count))
        buffer.append(littleEndian: UInt16(position.key.count))
        buffer.append(position.customer)
        buffer.append(position.key)
    }

    private static func append(_ line: RecordLine, into buffer: inout ByteBuffer) {
        append(line.position, into: &buffer)
        buffer.append(byte: line.tombstone ? 1 : 0)
        buffer.append(littleEndian: line.version.counter)
        buffer.append(littleEndian: line.version.writer)
        buffer.append(littleEndian: line.fingerprint)
    }

    // MARK: Reading; nil for anything that was not written here

    package static func listing(_ bytes: UnsafeRawBufferPointer) -> Listing? {
        var reader = Reader(bytes)
        guard let last = reader.integer(UInt8.self), let floor = reader.integer(UInt64.self),
            let hash = reader.integer(UInt64.self), let end = reader.position()
        else { return nil }
        let upTo = RecordPosition(hash: CustomerHash(rawValue: hash), customer: end.customer, key: end.key)
        var lines: [RecordLine] = []
        while !reader.isAtEnd {
            guard lines.count < mostLines, let line = reader.line() else { return nil }
            lines.append(line)
        }
        return Listing(lines: lines, upTo: upTo, isLast: last != 0, floor: floor)
    }

    package static func positions(_ bytes: UnsafeRawBufferPointer) -> [RecordPosition]? {
        var reader = Reader(bytes)
        var positions: [RecordPosition] = []
        while !reader.isAtEnd {
            guard positions.count < mostLines, let position = reader.position() else { return nil }
            positions.append(position)
        }
        return positions
    }

    package static func records(_ bytes: UnsafeRawBufferPointer) -> [StoredRecord]? {
        var reader = Reader(bytes)
        var records: [StoredRecord] = []
        while !reader.isAtEnd {
            guard records.count < mostLines, let line = reader.line(), let count = reader.integer(UInt32.self),
                let value = reader.take(Int(count))
            else { return nil }
            records.append(StoredRecord(line: line, value: value))
        }
        return records
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var at = 0
        /// Of the last position: lines of one customer lie next to each other, and share its name.
        private var customer: (name: [UInt8], hash: CustomerHash) = ([], CustomerHash(rawValue: 0))

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { at == bytes.count }

        mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
            let size = MemoryLayout<Integer>.size
            guard bytes.count - at >= size else { return nil }
            defer { at += size }
            return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: type))
        }

        mutating func take(_ count: Int) -> [UInt8]? {
            guard count >= 0, bytes.count - at >= count else { return nil }
            defer { at += count }
            return Array(bytes[at..<(at + count)])
        }

        mutating func position() -> RecordPosition? {
            guard let customers = integer(UInt16.self), let keys = integer(UInt16.self),
                bytes.count - at >= Int(customers)
            else { return nil }
            let name = bytes[at..<(at + Int(customers))]
            if !customer.name.elementsEqual(name) || customer.name.isEmpty {
                let name = Array(name)
                customer = (name, name.withUnsafeBytes { CustomerHash($0) })
            }
            at += Int(customers)
            guard let key = take(Int(keys)) else { return nil }
            return RecordPosition(hash: customer.hash, customer: customer.name, key: key)
        }

        mutating func line() -> RecordLine? {
            guard let position = position(), let flags = integer(UInt8.self), let counter = integer(UInt64.self),
                let writer = integer(UInt64.self), let fingerprint = integer(UInt64.self)
            else { return nil }
            return RecordLine(
                position: position, version: RecordVersion(counter: counter, writer: writer), tombstone: flags != 0,
                fingerprint: fingerprint)
        }
    }
}
