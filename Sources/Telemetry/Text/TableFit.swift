/// Makes the columns of a table narrow enough for the screen.
struct TableFit {
    let limit: Int
    /// A text column is not made narrower than this: words would fall apart.
    static let narrowest = 12

    /// - Parameters:
    ///   - widths: what the columns would like to have.
    ///   - content: the rows without the header, a cell for each column.
    func widths(
        _ widths: [Int], _ columns: [TableWriter.Column], content: ArraySlice<[TableWriter.Cell]>
    ) -> [Int] {
        var widths = widths
        var excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - limit
        guard excess > 0 else { return widths }
        let needed = columns.indices.map { column in
            content.map { DisplayText.width($0[column].text) }.max() ?? 0
        }
        // Titles of several words first: they lose nothing in two lines.
        let words = columns.map { $0.title.split(separator: " ").map { DisplayText.width(String($0)) }.max() ?? 0 }
        for column in columns.indices where excess > 0 {
            let least = max(needed[column], words[column])
            guard least < widths[column] else { continue }
            let taken = min(excess, widths[column] - least)
            widths[column] -= taken
            excess -= taken
        }
        // Then the widest text, one column of the screen after the other.
        let floors = columns.indices.map { max(Self.narrowest, words[$0]) }
        while excess > 0 {
            let wide = columns.indices.filter { columns[$0].alignment == .left && widths[$0] > floors[$0] }
            guard let widest = wide.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
