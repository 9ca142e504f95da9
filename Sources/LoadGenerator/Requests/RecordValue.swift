import MeshBase

/// What a load writes into records: the run and the number of the write, so that every value is unique and a value
/// from nowhere is recognised. `w RUN NUMBER ` in 16 hexadecimal digits each, filled up with dots.
package enum RecordValue {
    /// Bytes of the shortest value.
    static let size = 64
    private static let head = 2 + 16 + 1 + 16 + 1

    static func append(run: UInt64, number: UInt64, size: Int, into output: inout ByteBuffer) {
        let space = output.reserve(size)
        guard size >= head, let base = space.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        base[0] = UInt8(ascii: "w")
        base[1] = UInt8(ascii: " ")
        digits(run, base + 2)
        base[18] = UInt8(ascii: " ")
        digits(number, base + 19)
        base[35] = UInt8(ascii: " ")
        for index in head..<size { base[index] = UInt8(ascii: ".") }
        output.commit(size)
    }

    /// Strict; nil for bytes that no load writes.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> (run: UInt64, number: UInt64)? {
        guard bytes.count >= size, bytes[0] == UInt8(ascii: "w"), bytes[1] == UInt8(ascii: " "),
            bytes[18] == UInt8(ascii: " "), bytes[35] == UInt8(ascii: " "),
            let run = Hexadecimal.parse(bytes, 2, 18), let number = Hexadecimal.parse(bytes, 19, 35)
        else { return nil }
        for index in head..<bytes.count where bytes[index] != UInt8(ascii: ".") { return nil }
        return (run, number)
    }

    /// The run that has written a value, of which the beginning is enough; nil for what no load writes.
    package static func run(ofText text: String) -> UInt64? {
        let parts = text.utf8.prefix(head).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("w".utf8), parts[1].count == 16, parts[2].count == 16,
            parts[3].isEmpty
        else { return nil }
        return String(parts[1]).flatMap { UInt64($0, radix: 16) }
    }

    private static func digits(_ value: UInt64, _ base: UnsafeMutablePointer<UInt8>) {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 15
            base[index] = digit < 10 ? 48 + digit : 87 + digit
        }
    }
}

/// Lower-case hexadecimal, strictly.
enum Hexadecimal {
    /// 1 to 16 digits; nil for anything else.
    static func parse(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UInt64? {
        guard end - start >= 1, end - start <= 16, end <= bytes.count else { return nil }
        var value: UInt64 = 0
        for index in start..<end {
            switch bytes[index] {
            case 48...57: value = value << 4 | UInt64(bytes[index] - 48)
            case 97...102: value = value << 4 | UInt64(bytes[index] - 87)
            default: return nil
            }
        }
        return value
    }
}
