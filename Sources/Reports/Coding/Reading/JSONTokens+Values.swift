extension JSONTokens {
    /// The value at a place, read by its type.
    @inline(__always)
    func value<Value: Decodable>(_ type: Value.Type, at place: Int) throws -> Value {
        // Decided while it is compiled, where the type is known.
        if type == String.self { return try text(at: place) as! Value }
        if type == Bool.self { return try flag(at: place) as! Value }
        if type == Double.self { return try number(at: place) as! Value }
        if type == Int.self { return try integer(at: place, as: Int.self) as! Value }
        if type == Int64.self { return try integer(at: place, as: Int64.self) as! Value }
        if type == UInt64.self { return try integer(at: place, as: UInt64.self) as! Value }
        if type == UInt32.self { return try integer(at: place, as: UInt32.self) as! Value }
        if type == Int32.self { return try integer(at: place, as: Int32.self) as! Value }
        if type == UInt16.self { return try integer(at: place, as: UInt16.self) as! Value }
        if type == UInt8.self { return try integer(at: place, as: UInt8.self) as! Value }
        if type == UInt.self { return try integer(at: place, as: UInt.self) as! Value }
        if type == Int16.self { return try integer(at: place, as: Int16.self) as! Value }
        if type == Int8.self { return try integer(at: place, as: Int8.self) as! Value }
        // Its way to round is its own.
        if type == Float.self { throw doubt() }
        return try Value(from: TokenDecoder(tokens: self, place: place))
    }

    func isNull(_ place: Int) -> Bool { tokens[place].kind == .null }

    private func flag(at place: Int) throws -> Bool {
        switch tokens[place].kind {
        case .yes: return true
        case .no: return false
        default: throw Mismatch()
        }
    }

    // MARK: Texts

    func text(at place: Int) throws -> String {
        let token = tokens[place]
        switch token.kind {
        case .ascii, .unicode: return String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
        case .escaped: return try unescaped(bytes[Int(token.start)..<Int(token.end)])
        default: throw Mismatch()
        }
    }

    private func unescaped(_ content: ArraySlice<UInt8>) throws -> String {
        var plain: [UInt8] = []
        plain.reserveCapacity(content.count)
        var rest = content
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                plain.append(byte)
                continue
            }
            // Which ones there are, the tokenizer has seen to.
            switch rest.popFirst() {
            case UInt8(ascii: "b")?: plain.append(0x08)
            case UInt8(ascii: "f")?: plain.append(0x0C)
            case UInt8(ascii: "n")?: plain.append(0x0A)
            case UInt8(ascii: "r")?: plain.append(0x0D)
            case UInt8(ascii: "t")?: plain.append(0x09)
            case UInt8(ascii: "u")?:
                var unit = hexadecimal(&rest)
                if (0xD800..<0xDC00).contains(unit), rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
                    rest = rest.dropFirst(2)
                    let low = hexadecimal(&rest)
                    guard (0xDC00..<0xE000).contains(low) else { throw doubt() }
                    unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                }
                guard let scalar = Unicode.Scalar(unit) else { throw doubt() }
                plain.append(contentsOf: UTF8.encode(scalar)!)
            case let other?: plain.append(other)
            case nil: throw doubt()
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private func hexadecimal(_ rest: inout ArraySlice<UInt8>) -> UInt32 {
        let digits = rest.prefix(4)
        rest = rest.dropFirst(4)
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
    }

    // MARK: Numbers

    private func integer<Value: FixedWidthInteger>(at place: Int, as type: Value.Type) throws -> Value {
        let token = tokens[place]
        // As a whole one, 1.0 is taken by some.
        if token.kind == .number { throw doubt() }
        guard token.kind == .integer, let (digits, isNegative) = digits(token) else { throw Mismatch() }
        guard isNegative else {
            guard let value = Value(exactly: digits) else { throw Mismatch() }
            return value
        }
        guard digits <= Int64.min.magnitude, let value = Value(exactly: 0 &- Int64(truncatingIfNeeded: digits)) else {
            throw Mismatch()
        }
        return value
    }

    /// Nil where it is more than 64 bits hold.
    private func digits(_ token: Token) -> (UInt64, isNegative: Bool)? {
        let isNegative = bytes[Int(token.start)] == UInt8(ascii: "-")
        var value: UInt64 = 0
        for place in Int(token.start) + (isNegative ? 1 : 0)..<Int(token.end) {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(bytes[place] &- UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return (value, isNegative)
    }

    private static let powers = [
        1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private func number(at place: Int) throws -> Double {
        let token = tokens[place]
        guard token.kind == .integer || token.kind == .number else { throw Mismatch() }
        if let exact = exact(token) { return exact }
        let text = String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
        // What is too large or too small for its type is for the other reader to refuse, or to round.
        guard let value = Double(text), value.isNormal else { throw doubt() }
        return value
    }

    /// Of 16 digits, or 15 and a point, without an exponent: two exact doubles have one quotient (Clinger 1990). Nil for others.
    private func exact(_ token: Token) -> Double? {
        var place = Int(token.start)
        let isNegative = bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        guard Int(token.end) - place <= 16 else { return nil }
        var digits: UInt64 = 0
        var fraction: Int?
        while place < Int(token.end) {
            let digit = bytes[place] &- UInt8(ascii: "0")
            if digit < 10 {
                digits = digits * 10 + UInt64(digit)
                fraction = fraction.map { $0 + 1 }
            } else if bytes[place] == UInt8(ascii: ".") {
                fraction = 0
            } else {
                return nil
            }
            place += 1
        }
        let value = Double(digits) / Self.powers[fraction ?? 0]
        return isNegative ? -value : value
    }
}
