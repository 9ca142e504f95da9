import Telemetry

/// Events in columns.
enum EventTable {
    static func render(_ entries: [EventHistory.Entry], _ style: TableStyle) -> String {
        var table = style.table([
            .init("TIME"), .init("TYPE"), .init("ACTION"), .init("ID"), .init("BY"), .init("DETAILS"),
        ])
        for entry in entries {
            let time = Timestamp.string(entry.time, style.isWide ? .nanoseconds : .milliseconds)
            let action = entry.event["action"].text ?? ""
            var details: [String] = []
            for attribute in entry.event["attributes"].members where attribute.key != "observer" {
                details.append("\(attribute.key)=\(attribute.value.text ?? attribute.value.json(.compact))")
            }
            table.add([
                .init(style.isWide ? time : String(time.dropFirst(11).dropLast())),
                .init(entry.event["type"].text ?? ""),
                .init(action, Wording.style(ofState: action)), .init(entry.event["id"].text ?? ""),
                .init(entry.event["attributes"]["observer"].text ?? ""), .init(details.joined(separator: " ")),
            ])
        }
        return table.render()
    }
}
