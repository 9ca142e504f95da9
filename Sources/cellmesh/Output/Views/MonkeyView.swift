import MeshBase
import Reports
import SimDriver
import Telemetry

/// The monkey: its rules, and what it has killed and spared.
enum MonkeyView {
    static func status(_ report: MonkeyReport) -> Report {
        Report(report, names: report.rules == nil ? [] : ["monkey/\(report.state)"]) { _ in
            let counts =
                "\(report.counts.draws) draws, \(report.counts.hits) hit: \(report.counts.killed) killed, "
                + "\(report.counts.spared) spared\n"
            guard let rules = report.rules else {
                return "no monkey is loose\n" + (report.rows.isEmpty ? "" : counts)
            }
            var text = "the monkey is loose since \(report.since ?? "-"): \(report.state)"
            if let cell = report.cell { text += ", \(cell)" }
            text += "\n" + self.rules(rules)
            if let next = report.next { text += "draws next at \(next)\n" }
            return text + counts
        }
    }

    private static func rules(_ rules: MonkeyRequest) -> String {
        let within = rules.within ?? []
        let except = rules.except ?? []
        return "every \(Wording.time(milliseconds: Double(rules.everyMilliseconds ?? 0))), probability "
            + "\(Wording.percent(rules.probability ?? 0)), of regions with more than \(rules.least ?? 0) serving cells"
            + (within.isEmpty ? "" : ", within \(within.joined(separator: "; "))")
            + (except.isEmpty ? "" : ", except \(except.joined(separator: ", "))") + "\n"
    }

    static func list(_ report: MonkeyReport) -> Report { Report(report, names: names(report)) { rows(report, $0) } }

    /// A run in virtual time: what was drawn, then each day, then what must hold.
    static func simulated(_ report: SimMonkeyReport, on topology: String) -> Report {
        Report(report, names: names(report.monkey)) { style in
            let (counts, simulation) = (report.monkey.counts, report.simulation)
            var text = rows(report.monkey, style) + "\n"
            if let rules = report.monkey.rules { text += self.rules(rules) }
            text += "\(counts.draws) draws, \(counts.hits) hit: \(counts.killed) killed, \(counts.spared) spared\n"
            if !report.days.isEmpty { text += "\n" + days(report.days, style) }
            text += "\n" + SimView.verdicts(simulation, style)
            return text + "\nsimulated \(report.calendar.from) to \(report.calendar.to) on \(topology) from seed "
                + "\(simulation.seed) in \(Wording.time(milliseconds: simulation.wallMilliseconds)), of which the mesh has lived "
                + "\(Wording.time(milliseconds: report.calendar.livedMilliseconds)); trace \(simulation.traceHash)\n"
        }
    }

    private static func days(_ days: [SimMonkeyReport.Day], _ style: TableStyle) -> String {
        var table = style.table([
            .init("DAY"), .init("KILLED", .right), .init("PASSED", .right), .init("INCONCLUSIVE", .right),
            .init("DEVIATED", .right), .init("INTERRUPTED", .right), .init("SPARED", .right),
            .init("LONGEST RECOVERY", .right),
        ])
        for day in days {
            table.add([
                .init(day.date), .init("\(day.killed)"), .init("\(day.passed)"), .init("\(day.inconclusive)"),
                .init("\(day.deviated)", day.deviated > 0 ? .red : .plain), .init("\(day.interrupted)"),
                .init("\(day.spared)"),
                .init(day.longestRecovery.map { Wording.time(milliseconds: $0) } ?? "-"),
            ])
        }
        return table.render()
    }

    private static func names(_ report: MonkeyReport) -> [String] {
        report.rows.map { $0.cell.map { "cell/\($0)" } ?? "region/\($0.region)" }
    }

    private static func rows(_ report: MonkeyReport, _ style: TableStyle) -> String {
        guard !report.rows.isEmpty else { return "no draw has hit yet\n" }
        var table = style.table([
            .init("TIME"), .init("REGION"), .init("CELL"), .init("OUTCOME"), .init("RECOVERY", .right),
            .init("AVAILABLE", .right, wide: true), .init("P99", .right, wide: true), .init("WHY"),
        ])
        for row in report.rows {
            table.add([
                .init(row.time), .init(row.region), .init(row.cell ?? "-"), .init(word(row), self.style(of: row)),
                .init(row.recoveryMilliseconds.map { Wording.time(milliseconds: $0) } ?? "-"),
                .init(pair(row) { $0.availability.map { Wording.percent($0) } }),
                .init(pair(row) { $0.p99.map { Wording.time(milliseconds: $0) } }), .init(row.reason ?? ""),
            ])
        }
        return table.render()
    }

    /// Before and after.
    private static func pair(_ row: MonkeyRow, _ figure: (MonkeyFigures) -> String?) -> String {
        guard let before = row.before else { return "-" }
        return "\(figure(before) ?? "-") > \(row.after.flatMap(figure) ?? "-")"
    }

    private static func word(_ row: MonkeyRow) -> String {
        row.outcome == "passed" && !row.conclusive ? "passed, inconclusive" : row.outcome
    }

    private static func style(of row: MonkeyRow) -> TableWriter.Style {
        switch row.outcome {
        case "passed": row.conclusive ? .green : .yellow
        case MonkeyRow.spared: .plain
        case "interrupted": .yellow
        default: .red
        }
    }
}
