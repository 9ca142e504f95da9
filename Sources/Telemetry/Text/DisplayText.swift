/// Text on a terminal.
package enum DisplayText {
    /// Control characters would move the cursor or recolour the terminal; names may come from anyone.
    package static func clean(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var cleaned = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { cleaned.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
        return String(cleaned)
    }

    /// Whether it would do anything else than be seen. The noncharacters for a program's own use count: `PaintedText` has
    /// one.
    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        if 0xFDD0...0xFDEF ~= scalar.value { return true }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        case .format: scalar.value != 0x200D
        default: false
        }
    }

    /// The same, with its line breaks.
    package static func cleanLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { clean(String($0)) }.joined(separator: "\n")
    }

    /// In lines of at most `width` columns: broken at spaces, else after a comma, slash or equals sign, else anywhere.
    package static func wrapped(_ text: String, width limit: Int) -> [String] {
        guard limit > 0, width(text) > limit else { return [text] }
        var lines: [String] = []
        var line: [Character] = []
        var used = 0
        /// Where the line may be broken: so many of its characters stay.
        var place: (kept: Int, isSpace: Bool)?
        for character in text {
            let size = width(String(character))
            if used + size > limit, !line.isEmpty {
                if character == " " {
                    lines.append(String(line))
                    (line, used, place) = ([], 0, nil)
                    continue
                }
                let kept = place?.kept ?? line.count
                lines.append(String(line[..<kept]))
                line = Array(line[min(line.count, kept + (place?.isSpace == true ? 1 : 0))...])
                used = width(String(line))
                place = nil
            }
            if character == " ", line.isEmpty, !lines.isEmpty { continue }
            if character == " " { place = (line.count, true) }
            line.append(character)
            used += size
            if ",/=".contains(character), place?.isSpace != true { place = (line.count, false) }
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }

    /// Columns that the text fills: two for a wide character of East Asia or an emoji (Unicode Annex 11, roughly).
    package static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + ($1.unicodeScalars.first.map(isWide) ?? false ? 2 : 1) }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
