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
    /// Columns of the screen; nil for lines of any length.
    private let limit: Int?
    private var rows: [[Cell]] = []

    /// - Parameters:
    ///   - wide: Shows the wide columns as well.
    ///   - colors: Off when the output is no terminal or `NO_COLOR` is set; the caller knows, and seals what is painted
    ///     (`PaintedText`).
    ///   - limit: Where lines would be longer, titles of several words and the longest texts go on in a line below.
    ///     Numbers are never broken.
    package init(_ columns: [Column], wide: Bool = false, colors: Bool = false, limit: Int? = nil) {
        self.columns = columns
        isWide = wide
        hasColors = colors
        self.limit = limit
    }

    package var count: Int { rows.count }

    /// Adds a row of one cell per column, the wide ones included. Missing cells are empty, surplus ones are left out.
    package mutating func add(_ cells: [Cell]) { rows.append(cells) }

    /// The header and all rows, each line ended, none with spaces at its end.
    package func render() -> String {
        var widths: [Int] = []
        return render(widths: &widths, header: true)
    }

    /// A part of a table that is printed in parts.
    ///
    /// - Parameters:
    ///   - widths: those of the parts before; the columns of this one are at least as wide, and theirs come back.
    ///   - header: whether the columns are named.
    package func render(widths: inout [Int], header: Bool) -> String {
        let shown = columns.indices.filter { isWide || !columns[$0].isWide }
        let titles = columns.map { Cell($0.title, .bold) }
        let lines = (header ? [titles] : []) + rows
        let cells = lines.map { row in
            shown.map { $0 < row.count ? Cell(DisplayText.clean(row[$0].text), row[$0].style) : Cell("") }
        }
        let former = widths
        widths = shown.indices.map { column in
            let widest = cells.map { DisplayText.width($0[column].text) }.max() ?? 0
            return max(widest, column < former.count ? former[column] : 0)
        }
        if let limit {
            let content = header ? cells.dropFirst() : cells[...]
            widths = TableFit(limit: limit).widths(widths, shown.map { columns[$0] }, content: content)
        }
        return cells.map { row(of: $0, widths, shown) }.joined()
    }

    /// One row; of several lines where a text is wider than its column.
    private func row(of cells: [Cell], _ widths: [Int], _ shown: [Int]) -> String {
        let parts = zip(cells, widths).map { DisplayText.wrapped($0.text, width: $1) }
        var text = ""
        for line in 0..<(parts.map(\.count).max() ?? 0) {
            let texts = parts.map { line < $0.count ? $0[line] : "" }
            // Nothing is padded after the last cell that has text.
            let last = texts.lastIndex { !$0.isEmpty } ?? -1
            for (position, part) in texts.enumerated() where position <= last {
                if position > 0 { text += "  " }
                let padding = String(repeating: " ", count: max(0, widths[position] - DisplayText.width(part)))
                let isRight = columns[shown[position]].alignment == .right
                if isRight { text += padding }
                text += painted(Cell(part, cells[position].style))
                if !isRight, position < last { text += padding }
            }
            text += "\n"
        }
        return text
    }

    private func painted(_ cell: Cell) -> String {
        hasColors ? PaintedText.painted(cell.text, cell.style) : cell.text
    }
}
