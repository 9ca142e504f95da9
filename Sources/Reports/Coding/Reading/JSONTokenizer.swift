/// Takes a document apart, from the front. Strict: whatever is odd is none.
struct JSONTokenizer: ~Copyable {
    /// Lists and objects in each other.
    private static let deepest = 128

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    private var tokens: [JSONTokens.Token] = []
    private var isASCII = true

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        tokens.reserveCapacity(bytes.count / 8 + 1)
    }

    /// Nil for what is no document.
    static func tokens(_ bytes: UnsafeBufferPointer<UInt8>) -> [JSONTokens.Token]? {
        guard bytes.count < UInt32.max else { return nil }
        var tokenizer = JSONTokenizer(bytes)
        guard tokenizer.value(depth: 0) else { return nil }
        tokenizer.skipSpace()
        guard tokenizer.place == bytes.count,
            tokenizer.isASCII || String(validating: bytes, as: UTF8.self) != nil
        else { return nil }
        return tokenizer.tokens
    }

    // MARK: Values

    private mutating func value(depth: Int) -> Bool {
        skipSpace()
        guard let byte = peek else { return false }
        switch byte {
        case UInt8(ascii: "\""): return text()
        case UInt8(ascii: "{"): return parts(.object, UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["): return parts(.list, UInt8(ascii: "]"), depth: depth)
        case UInt8(ascii: "n"): return word("null", .null)
        case UInt8(ascii: "t"): return word("true", .yes)
        case UInt8(ascii: "f"): return word("false", .no)
        default: return number()
        }
    }

    private mutating func parts(_ kind: JSONTokens.Token.Kind, _ close: UInt8, depth: Int) -> Bool {
        guard depth < Self.deepest else { return false }
        let token = tokens.count
        append(kind, from: place, to: 0)
        place += 1
        skipSpace()
        var count: UInt32 = 0
        if !take(close) {
            repeat {
                if kind == .object {
                    skipSpace()
                    guard peek == UInt8(ascii: "\""), text() else { return false }
                    skipSpace()
                    guard take(UInt8(ascii: ":")) else { return false }
                }
                guard value(depth: depth + 1) else { return false }
                count += 1
                skipSpace()
            } while take(UInt8(ascii: ","))
            guard take(close) else { return false }
        }
        tokens[token].end = count
        tokens[token].next = UInt32(tokens.count)
        return true
    }

    private mutating func word(_ word: StaticString, _ kind: JSONTokens.Token.Kind) -> Bool {
        let start = place
        for offset in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[offset]) { return false }
        append(kind, from: start, to: place)
        return true
    }

    private mutating func text() -> Bool {
        place += 1
        let start = place
        var kind = JSONTokens.Token.Kind.ascii
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                append(kind, from: start, to: place)
                place += 1
                return true
            case UInt8(ascii: "\\"):
                kind = .escaped
                guard escape() else { return false }
            case ..<0x20: return false
            case 0x80...:
                isASCII = false
                if kind == .ascii { kind = .unicode }
                place += 1
            default: place += 1
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        place += 1
        guard let byte = peek else { return false }
        place += 1
        switch byte {
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard let digit = peek, Character(Unicode.Scalar(digit)).isHexDigit else { return false }
                place += 1
            }
            return true
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return true
        default: return false
        }
    }

    private mutating func number() -> Bool {
        let start = place
        var kind = JSONTokens.Token.Kind.integer
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { guard digits() else { return false } }
        if take(UInt8(ascii: ".")) {
            kind = .number
            guard digits() else { return false }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            kind = .number
            if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
            guard digits() else { return false }
        }
        append(kind, from: start, to: place)
        return true
    }

    private mutating func digits() -> Bool {
        let start = place
        while let byte = peek, byte &- UInt8(ascii: "0") < 10 { place += 1 }
        return place > start
    }

    // MARK: Bytes

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private mutating func append(_ kind: JSONTokens.Token.Kind, from start: Int, to end: Int) {
        tokens.append(
            .init(kind: kind, start: UInt32(start), end: UInt32(end), next: UInt32(tokens.count + 1)))
    }
}
