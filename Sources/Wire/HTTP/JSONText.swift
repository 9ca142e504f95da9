import MeshBase

/// The inside of JSON strings (RFC 8259, 7): quotes, backslashes and control characters are escaped.
package enum JSONText {
    /// The number of bytes that `append` appends.
    package static func count(_ text: UnsafeRawBufferPointer) -> Int {
        var count = text.count
        var position = skipPlain(text, from: 0)
        while position < text.count {
            count += growth(text[position])
            position = skipPlain(text, from: position + 1)
        }
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
        while true {
            let position = skipPlain(text, from: start)
            output.append(UnsafeRawBufferPointer(rebasing: text[start..<position]))
            guard position < text.count else { return }
            escape(text[position], &output)
            start = position + 1
        }
    }
    package static func append(_ text: StaticString, to output: inout ByteBuffer) { append(bytes(text), to: &output) }
    package static func append(_ text: String, to output: inout ByteBuffer) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0), to: &output) }
    }

    private static func bytes(_ text: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// The first position from `position` on whose byte must be escaped, or the end.
    private static func skipPlain(_ text: UnsafeRawBufferPointer, from position: Int) -> Int {
        guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        var position = position
        while position &+ 8 <= text.count {
            let word = HTTPCharacters.loadWord(base + position)
            // The lowest set bit of each test is exact; false ones lie only above it.
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let ones: UInt64 = 0x0101_0101_0101_0101
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            let hit = (low | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & 0x8080_8080_8080_8080
            if hit != 0 { return position &+ (hit.trailingZeroBitCount &>> 3) }
            position &+= 8
        }
        while position < text.count, growth(base[position]) == 0 { position &+= 1 }
        return position
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
