import Reports

/// `trace export`.
enum ExportView {
    static func make(_ report: ExportReport) -> Report {
        Report(report, names: [report.to]) { _ in
            var text =
                "\(Wording.plural(report.traces, "trace")), \(Wording.plural(report.spans, "span")) in "
                + "\(Wording.plural(report.requests, "request")) to \(report.to)\n"
            if !report.missing.isEmpty { text += "no answer from: \(report.missing.joined(separator: ", "))\n" }
            return text
        }
    }
}
