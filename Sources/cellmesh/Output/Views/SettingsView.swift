import Reports
import Resilience
import Telemetry

/// What a command that changes settings has changed, and where it is in force.
enum SettingsView {
    static func changed(_ report: SettingsReport) -> Report {
        Report(report, names: report.changed.map(name)) { style in
            let reach = "applied \(report.applied) of \(report.of) in \(report.took) ms\n"
            let missing = report.late.isEmpty ? "" : "late: \(report.late.joined(separator: ", "))\n"
            guard !report.changed.isEmpty else { return "nothing to change: it is so already\n" + reach + missing }
            var table = style.table([
                .init("WHAT"), .init("NAME"), .init("SCOPE"), .init("VALUE"), .init("UNTIL"),
            ])
            for change in report.changed {
                table.add([
                    .init(change.kind), .init(shown(change.name)), .init(shown(change.scope)),
                    .init(change.value ?? "taken back"), .init(change.until ?? "-"),
                ])
            }
            return table.render() + reach + missing
        }
    }

    /// What the mesh's own users are told.
    static func notice(_ settings: SettingsDocument, now: WallTime = StoredSettings.now) -> Report {
        let entry = settings.inForce(at: now).notice
        let document = NoticeReport(notice: entry?.text, until: time(entry?.until))
        return Report(document, names: entry == nil ? [] : ["notice/mesh"]) { _ in
            guard let entry else { return "no notice\n" }
            return "\(entry.text)\n" + (document.until.map { "until \($0)\n" } ?? "")
        }
    }

    private static func name(_ change: SettingsReport.Change) -> String {
        "\(change.kind)/\(change.name.isEmpty ? change.scope ?? "mesh" : change.name)"
    }

    private static func shown(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "-" }
        return text
    }

    /// RFC 3339; nil for never.
    static func time(_ time: WallTime?) -> String? {
        time.map { Timestamp.string($0.milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue) }
    }
}
