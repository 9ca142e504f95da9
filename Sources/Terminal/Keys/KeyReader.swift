/// Makes keys of the bytes that a terminal sends (ECMA-48, xterm, the Linux console).
///
/// An escape byte may be the key or the beginning of a sequence: whoever reads calls `flush` when nothing has followed for a
/// while. Whatever is no key is passed over, and never kept: a terminal answers questions that nobody here has asked.
package struct KeyReader: Sendable {
    /// Longer sequences are none that stand for keys.
    private static let longest = 32

    private var bytes: [UInt8] = []

    /// Nothing is pressed.
    package init() {}

    /// Whether `flush` would give something.
    package var isPending: Bool { !bytes.isEmpty }

    /// The keys that are whole.
    package mutating func take(_ input: some Sequence<UInt8>) -> [Key] {
        bytes += input
        var keys: [Key] = []
        var place = 0
        while place < bytes.count, let (key, length) = Self.next(bytes[place...]) {
            if let key { keys.append(key) }
            place += length
        }
        bytes.removeFirst(place)
        if bytes.count > Self.longest { bytes = [] }
        return keys
    }

    /// Nothing has followed: an escape byte was the key, and the beginning of anything else is nothing.
    package mutating func flush() -> [Key] {
        defer { bytes = [] }
        return bytes == [0x1B] ? [.escape] : []
    }

    /// The first key and its length; nil where more has to come, no key where it is none.
    private static func next(_ bytes: ArraySlice<UInt8>) -> (key: Key?, length: Int)? {
        let first = bytes[bytes.startIndex]
        switch first {
        case 0x1B: return sequence(bytes)
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x08, 0x7F: return (.backspace, 1)
        case 0x09: return (.tab, 1)
        case 0x01...0x1A: return (.control(Character(Unicode.Scalar(first + 0x60))), 1)
        case 0x20...0x7E: return (.character(Character(Unicode.Scalar(first))), 1)
        case 0xC2...0xF4: return character(bytes, first)
        default: return (nil, 1)
        }
    }

    private static func character(_ bytes: ArraySlice<UInt8>, _ first: UInt8) -> (Key?, Int)? {
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        let given = bytes.prefix(length)
        guard given.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 }) else { return (nil, 1) }
        guard given.count == length else { return nil }
        let text = String(decoding: given, as: UTF8.self)
        // The second block of control characters moves cursors as the first does.
        guard let scalar = text.unicodeScalars.first, scalar.value >= 0xA0, scalar != "\u{FFFD}" else {
            return (nil, length)
        }
        return (.character(Character(text)), length)
    }

    private static func sequence(_ bytes: ArraySlice<UInt8>) -> (Key?, Int)? {
        let start = bytes.startIndex
        guard bytes.count > 1 else { return nil }
        switch bytes[start + 1] {
        case UInt8(ascii: "O"):
            guard bytes.count > 2 else { return nil }
            return (final(bytes[start + 2], []), 3)
        case UInt8(ascii: "["):
            var place = start + 2
            // The Linux console's function keys have a second bracket.
            if place < bytes.endIndex, bytes[place] == UInt8(ascii: "[") { place += 1 }
            while place < bytes.endIndex, (0x20...0x3F).contains(bytes[place]) { place += 1 }
            guard place < bytes.endIndex else { return nil }
            let hasBracket = bytes[start + 2] == UInt8(ascii: "[")
            let length = place - start + 1
            return (hasBracket ? nil : final(bytes[place], bytes[(start + 2)..<place]), length)
        case 0x1B: return (.escape, 1)
        // Alt with a key: the key alone would be something else than what was meant.
        default: return (nil, 2)
        }
    }

    private static func final(_ byte: UInt8, _ parameters: ArraySlice<UInt8>) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "M"): .enter
        case UInt8(ascii: "~"):
            switch String(decoding: parameters.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self) {
            case "1", "7": .home
            case "4", "8": .end
            case "3": .delete
            case "5": .pageUp
            case "6": .pageDown
            default: nil
            }
        default: nil
        }
    }
}
