/// What joiner and squeezer have in common.
enum PageText {
    /// Without blanks at both ends.
    static func trimmed(_ line: Substring) -> String {
        var bytes = line.utf8
        let isBlank = { (byte: UInt8?) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        while isBlank(bytes.first) { bytes.removeFirst() }
        while isBlank(bytes.last) { bytes.removeLast() }
        return String(bytes) ?? ""
    }

    /// Without the single blanks beside any of these signs.
    static func tightened(_ line: String, around signs: Set<UInt8>) -> String {
        let bytes = Array(line.utf8)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for (at, byte) in bytes.enumerated() {
            let isBeside =
                at > 0 && signs.contains(bytes[at - 1]) || at + 1 < bytes.count && signs.contains(bytes[at + 1])
            if byte == 0x20, isBeside { continue }
            kept.append(byte)
        }
        return String(decoding: kept, as: UTF8.self)
    }
}

/// A style sheet without comments and needless blanks.
enum StyleSqueezer {
    private static let signs = Set("{};,>".utf8)

    static func squeeze(_ style: [UInt8]) -> String {
        var text = String(decoding: style, as: UTF8.self)[...]
        var kept = ""
        while let begin = text.firstRange(of: "/*") {
            kept += text[..<begin.lowerBound]
            guard let end = text[begin.upperBound...].firstRange(of: "*/") else { break }
            text = text[end.upperBound...]
        }
        kept += text
        return kept.split(separator: "\n").map(PageText.trimmed).filter { !$0.isEmpty }
            .map { PageText.tightened($0, around: signs).replacing(": ", with: ":") }
            .joined().replacing(";}", with: "}")
    }
}
