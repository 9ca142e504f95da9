import MeshBase

/// The inside of JSON strings (RFC 8259, 7): quotes, backslashes and control characters are escaped.
package enum JSONText {
    /// The number of bytes that `append` appends.
    package static func count(_ text: UnsafeRawBufferPointer) -> Int {
        var count = text.count
        for byte in text { count += growth(byte) }
        return count
    }
    package static func count(_ text: StaticString) -> Int { count(bytes(text)) }
    package static func count(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { count(UnsafeRawBufferPointer($0)) }
    }

    /// Appends well-formed UTF-8, escaped.
    package static func append(_ text: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        var start = 0
        for position in 0..<text.count where growth(text[position]) > 0 {
            output.append(UnsafeRawBufferPointer(rebasing: text[start..<position]))
            escape(text[position], &output)
            start = position + 1
        }
        output.append(UnsafeRawBufferPointer(rebasing: text[start..<text.count]))
    }
    package static func append(_ text: StaticString, to output: inout ByteBuffer) { append(bytes(text), to: &output) }
    package static func append(_ text: String, to output: inout ByteBuffer) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0), to: &output) }
    }

    private static func bytes(_ text: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// How many more bytes the escaped form of a byte has.
    private static func growth(_ byte: UInt8) -> Int {
        switch byte {
        case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: 1
        case 0..<0x20: 5
        default: 0
        }
    }

    private static func escape(_ byte: UInt8, _ output: inout ByteBuffer) {
        output.append(byte: 0x5C)
        switch byte {
        case 0x08: output.append(byte: 0x62)
        case 0x09: output.append(byte: 0x74)
        case 0x0A: output.append(byte: 0x6E)
        case 0x0C: output.append(byte: 0x66)
        case 0x0D: output.append(byte: 0x72)
        case 0x22, 0x5C: output.append(byte: byte)
        default:
            let digits: StaticString = "0123456789abcdef"
            output.append("u00")
            output.append(byte: digits.utf8Start[Int(byte >> 4)])
            output.append(byte: digits.utf8Start[Int(byte & 15)])
        }
    }
}
