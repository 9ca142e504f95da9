/// Reads integers and bytes off the front of an array; nil where too few are left.
struct ByteReader {
    private let source: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { source = bytes }

    var isAtEnd: Bool { position == source.count }

    /// The next integer, little-endian.
    mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        let size = MemoryLayout<Integer>.size
        guard source.count - position >= size else { return nil }
        defer { position += size }
        return source.withUnsafeBytes {
            Integer(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Integer.self))
        }
    }

    /// Bytes behind their number.
    mutating func sized(most: Int) -> [UInt8]? {
        guard let count = integer(UInt32.self).map({ Int($0) }), count <= most, source.count - position >= count
        else { return nil }
        defer { position += count }
        return Array(source[position..<position + count])
    }
}

extension [UInt8] {
    mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append(sized bytes: [UInt8]) {
        append(littleEndian: UInt32(bytes.count))
        append(contentsOf: bytes)
    }
}
