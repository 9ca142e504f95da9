import Reports
import Telemetry

/// Events in columns; printed in parts, whose columns stay where they were.
struct EventTable {
    private let style: TableStyle
    private var widths: [Int] = []
    private var isFirst: Bool

    init(_ style: TableStyle, hasHeader: Bool = true) {
        self.style = style
        isFirst = hasHeader
    }

    mutating func render(_ lines: [ViewCollapser.Line]) -> String {
        guard !lines.isEmpty else { return "" }
        var table = style.table([
            .init("TIME"), .init("TYPE"), .init("ACTION"), .init("ID"), .init("BY"), .init("DETAILS"),
        ])
        for line in lines {
            let event = line.entry.event
            let time = Timestamp.string(line.entry.time, style.isWide ? .nanoseconds : .milliseconds)
            let details = event.attributes.filter { $0.key != "observer" }.sorted { $0.key < $1.key }.map {
                "\($0.key)=\(value($0.value))"
            }
            let by = line.observers.count > 1 ? "\(line.observers.count) nodes" : line.observers.first ?? ""
            table.add([
                .init(style.isWide ? time : String(time.dropFirst(11).dropLast())),
                .init(event.type), .init(event.action, Wording.style(ofState: event.action)),
                .init(event.id), .init(by), .init(details.joined(separator: " ")),
            ])
        }
        defer { isFirst = false }
        return table.render(widths: &widths, header: isFirst)
    }

    /// Times to the second where columns are dear.
    private func value(_ value: EventRecord.Value) -> String {
        guard let text = value.text else { return DocumentText.json(value, .compact) }
        return style.isWide || Timestamp.parse(text) == nil ? text : String(text.dropFirst(11).prefix(8))
    }
}
