/// Bytes in base64 with padding (RFC 4648, 4).
public enum Base64Text {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Four characters for each three bytes or less.
    public static func bytes(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let left = min(3, bytes.count - start)
            var word = 0
            for index in 0..<3 { word = word << 8 | (index < left ? Int(bytes[start + index]) : 0) }
            for index in 0..<4 {
                text.append(index <= left ? digits[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return text
    }

    /// What was written so; nil for a text that `bytes` does not write.
    package static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var word = 0
        var padding = 0
        for (position, character) in text.enumerated() {
            if character == UInt8(ascii: "=") {
                padding += 1
                word <<= 6
            } else {
                guard padding == 0, let value = value(of: character) else { return nil }
                word = word << 6 | value
            }
            guard position % 4 == 3 else { continue }
            // The bits that padding stands for are zero.
            guard padding <= 2, padding == 0 || word & ((1 << (8 * padding)) - 1) == 0 else { return nil }
            for index in 0..<(3 - padding) { bytes.append(UInt8(truncatingIfNeeded: word >> (16 - 8 * index))) }
            word = 0
        }
        return bytes
    }

    private static func value(of character: UInt8) -> Int? {
        switch character {
        case 65...90: Int(character) - 65
        case 97...122: Int(character) - 71
        case 48...57: Int(character) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
