/// A file's text by lines, to show the line that a problem stands on.
package struct SourceText: Sendable, Equatable {
    /// As problems name it.
    package let name: String
    private let lines: [String]

    package init(name: String, text: String) {
        self.name = name
        lines = Self.split(text)
    }

    /// How many lines there are; at least one.
    var count: Int { lines.count }

    /// The text of a line, counted from 1, without its end.
    package func line(_ number: Int) -> String? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }

    /// Ends lines where YAML 1.1 ends them, so that the numbers agree with the parser's.
    private static func split(_ text: String) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\n", afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = scalar == "\r"
            switch scalar {
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(String(line))
                line = String.UnicodeScalarView()
            default: line.append(scalar)
            }
        }
        lines.append(String(line))
        return lines
    }
}
