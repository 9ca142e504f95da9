import Reports
import Telemetry

/// `alerts`: what fires, and what waits to.
enum AlertsView {
    static func make(_ report: AlertsReport) -> Report {
        Report(report, names: report.firing.map { "\($0.rule.name)/\($0.alert.subject)" }) { style in
            let rows = report.rules.flatMap { rule in rule.alerts.map { (rule, $0) } }
            guard !rows.isEmpty else {
                return "nothing fires; \(Wording.plural(report.rules.count, "rule")) are looked at\n"
            }
            var table = style.table([
                .init("ALERT"), .init("OF"), .init("STATE"), .init("VALUE", .right), .init("BOUND", .right),
                .init("MEANS", wide: true),
            ])
            for (rule, alert) in rows {
                table.add([
                    .init(rule.name), .init(alert.subject),
                    .init(alert.state.rawValue, alert.state == .firing ? .red : .yellow),
                    .init(Wording.fixed(alert.value, 2)), .init(Wording.fixed(rule.bound, 2)), .init(alert.summary),
                ])
            }
            return table.render()
        }
    }
}
