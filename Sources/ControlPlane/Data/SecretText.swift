import Glibc

/// Random bytes from the system, as hexadecimal text.
package enum SecretText {
    /// Nothing here goes on without randomness: the system's source does not fail once the machine has booted.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // At most 256 bytes a call.
        for start in stride(from: 0, to: count, by: 256) {
            let status = bytes.withUnsafeMutableBytes { getentropy($0.baseAddress! + start, min(256, count - start)) }
            precondition(status == 0, "the system has no randomness")
        }
        return bytes
    }

    package static func random(bytes count: Int) -> String { hex(randomBytes(count)) }

    package static func randomInteger<Integer: FixedWidthInteger>() -> Integer {
        randomBytes(Integer.bitWidth / 8).reduce(0) { $0 << 8 | Integer($1) }
    }

    package static func hex(_ bytes: [UInt8]) -> String {
        var text = ""
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return text
    }

    /// The bytes of hexadecimal text, white space around it ignored; nil if it is anything else.
    package static func bytes(hex text: String) -> [UInt8]? {
        let digits = Array(text.utf8.filter { $0 > 0x20 })
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Equality in a time that depends on the lengths alone.
    package static func isEqual(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for (x, y) in zip(a, b) { difference |= x ^ y }
        return difference == 0
    }

    private static func digit(_ value: UInt8) -> Character {
        Character(Unicode.Scalar(value < 10 ? 48 + value : 87 + value))
    }
    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        case 65...70: digit - 55
        default: nil
        }
    }
}
