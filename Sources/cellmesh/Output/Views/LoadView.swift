import ControlPlane
import LoadGenerator

/// `load run`.
enum LoadView {
    static func make(_ report: LoadReport) throws -> Report {
        guard let document = JSONParser.parse(report.json(.compact)) else {
            throw CommandFailure("the report of the load is no JSON")
        }
        return Report(document, names: ["load/\(report.seed)"]) { _ in report.text }
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

extension LoadView {
    /// A report that another process has written.
    static func text(_ document: JSONValue) -> String {
        ReportJSON.decode(LoadReport.self, Array(document.json(.compact).utf8))?.text ?? document.json() + "\n"
    }
}
