/// The rule for every name in a topology or blueprint: 1...63 characters of a-z, 0-9 and `-`, the first a letter.
/// Such a name needs no quoting in YAML, a URL, a metric or a file name, and is a valid DNS label (RFC 1035).
public enum TopologyName {
    public static let longest = 63

    public static func isValid(_ name: some StringProtocol) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= longest, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte >= 97 && byte <= 122 }
}
