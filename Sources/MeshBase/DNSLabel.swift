/// One part of a host's name (RFC 1123, 2.1): 1...63 characters of a-z, 0-9 and `-`, the first and the last no `-`.
package enum DNSLabel {
    /// In characters.
    package static let longest = 63

    /// Whether a text is one, in lower case.
    package static func isValid(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.reversed().first, bytes.count <= longest else { return false }
        return first != 45 && last != 45
            && bytes.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }
}
