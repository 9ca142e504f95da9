import Reports

/// `dashboard --record`: what was written.
enum RecordingView {
    static func make(_ report: RecordingReport) -> Report {
        Report(report, names: [report.file]) { _ in
            "\(report.file): \(Wording.bytes(report.bytes)), \(Wording.plural(report.states, "state")), "
                + "ended (\(report.reason))\n"
        }
    }
}
