import Laboratories
import Telemetry

/// What a laboratory has found, on a terminal.
enum LabSheetView {
    static func render(_ sheet: LabSheet, _ style: TableStyle) -> String {
        var parts = [sheet.lead.map { wrapped($0, style.width) + "\n" }.joined()]
        for table in sheet.tables { parts.append(render(table, style)) }
        if !sheet.notes.isEmpty { parts.append(sheet.notes.map { wrapped($0, style.width) + "\n" }.joined()) }
        parts.append("replay: \(sheet.replay)\n")
        return parts.joined(separator: "\n")
    }

    private static func render(_ table: LabTable, _ style: TableStyle) -> String {
        var writer = style.table(
            table.columns.enumerated().map { .init($1, table.isText($0) ? .left : .right) })
        for row in table.rows { writer.add(row.map { .init(text($0)) }) }
        return (table.title.isEmpty ? "" : "\(wrapped(table.title + ":", style.width))\n\n") + writer.render()
    }

    /// A figure as everything else writes it.
    static func text(_ figure: LabFigure) -> String {
        switch figure {
        case .text(let text): text
        case .count(let count): Wording.count(count)
        case .number(let value, let digits): Wording.fixed(value, digits)
        case .times(let value): "\(Wording.fixed(value, value < 10 ? 2 : 1))x"
        case .share(let ratio): Wording.percent(ratio)
        case .time(let time): Wording.time(milliseconds: time.milliseconds)
        case .none: "-"
        }
    }

    /// Lines of whole words; without a width one line.
    private static func wrapped(_ text: String, _ width: Int?) -> String {
        guard let width else { return text }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
