/// Prints problems for people, in the form that compilers use and editors understand:
///
///     topology/x.yaml:4:3: error: unknown key 'sharing' in a topology [unknown-key]
///         sharing: {size: 3}
///         ^
///     hint: did you mean 'sharding'?
package struct ProblemRenderer: Sendable {
    private let sources: [SourceText]
    private let color: Bool
    /// A longer line is shown in part, around the caret.
    private static let widest = 100

    package init(sources: [SourceText], color: Bool = false) {
        self.sources = sources
        self.color = color
    }

    /// All problems, one after another; ends with a newline unless there are none.
    package func render(_ problems: [Problem]) -> String { problems.map(render).joined() }

    /// One line, without what the file says there and without the hint; ends with a newline.
    package func brief(_ problem: Problem) -> String {
        let place = "\(clean(problem.file)):\(problem.line):\(problem.column):"
        let severity = paint(problem.severity.rawValue + ":", problem.severity == .error ? "1;31" : "1;33")
        let code = paint("[\(problem.code.rawValue)]", "2")
        return "\(paint(place, "1")) \(severity) \(clean(problem.message)) \(code)\n"
    }

    package func render(_ problem: Problem) -> String {
        var text = brief(problem)
        if let line = sources.first(where: { $0.name == problem.file })?.line(problem.line),
            let (shown, caret) = excerpt(line, column: problem.column)
        {
            text += "    \(shown)\n    \(String(repeating: " ", count: caret))\(paint("^", "1;32"))\n"
        }
        if let hint = problem.hint { text += "\(paint("hint:", "1;36")) \(clean(hint))\n" }
        return text
    }

    /// Nil where there is nothing to see.
    private func excerpt(_ line: ArraySlice<Unicode.Scalar>, column: Int) -> (String, caret: Int)? {
        let caret = min(max(column - 1, 0), line.count)
        let start = max(0, min(caret - Self.widest / 2, line.count - Self.widest))
        let shown = line.dropFirst(start).prefix(Self.widest)
        guard shown.contains(where: { !$0.properties.isWhitespace }) else { return nil }
        let before = start > 0 ? "..." : ""
        let after = start + shown.count < line.count ? "..." : ""
        return (before + clean(shown) + after, caret - start + before.count)
    }

    /// A file may hold anything: control characters must not reach a terminal.
    private func clean(_ text: String) -> String { clean(text.unicodeScalars) }

    private func clean(_ text: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: view.append(scalar == "\t" ? " " : "\u{FFFD}")
            default: view.append(scalar)
            }
        }
        return String(view)
    }

    private func paint(_ text: String, _ style: String) -> String { color ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text }
}
