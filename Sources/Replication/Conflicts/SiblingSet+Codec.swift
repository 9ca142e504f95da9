import MeshBase

/// As stores keep a set and frames carry it, in little-endian order: a format, three counts, the numbers seen, the dots
/// superseded, and the siblings, each with its dot, a byte that is 1 for a deletion, its marks and its value.
extension SiblingSet {
    /// No text begins so.
    private static let format: [UInt8] = [0, 0xC3, 0x51, 1]

    /// The set's bytes; it has to be within its bounds.
    public func encoded() -> [UInt8] {
        var bytes = Self.format
        bytes.reserveCapacity(64 + siblings.reduce(0) { $0 + $1.value.count + 64 })
        bytes.append(UInt8(siblings.count))
        bytes.append(UInt8(seen.count))
        bytes.append(UInt8(superseded.count))
        for mark in seen { Self.append(mark.writer, mark.counter, to: &bytes) }
        for dot in superseded { Self.append(dot.counter, dot.writer, to: &bytes) }
        for sibling in siblings {
            Self.append(sibling.version.counter, sibling.version.writer, to: &bytes)
            bytes.append(sibling.tombstone ? 1 : 0)
            bytes.append(UInt8(sibling.marks.count))
            for mark in sibling.marks { Self.append(mark.writer, mark.counter, to: &bytes) }
            withUnsafeBytes(of: UInt32(sibling.value.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes += sibling.value
        }
        return bytes
    }

    /// Nil for anything that `encoded` does not give.
    public init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard bytes.starts(with: Self.format) else { return nil }
        reader.at = Self.format.count
        guard let siblings = reader.byte(), let seen = reader.byte(), let superseded = reader.byte(),
            siblings > 0, siblings <= Self.most, seen <= Self.mostSeen, superseded <= Self.mostSuperseded
        else { return nil }
        self.init()
        for _ in 0..<seen {
            guard let mark = reader.mark(), self.seen.last.map({ $0.writer < mark.writer }) ?? true else { return nil }
            self.seen.append(mark)
        }
        for _ in 0..<superseded {
            guard let dot = reader.dot(), self.superseded.last.map({ $0 > dot }) ?? true else { return nil }
            self.superseded.append(dot)
        }
        for _ in 0..<siblings {
            guard let sibling = reader.sibling(), self.siblings.last.map({ $0.version < sibling.version }) ?? true
            else {
                return nil
            }
            self.siblings.append(sibling)
        }
        guard reader.at == bytes.count else { return nil }
    }

    private static func append(_ a: UInt64, _ b: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: (a.littleEndian, b.littleEndian)) { bytes.append(contentsOf: $0) }
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        mutating func byte() -> Int? {
            guard at < bytes.count else { return nil }
            at += 1
            return Int(bytes[at - 1])
        }
        mutating func word<Word: FixedWidthInteger>(_: Word.Type) -> Word? {
            let size = MemoryLayout<Word>.size
            guard bytes.count - at >= size else { return nil }
            defer { at += size }
            return bytes.withUnsafeBytes { Word(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: Word.self)) }
        }
        mutating func mark() -> Mark? {
            guard let writer = word(UInt64.self), let counter = word(UInt64.self) else { return nil }
            return Mark(writer: writer, counter: counter)
        }
        mutating func dot() -> RecordVersion? {
            guard let counter = word(UInt64.self), let writer = word(UInt64.self) else { return nil }
            return RecordVersion(counter: counter, writer: writer)
        }
        mutating func sibling() -> Sibling? {
            guard let version = dot(), let kind = byte(), kind <= 1, let count = byte(), count <= SiblingSet.mostMarks
            else { return nil }
            var sibling = Sibling(version: version, value: [], tombstone: kind == 1)
            for _ in 0..<count {
                guard let mark = mark(), sibling.marks.last.map({ $0.writer < mark.writer }) ?? true else { return nil }
                sibling.marks.append(mark)
            }
            guard let size = word(UInt32.self), Int(size) <= bytes.count - at else { return nil }
            sibling.value = Array(bytes[at..<(at + Int(size))])
            at += Int(size)
            return sibling
        }
    }
}
