/// A file's text by lines, to show the line that a problem stands on. Any part of a line is found at once, however
/// long the line is.
package struct SourceText: Sendable, Equatable {
    /// As problems name it.
    package let name: String
    private let scalars: [Unicode.Scalar]
    private let lines: [Range<Int>]

    package init(name: String, text: String) {
        self.name = name
        scalars = Array(text.unicodeScalars)
        lines = Self.lines(of: scalars)
    }

    /// All of it.
    package var text: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// How many lines there are; at least one.
    var count: Int { lines.count }

    /// A line, counted from 1, without its end.
    func line(_ number: Int) -> ArraySlice<Unicode.Scalar>? {
        lines.indices.contains(number - 1) ? scalars[lines[number - 1]] : nil
    }

    /// Ends lines where YAML 1.1 ends them, so that the numbers agree with the parser's.
    private static func lines(of scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        for (position, scalar) in scalars.enumerated() {
            switch scalar {
            case "\n" where position > 0 && scalars[position - 1] == "\r": start = position + 1
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(start..<position)
                start = position + 1
            default: break
            }
        }
        lines.append(start..<scalars.count)
        return lines
    }
}
