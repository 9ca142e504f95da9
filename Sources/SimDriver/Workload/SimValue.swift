import MeshBase

/// What the simulated clients write: the number of the write, so that every value is unique and one from nowhere is
/// recognised. `v NUMBER ` in 16 hexadecimal digits, filled up with dots.
enum SimValue {
    /// Bytes of the shortest value.
    static let shortest = 19

    static func append(_ number: UInt64, size: Int, into output: inout ByteBuffer) {
        output.append("v ")
        for shift in stride(from: 60, through: 0, by: -4) {
            output.append(byte: digit(UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15))
        }
        for _ in 18..<max(size, shortest) { output.append(byte: UInt8(ascii: ".")) }
    }

    /// Strict; nil for bytes that no client writes.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
        guard bytes.count >= shortest, bytes[0] == UInt8(ascii: "v"), bytes[1] == UInt8(ascii: " "),
            let number = hexadecimal(bytes, 2, 18)
        else { return nil }
        for index in 18..<bytes.count where bytes[index] != UInt8(ascii: ".") { return nil }
        return number
    }

    /// `"COUNTER-WRITER"` of an entity tag, in lower-case hexadecimal, or `"COUNTER-WRITER-PROOF"`; nil for anything else.
    static func version(_ bytes: UnsafeRawBufferPointer) -> (counter: UInt64, writer: UInt64)? {
        let count = bytes.count
        guard count >= 5, bytes[0] == UInt8(ascii: "\""), bytes[count - 1] == UInt8(ascii: "\"") else { return nil }
        guard let dash = (1..<count).first(where: { bytes[$0] == UInt8(ascii: "-") }),
            let end = (dash + 1..<count).first(where: { bytes[$0] == UInt8(ascii: "-") || $0 == count - 1 }),
            let counter = hexadecimal(bytes, 1, dash), let writer = hexadecimal(bytes, dash + 1, end),
            end == count - 1 || hexadecimal(bytes, end + 1, count - 1) != nil
        else { return nil }
        return (counter, writer)
    }

    /// `2/3` of X-Shard; nil for anything else.
    static func shard(_ bytes: UnsafeRawBufferPointer) -> (serving: Int, size: Int)? {
        guard bytes.count <= 5, let slash = bytes.firstIndex(of: UInt8(ascii: "/")),
            let serving = decimal(bytes[..<slash]), let size = decimal(bytes[(slash + 1)...]), size > 0
        else { return nil }
        return (serving, size)
    }

    private static func decimal(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard !digits.isEmpty else { return nil }
        var value = 0
        for byte in digits {
            guard byte >= 48, byte <= 57 else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UInt64? {
        guard end - start >= 1, end - start <= 16 else { return nil }
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
