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
