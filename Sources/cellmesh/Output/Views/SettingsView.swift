import Resilience
import Telemetry

/// What a command that changes settings has changed, and where it is in force.
enum SettingsView {
    private static let keys = ["schema", "version", "applied", "of", "late", "took_ms", "changed"]
    private static let entryKeys = ["kind", "name", "scope", "value", "until"]

    static func changed(_ answer: JSONValue) -> Report {
        let changes = answer["changed"].elements.map { change in
            // What is gone has no value, and says so.
            change.with("scope", change["scope"]).with("value", change["value"]).with("until", change["until"])
                .ordered(entryKeys)
        }
        let document = answer.with("changed", .array(changes)).ordered(keys)
        return Report(document, names: changes.map(name)) { style in
            let reach =
                "applied \(answer["applied"].int ?? 0) of \(answer["of"].int ?? 0) in \(answer["took_ms"].int ?? 0) ms\n"
            let late = answer["late"].elements.compactMap(\.text)
            let missing = late.isEmpty ? "" : "late: \(late.joined(separator: ", "))\n"
            guard !changes.isEmpty else { return "nothing to change: it is so already\n" + reach + missing }
            var table = style.table([
                .init("WHAT"), .init("NAME"), .init("SCOPE"), .init("VALUE"), .init("UNTIL"),
            ])
            for change in changes {
                table.add([
                    .init(change["kind"].text ?? ""), .init(shown(change["name"])), .init(shown(change["scope"])),
                    .init(change["value"].text ?? "taken back"), .init(change["until"].text ?? "-"),
                ])
            }
            return table.render() + reach + missing
        }
    }

    private static func name(_ change: JSONValue) -> String {
        let name = change["name"].text ?? ""
        return "\(change["kind"].text ?? "setting")/\(name.isEmpty ? change["scope"].text ?? "mesh" : name)"
    }

    private static func shown(_ value: JSONValue) -> String {
        guard let text = value.text, !text.isEmpty else { return "-" }
        return text
    }

    /// RFC 3339; null for never.
    static func time(_ time: WallTime?) -> JSONValue {
        .string(time.map { Timestamp.string($0.milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue) })
    }
}
