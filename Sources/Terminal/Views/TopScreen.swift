import MeshBase
import Reports
import Telemetry

/// The whole screen, of what is known and how large it is.
package enum TopScreen {
    /// Rows of the list in a screen of this size.
    package static func rows(_ model: TopModel, _ size: ScreenSize, now: Instant) -> Int {
        max(size.rows - above(model, size, now).count - 2 - news(size), 1)
    }

    /// `size.rows` lines.
    package static func lines(_ model: TopModel, _ size: ScreenSize, _ charset: Charset, now: Instant) -> [ScreenLine] {
        var lines = above(model, size, now)
        let room = max(size.rows - lines.count - 1, 0)
        switch model.page {
        case .list: lines += list(model, size, charset, rows: room, now)
        case .prompt(let prompt):
            lines +=
                prompt.kind == .filter || room > 6
                ? list(model, size, charset, rows: room, now) : Array(repeating: ScreenLine(), count: room)
        case .detail(let name): lines += Array(TopDetail.lines(name, model, width: size.columns).prefix(room))
        case .help: lines += Array(TopHelp.lines(model, width: size.columns).prefix(room))
        case .question(let question): lines += Array(TopQuestionPage.lines(question, width: size.columns).prefix(room))
        }
        while lines.count < size.rows - 1 { lines.append(ScreenLine()) }
        lines = Array(lines.prefix(max(size.rows - 1, 0)))
        lines.append(last(model, width: size.columns))
        return lines.map { $0.clipped(to: size.columns) }
    }

    /// Everything at once, for who has no screen: all rows, and no keys.
    package static func table(_ model: TopModel, width: Int, _ charset: Charset, now: Instant) -> [ScreenLine] {
        var lines = [TopHead.first(model, width: width)] + TopHead.seconds(model, width: width)
        if let banner = TopHead.banner(model, now) { lines.append(banner) }
        lines.append(ScreenLine())
        let list = TopList(model, charset)
        guard !list.rows.isEmpty else { return lines + [ScreenLine(list.empty)] }
        let columns = TopList.fit(list.columns, width: width)
        lines.append(titles(list, columns, model, mark: false))
        for place in list.rows { lines += wrapped(list.cells(place), columns, list, width: width) }
        return lines
    }

    /// A row whose last text goes on in the lines below it.
    private static func wrapped(
        _ cells: [TopList.Cell], _ columns: [(place: Int, width: Int)], _ list: TopList, width: Int
    ) -> [ScreenLine] {
        guard let last = columns.last, last.place < cells.count, !list.columns[last.place].isRight else {
            return [row(cells, columns, list, mark: nil)]
        }
        let parts = DisplayText.wrapped(DisplayText.clean(cells[last.place].text), width: last.width)
        var cells = cells
        cells[last.place].text = parts.first ?? ""
        var lines = [row(cells, columns, list, mark: nil)]
        for part in parts.dropFirst() {
            var line = ScreenLine()
            line.pad(to: max(width - last.width, 0))
            line.add(part, cells[last.place].tone)
            lines.append(line)
        }
        return lines
    }

    // MARK: Parts

    private static func above(_ model: TopModel, _ size: ScreenSize, _ now: Instant) -> [ScreenLine] {
        var lines = [TopHead.first(model, width: size.columns)]
        if size.rows >= 8 { lines.append(TopHead.second(model, width: size.columns)) }
        if let banner = TopHead.banner(model, now) {
            // Where there is one line alone it is this one.
            if size.rows < 6 { lines = [banner] } else { lines.append(banner) }
        }
        return lines
    }

    /// Lines of events below the list.
    private static func news(_ size: ScreenSize) -> Int { size.rows >= 24 ? 4 : 0 }

    private static func list(
        _ model: TopModel, _ size: ScreenSize, _ charset: Charset, rows room: Int, _ now: Instant
    ) -> [ScreenLine] {
        guard room > 0 else { return [] }
        let list = TopList(model, charset)
        let events = min(news(size), max(room - 2, 0))
        let rows = max(room - 1 - events, 0)
        let columns = TopList.fit(list.columns, width: size.columns - 2)
        var lines = [titles(list, columns, model, mark: true)]
        if list.rows.isEmpty {
            if rows > 0 { lines.append(ScreenLine("  \(list.empty)", .dim)) }
        } else if rows > 0 {
            let place = list.place(of: model.selected[model.view])
            let first = place / rows * rows
            for position in first..<min(first + rows, list.rows.count) {
                lines.append(row(list.cells(list.rows[position]), columns, list, mark: position == place))
            }
        }
        guard events > 0 else { return lines }
        while lines.count < room - events { lines.append(ScreenLine()) }
        lines.append(ScreenLine(String(repeating: "-", count: size.columns), .dim))
        for event in model.latest(events - 1) { lines.append(event) }
        return lines
    }

    private static func titles(
        _ list: TopList, _ columns: [(place: Int, width: Int)], _ model: TopModel, mark: Bool
    ) -> ScreenLine {
        var line = ScreenLine(mark ? "  " : "")
        let sort = model.sorts[model.view]
        for (number, (place, width)) in columns.enumerated() {
            if number > 0 { line.add("  ") }
            let column = list.columns[place]
            let isChosen = sort?.title == column.title && column.isSortable
            line.add(
                column.title, isChosen ? .note : .dim, columns: width, isRight: column.isRight)
        }
        return line
    }

    /// - Parameter mark: whether the row is the one that keys are about; nil where there are no keys.
    private static func row(
        _ cells: [TopList.Cell], _ columns: [(place: Int, width: Int)], _ list: TopList, mark: Bool?
    ) -> ScreenLine {
        var line = ScreenLine(mark.map { $0 ? "> " : "  " } ?? "")
        for (number, (place, width)) in columns.enumerated() {
            if number > 0 { line.add("  ") }
            let cell = place < cells.count ? cells[place] : TopList.Cell("")
            line.add(cell.text, cell.tone, columns: width, isRight: list.columns[place].isRight)
        }
        line.isReversed = mark == true
        return line
    }

    /// What is being typed, what was said, or what keys do.
    private static func last(_ model: TopModel, width: Int) -> ScreenLine {
        if case .prompt(let prompt) = model.page { return TopPromptLine.line(prompt, width: width) }
        if let message = model.message { return ScreenLine(message.text, message.tone) }
        let keys: [(String, Int)]
        switch model.page {
        case .question: return ScreenLine("esc leaves all as it is", .dim)
        case .help: return ScreenLine("any key goes back", .dim)
        case .detail:
            keys =
                [("esc back", 0), ("w why", 1)]
                + (model.isReadOnly ? [] : [("k kill", 2), ("p pause", 3), ("f fault", 4), ("r restart", 5)])
        default:
            let filter = model.filter.isEmpty ? "/ filter" : "/\(model.filter)"
            let isOfCells = model.view == .cells || model.view == .members
            let changes: [(String, Int)] =
                model.isReadOnly
                ? []
                : isOfCells
                    ? [("k kill", 4), ("p pause", 6), ("f fault", 7), ("e evacuate", 8)]
                    : model.view == .faults
                        ? [("f fault", 7), ("h heal", 4)]
                        : model.view == .breakers ? [("o hold open", 7), ("c close", 4)] : []
            keys =
                [("1-7 views", 3), (filter, model.filter.isEmpty ? 5 : 0), ("s sort", 9), ("enter detail", 10)]
                + changes + (isOfCells ? [("w why", 11)] : []) + [(": command", 5), ("? help", 1), ("q quit", 0)]
        }
        return TopHead.Part.line(keys.map { TopHead.Part($0.0, .dim, $0.1 + 1) }, beside: nil, width: width)
    }
}
