import Telemetry

/// What a part of a line says by its colour; a word or a sign says the same.
package enum Tone: Sendable {
    case plain, good, warn, bad, note, dim

    /// Parameters of ECMA-48's SGR.
    var code: String {
        switch self {
        case .plain: ""
        case .good: "32"
        case .warn: "33"
        case .bad: "31"
        case .note: "36"
        case .dim: "2"
        }
    }
}

/// One line of a screen. Names come from anyone: nothing in it can control a terminal.
package struct ScreenLine: Sendable, Equatable {
    struct Span: Sendable, Equatable {
        var text: String
        var tone: Tone
        var isBold: Bool
    }

    private(set) var spans: [Span] = []
    /// Columns that it fills.
    package private(set) var width = 0
    /// Drawn with foreground and background exchanged.
    package var isReversed = false

    /// An empty line.
    package init() {}

    /// One text.
    package init(_ text: String, _ tone: Tone = .plain, isBold: Bool = false) { add(text, tone, isBold: isBold) }

    /// Adds a text at its end.
    package mutating func add(_ text: String, _ tone: Tone = .plain, isBold: Bool = false) {
        guard !text.isEmpty else { return }
        let clean = DisplayText.clean(text)
        width += DisplayText.width(clean)
        if let last = spans.last, last.tone == tone, last.isBold == isBold {
            spans[spans.count - 1].text += clean
        } else {
            spans.append(Span(text: clean, tone: tone, isBold: isBold))
        }
    }

    /// Adds a text in so many columns: cut or filled up.
    package mutating func add(_ text: String, _ tone: Tone = .plain, columns: Int, isRight: Bool = false) {
        let clean = Self.cut(DisplayText.clean(text), columns)
        let padding = String(repeating: " ", count: max(columns - DisplayText.width(clean), 0))
        if isRight { add(padding) }
        add(clean, tone)
        if !isRight { add(padding) }
    }

    /// Fills up to a column.
    package mutating func pad(to columns: Int) {
        if width < columns { add(String(repeating: " ", count: columns - width)) }
    }

    /// At most so many columns of it.
    package func clipped(to columns: Int) -> ScreenLine {
        guard width > columns else { return self }
        var line = ScreenLine()
        line.isReversed = isReversed
        for span in spans {
            let left = columns - line.width
            guard left > 0 else { break }
            line.add(Self.cut(span.text, left), span.tone, isBold: span.isBold)
        }
        return line
    }

    /// The characters alone, without spaces at the end.
    package var text: String {
        var text = spans.map(\.text).joined()
        while text.last == " " { text.removeLast() }
        return text
    }

    /// With the codes of its colours.
    package func painted(_ charset: Charset, hasColors: Bool) -> String {
        var painted = ""
        for span in spans {
            var codes: [String] = []
            if isReversed { codes.append("7") }
            if span.isBold { codes.append("1") }
            if hasColors, !span.tone.code.isEmpty { codes.append(span.tone.code) }
            let text = charset.fitted(span.text)
            painted += codes.isEmpty ? text : "\u{1B}[\(codes.joined(separator: ";"))m\(text)\u{1B}[0m"
        }
        return painted
    }

    private static func cut(_ text: String, _ columns: Int) -> String {
        if text.utf8.count <= columns { return text }
        var cut = ""
        var used = 0
        for character in text {
            let width = DisplayText.width(String(character))
            guard used + width <= columns else { break }
            cut.append(character)
            used += width
        }
        return cut
    }
}
