/// Character classes of HTTP/1.1 (RFC 9110, RFC 9112, RFC 3986) and the scanning loops of the parsers.
enum HTTPCharacters {
    /// A character of a method or field name (RFC 9110, 5.6.2).
    static let token: UInt8 = 1
    /// A visible character allowed in a request target; without `?`, and without `"`, `#`, `<`, `>`, `\` and backquote.
    static let target: UInt8 = 2
    /// A character of a host with an optional port.
    static let host: UInt8 = 4
    /// Unreserved or sub-delimiter (RFC 3986): what a customer's or a service's name is made of.
    static let name: UInt8 = 8
    /// What a record's key is made of: `name`, `:` and `@`.
    static let key: UInt8 = 16
    /// A character inside the quotes of a quoted string that needs no backslash (ASCII part).
    static let quoted: UInt8 = 32

    /// The classes of all 256 bytes, as constant data: no lazy initialisation, no bounds check.
    private static let classes: StaticString = """
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{20}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{20}\u{3F}\u{0}\u{21}\u{3F}\u{27}\u{3F}\u{3F}\u{3E}\u{3E}\u{3F}\u{3F}\u{3E}\u{3F}\u{3F}\u{22}\
        \u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{36}\u{3E}\u{20}\u{3E}\u{20}\u{20}\
        \u{32}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\
        \u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{26}\u{0}\u{26}\u{23}\u{3F}\
        \u{21}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\
        \u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{3F}\u{22}\u{23}\u{22}\u{3F}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}
        """

    /// The class bits of each byte; exactly 256 entries.
    @inline(__always) static var table: UnsafePointer<UInt8> { classes.utf8Start }

    @inline(__always) static func isA(_ byte: UInt8, _ kind: UInt8) -> Bool { table[Int(byte)] & kind != 0 }

    @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// The value of a hexadecimal digit, or 255.
    @inline(__always) static func hexadecimal(_ byte: UInt8) -> UInt8 {
        if byte &- 48 < 10 { return byte &- 48 }
        let lower = (byte | 0x20) &- 97
        return lower < 6 ? lower &+ 10 : 255
    }

    /// The first position in `position..<end` whose byte is not of the class `kind`, or `end`.
    @inline(__always)
    static func skip(_ kind: UInt8, _ base: UnsafePointer<UInt8>, from position: Int, to end: Int) -> Int {
        let table = table
        var position = position
        while position < end, table[Int(base[position])] & kind != 0 { position &+= 1 }
        return position
    }

    /// The first position in `position..<end` that holds a control character (tab and DEL included), or `end`.
    @inline(__always)
    static func skipText(_ base: UnsafePointer<UInt8>, from position: Int, to end: Int) -> Int {
        var position = position
        while position &+ 8 <= end {
            let word = loadWord(base + position)
            // The lowest set bit of each test is exact; false ones lie only above it.
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            let hit = (low | ((delete &- 0x0101_0101_0101_0101) & ~delete)) & 0x8080_8080_8080_8080
            if hit != 0 { return position &+ (hit.trailingZeroBitCount &>> 3) }
            position &+= 8
        }
        while position < end, base[position] >= 0x20, base[position] != 0x7F { position &+= 1 }
        return position
    }

    /// Eight bytes, the first in the lowest bits.
    @inline(__always) static func loadWord(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    @inline(__always) static func loadHalf(_ pointer: UnsafePointer<UInt8>) -> UInt32 {
        UInt32(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    }

    /// Whether `count` token characters equal a lower-case name of the same length, in any case.
    ///
    /// Only for tokens of at least four characters: setting bit 5 maps no other token character to a letter,
    /// a digit or a hyphen.
    @inline(__always)
    static func matches(_ token: UnsafePointer<UInt8>, _ count: Int, _ name: StaticString) -> Bool {
        let name = name.utf8Start
        if count >= 8 {
            var offset = 0
            while offset &+ 8 <= count {
                if loadWord(token + offset) | 0x2020_2020_2020_2020 != loadWord(name + offset) { return false }
                offset &+= 8
            }
            return loadWord(token + (count &- 8)) | 0x2020_2020_2020_2020 == loadWord(name + (count &- 8))
        }
        return loadHalf(token) | 0x2020_2020 == loadHalf(name)
            && loadHalf(token + (count &- 4)) | 0x2020_2020 == loadHalf(name + (count &- 4))
    }

    /// Whether a piece of text equals a lower-case ASCII text, in any case of its letters.
    static func equals(_ text: UnsafePointer<UInt8>, _ count: Int, _ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        let name = name.utf8Start
        for position in 0..<count {
            let byte = text[position]
            let lower = byte &- 65 < 26 ? byte | 0x20 : byte
            if lower != name[position] { return false }
        }
        return true
    }
}
