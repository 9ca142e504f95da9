import Drills
import Reports
import Telemetry

/// Reports of runs on a terminal: `report`.
enum RunView {
    static func make(_ report: RunReport) -> Report {
        Report(report, names: ["report/\(report.id)"]) { style in
            var text = "\(report.kind.rawValue): \(report.title)\n"
            text += style.painted(word(report.outcome), self.style(of: report.outcome))
            text += " in \(Wording.time(milliseconds: report.durationMilliseconds)), \(report.begun)\n"
            for reason in report.reasons.prefix(10) { text += "  \(reason)\n" }
            if !report.claims.isEmpty { text += "\n" + claims(report.claims, style) }
            if let impact = report.impact { text += "\n" + customers(impact, style) }
            if !report.incidents.isEmpty { text += "\n" + incidents(report.incidents, style) }
            if let falls = report.falls { text += "\n" + Self.falls(falls, style) }
            if let wave = report.wave { text += "\n" + Self.wave(wave, style) }
            if !report.figures.isEmpty { text += "\n" + figures(report.figures, style) }
            if let noise = report.noise {
                text += "\nnoise: a timer was \(Wording.time(milliseconds: noise.lateP99)) late (p99), "
                text += "requests were taken up \(Wording.time(milliseconds: noise.lagP99)) late (p99)"
                text += noise.dropped > 0 ? ", \(noise.dropped) dropped\n" : "\n"
            }
            if style.isWide, !report.timeline.isEmpty { text += "\n" + timeline(report, style) }
            return text
        }
    }

    private static func word(_ outcome: RunReport.Outcome) -> String {
        outcome == .observed ? "nothing was claimed" : outcome.rawValue
    }

    private static func style(of outcome: RunReport.Outcome) -> TableWriter.Style {
        switch outcome {
        case .passed: .green
        case .deviated, .failed: .red
        case .inconclusive, .interrupted: .yellow
        case .observed: .plain
        }
    }

    private static func style(of verdict: DrillClaim.Verdict) -> TableWriter.Style {
        switch verdict {
        case .met: .green
        case .deviated: .red
        case .undecided: .yellow
        }
    }

    private static func claims(_ claims: [DrillClaim], _ style: TableStyle) -> String {
        var table = style.table([
            .init("CLAIM"), .init("BOUND", .right), .init("OBSERVED", .right), .init("INTERVAL", .right),
            .init("VERDICT"), .init("DETAIL", wide: true),
        ])
        for claim in claims {
            table.add([
                .init(claim.name), .init(RunReport.bound(claim)), .init(RunReport.figure(claim.observed, claim)),
                .init(RunReport.range(claim)), .init(claim.verdict.rawValue, self.style(of: claim.verdict)),
                .init(claim.detail ?? ""),
            ])
        }
        return table.render()
    }

    private static func customers(_ impact: RunReport.Impact, _ style: TableStyle) -> String {
        var table = style.table([
            .init("CUSTOMERS"), .init("PREDICTED", .right), .init("OF THOSE SEEN", .right), .init("OBSERVED", .right),
        ])
        let (all, seen) = (impact.predicted, impact.observed)
        let rows = [
            ("lost", all.lost, seen.predicted.lost, seen.lost),
            ("degraded", all.degraded, seen.predicted.degraded, seen.degraded),
            ("untouched", all.untouched, seen.predicted.untouched, seen.untouched),
            ("no quorum", all.noQuorum, seen.predictedNoQuorum, seen.noQuorum),
        ]
        for row in rows {
            table.add(
                [.init(row.0), .init(Wording.count(row.1))] + [row.2, row.3].map { .init(impact.seen($0)) })
        }
        return table.render() + impact.sentence + "\n" + windows(impact.windows ?? [], style)
    }

    /// Predicted and observed with a stroke between.
    private static func windows(_ windows: [RunWindow], _ style: TableStyle) -> String {
        guard windows.count > 1 else { return "" }
        var table = style.table([
            .init("HARM FROM", .right), .init("TO", .right), .init("LOST", .right), .init("DEGRADED", .right),
            .init("NO QUORUM", .right), .init("ASKED", .right), .init("DIFFER", .right), .init("OUT"),
        ])
        for window in windows {
            table.add(window.words.map { TableWriter.Cell($0) })
        }
        return "\n" + table.render()
    }

    private static func incidents(_ incidents: [RunIncident], _ style: TableStyle) -> String {
        var table = style.table([
            .init("INCIDENT"), .init("TO"), .init("AT", .right), .init("DETECTED", .right), .init("FAILING", .right),
            .init("OVER", .right), .init("FAILED", .right),
        ])
        for incident in incidents {
            func after(_ at: Double?) -> TableWriter.Cell {
                .init(at.map { "+" + Wording.time(milliseconds: $0 - incident.cause) } ?? "-")
            }
            table.add([
                .init(incident.what), .init(incident.subjects.joined(separator: ", ")),
                .init(Wording.time(milliseconds: incident.cause)), after(incident.detection), after(incident.impact),
                after(incident.recovery), .init(Wording.count(Int(clamping: incident.failed))),
            ])
        }
        return table.render()
    }

    /// How failures grew.
    static func wave(_ wave: FailureWave, _ style: TableStyle) -> String {
        var table = style.table([.init("HOW FAILURES GREW"), .init("")])
        for row in wave.rows { table.add([.init(row.name), .init(row.text)]) }
        return table.render()
    }

    /// Services by the time of their fall.
    static func falls(_ falls: [DrillFall], _ style: TableStyle) -> String {
        var table = style.table([
            .init("FELL AFTER", .right), .init("SERVICE"), .init("CELL"), .init("FAILED", .right), .init("CALLED BY"),
            .init("THROUGH"),
        ])
        for fall in falls.prefix(50) {
            table.add([
                .init(Wording.time(milliseconds: fall.afterMilliseconds)), .init(fall.service), .init(fall.cell),
                .init(Wording.percent(fall.share)), .init(fall.callers ?? "clients"), .init(fall.through ?? "-"),
            ])
        }
        return table.render() + (falls.count > 50 ? "and \(falls.count - 50) more\n" : "")
    }

    private static func figures(_ figures: [RunReport.Figure], _ style: TableStyle) -> String {
        var table = style.table([.init("FIGURE"), .init("VALUE", .right)])
        for figure in figures { table.add([.init(figure.name), .init(figure.text)]) }
        return table.render()
    }

    private static func timeline(_ report: RunReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("AT", .right), .init("PART"), .init("TO"), .init("WHAT"), .init("TOLD BY", .right),
        ])
        for moment in report.timeline {
            table.add([
                .init("\(Wording.fixed(moment.at / 1_000, 3)) s"), .init(moment.class.rawValue), .init(moment.subject),
                .init(moment.what), .init(moment.tellers == 0 ? "" : "\(moment.tellers)"),
            ])
        }
        return table.render() + (report.left > 0 ? "and \(report.left) more changes\n" : "")
    }

    // MARK: Several

    /// - Parameter verb: what was done with them.
    static func list(_ reports: ReportsReport, verb: String? = nil) -> Report {
        Report(reports, names: reports.reports.map { "report/\($0.id)" }) { style in
            guard !reports.reports.isEmpty else { return "no report is kept\n" }
            var table = style.table([
                .init("REPORT"), .init("OUTCOME"), .init("TOOK", .right), .init("SIZE", .right), .init(""),
                .init("WHAT"),
            ])
            for row in reports.reports {
                let outcome = row.outcome.flatMap { RunReport.Outcome(rawValue: $0) }
                table.add([
                    .init(row.id),
                    outcome.map { .init($0.rawValue, self.style(of: $0)) } ?? .init("unreadable", .yellow),
                    .init(row.durationMilliseconds.map { Wording.time(milliseconds: $0) } ?? "-"),
                    .init(Wording.bytes(row.bytes)), .init(verb ?? (row.kept ? "kept" : "")), .init(row.title ?? ""),
                ])
            }
            return table.render()
        }
    }

    static func comparison(_ comparison: RunComparison) -> Report {
        Report(comparison, names: ["report/\(comparison.a)", "report/\(comparison.b)"]) { style in
            var text = "a: \(comparison.a)\nb: \(comparison.b)\n"
            if !comparison.claims.isEmpty {
                var table = style.table([
                    .init("CLAIM"), .init("A", .right), .init("INTERVAL", .right), .init("B", .right),
                    .init("INTERVAL", .right), .init("VERDICTS"), .init("DIFFERENCE"),
                ])
                for claim in comparison.claims {
                    let verdicts = [claim.a, claim.b].map { $0?.verdict.rawValue ?? "-" }.joined(separator: " > ")
                    table.add([
                        .init(claim.name), .init(figure(claim.a?.observed, claim)), .init(range(claim.a, claim)),
                        .init(figure(claim.b?.observed, claim)), .init(range(claim.b, claim)), .init(verdicts),
                        .init(claim.word, claim.different == true ? .yellow : .plain),
                    ])
                }
                text += "\n" + table.render()
            }
            var table = style.table([.init("FIGURE"), .init("A", .right), .init("B", .right)])
            for row in comparison.figures {
                table.add([
                    .init(row.name), .init(RunReport.Figure(row.name, row.a, row.unit).text),
                    .init(RunReport.Figure(row.name, row.b, row.unit).text),
                ])
            }
            return text + "\n" + table.render()
        }
    }

    private static func figure(_ value: Double?, _ claim: RunComparison.Claim) -> String {
        let unit: RunReport.Figure.Unit =
            switch claim.class {
            case .count: .count
            case .share: .share
            case .timing: .milliseconds
            }
        return RunReport.Figure("", value, unit).text
    }

    private static func range(_ side: RunComparison.Side?, _ claim: RunComparison.Claim) -> String {
        guard let side, let low = side.low else { return "-" }
        if side.low == side.high { return "exactly" }
        return side.high.map { "\(figure(low, claim)) to \(figure($0, claim))" } ?? "\(figure(low, claim)) or more"
    }
}
