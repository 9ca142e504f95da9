extension IPAddress: CustomStringConvertible {
    /// Parses `A.B.C.D` (four decimal numbers without leading zeros) or an IPv6 address as in RFC 4291, 2.2, without
    /// brackets; strictly. Nil for anything else, also for an address with a zone and for one that is link-local.
    public init?(_ text: some StringProtocol) {
        guard let address = Self.four(text) ?? Self.six(text), !address.isLinkLocal else { return nil }
        self = address
    }

    private static func four(_ text: some StringProtocol) -> IPAddress? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let byte = DecimalText.number(part, most: 255) else { return nil }
            address = address << 8 | byte
        }
        return IPAddress(v4: address)
    }

    /// With its zone, `%` and what follows, already taken off.
    static func six(_ text: some StringProtocol) -> IPAddress? {
        guard text.utf8.count <= 45, text.contains(":") else { return nil }
        let halves = gap(in: text)
        guard halves.count <= 2, let first = groups(halves[0], mayEndInFour: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return first.count == 8 ? IPAddress(groups: first) : nil }
        // `::` stands for one group at least.
        guard let last = groups(halves[1], mayEndInFour: true), first.count + last.count < 8 else { return nil }
        return IPAddress(groups: first + [UInt16](repeating: 0, count: 8 - first.count - last.count) + last)
    }

    /// What is before and behind `::`; the text alone where there is none, and more than two parts where it is malformed.
    private static func gap(in text: some StringProtocol) -> [String] {
        let characters = Array(text)
        guard let start = characters.indices.dropLast().first(where: { characters[$0...($0 + 1)] == [":", ":"] }) else {
            return [String(text)]
        }
        let (before, behind) = (String(characters[..<start]), String(characters[(start + 2)...]))
        return behind.hasPrefix(":") || behind.contains("::") ? [before, behind, ""] : [before, behind]
    }

    /// One to eight groups of hexadecimal digits, the last two of which may be written as IPv4; none of an empty text.
    private static func groups(_ text: String, mayEndInFour: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInFour, index == parts.count - 1, part.contains(".") {
                guard let four = four(part)?.v4 else { return nil }
                groups += [UInt16(four >> 16), UInt16(four & 0xFFFF)]
            } else {
                let isHexadecimal = part.utf8.allSatisfy {
                    (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0)
                }
                guard (1...4).contains(part.utf8.count), isHexadecimal, let group = UInt16(part, radix: 16) else {
                    return nil
                }
                groups.append(group)
            }
        }
        return groups.count <= 8 ? groups : nil
    }

    private init(groups: [UInt16]) {
        self.init(
            high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private var groups: [UInt16] {
        [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) } }
    }

    /// `A.B.C.D`, or IPv6 as RFC 5952 has it: lower case, and the longest run of zeros, the first of equals, as `::`.
    public var description: String {
        if let v4 { return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)" }
        let groups = groups
        var longest = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(longest.count, 1) { longest = start..<index }
            start = index + 1
        }
        func joined(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return joined(groups[...]) }
        return joined(groups[..<longest.lowerBound]) + "::" + joined(groups[longest.upperBound...])
    }

    /// As it stands in front of a port and in a URL: IPv6 in brackets.
    public var host: String { isIPv4 ? description : "[\(description)]" }
}

/// Decimal numbers of addresses: ASCII digits without sign and leading zeros.
enum DecimalText {
    static func number(_ text: some StringProtocol, most: UInt32) -> UInt32? {
        guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
            text.utf8.count == 1 || text.utf8.first != 48, let n = UInt32(text), n <= most
        else { return nil }
        return n
    }
}
