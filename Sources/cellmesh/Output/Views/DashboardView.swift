import Reports

/// `dashboard`: the address alone, so that it can be handed on.
enum DashboardView {
    static func make(_ report: DashboardReport) -> Report {
        Report(report, names: [report.address]) { _ in report.address + "\n" }
    }
}
