/// Rows of text in aligned columns, for `-o table` and `-o wide`.
package struct TableWriter: Sendable {
    package enum Alignment: Sendable {
        case left, right
    }
    /// Colours of the terminal (ECMA-48, SGR).
    package enum Style: String, Sendable {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }
    package struct Column: Sendable {
        package var title: String
        package var alignment: Alignment
        /// Shown with `-o wide` only.
        package var isWide: Bool

        package init(_ title: String, _ alignment: Alignment = .left, wide: Bool = false) {
            self.title = title
            self.alignment = alignment
            isWide = wide
        }
    }
    package struct Cell: Sendable, ExpressibleByStringInterpolation {
        package var text: String
        package var style: Style

        package init(_ text: String, _ style: Style = .plain) {
            self.text = text
            self.style = style
        }
        package init(_ number: some BinaryInteger, _ style: Style = .plain) { self.init(String(number), style) }
        package init(stringLiteral text: String) { self.init(text) }
    }

    private let columns: [Column]
    private let isWide: Bool
    private let hasColors: Bool
    private var rows: [[Cell]] = []

    /// - Parameters:
    ///   - wide: Shows the wide columns as well.
    ///   - colors: Off when the output is no terminal or `NO_COLOR` is set; the caller knows.
    package init(_ columns: [Column], wide: Bool = false, colors: Bool = false) {
        self.columns = columns
        isWide = wide
        hasColors = colors
    }

    package var count: Int { rows.count }

    /// Adds a row of one cell per column, the wide ones included. Missing cells are empty, surplus ones are left out.
    package mutating func add(_ cells: [Cell]) { rows.append(cells) }

    /// The header and all rows, each line ended, none with spaces at its end.
    package func render() -> String {
        let shown = columns.indices.filter { isWide || !columns[$0].isWide }
        let header = columns.map { Cell($0.title, .bold) }
        let lines = ([header] + rows).map { row in
            shown.map { $0 < row.count ? Cell(DisplayText.clean(row[$0].text), row[$0].style) : Cell("") }
        }
        let widths = shown.indices.map { column in lines.map { DisplayText.width($0[column].text) }.max() ?? 0 }
        var text = ""
        for line in lines {
            // Nothing is padded after the last cell that has text.
            let last = line.lastIndex { !$0.text.isEmpty } ?? -1
            for (position, cell) in line.enumerated() where position <= last {
                if position > 0 { text += "  " }
                let padding = String(repeating: " ", count: widths[position] - DisplayText.width(cell.text))
                let isRight = columns[shown[position]].alignment == .right
                if isRight { text += padding }
                text += painted(cell)
                if !isRight, position < last { text += padding }
            }
            text += "\n"
        }
        return text
    }

    private func painted(_ cell: Cell) -> String {
        guard hasColors, cell.style != .plain, !cell.text.isEmpty else { return cell.text }
        return "\u{1B}[\(cell.style.rawValue)m\(cell.text)\u{1B}[0m"
    }
}
