/// How large a screen is.
package struct ScreenSize: Sendable, Equatable {
    /// 1 or more.
    package var columns: Int
    /// 1 or more.
    package var rows: Int

    /// At least one of each.
    package init(columns: Int, rows: Int) {
        self.columns = max(columns, 1)
        self.rows = max(rows, 1)
    }
}

/// Brings a terminal from the lines that it shows to others: lines that have changed are written, and nothing else.
package struct ScreenDiffer: Sendable {
    private let charset: Charset
    private let hasColors: Bool
    private var shown: [String] = []
    private var size: ScreenSize?

    /// The terminal shows nothing that is known.
    package init(_ charset: Charset, hasColors: Bool) {
        self.charset = charset
        self.hasColors = hasColors
    }

    /// What the terminal shows is not known any more: it was another's meanwhile.
    package mutating func forget() { size = nil }

    /// What is to be written to the terminal; empty where nothing has changed.
    ///
    /// - Parameter lines: from the top; what is below or beside the screen is left out.
    package mutating func update(_ lines: [ScreenLine], _ size: ScreenSize) -> String {
        var text = ""
        if self.size != size {
            text = ScreenCodes.clear
            shown = Array(repeating: "", count: size.rows)
            self.size = size
        }
        for row in 0..<size.rows {
            let line = row < lines.count ? lines[row].clipped(to: size.columns) : ScreenLine()
            let painted = line.painted(charset, hasColors: hasColors)
            guard painted != shown[row] else { continue }
            shown[row] = painted
            text += "\u{1B}[\(row + 1);1H" + painted
            // A cursor in the last column stands on what was written there last.
            if line.width < size.columns { text += "\u{1B}[K" }
        }
        return text
    }
}

/// What a terminal is told (ECMA-48; the modes with a question mark are those of DEC and xterm).
package enum ScreenCodes {
    /// Empties the screen.
    package static let clear = "\u{1B}[0m\u{1B}[2J"
    /// Another screen than the shell's, without a cursor, and lines that end at the edge.
    package static let begin = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l" + clear
    /// The shell's screen as it was; on a terminal that has but one, an empty one.
    package static func end(term: String?) -> String {
        "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h" + (term == "linux" ? "\u{1B}[2J\u{1B}[1;1H" : "") + "\u{1B}[?1049l"
    }
}
