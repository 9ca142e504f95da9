/// What a terminal can draw beside letters.
package enum Charset: Sendable, CaseIterable {
    /// UTF-8, with braille.
    case braille
    /// UTF-8 on the Linux console, whose font has blocks and no braille.
    case blocks
    /// Nothing beyond ASCII.
    case ascii

    /// - Parameters:
    ///   - term: `TERM`.
    ///   - locale: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set.
    package init(term: String?, locale: String?) {
        let name = (locale ?? "").lowercased()
        guard name.contains("utf-8") || name.contains("utf8") else {
            self = .ascii
            return
        }
        self = term == "linux" ? .blocks : .braille
    }

    /// How many values stand in one column.
    package var valuesPerColumn: Int { self == .braille ? 2 : 1 }

    /// A row of values as a line of so many columns, the latest at its end.
    ///
    /// - Parameter values: 0...1, what is more counts as 1; nil is a gap.
    package func spark(_ values: ArraySlice<Float?>, columns: Int) -> String {
        let perColumn = valuesPerColumn
        let wanted = columns * perColumn
        let last = Array(values.suffix(wanted))
        let padded = [Float?](repeating: nil, count: wanted - last.count) + last
        var text = ""
        for column in 0..<columns {
            let part = padded[(column * perColumn)..<((column + 1) * perColumn)]
            text.unicodeScalars.append(mark(part))
        }
        return text
    }

    private static let blockMarks = Array(
        "\u{2581}\u{2582}\u{2583}\u{2584}\u{2585}\u{2586}\u{2587}\u{2588}".unicodeScalars)
    private static let asciiMarks = Array(" .:-=+*#".unicodeScalars)
    /// Dots of the left and the right half of a braille pattern, from the lowest on (Unicode, chapter 21).
    private static let leftDots: [UInt32] = [0x40, 0x04, 0x02, 0x01]
    private static let rightDots: [UInt32] = [0x80, 0x20, 0x10, 0x08]

    private func mark(_ values: ArraySlice<Float?>) -> Unicode.Scalar {
        func level(_ value: Float, of steps: Int) -> Int {
            Int((min(max(value, 0), 1) * Float(steps)).rounded(.up))
        }
        switch self {
        case .braille:
            var dots: UInt32 = 0
            for (value, column) in zip(values, [Self.leftDots, Self.rightDots]) {
                guard let value else { continue }
                // What is known has a dot, also where it is nothing.
                for dot in column.prefix(max(level(value, of: 4), 1)) { dots |= dot }
            }
            return dots == 0 ? " " : Unicode.Scalar(0x2800 + dots) ?? " "
        case .blocks:
            guard let value = values.first ?? nil else { return " " }
            return Self.blockMarks[max(level(value, of: 8), 1) - 1]
        case .ascii:
            guard let value = values.first ?? nil else { return " " }
            return Self.asciiMarks[min(level(value, of: 7), 7)]
        }
    }

    /// The text with nothing that it cannot draw.
    package func fitted(_ text: String) -> String {
        guard self == .ascii, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        // As wide as what it stands for.
        return String(text.map { $0.isASCII ? $0 : $0 == "±" ? "~" : "?" })
    }
}
