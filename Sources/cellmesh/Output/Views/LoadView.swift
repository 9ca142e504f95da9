import LoadGenerator

/// `load run`.
enum LoadView {
    static func make(_ report: LoadReport) -> Report {
        Report(report, names: ["load/\(report.seed)"]) { _ in report.text }
    }

    /// What was violated, in one line.
    static func violation(_ report: LoadReport) -> String {
        var parts = report.slo.filter { !$0.ok }.map { result in
            "objective \(result.expression) was not met" + (result.observedText.map { " (\($0))" } ?? "")
        }
        if report.writes.lost > 0 { parts.append("\(report.writes.lost) acknowledged writes were lost") }
        parts += report.verdicts.filter(\.isViolated).map { "\($0.oracle): \($0.detail)" }
        return parts.joined(separator: "; ")
    }
}
