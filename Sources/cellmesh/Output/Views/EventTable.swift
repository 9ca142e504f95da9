import Telemetry

/// Events in columns; printed in parts, whose columns stay where they were.
struct EventTable {
    private let style: TableStyle
    private var widths: [Int] = []
    private var isFirst = true

    init(_ style: TableStyle) { self.style = style }

    mutating func render(_ lines: [ViewCollapser.Line]) -> String {
        guard !lines.isEmpty else { return "" }
        var table = style.table([
            .init("TIME"), .init("TYPE"), .init("ACTION"), .init("ID"), .init("BY"), .init("DETAILS"),
        ])
        for line in lines {
            let event = line.entry.event
            let time = Timestamp.string(line.entry.time, style.isWide ? .nanoseconds : .milliseconds)
            let action = event["action"].text ?? ""
            let details = event["attributes"].members.filter { $0.key != "observer" }.map {
                "\($0.key)=\(value($0.value))"
            }
            let by = line.observers.count > 1 ? "\(line.observers.count) nodes" : line.observers.first ?? ""
            table.add([
                .init(style.isWide ? time : String(time.dropFirst(11).dropLast())),
                .init(event["type"].text ?? ""), .init(action, Wording.style(ofState: action)),
                .init(event["id"].text ?? ""), .init(by), .init(details.joined(separator: " ")),
            ])
        }
        defer { isFirst = false }
        return table.render(widths: &widths, header: isFirst)
    }

    /// Times to the second where columns are dear.
    private func value(_ value: JSONValue) -> String {
        guard let text = value.text else { return value.json(.compact) }
        return style.isWide || Timestamp.parse(text) == nil ? text : String(text.dropFirst(11).prefix(8))
    }
}
